"""Who holds which post: the demo's own accounts, and the officials of all units that return figures."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from gonghui.core.actor import SYSTEM
from gonghui.scenario import names
from gonghui.scenario.places import CHAOYANG, WANGJING, District, answering, district
from gonghui.scenario.plan import UNIONS_RETURNING
from gonghui.scenario.stage import POSTS_BEGIN, Stage
from gonghui.scenario.tree import Item, Items, anchored_employers
from gonghui.spine.officials.actions import delegate, open_account
from gonghui.spine.officials.models import ROLES, Post
from gonghui.spine.organisations.models import Organisation
from gonghui.web.models import Account, DemoAccount

SUFFIXES = {
    "statistician": "stats",
    "unit_lead": "lead",
    "reviewer": "review",
    "report_editor": "editor",
    "org_officer": "org",
    "auditor": "audit",
    "figure_owner": "owner",
}
BASE = "base"
AWAY = (date(2020, 8, 5), date(2020, 8, 18))
CHUNK = 20


@dataclass(frozen=True)
class Holder:
    """A post to be filled: the account's name and the role it has at a unit."""

    username: str
    unit: str
    role: str
    departments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offered(Holder):
    """An account of the demo's sign-in page, with what can be tried as it."""

    title: str = ""
    try_this: str = ""


@cache
def offered() -> tuple[Offered, ...]:
    """The accounts of the sign-in page in their order."""
    rows = tomllib.loads(Path(__file__).with_name("accounts.toml").read_text(encoding="utf-8"))["account"]
    return tuple(
        Offered(row["username"], row["unit"], row["role"], tuple(row.get("departments", ())), row["title"], row["try"])
        for row in rows
    )


def _everywhere() -> Iterator[Holder]:
    for place in answering():
        for role, suffix in SUFFIXES.items():
            if ("district" if isinstance(place, District) else "industry") not in ROLES[role].levels:
                continue
            yield Holder(f"{place.key}.{suffix}", place.key, role)
    for town in district(CHAOYANG).towns:
        yield Holder(clerk(town.name), town.name, "statistician")
        yield Holder(head(town.name), town.name, "unit_lead")
    yield Holder("wangjing.review", WANGJING, "reviewer")
    for number in range(UNIONS_RETURNING):
        yield Holder(clerk(f"{BASE}{number}"), f"{BASE}{number}", "statistician")
        yield Holder(head(f"{BASE}{number}"), f"{BASE}{number}", "unit_lead")


def clerk(unit: str) -> str:
    """The username of whoever fills a unit's return."""
    if unit in (f"{BASE}0", BASE):
        return "base.clerk"
    return "wangjing.clerk" if unit == WANGJING else f"{_word(unit)}.stats"


def head(unit: str) -> str:
    """The username of whoever signs a unit's return."""
    return f"{_word(unit)}.lead"


@cache
def _codes() -> dict[str, str]:
    return {town.name: town.code for town in district(CHAOYANG).towns}


def _word(unit: str) -> str:
    if unit == WANGJING:
        return "wangjing"
    return "base" if unit == f"{BASE}0" else _codes().get(unit, unit)


def holders() -> list[Holder]:
    """Every post, the demo's own accounts first, each username once."""
    known = {one.username for one in offered()}
    return [*offered(), *(one for one in _everywhere() if one.username not in known)]


def accounts(stage: Stage) -> Items:
    """The administrators come by the first import; everybody else's account is opened by the security one."""
    listed = holders()
    administrators = [one for one in listed if one.username.startswith("admin.")]
    others = [one for one in listed if not one.username.startswith("admin.")]
    numbers = {one.username: number for number, one in enumerate(listed)}

    def opening(some: list[Holder]) -> Item:
        return lambda: _open(stage, some, numbers)

    chunks = [others[start : start + CHUNK] for start in range(0, len(others), CHUNK)]
    return [opening(administrators), *(opening(chunk) for chunk in chunks), lambda: _lend(stage)]


def _open(stage: Stage, some: list[Holder], numbers: dict[str, int]) -> None:
    by = SYSTEM if some[0].username.startswith("admin.") else stage.actor("admin.security")
    for one in some:
        where = place(stage, one.unit)
        name = names.official(numbers[one.username])
        departments = one.departments
        open_account(
            one.username, name, organisation=where, role=one.role, by=by, on=POSTS_BEGIN, departments=departments
        )
        _offer(one.username)


def _lend(stage: Stage) -> None:
    """Chaoyang's organising officer is away this fortnight; the head of the union acts in the post too."""
    lent = Post.objects.own().get(account__username="chaoyang.org")
    colleague = Account.objects.get(username="chaoyang.lead")
    first_on, last_on = AWAY
    delegate(lent, colleague, first_on=first_on, last_on=last_on, by=stage.actor("chaoyang.org"), on=first_on)


def place(stage: Stage, unit: str) -> Organisation:
    if not unit.startswith(BASE):
        return stage.unit(unit)
    employer = anchored_employers()[int(unit.removeprefix(BASE) or 0)]
    return Organisation.objects.get(employers__uscc=employer.uscc)


def _offer(username: str) -> None:
    """The account is on the demo's sign-in page, if it belongs there."""
    for order, one in enumerate(offered()):
        if one.username == username:
            account = Account.objects.get(username=username)
            DemoAccount.objects.create(account=account, title=one.title, try_this=one.try_this, order=order)
