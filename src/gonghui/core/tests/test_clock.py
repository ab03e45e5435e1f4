"""The clock: Shanghai days, and the demo's fixed one."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pytest_django.fixtures import Settings

from gonghui.core import clock


def test_the_demo_stays_on_its_day(settings: Settings) -> None:
    settings.GONGHUI_TODAY = date(2020, 8, 10)
    assert clock.today() == date(2020, 8, 10)
    assert clock.day_of(clock.now()) == date(2020, 8, 10)
    assert clock.now().tzinfo is UTC


def test_without_a_fixed_day_it_is_the_real_one(settings: Settings) -> None:
    settings.GONGHUI_TODAY = None
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.today() in {clock.day_of(datetime.now(UTC)), clock.day_of(datetime.now(UTC) - timedelta(minutes=1))}


def test_the_local_day_decides_the_half_year() -> None:
    eight = timezone(timedelta(hours=8))
    assert clock.day_of(datetime(2020, 6, 30, 23, 59, 59, tzinfo=eight)) == date(2020, 6, 30)
    assert clock.day_of(datetime(2020, 7, 1, 0, 10, tzinfo=eight)) == date(2020, 7, 1)
    assert clock.day_of(datetime(2020, 6, 30, 16, 10, tzinfo=UTC)) == date(2020, 7, 1)


def test_an_instant_without_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.day_of(datetime(2020, 7, 1))
