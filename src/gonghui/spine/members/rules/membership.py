"""When somebody may become a member, what a membership's days are, and by when a transfer is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from gonghui.core.errors import Refusal
from gonghui.core.schemes import Scheme, Schemes
from gonghui.spine.members.rules.papers import Paper, years_before

SCHEMES = Path(__file__).parent.parent / "schemes"
ADMITTED, TAKEN_OVER, MOVED_IN = "admitted", "taken_over", "moved_in"
MERGED = "merged"
"""Ends a membership at one union and begins it at another on the next day: an act of the tree, no handshake."""
BEGINNINGS: Final = {ADMITTED: "入会", TAKEN_OVER: "建档", MOVED_IN: "会籍转入", MERGED: "随工会合并转入"}
"""How a membership at a union begins; `taken_over` is what stood before the roster came onto the platform."""
MOVED_OUT, EXITED, EXPELLED, DECEASED = "moved_out", "exited", "expelled", "deceased"
ENDINGS: Final = {
    MOVED_OUT: "会籍转出",
    EXITED: "退会",
    EXPELLED: "开除会籍",
    DECEASED: "去世",
    MERGED: "随工会合并转出",
}
LEAVING: Final = (EXITED, EXPELLED, DECEASED)
"""Endings after which somebody is in no union."""
EMPLOYED, DISPATCHED, PLATFORM = "employed", "dispatched", "platform"
FORMS: Final = {EMPLOYED: "单位职工", DISPATCHED: "劳务派遣、农民工", PLATFORM: "新就业形态劳动者"}
LEVELS: Final = ("district", "industry", "town", "sector", "base", "joint", "branch")
"""Where somebody may be a member; the city itself keeps none."""


@dataclass(frozen=True)
class MemberScheme(Scheme):
    """The dated parameters of membership."""

    youngest_years: int
    out_workdays: int
    in_workdays: int
    checks_an_hour: int
    checks_a_day: int
    consent_version: str
    consent_text: str
    consent_text_en: str


def read_scheme(**row: Any) -> MemberScheme:
    """The scheme that a document says."""
    return MemberScheme(**row)


MEMBERS = Schemes(SCHEMES, "members", read_scheme)
scheme = MEMBERS.on


def check_admission(paper: Paper, born_on: date, gender: str, *, admitted_on: date, on: date) -> None:
    """Refuse who is too young, days to come, and a birth date or gender other than the paper says."""
    if admitted_on > on:
        raise Refusal("members.date_future", "入会日期 %(day)s 还没有到，请核对", day=admitted_on)
    youngest = scheme(on).youngest_years
    if born_on > years_before(admitted_on, youngest):
        raise Refusal("members.age", "入会时未满%(years)s周岁，不能入会，请核对证件号码", years=youngest)
    if paper.born_on is not None and paper.born_on != born_on:
        raise Refusal("members.born_differs", "出生日期 %(day)s 与证件号码不一致，请核对", day=born_on)
    if paper.gender and gender and paper.gender != gender:
        raise Refusal("members.gender_differs", "性别与证件号码不一致（第17位单数为男、双数为女），请核对")


def check_end(first_on: date, last_on: date, *, on: date) -> None:
    """Refuse a last day before the first, or to come."""
    if last_on > on:
        raise Refusal("members.date_future", "日期 %(day)s 还没有到，请核对", day=last_on)
    if last_on < first_on:
        raise Refusal(
            "members.date_order", "日期 %(day)s 早于会籍起始日 %(first_on)s，请核对", day=last_on, first_on=first_on
        )


def difference(came: Mapping[str, int], went: Mapping[str, int]) -> int:
    """The net change of a list: all who came less all who went."""
    return sum(came.values()) - sum(went.values())
