"""The demo's members who sign in with one click: two of the roster, with something to see and to do."""

import secrets
from collections.abc import Sequence

from gonghui.core import access, clock
from gonghui.core.actor import SYSTEM, Actor
from gonghui.spine.members import actions
from gonghui.spine.members.models import Person
from gonghui.spine.officials.models import Post
from gonghui.web.models import Account, DemoAccount

TOWN = "望京街道总工会"
OFFERED = (
    ("会员：我的资料", "看谁看过我的资料，撤回手机号，导出一份，申请更正"),
    ("会员：换单位", "申请把会籍转到新单位的工会，再看两边怎么答复"),
)
ORDER = 90
"""Behind the officials."""


def offer() -> None:
    """Two members of the street in the demo's stories have accounts; where they have them, nothing changes."""
    if DemoAccount.objects.filter(account__is_member=True).exists():
        return
    for order, (person, (title, try_this)) in enumerate(zip(_people(), OFFERED, strict=False), ORDER):
        DemoAccount.objects.create(account=_account(person), title=title, try_this=try_this, order=order)


def _people() -> Sequence[Person]:
    found = Person.objects.filter(state="active", transfers=None, own_account=None).select_related("organisation")
    near = found.filter(organisation__parent__name=TOWN).order_by("number")[: len(OFFERED)]
    return list(near) or list(found.order_by("number")[: len(OFFERED)])


def _account(person: Person) -> Account:
    """Opened with a code of whoever keeps the roster, as any member's is; nobody knows the password."""
    keeper, today = _keeper(person), clock.today()
    access.looked(keeper, "members.member_opened", subject_type="members.person", subject_id=person.pk)
    code = actions.issue_activation(person, by=keeper, on=today)
    return actions.open_account(person.paper, person.name, code, secrets.token_urlsafe(24), on=today)


def _keeper(person: Person) -> Actor:
    posts = Post.objects.current(clock.today()).filter(role="member_officer").select_related("organisation", "account")
    actors = [post.as_actor() for post in posts.order_by("-organisation__depth")]
    return next((one for one in actors if one.sees(person.organisation.path)), SYSTEM)
