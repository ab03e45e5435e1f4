"""The small federation the whole-system tests walk through has somebody in every role and a line in every state."""

from django.conf import settings

from gonghui.core.journal import entries_of
from gonghui.core.models import SubjectType
from gonghui.reports.flow import LINE_FLOW
from gonghui.reports.models import Line
from gonghui.spine.organisations.flow import SET_UP_FLOW
from gonghui.spine.organisations.models import SetUp
from gonghui.web import subjects
from tests.world.federation import World


def test_every_role_is_held_and_every_state_is_there(world: World) -> None:
    assert {person.role for person in world.people.values()} == set(settings.GONGHUI_ROLES)
    for branch in world.branches.values():
        assert set(Line.objects.filter(organisation=branch.district).values_list("state", flat=True)) == set(
            LINE_FLOW.states
        )
        assert set(SetUp.objects.filter(superior=branch.town).values_list("state", flat=True)) == set(
            SET_UP_FLOW.states
        )


def test_every_entry_says_what_it_is_about_to_whoever_may_see_it(world: World) -> None:
    known = set(subjects.RESOLVERS)
    assert {name for name in SubjectType.objects.values_list("name", flat=True) if name} <= known
    code = world.branches["chaoyang"].reset_code
    [entry] = entries_of(code)
    seen = subjects.subjects_of(world.actor("city.audit"), [entry])[entry.id]
    assert code.account.name in seen.title
    assert seen.url == f"/officials/{code.account.public_id}/"
    for stranger in ("haidian.audit", "chaoyang.editor"):
        assert subjects.subjects_of(world.actor(stranger), [entry]) == {}
