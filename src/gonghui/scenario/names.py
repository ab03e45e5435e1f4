"""Invented employers and officials: every name is visibly generated, none can be taken for somebody's."""

from dataclasses import dataclass
from functools import cache
from random import Random

from gonghui.core import codes, search
from gonghui.scenario.places import Seat, districts, industries, joined
from gonghui.scenario.targets import SEED

_FIRST = "恒瑞嘉信宏泰永盛鼎华利丰锦辉润达通安和顺启明新远景天海云山星光博雅德"
_SECOND = "远达成源兴隆创业联合众汇融智汇丰茂昌盛腾飞翔宇辰阳川林森松竹梅兰石金"
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃"
OWNERSHIPS = ("private", "private", "private", "private", "private", "private", "foreign", "mixed", "mixed", "state")


@dataclass(frozen=True)
class EmployerName:
    """An invented employer; the number makes its name and its code, both unlike any other's."""

    number: int
    uscc: str
    name: str
    english: str
    area_code: str
    industry_code: str
    ownership: str
    employees: int

    @property
    def union(self) -> str:
        """The name of the union in it."""
        return f"{self.name}工会"

    @property
    def union_english(self) -> str:
        """The same in English."""
        return f"{self.english} Trade Union"


def _brand(number: int) -> str:
    first, second = sorted(set(_FIRST)), sorted(set(_SECOND))
    pairs = len(first) * len(second)
    place = number * 389 % pairs  # 389 shares no factor with the product: every pair comes once
    round_of_pairs = number // pairs
    third = second[(round_of_pairs - 1) % len(second)] if round_of_pairs else ""
    return first[place % len(first)] + second[place // len(first)] + third


def _brand_english(brand: str) -> str:
    return joined([_syllable(sign) for sign in brand])


@cache
def _syllable(sign: str) -> str:
    return search.pinyin_key(sign)


def employer(number: int, seat: Seat, *, register: int = 0) -> EmployerName:
    """The employer of a number in a register of its own, at a seat."""
    chance = Random(f"{SEED}:employer:{register}:{number}")
    kind = seat.industry or industries()[chance.choices(range(10), [one.weight for one in industries()])[0]]
    trade = number % len(kind.trades)
    brand = _brand(number + register * 24_000)
    area = seat.town.code if seat.town is not None else _anywhere(chance)
    return EmployerName(
        number=number,
        uscc=codes.demo_uscc("91", number % 10**6, division=f"99{register:02d}{number // 10**6:02d}"),
        name=f"示例{brand}{kind.trades[trade]}有限公司",
        english=f"Example {_brand_english(brand)} {kind.trades_english[trade]} Co., Ltd.",
        area_code=area,
        industry_code=kind.section,
        ownership=chance.choice(OWNERSHIPS),
        employees=_employees(chance),
    )


def _anywhere(chance: Random) -> str:
    """The district an employer of an industry union lies in."""
    return chance.choices([one.code for one in districts()], [one.weight for one in districts()])[0]


def _employees(chance: Random) -> int:
    """Few large, many small: from a handful up to two thousand."""
    large = int(chance.expovariate(1 / 240)) if chance.random() < 0.18 else 0
    return min(2_000, 6 + int(chance.expovariate(1 / 22)) + large)


def official(number: int) -> str:
    """The invented name of an official: a surname, the character of 示范, and a count."""
    return f"{_SURNAMES[number % len(_SURNAMES)]}示{_GIVEN[number // len(_SURNAMES) % len(_GIVEN)]}"
