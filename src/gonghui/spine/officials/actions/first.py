"""The first administrators of a site: made once, from the server's own command line, while there are none.

Two people, both security administrators: every later way into an account takes two of them. The other two kinds of
administrator are appointed by them, in other persons.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from gonghui.core.action import action
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.spine.officials.actions.codes import whole_code
from gonghui.spine.officials.actions.posts import open_account
from gonghui.spine.officials.models import ADMINISTRATORS, Post
from gonghui.spine.organisations.actions import Founding, found_organisation
from gonghui.spine.organisations.models import Organisation

ROLE = "security_admin"
LOCK = (23, 1)


@dataclass(frozen=True)
class FirstCode:
    """What one of them is handed: the user name and both halves of a code that sets a password once."""

    username: str
    first: str
    second: str
    until: datetime | None


@action
def appoint_first_administrators(
    people: tuple[tuple[str, str], tuple[str, str]], *, city: Founding, founded_on: date, on: date
) -> list[FirstCode]:
    """Both have an account, a post at the city's federation and a one-time code; the federation stands.

    Refused for good as soon as there is or was an administrator of any kind.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", LOCK)
    if Post.objects.filter(role__in=ADMINISTRATORS).exists():
        raise Refusal(
            "officials.administrator_exists", "已有管理员：此命令只在一个都没有时可用一次，其余的由安全管理员任命"
        )
    if people[0][0].strip() == people[1][0].strip():
        raise Refusal("officials.first_two", "须是两个人：任何账号的重置码都要由两人各打印一半")
    place = Organisation.objects.filter(parent=None, level="city").first()
    if place is None:
        place = found_organisation(city, by=SYSTEM, on=founded_on)
    codes = []
    for username, name in people:
        post = open_account(username, name, organisation=place, role=ROLE, by=SYSTEM, on=on)
        code, first, second = whole_code(post, by=SYSTEM, on=on)
        codes.append(FirstCode(post.account.username, first, second, code.expires_at))
    return codes
