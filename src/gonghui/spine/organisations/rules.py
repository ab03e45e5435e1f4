"""Where an organisation may stand, which areas exist, when a union may be set up; numbers come from dated schemes."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from gonghui.core import text
from gonghui.core.errors import Refusal
from gonghui.core.schemes import Scheme, Schemes

SCHEMES = Path(__file__).resolve().parent / "schemes"
NAME_LONGEST = 120


# The tree ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Level:
    """One level of the tree: its name, the letters in its code, what it may stand under, what else it is called."""

    key: str
    title: str
    letters: str
    under: tuple[str, ...]
    also: tuple[str, ...] = ()


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((SCHEMES / name).read_text(encoding="utf-8"))


@cache
def levels() -> Mapping[str, Level]:
    """Every level by key, from the top of the tree down."""
    found = _toml("tree.toml")
    return {
        key: Level(key, row["title"], row["letters"], tuple(row["under"]), tuple(row.get("also", ())))
        for key, row in found.items()
        if isinstance(row, dict)
    }


def level_of(key: str) -> Level:
    """The level, or a refusal that lists what there is."""
    if key not in levels():
        raise Refusal("organisations.level", "没有“%(level)s”这一组织层级，请从列表中选择", level=key)
    return levels()[key]


def check_place(level: str, under: str | None) -> None:
    """Refuse a level that may not stand under another; only the city stands under nothing."""
    wanted = level_of(level)
    if under is None:
        if wanted.under:
            raise Refusal("organisations.superior_missing", "“%(level)s”必须有上级组织，请选择上级", level=wanted.title)
        return
    if under not in wanted.under:
        raise Refusal(
            "organisations.place",
            "“%(level)s”不能隶属于“%(under)s”，请另选上级",
            level=wanted.title,
            under=level_of(under).title,
        )


@cache
def deepest() -> int:
    """How many levels the tree may have, the city among them."""
    return int(_toml("tree.toml")["deepest"])


def check_depth(depth: int) -> None:
    """Refuse a place below the deepest level."""
    if depth > deepest():
        raise Refusal(
            "organisations.depth",
            "这样会有 %(depth)s 层，组织最多 %(deepest)s 层，请另选靠上的上级",
            depth=depth,
            deepest=deepest(),
        )


def depth_of(path: str) -> int:
    """How many organisations a path names: `/1/3/` is two."""
    return path.count("/") - 1


def ids_of(path: str) -> tuple[int, ...]:
    """The organisations a path names, from the top down: `/1/3/` are 1 and 3."""
    return tuple(int(step) for step in path.split("/") if step)


UNIONS = ("base", "joint")


def check_merge(level: str, into: str) -> None:
    """Refuse to merge what is not alike: a district into a district, a union into a union, its own or a joint one."""
    if level_of(level).under and (level == into or (level in UNIONS and into in UNIONS)):
        return
    raise Refusal(
        "organisations.merge_unlike",
        "“%(level)s”不能并入“%(into)s”，只有同级组织可以合并；要归入上级请用变更隶属关系",
        level=level_of(level).title,
        into=level_of(into).title,
    )


def checked_name(name: str) -> str:
    """The name in one line of visible characters; an empty or overlong one is refused."""
    seen = text.clean(name, longest=NAME_LONGEST, field="名称")
    if not seen:
        raise Refusal("organisations.name_missing", "缺少名称，请填写")
    return seen


# Employers ---------------------------------------------------------------------------------------------------------


@cache
def sections() -> Mapping[str, str]:
    """The sections of the national economy by letter."""
    return {letter: row["title"] for letter, row in _toml("industries.toml")["sections"].items()}


@cache
def ownerships() -> Mapping[str, str]:
    """Kinds of ownership of an employer."""
    return {key: row["title"] for key, row in _toml("industries.toml")["ownerships"].items()}


@cache
def ownership_words() -> Mapping[str, str]:
    """What else the kinds are called in people's sheets."""
    return {word: key for key, row in _toml("industries.toml")["ownerships"].items() for word in row.get("also", ())}


@cache
def is_non_public(ownership: str) -> bool:
    """Whether an employer of this ownership counts as outside public ownership."""
    return bool(_toml("industries.toml")["ownerships"].get(ownership, {}).get("non_public", False))


def check_industry(code: str) -> None:
    """Refuse an industry that is neither a section letter nor a letter with a two-digit division."""
    if not re.fullmatch(r"[A-Z](\d\d)?", code) or code[0] not in sections():
        raise Refusal("organisations.industry", "行业代码 %(code)s 不存在，应为门类字母加两位大类，如 I64", code=code)


def check_ownership(key: str) -> None:
    """Refuse an unknown kind of ownership."""
    if key not in ownerships():
        raise Refusal("organisations.ownership", "没有“%(key)s”这一单位类型，请从列表中选择", key=key)


BANDS = ((1000, "1000+"), (300, "300-999"), (100, "100-299"), (25, "25-99"), (0, "1-24"))
"""Size classes for tables only; no rule hangs on them."""


def band(employees: int) -> str:
    """The size class an employer is counted in."""
    return next(label for least, label in BANDS if employees >= least)


# Setting up a union -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetUpScheme(Scheme):
    """The dated parameters of setting up a union."""

    quorum_numerator: int
    quorum_denominator: int
    majority_numerator: int
    majority_denominator: int
    preparers_at_least: int
    joint_employers_at_least: int
    term_years: tuple[int, ...]
    again_new_after_months: int
    reply_within_days: int

    def quorum(self, entitled: int) -> int:
        """The fewest who must attend: the share, rounded up."""
        return -(-entitled * self.quorum_numerator // self.quorum_denominator)

    def votes_needed(self, entitled: int) -> int:
        """The fewest votes that elect: more than the share of those entitled."""
        return entitled * self.majority_numerator // self.majority_denominator + 1


set_up_scheme = Schemes(SCHEMES, "set_up", SetUpScheme).on


@dataclass(frozen=True)
class Ballot:
    """The result of the members' meeting: how many could vote, came, voted for; how long the term is."""

    entitled: int
    attended: int
    votes: int
    term_years: int


def check_ballot(ballot: Ballot, *, members: int, scheme: SetUpScheme) -> None:
    """Refuse sums that cannot be, a meeting without quorum, votes that do not elect, a term the rules do not know."""
    if not 0 < ballot.entitled <= members:
        raise Refusal(
            "organisations.sum",
            "应到会 %(entitled)s 人，会员 %(members)s 人：应到会人数应在 1 与会员人数之间",
            entitled=ballot.entitled,
            members=members,
        )
    if not 0 <= ballot.attended <= ballot.entitled:
        raise Refusal(
            "organisations.sum",
            "到会 %(attended)s 人多于应到会 %(entitled)s 人，请核对",
            attended=ballot.attended,
            entitled=ballot.entitled,
        )
    if not 0 <= ballot.votes <= ballot.attended:
        raise Refusal(
            "organisations.sum",
            "得票 %(votes)s 张多于到会 %(attended)s 人，请核对",
            votes=ballot.votes,
            attended=ballot.attended,
        )
    if ballot.attended < (quorum := scheme.quorum(ballot.entitled)):
        raise Refusal(
            "organisations.quorum",
            "应到会 %(entitled)s 人，须有 %(quorum)s 人到会选举才有效，实到 %(attended)s 人，请重新召开会议",
            entitled=ballot.entitled,
            quorum=quorum,
            attended=ballot.attended,
        )
    if ballot.votes < (needed := scheme.votes_needed(ballot.entitled)):
        raise Refusal(
            "organisations.majority",
            "应到会 %(entitled)s 人，当选须得 %(needed)s 票，最低得票 %(votes)s 票，请另行选举",
            entitled=ballot.entitled,
            needed=needed,
            votes=ballot.votes,
        )
    if ballot.term_years not in scheme.term_years:
        raise Refusal(
            "organisations.term",
            "任期 %(years)s 年不合规定，只能是 %(allowed)s 年",
            years=ballot.term_years,
            allowed="、".join(str(years) for years in scheme.term_years),
        )


def check_employers(kind: str, employers: Sequence[object], *, scheme: SetUpScheme) -> None:
    """Refuse a joint union of too few employers and any other of more or fewer than one."""
    if kind == "joint":
        if len(employers) < scheme.joint_employers_at_least:
            raise Refusal(
                "organisations.joint_employers",
                "联合基层工会至少要有 %(least)s 个单位，现有 %(count)s 个，请补充单位",
                least=scheme.joint_employers_at_least,
                count=len(employers),
            )
    elif kind != "base":
        raise Refusal("organisations.set_up_kind", "建会只能建立基层工会或联合基层工会，不能是“%(kind)s”", kind=kind)
    elif len(employers) != 1:
        raise Refusal(
            "organisations.base_employer",
            "基层工会对应一个单位，现有 %(count)s 个；多个单位请选联合基层工会",
            count=len(employers),
        )


def check_preparers(preparers: int, *, scheme: SetUpScheme) -> None:
    """Refuse a preparing group that is too small."""
    if preparers < scheme.preparers_at_least:
        raise Refusal(
            "organisations.preparers",
            "筹备组有 %(count)s 人，至少要 %(least)s 人，请补足",
            count=preparers,
            least=scheme.preparers_at_least,
        )


def check_order(earlier: date, later: date, *, what_earlier: str, what_later: str) -> None:
    """Refuse a later step dated before the earlier one."""
    if later < earlier:
        raise Refusal(
            "organisations.date_order",
            "%(what_later)s日期 %(later)s 早于%(what_earlier)s日期 %(earlier)s，请核对",
            what_later=what_later,
            later=later,
            what_earlier=what_earlier,
            earlier=earlier,
        )


def months_after(day: date, months: int) -> date:
    """The corresponding day some months later; the month's last day where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)


def counts_as_new(uncovered_on: date | None, on: date, *, scheme: SetUpScheme) -> bool:
    """Whether an employer covered on the day is new: never covered, or uncovered longer ago than the months say."""
    return uncovered_on is None or on > months_after(uncovered_on, scheme.again_new_after_months)
