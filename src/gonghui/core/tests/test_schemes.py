"""Dated documents: the one that holds is the newest that has begun."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from gonghui.core.errors import Refusal
from gonghui.core.schemes import Scheme, Schemes


@dataclass(frozen=True)
class Fee(Scheme):
    fen: int
    months: tuple[int, ...]


@pytest.fixture
def fees(tmp_path: Path) -> Schemes[Fee]:
    for name, day, fen in (("fee_2020", "2020-01-01", 300), ("fee_2016", "2016-10-09", 200), ("feed_2018", "x", 0)):
        text = f'valid_from = {day}\nsource = "示例"\nfen = {fen}\nmonths = [3, 5]\n'
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return Schemes(tmp_path, "fee", Fee)


def test_the_newest_that_has_begun_holds_on_a_day(fees: Schemes[Fee]) -> None:
    days = [date(2016, 10, 9), date(2019, 12, 31), date(2020, 1, 1), date(2999, 1, 1)]
    assert [fees.on(day).fen for day in days] == [200, 200, 300, 300]
    assert [one.fen for one in fees.all] == [200, 300]
    assert fees.all[0].months == (3, 5)


def test_before_the_first_there_is_none(fees: Schemes[Fee]) -> None:
    with pytest.raises(Refusal, match="2016-10-08") as caught:
        fees.on(date(2016, 10, 8))
    assert caught.value.code == "schemes.none"
