"""The members that the demo's sign-in page offers."""

from gonghui.project import demo_members
from gonghui.spine.members.tests.builders import a_member
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.models import DemoAccount


def test_members_of_the_roster_are_offered_once(db: None) -> None:
    federation = Federation()
    for _one in range(3):
        a_member(federation.first)
    for _time in range(2):
        demo_members.offer()
    offered = DemoAccount.objects.select_related("account").all()
    assert [one.account.is_member for one in offered] == [True, True]
    assert len({one.account.member.person_id for one in offered}) == 2
