"""The tree of the demo federation is complete, and its invented names are plainly invented."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core import codes
from gonghui.scenario import names
from gonghui.scenario.places import WANGJING, ZONE, answering, districts, industries, seats, unions_by_seat
from gonghui.scenario.set_ups import afterwards, planned
from gonghui.spine.organisations import rules


def test_the_districts_are_the_areas_that_figures_are_counted_in():
    assert {one.code for one in districts()} == set(codes.DISTRICTS)
    assert len(districts()) == 17
    assert districts()[-1].code == ZONE


def test_there_are_about_330_towns_each_with_a_code_of_its_district():
    towns = [(area, town) for area in districts() for town in area.towns]
    assert 320 <= len(towns) <= 340
    assert all(town.code[:6] == area.code[:6] and len(town.code) == 9 for area, town in towns)
    assert len({(area.code, town.name) for area, town in towns}) == len(towns)
    assert len({town.code for area, town in towns if area.code != ZONE}) == len(towns) - 2


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("望京街道", "Wangjing Subdistrict"),
        ("朝阳门街道", "Chaoyangmen Subdistrict"),
        ("什刹海街道", "Shichahai Subdistrict"),
        ("右安门街道", "You'anmen Subdistrict"),
        ("南磨房地区", "Nanmofang Area"),
        ("潭柘寺镇", "Tanzhesi Town"),
        ("长哨营乡", "Changshaoying Township"),
    ],
)
def test_towns_have_english_names(name: str, english: str):
    assert next(town.english for area in districts() for town in area.towns if town.name == name) == english


def test_every_union_has_an_english_name_that_says_it_is_an_example():
    some = [names.employer(number, seats()[number % len(seats())]) for number in range(500)]
    for one in some:
        assert re.fullmatch(r"Example [A-Z][a-z']+ [A-Z][A-Za-z ]+ Co\., Ltd\. Trade Union", one.union_english)
    assert len({one.union_english for one in some}) == len(some)
    for kind in industries():
        assert len(kind.trades) == len(kind.trades_english)
    assert all(re.fullmatch(r"[A-Za-z'.,\d ]+", one.english_name) for one in (*planned(), *afterwards()))


def test_wangjing_has_its_own_code():
    assert [town.code for area in districts() for town in area.towns if town.name == WANGJING] == ["110105026"]


def test_usernames_of_units_never_meet():
    keys = [one.key for one in answering()]
    assert len(set(keys)) == len(keys) == 27
    assert all(key.isascii() and key.islower() and key.isalpha() for key in keys)


@given(st.integers(0, 100_000))
def test_every_enterprise_union_hangs_somewhere(how_many):
    counts = unions_by_seat(how_many)
    assert len(counts) == len(seats())
    assert sum(counts) == how_many


def test_no_two_employers_share_a_name_or_a_code():
    made = [names.employer(number, seats()[number % len(seats())]) for number in range(24_000)]
    made += [names.employer(number, seats()[number % len(seats())], register=1) for number in range(800)]
    assert len({one.uscc for one in made}) == len(made)
    assert len({one.name for one in made}) == len(made)


def test_an_employer_is_the_same_every_time_and_plainly_invented():
    one = names.employer(7, seats()[0])
    assert one == names.employer(7, seats()[0])
    assert one.name.startswith("示例")
    assert one.uscc[2:4] == "99"
    assert codes.employer_uscc(one.uscc) == one.uscc
    assert one.ownership in rules.ownerships()
    rules.check_industry(one.industry_code)


def test_a_thousand_officials_have_names_of_their_own():
    assert len({names.official(number) for number in range(1_000)}) == 1_000
