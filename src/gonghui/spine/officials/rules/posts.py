"""Which roles there are, where each may stand, what it may do, and which may not meet in one person."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gonghui.core.errors import Refusal
from gonghui.core.schemes import Scheme, Schemes

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters of a printed code: none that is taken for another."""
HALF_LETTERS = 8
SCHEMES = Path(__file__).resolve().parents[1] / "schemes"


@dataclass(frozen=True)
class PostScheme(Scheme):
    """The dated parameters of posts and reset codes."""

    delegated_days_longest: int
    code_hours: int
    code_tries: int


post_scheme = Schemes(SCHEMES, "posts", PostScheme).on


@dataclass(frozen=True)
class Role:
    """One role: its names, the levels it may stand at, its powers, whether it is one of the three administrators."""

    key: str
    title: str
    title_en: str
    levels: tuple[str, ...]
    powers: frozenset[str]
    also: Mapping[str, frozenset[str]]
    administrator: bool = False
    by_department: bool = False

    def powers_at(self, level: str) -> frozenset[str]:
        """What the role may do at a level."""
        return self.powers | self.also.get(level, frozenset())


def read_roles(table: Mapping[str, Any]) -> dict[str, Role]:
    """The roles of a parsed roles.toml, in its order."""
    return {
        key: Role(
            key=key,
            title=row["title"],
            title_en=row["title_en"],
            levels=tuple(row["levels"]),
            powers=frozenset(row["powers"]),
            also={level: frozenset(powers) for level, powers in row.get("also", {}).items()},
            administrator=bool(row.get("administrator", False)),
            by_department=bool(row.get("by_department", False)),
        )
        for key, row in table.items()
    }


DEPARTMENTS: list[Callable[[str], Mapping[str, str]]] = []
"""Asked with a level: the departments that have work there, with their English names."""


def departments_at(level: str) -> dict[str, str]:
    """Every department a post of this level may be limited to, with its English name."""
    return {name: english for ask in DEPARTMENTS for name, english in ask(level).items()}


def check_departments(role: Role, level: str, departments: Iterable[str]) -> None:
    """Refuse a limit on a role that speaks for no department, and a department nobody here knows."""
    known = departments_at(level)
    for department in departments:
        if not role.by_department:
            raise Refusal("officials.no_departments", "“%(role)s”不分部门，请不要选部门", role=role.title)
        if department not in known:
            raise Refusal("officials.department", "没有“%(department)s”这个部门，请从列表中选择", department=department)


def role_of(roles: Mapping[str, Role], key: str) -> Role:
    """The role, or a refusal that names what was asked."""
    if key not in roles:
        raise Refusal("officials.role", "没有“%(role)s”这一岗位，请从列表中选择", role=key)
    return roles[key]


def check_level(role: Role, level: str, *, level_title: str) -> None:
    """Refuse a role at a level where it does not stand."""
    if level not in role.levels:
        raise Refusal(
            "officials.level",
            "“%(role)s”不能设在“%(level)s”，请另选岗位或组织",
            role=role.title,
            level=level_title,
        )


def check_days(first_on: date, last_on: date | None) -> None:
    """Refuse an end before the beginning."""
    if last_on is not None and last_on < first_on:
        raise Refusal(
            "officials.date_order",
            "截止日期 %(last_on)s 早于起始日期 %(first_on)s，请核对",
            last_on=last_on,
            first_on=first_on,
        )


def check_separation(role: Role, held: Iterable[Role]) -> None:
    """Refuse a second administrator role in one person."""
    for other in held:
        if role.administrator and other.administrator:
            raise Refusal(
                "officials.administrators",
                "系统、安全、审计三个管理员不得由一人兼任：此人已任“%(held)s”，请另派他人任“%(role)s”",
                held=other.title,
                role=role.title,
            )


def check_delegation(first_on: date, last_on: date | None) -> None:
    """Refuse a delegation without end, the wrong way round, or so long that the post should be filled."""
    if last_on is None:
        raise Refusal("officials.delegation_end", "代理必须写明截止日期，请填写")
    check_days(first_on, last_on)
    longest = post_scheme(first_on).delegated_days_longest
    if (last_on - first_on).days >= longest:
        raise Refusal(
            "officials.delegation_long",
            "代理 %(days)s 天，最长 %(longest)s 天；更长请任命新人",
            days=(last_on - first_on).days + 1,
            longest=longest,
        )


def clean_half(text: str) -> str:
    """Half a code as typed: capitals, without blanks and dashes, full-width letters folded by the face."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def printed_half(half: str) -> str:
    """Half a code as it stands on the slip: two groups of four."""
    return f"{half[:4]}-{half[4:]}"
