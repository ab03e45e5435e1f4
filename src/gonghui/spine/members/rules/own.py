"""What members do for themselves: codes, their days and tries, and what may be asked for or withdrawn."""

import secrets
from dataclasses import dataclass
from typing import Final

from gonghui.core.schemes import Scheme, Schemes
from gonghui.spine.members.rules.membership import SCHEMES

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters of a printed code: none that is taken for another."""
CODE_LETTERS = 12
DIGITS = 6
ROSTER, PHONE_CODES = "roster", "phone_codes"
"""The purposes that a member consents to."""
OPTIONAL: Final = ("phone", "card", "address")
"""What the roster holds only as long as the member wants it to."""
ASKED: Final = {
    "name": "更正姓名",
    "paper": "更正证件号码",
    "phone": "更正手机号",
    "card": "更正银行卡号",
    "address": "更正住址",
    "other": "更正其他资料",
    "leave": "申请退会",
}
"""What a member can ask the union for."""
VALUES: Final = ("name", "paper", "phone", "card", "address")
"""Requests that carry the value as it should be."""


@dataclass(frozen=True)
class OwnScheme(Scheme):
    """The dated parameters of what members do for themselves."""

    code_days: int
    code_tries: int
    sign_in_minutes: int
    sign_in_tries: int
    sign_ins_an_hour: int
    sign_ins_a_day: int
    answer_workdays: int
    phone_version: str
    phone_text: str
    phone_text_en: str


scheme = Schemes(SCHEMES, "own", OwnScheme).on


def draw_code() -> str:
    """An activation code: sixty random bits in letters."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))


def printed_code(code: str) -> str:
    """The code in threes of four, as it is printed."""
    return "-".join(code[at : at + 4] for at in range(0, CODE_LETTERS, 4))


def clean_code(typed: str) -> str:
    """The code that was meant by what was typed."""
    return "".join(sign for sign in typed.upper() if sign in LETTERS)


def draw_digits() -> str:
    """A sign-in code of six digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
