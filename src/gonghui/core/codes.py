"""Codes with check digits: social credit codes (GB 32100), organisation codes of the tree, division codes.

`organisation_code` is area6-KIND-seq5-check, where the check is Luhn's over the digits after each letter has become
its number (A 10 to Z 35): for 110105-BA-00231 these are 110105 11 10 00231, the sum is 23 and the check digit 7, so
the example 110105-BA-00231-7 fits.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from stdnum import luhn
from stdnum.cn import uscc as gb32100

from gonghui.core import text as texts
from gonghui.core.errors import Refusal

USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CONFUSED = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}  # not in the alphabet, and what was probably meant
DEMO_DIVISION = "990100"  # division 99 does not exist, so nobody holds such a code
LARGEST_NUMBER = 99_999
_ORGANISATION = re.compile(r"(\d{6})-([A-Z]{2})-(\d{5})-(\d)\Z")
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714


def uscc(typed: str) -> str:
    """The social credit code without blanks and in capitals; a wrong one is refused with what is wrong."""
    code = re.sub(r"[\s-]", "", texts.fold(typed)).upper()
    if len(code) != 18:
        raise Refusal(
            "codes.uscc_length",
            "统一社会信用代码“%(code)s”有%(length)s位，应为18位，请核对",
            code=code[:40],
            length=len(code),
        )
    for place, sign in enumerate(code, start=1):
        if sign not in USCC_LETTERS:
            raise Refusal(
                "codes.uscc_letter",
                "统一社会信用代码“%(code)s”第%(place)s位的“%(sign)s”不会出现在代码里，可能是“%(meant)s”，请核对证书",
                code=code,
                place=place,
                sign=sign,
                meant=CONFUSED.get(sign, "数字或字母"),
            )
    if code[-1] != gb32100.calc_check_digit(code[:17]):
        raise Refusal("codes.uscc_check", "统一社会信用代码“%(code)s”的校验位不正确，请对照证书逐位核对", code=code)
    return code


def employer_uscc(typed: str) -> str:
    """An employer's code, which never starts with 8."""
    code = uscc(typed)
    if code.startswith("8"):
        raise Refusal("codes.uscc_of_union", "“%(code)s”以8开头，是工会的代码；请填单位的统一社会信用代码", code=code)
    return code


def union_uscc(typed: str) -> str:
    """A union's own code: 81 for a union in an employer, 89 for others."""
    code = uscc(typed)
    if not code.startswith("8"):
        raise Refusal(
            "codes.uscc_of_employer", "“%(code)s”不以8开头，不是工会的代码；工会法人的代码以81或89开头", code=code
        )
    return code


def demo_uscc(kind: str, number: int, *, division: str = DEMO_DIVISION) -> str:
    """A code with true check digits that nobody holds: kind 91 an enterprise, 81 a union in an employer."""
    if not division.startswith("99") or len(division) != 6 or not 0 <= number < 10**6:
        raise ValueError("generated codes lie in division 99 and count to a million")
    body = f"{'MC' if kind.startswith('8') else 'MA'}{number:06d}"
    code = f"{kind}{division}{body}{_body_check(body)}"
    return code + gb32100.calc_check_digit(code)


def _body_check(body: str) -> str:
    """The ninth character of an organisation number (GB 11714)."""
    total = sum(int(sign, 36) * weight for sign, weight in zip(body, _BODY_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11] if total % 11 else "0"


def organisation_code(area: str, kind: str, number: int) -> str:
    """The code of the number-th organisation of a kind in an area: 110105-BA-00231-7."""
    if number < 0:
        raise ValueError(f"{number!r} makes no organisation code")
    if number > LARGEST_NUMBER:
        raise Refusal(
            "codes.numbers_used_up",
            "%(area)s-%(kind)s 的五位顺序号已经用完，请联系系统管理员",
            area=area,
            kind=kind,
        )
    begins, weighs = _beginning(area, kind)
    return f"{begins}{number:05d}-{-(weighs + luhn.checksum(f'{number:05d}0')) % 10}"


@lru_cache(maxsize=2_000)
def _beginning(area: str, kind: str) -> tuple[str, int]:
    """What stands before the number in codes of an area and a kind, and its share of their check."""
    if not re.fullmatch(r"\d{6}", area) or not re.fullmatch(r"[A-Z]{2}", kind):
        raise ValueError(f"{area!r}, {kind!r} make no organisation code")
    begins = f"{area}-{kind}-"
    return begins, luhn.checksum(f"{_digits(begins)}000000")


def checked_organisation_code(typed: str) -> str:
    """The organisation's code as stored; a wrong form or check digit is refused."""
    code = re.sub(r"\s", "", texts.fold(typed)).upper()
    match = _ORGANISATION.match(code)
    if match is None:
        raise Refusal(
            "codes.organisation_form", "组织代码“%(code)s”的格式不对，应类似 110105-BA-00231-7", code=code[:40]
        )
    if not luhn.is_valid(_digits(code)):
        raise Refusal("codes.organisation_check", "组织代码“%(code)s”的校验位不正确，请核对", code=code)
    return code


def running_number(typed: str) -> str:
    """The five-digit number within a code or a part of one: 00231 for BA-00231-7 and for 231; else nothing."""
    found = re.fullmatch(r"(?:(?:\d{6}-)?[A-Z]{2}-)?(\d{1,5})(?:-\d)?", texts.fold(typed).upper())
    return found[1].zfill(5) if found else ""


def _digits(code: str) -> str:
    return "".join(str(int(sign, 36)) for sign in code if sign != "-")


@dataclass(frozen=True)
class District:
    """A place of district rank that figures are broken down by."""

    code: str
    name: str
    name_en: str


BDA = "110115403"  # 经开区 has no county code; it lies under Daxing in the statistical divisions and is counted alone
CITY = "110000"
DISTRICTS: Mapping[str, District] = {
    code: District(code, name, name_en)
    for code, name, name_en in (
        ("110101", "东城区", "Dongcheng"),  # zh
        ("110102", "西城区", "Xicheng"),  # zh
        ("110105", "朝阳区", "Chaoyang"),  # zh
        ("110106", "丰台区", "Fengtai"),  # zh
        ("110107", "石景山区", "Shijingshan"),  # zh
        ("110108", "海淀区", "Haidian"),  # zh
        ("110109", "门头沟区", "Mentougou"),  # zh
        ("110111", "房山区", "Fangshan"),  # zh
        ("110112", "通州区", "Tongzhou"),  # zh
        ("110113", "顺义区", "Shunyi"),  # zh
        ("110114", "昌平区", "Changping"),  # zh
        ("110115", "大兴区", "Daxing"),  # zh
        ("110116", "怀柔区", "Huairou"),  # zh
        ("110117", "平谷区", "Pinggu"),  # zh
        ("110118", "密云区", "Miyun"),  # zh
        ("110119", "延庆区", "Yanqing"),  # zh
        (BDA, "北京经济技术开发区", "Beijing Economic-Technological Development Area"),  # zh
    )
}
# Abolished code, its name, the code that took over, the first day it was no longer in force.
ABOLISHED: Mapping[str, tuple[str, str, date]] = {
    "110103": ("崇文区", "110101", date(2010, 7, 1)),  # zh
    "110104": ("宣武区", "110102", date(2010, 7, 1)),  # zh
    "110228": ("密云县", "110118", date(2015, 11, 17)),  # zh
    "110229": ("延庆县", "110119", date(2015, 11, 17)),  # zh
}


def area(typed: str, *, on: date | None = None) -> str:
    """A division code of six or nine digits that is in force on the day; without a day abolished ones pass too."""
    code = _area(typed)
    if on is not None and code[:6] in ABOLISHED:
        name, successor, ended = ABOLISHED[code[:6]]
        if on >= ended:
            raise Refusal(
                "codes.area_retired",
                "行政区划代码“%(code)s”（%(name)s）已撤销，请改用%(successor)s",
                code=code,
                name=name,
                successor=successor,
            )
    return code


@lru_cache(maxsize=2_000)
def _area(typed: str) -> str:
    code = re.sub(r"\s", "", texts.fold(typed))
    if len(code) == 12 and code.endswith("000"):
        code = code[:9]
    if not re.fullmatch(r"\d{6}|\d{9}", code) or code == "110100" or not _district(code):
        raise Refusal(
            "codes.area_unknown",
            "行政区划代码“%(code)s”不存在，请填6位区代码或9位街道乡镇代码",
            code=code[:40],
        )
    return code


def now_of_area(code: str) -> str:
    """The code itself, or of an abolished county (or a street of one) the district that took over."""
    return ABOLISHED[code[:6]][1] if code[:6] in ABOLISHED else code


def district_of(code: str) -> str:
    """The code of the district (one of 17) that a division is counted in, the city's own code for the city."""
    found = _district(code)
    if not found:
        raise Refusal(
            "codes.area_unknown",
            "行政区划代码“%(code)s”不存在，请填6位区代码或9位街道乡镇代码",
            code=code[:40],
        )
    return found


def _district(code: str) -> str:
    if code[:9] == BDA:
        return BDA
    county = ABOLISHED[code[:6]][1] if code[:6] in ABOLISHED else code[:6]
    return county if county in DISTRICTS or code == CITY else ""
