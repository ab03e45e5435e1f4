"""Papers, names, phones and cards: how they are written, what is wrong with them, what of them is shown.

A resident's number is GB 11643: division, birth date, sequence (odd a man, even a woman), check character. Cards of
residents from Hong Kong, Macao and Taiwan and the foreign card of 2023 are built alike. Divisions are not held against
today's list: people keep an abolished one for life. Generated records carry division 99, cards from 999 and phones
from 100, which nobody holds; they pass only where `generated` says so.
"""

import re
from datetime import date
from functools import lru_cache
from operator import mul
from typing import Final, NamedTuple

from gonghui.core import text as texts
from gonghui.core.errors import Refusal

RESIDENT, HMT, FOREIGN, PASSPORT, PERMIT = "resident", "hmt", "foreign", "passport", "permit"
KINDS: Final = {
    RESIDENT: "居民身份证",
    HMT: "港澳台居民居住证",
    FOREIGN: "外国人永久居留身份证",
    PASSPORT: "护照",
    PERMIT: "来往内地（大陆）通行证",
}
OLDEST_YEARS = 120
WOMAN, MAN = "f", "m"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_ZEROS = ord("0") * sum(_WEIGHTS)
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_HMT = re.compile(r"8[123]0000")
_OLD_FOREIGN = re.compile(r"[A-Z]{3}[0-9]{12}")
_PASSPORT = re.compile(r"[A-Z0-9]{5,20}")
_PERMIT = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?|[0-9]{8}(?:[0-9]{2})?")
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_PHONE_GENERATED = re.compile(r"100[0-9]{8}")
_CARD = re.compile(r"[0-9]{16,19}")
_NAME = re.compile(r"[^\W\d_]+(?:[·.' -][^\W\d_]+)*\.?")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")  # zh
_GAPS = re.compile(r"[\s-]+")


class Paper(NamedTuple):
    """A paper as it is kept: its kind, its number as written on it, and what the number says of its holder."""

    kind: str
    number: str
    born_on: date | None = None
    gender: str = ""


def check_character(body: str) -> str:
    """The eighteenth character over the first seventeen digits."""
    return _CHECKS[(sum(map(mul, _WEIGHTS, body.encode())) - _ZEROS) % 11]


def folded(typed: str) -> str:
    """A number as it is compared: half-width, in capitals, without gaps; whatever is wrong with it."""
    return _joined(typed).upper()


def _joined(typed: str) -> str:
    """Half-width and without gaps, as most are typed already."""
    return typed if typed.isascii() and typed.isalnum() else _GAPS.sub("", texts.fold(typed))


def paper(kind: str, typed: str, *, on: date, generated: bool = False) -> Paper:
    """The paper, or a refusal that says what is wrong with the number without repeating it."""
    if kind not in KINDS:
        raise Refusal(
            "members.paper_kind",
            "没有“%(kind)s”这种证件，可填：%(kinds)s",
            kind=kind[:20],
            kinds="、".join(KINDS.values()),
        )
    number = folded(typed)
    if not number:
        raise Refusal("members.paper_missing", "证件号码必填")
    if "*" in number:
        raise Refusal("members.paper_masked", "证件号码带星号，是打印时遮住的：请填完整号码")
    if kind == PASSPORT:
        return _plain(kind, number, _PASSPORT, "应为5至20位字母和数字")
    if kind == PERMIT:
        return _plain(kind, number, _PERMIT, "港澳为H或M加8至10位数字，台湾为8或10位数字")
    if kind == FOREIGN and _OLD_FOREIGN.fullmatch(number):
        return Paper(kind, number)
    return _eighteen(kind, number, on, generated)


def _plain(kind: str, number: str, form: re.Pattern[str], wanted: str) -> Paper:
    if not form.fullmatch(number):
        raise Refusal(
            "members.paper_form",
            "%(kind)s号码格式不对：%(wanted)s，现有%(length)s位，请照证件重填",
            kind=KINDS[kind],
            wanted=wanted,
            length=len(number),
        )
    return Paper(kind, number)


def _eighteen(kind: str, number: str, on: date, generated: bool) -> Paper:
    if len(number) != 18:
        if len(number) == 15 and number.isdigit():
            raise Refusal("members.paper_fifteen", "这是15位的旧身份证号，2013年起已停用：请照现在的身份证填18位号码")
        raise Refusal(
            "members.paper_length", "%(kind)s号码有%(length)s位，应为18位，请核对", kind=KINDS[kind], length=len(number)
        )
    if not _EIGHTEEN.fullmatch(number):
        place = next((at for at, sign in enumerate(number[:17], 1) if not sign.isdigit()), 18)
        raise Refusal("members.paper_letter", "号码第%(place)s位不是数字（末位可以是X），请核对", place=place)
    _check_head(kind, number, generated)
    born_on = _born(number, on)
    if number[17] != check_character(number[:17]):
        raise Refusal(
            "members.paper_check", "%(kind)s号码的校验位不正确：至少有一位填错了，请照证件逐位核对", kind=KINDS[kind]
        )
    return Paper(kind, number, born_on, MAN if int(number[16]) % 2 else WOMAN)


def _check_head(kind: str, number: str, generated: bool) -> None:
    """The first digits say which of the three papers it is."""
    is_hmt = _HMT.match(number) is not None
    is_generated = number.startswith("99")
    if kind == RESIDENT and is_hmt:
        raise Refusal("members.paper_is_hmt", "810000、820000、830000开头的是港澳台居民居住证：请改证件类型")
    if kind == HMT and not is_hmt:
        raise Refusal("members.paper_not_hmt", "港澳台居民居住证号码以810000、820000或830000开头，请核对证件类型")
    if kind == FOREIGN and not number.startswith("9"):
        raise Refusal("members.paper_not_foreign", "2023版外国人永久居留身份证号码以9开头，请核对证件类型")
    if kind == RESIDENT and number[0] in "09" and not (is_generated and generated):
        raise Refusal("members.paper_division", "号码开头的%(head)s不是任何省级行政区划，请核对", head=number[:2])


def _born(number: str, on: date) -> date:
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Refusal("members.paper_date", "号码第7至14位不是真实的出生日期，请核对") from None
    if not years_before(on, OLDEST_YEARS) <= born_on <= on:
        raise Refusal("members.paper_date", "号码第7至14位不是真实的出生日期，请核对")
    return born_on


@lru_cache(64)
def years_before(day: date, years: int) -> date:
    """The day so many years earlier; of 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def kind_of(number: str) -> str:
    """The kind that a number says by its form, for lists that have no column for it."""
    folded = _joined(number).upper()
    if _HMT.match(folded) and len(folded) == 18:
        return HMT
    if len(folded) in (15, 18) and folded[:-1].isdigit():
        return RESIDENT
    if _OLD_FOREIGN.fullmatch(folded):
        return FOREIGN
    if folded[:1] in ("H", "M") and _PERMIT.fullmatch(folded):
        return PERMIT
    return PASSPORT if re.fullmatch(r"[A-Z][A-Z0-9]{4,19}", folded) else RESIDENT


# Names, phones, cards ---------------------------------------------------------------------------------------------


def name(typed: str) -> str:
    """The name as it is kept: rare characters stay, every dot between the parts is the middle dot."""
    found = texts.person_name(typed)
    if len(found) < 2:
        raise Refusal("members.name_short", "姓名必填，至少两个字")
    if not _NAME.fullmatch(found):
        odd = next((sign for sign in found if not (sign.isalpha() or sign in "·.' -")), found[0])
        raise Refusal("members.name_sign", "姓名里不应有“%(sign)s”，请照证件填写", sign=odd)
    if _HAN.search(found):
        found = found.replace(" ", "").replace(".", "·")
    return found


def phone(typed: str, *, generated: bool = False) -> str:
    """A mobile number of eleven digits."""
    folded = _joined(typed)
    folded = folded.removeprefix("+86") if folded.startswith("+") else folded
    folded = folded[2:] if len(folded) == 13 and folded.startswith("86") else folded
    if _PHONE.fullmatch(folded) or (generated and _PHONE_GENERATED.fullmatch(folded)):
        return folded
    if not folded.isdigit() or len(folded) != 11:
        raise Refusal("members.phone_length", "手机号应为11位数字，现有%(length)s位，请核对", length=len(folded))
    raise Refusal("members.phone_head", "手机号不会以%(head)s开头，请核对", head=folded[:3])


def card(typed: str, *, generated: bool = False) -> str:
    """A bank card's number: 16 to 19 digits with Luhn's check digit."""
    folded = _joined(typed)
    if not _CARD.fullmatch(folded):
        raise Refusal("members.card_length", "银行卡号应为16至19位数字，现有%(length)s位，请核对", length=len(folded))
    if folded.startswith("999") and not generated:
        raise Refusal("members.card_head", "没有以999开头的银行卡，请核对")
    if not luhn(folded):
        raise Refusal("members.card_check", "银行卡号的校验位不正确：至少有一位填错了，请照卡面逐位核对")
    return folded


def luhn(number: str) -> bool:
    """Whether the digits pass Luhn's check (ISO/IEC 7812)."""
    total = 0
    for at, sign in enumerate(reversed(number)):
        digit = int(sign) << (at % 2)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def luhn_digit(body: str) -> str:
    """The digit that makes a number pass Luhn's check."""
    digits = body.encode().translate(_DIGITS)
    return str(-(sum(digits[-2::-2]) + sum(digits[-1::-2].translate(_DOUBLED))) % 10)


_DIGITS = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED = bytes(digit * 2 // 10 + digit * 2 % 10 for digit in range(10)) + bytes(246)


# What is shown ----------------------------------------------------------------------------------------------------


def masked_name(full: str) -> str:
    """The first character, and the last where there are more than two: 张*, 欧**娜."""
    return full[:1] + "*" * max(1, len(full) - 2) + (full[-1:] if len(full) > 2 else "")


def masked_paper(number: str) -> str:
    """The first three and the last two."""
    return _masked(number, 3, 2)


def masked_phone(number: str) -> str:
    """The first three and the last four."""
    return _masked(number, 3, 4)


def masked_card(number: str) -> str:
    """The last four."""
    return _masked(number, 0, 4)


def masked_address(full: str) -> str:
    """As far as the district."""
    return full[:3] + "****"


def _masked(number: str, first: int, last: int) -> str:
    hidden = len(number) - first - last
    return number[:first] + "*" * hidden + number[-last:] if hidden >= 3 else "*" * max(4, len(number))
