"""Codes: check digits, prefixes, and divisions that no longer exist."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core import codes
from gonghui.core.errors import Refusal

VALID = ["81110105MC0000012B", "81110000MC0000020Q", "91110108MA0000015T", "91990100MA00004960"]
VALID += ["91990100MA00000073", "81990100MC0000004Y"]


def refused_code(call: object, *args: object, **named: object) -> str:
    with pytest.raises(Refusal) as refused:
        call(*args, **named)  # type: ignore[operator]
    assert str(refused.value)
    return refused.value.code


@pytest.mark.parametrize("code", VALID)
def test_published_examples_pass(code: str) -> None:
    assert codes.uscc(code) == code
    assert codes.uscc(f" {code[:8]} {code[8:].lower()}") == code


@given(st.sampled_from(VALID), st.integers(0, 17), st.sampled_from(codes.USCC_LETTERS))
def test_any_single_wrong_character_is_noticed(code: str, place: int, sign: str) -> None:
    wrong = code[:place] + sign + code[place + 1 :]
    if wrong != code:
        assert refused_code(codes.uscc, wrong) == "codes.uscc_check"


def test_length_and_forbidden_letters_say_what_is_wrong() -> None:
    assert refused_code(codes.uscc, VALID[0][:17]) == "codes.uscc_length"
    assert refused_code(codes.uscc, VALID[0] + "0") == "codes.uscc_length"
    with pytest.raises(Refusal) as refused:
        codes.uscc("9199O100MA00004960")
    assert refused.value.code == "codes.uscc_letter"
    assert (refused.value.params["place"], refused.value.params["meant"]) == (5, "0")


def test_a_union_and_its_employer_hold_different_kinds_of_code() -> None:
    assert codes.union_uscc(VALID[0]) == VALID[0]
    assert codes.employer_uscc(VALID[2]) == VALID[2]
    assert refused_code(codes.employer_uscc, VALID[0]) == "codes.uscc_of_union"
    assert refused_code(codes.union_uscc, VALID[2]) == "codes.uscc_of_employer"


def test_generated_codes_are_the_known_synthetic_ones() -> None:
    assert codes.demo_uscc("91", 49) == "91990100MA00004960"
    assert codes.demo_uscc("91", 0) == "91990100MA00000073"
    assert codes.demo_uscc("81", 0) == "81990100MC0000004Y"


@given(st.sampled_from(["91", "81", "52"]), st.integers(0, 999_999), st.integers(990_000, 999_999))
def test_generated_codes_are_valid_and_nobodys(kind: str, number: int, division: int) -> None:
    code = codes.demo_uscc(kind, number, division=str(division))
    assert codes.uscc(code) == code
    assert code[2:4] == "99"


def test_a_code_is_never_generated_in_a_real_division() -> None:
    with pytest.raises(ValueError, match="division 99"):
        codes.demo_uscc("91", 1, division="110105")


def test_the_example_organisation_code_fits_its_check_digit() -> None:
    assert codes.organisation_code("110105", "BA", 231) == "110105-BA-00231-7"
    assert codes.checked_organisation_code(" 110105-ba-00231-7 ") == "110105-BA-00231-7"


def test_wrong_organisation_codes_are_refused() -> None:
    assert refused_code(codes.checked_organisation_code, "110105-BA-00231-8") == "codes.organisation_check"
    assert refused_code(codes.checked_organisation_code, "110105BA002317") == "codes.organisation_form"
    assert refused_code(codes.organisation_code, "110105", "BA", 100_000) == "codes.numbers_used_up"
    with pytest.raises(ValueError, match="organisation code"):
        codes.organisation_code("11010", "BA", 1)


@given(st.integers(100_000, 999_999), st.from_regex(r"[A-Z]{2}", fullmatch=True), st.integers(0, 99_999), st.data())
def test_a_single_wrong_digit_of_an_organisation_code_is_noticed(
    area: int, kind: str, number: int, draw: st.DataObject
) -> None:
    code = codes.organisation_code(str(area), kind, number)
    assert codes.checked_organisation_code(code) == code
    place = draw.draw(st.sampled_from([index for index, sign in enumerate(code) if sign.isdigit()]))
    other = draw.draw(st.sampled_from("0123456789").filter(lambda sign: sign != code[place]))
    assert refused_code(codes.checked_organisation_code, code[:place] + other + code[place + 1 :])


def test_seventeen_places_of_district_rank() -> None:
    assert len(codes.DISTRICTS) == 17
    assert codes.DISTRICTS["110118"].name == "密云区"
    assert codes.DISTRICTS[codes.BDA].name == "北京经济技术开发区"


@pytest.mark.parametrize(
    ("code", "district"),
    [
        ("110105", "110105"),
        ("110105026", "110105"),
        ("110115403", "110115403"),
        ("110115403000", "110115403"),
        ("110115001", "110115"),
        ("110103", "110101"),
        ("110229", "110119"),
        ("110000", "110000"),
    ],
)
def test_each_division_counts_in_one_district(code: str, district: str) -> None:
    assert codes.district_of(code) == district


@pytest.mark.parametrize("code", ["110110", "110100", "110199", "310101", "11010", "1101050", "", "110105026001"])
def test_unknown_divisions_are_refused(code: str) -> None:
    assert refused_code(codes.area, code) == "codes.area_unknown"


def test_an_abolished_division_holds_until_its_last_day() -> None:
    assert codes.area("110103") == "110103"
    assert codes.area("110103", on=date(2010, 6, 30)) == "110103"
    assert refused_code(codes.area, "110103", on=date(2010, 7, 1)) == "codes.area_retired"
    assert codes.area("110228001", on=date(2015, 11, 16)) == "110228001"
    assert refused_code(codes.area, "110228001", on=date(2015, 11, 17)) == "codes.area_retired"
    assert codes.area("１１０１０５０２６０００") == "110105026"
    assert refused_code(codes.district_of, "310101") == "codes.area_unknown"
