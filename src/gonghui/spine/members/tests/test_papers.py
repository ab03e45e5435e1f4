"""Which papers, names, phones and cards may be entered, and what is said of those that may not."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonghui.core.errors import Refusal
from gonghui.spine.members.rules import papers

TODAY = date(2020, 8, 10)
GOOD = "990101198503070017"


def a_number(born_on: date, sequence: int, division: str = "990101") -> str:
    body = f"{division}{born_on:%Y%m%d}{sequence:03d}"
    return body + papers.check_character(body)


def refused(kind: str, typed: str, *, generated: bool = True) -> Refusal:
    with pytest.raises(Refusal) as caught:
        papers.paper(kind, typed, on=TODAY, generated=generated)
    assert not any(part in str(caught.value) for part in (typed, typed[6:14]) if len(part) > 4), "never repeated"
    return caught.value


@pytest.mark.parametrize(
    ("number", "born_on", "gender"),
    [
        (GOOD, date(1985, 3, 7), papers.MAN),
        ("990101199206150023", date(1992, 6, 15), papers.WOMAN),
        ("99010118900101001x", None, ""),
    ],
)
def test_the_published_examples(number: str, born_on: date | None, gender: str) -> None:
    if born_on is None:  # 130 years old: the check character is right, the age is not
        assert refused(papers.RESIDENT, number).code == "members.paper_date"
        return
    found = papers.paper(papers.RESIDENT, number, on=TODAY, generated=True)
    assert (found.born_on, found.gender) == (born_on, gender)


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1930, 1, 1), date(2004, 1, 1)), st.integers(0, 999), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_anywhere_is_never_accepted_as_another_check(
    born_on: date, sequence: int, place: int, shift: int
) -> None:
    number = a_number(born_on, sequence, "110105")
    found = papers.paper(papers.RESIDENT, f" {number[:6]} {number[6:]}".lower(), on=TODAY)
    assert found == papers.Paper(papers.RESIDENT, number, born_on, papers.MAN if sequence % 2 else papers.WOMAN)
    sign = number[place]
    value = 10 if sign == "X" else int(sign)
    wrong = number[:place] + str((value + shift) % 10 if value < 10 else shift) + number[place + 1 :]
    if wrong != number:
        with pytest.raises(Refusal):
            papers.paper(papers.RESIDENT, wrong, on=TODAY)


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("resident", "990101850307001", "fifteen"),
        ("resident", "99010119850307001", "length"),
        ("resident", "99010119850307O017", "letter"),
        ("resident", "990101198503070018", "check"),
        ("resident", "990101198502300010", "date"),
        ("resident", "990101203003070012", "date"),
        ("resident", "810000198503070017", "is_hmt"),
        ("resident", "9901**********0017", "masked"),
        ("hmt", GOOD, "not_hmt"),
        ("foreign", "110105198503070017", "not_foreign"),
        ("passport", "E1", "form"),
        ("permit", "H123", "form"),
        ("driving licence", GOOD, "kind"),
    ],
)
def test_each_fault_is_named(kind: str, typed: str, code: str) -> None:
    assert refused(kind, typed).code == f"members.paper_{code}"


def test_division_99_is_for_generated_records_alone() -> None:
    assert refused(papers.RESIDENT, GOOD, generated=False).code == "members.paper_division"
    abolished = a_number(date(1985, 3, 7), 1, "110103")
    assert papers.paper(papers.RESIDENT, abolished, on=TODAY).number == abolished


def test_full_width_digits_and_blanks_are_folded() -> None:
    assert papers.paper(papers.RESIDENT, "９９０１０１ 19850307 0017", on=TODAY, generated=True).number == GOOD


def test_other_papers_have_their_own_forms() -> None:
    assert papers.paper(papers.PASSPORT, "e12345678", on=TODAY).number == "E12345678"
    assert papers.paper(papers.PERMIT, "H12345678", on=TODAY).number == "H12345678"
    assert papers.paper(papers.FOREIGN, "USA110000000101", on=TODAY).born_on is None
    hmt = a_number(date(1985, 3, 7), 2, "810000")
    assert papers.paper(papers.HMT, hmt, on=TODAY).gender == papers.WOMAN
    assert papers.kind_of(hmt) == papers.HMT
    assert papers.kind_of("E12345678") == papers.PASSPORT
    assert papers.kind_of("110105850307001") == papers.RESIDENT


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 张 三 ", "张三"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("买买提.吐尔逊", "买买提·吐尔逊"),
        ("𠮷田𬞟", "𠮷田𬞟"),
        ("Anna Müller", "Anna Müller"),
    ],
)
def test_names_are_kept_as_people_write_them(typed: str, kept: str) -> None:
    assert papers.name(typed) == kept


@pytest.mark.parametrize("typed", ["张", "张3", "=张三", "张三（男）", "", "·张三"])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        papers.name(typed)


def test_phones_and_cards() -> None:
    assert papers.phone("+86 138-0013-8000") == papers.phone("13800138000") == "13800138000"
    assert papers.phone("10012345678", generated=True) == "10012345678"
    for typed in ("10012345678", "1380013800", "12800138000", "138001380001"):
        with pytest.raises(Refusal):
            papers.phone(typed)
    assert papers.card("6222 0200 0000 0000 125") == "6222020000000000125"
    for typed in ("6222020000000000126", "622202", "9990000000000003"):
        with pytest.raises(Refusal):
            papers.card(typed)
    assert papers.card("9990000000000003", generated=True)


def test_what_is_shown_hides_the_rest() -> None:
    assert papers.masked_paper(GOOD) == "990*************17"
    assert papers.masked_phone("13800138000") == "138****8000"
    assert papers.masked_card("6222020000000000125").strip("*") == "0125"
    assert [papers.masked_name(one) for one in ("张三", "欧阳娜娜")] == ["张*", "欧**娜"]
    assert papers.masked_paper("E1234") == "*****"


@given(st.text(max_size=40), st.sampled_from(sorted(papers.KINDS)))
@settings(max_examples=80, deadline=timedelta(seconds=1))
def test_nothing_typed_breaks_the_check(typed: str, kind: str) -> None:
    for check in (lambda: papers.paper(kind, typed, on=TODAY), lambda: papers.name(typed), lambda: papers.phone(typed)):
        with suppress(Refusal):
            check()


@given(st.text("0123456789", min_size=2, max_size=20))
@settings(max_examples=60, deadline=None)
def test_luhns_digit_passes_luhns_check(body: str) -> None:
    assert papers.luhn(body + papers.luhn_digit(body))
