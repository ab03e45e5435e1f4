"""Sums are the same whichever way they are read, and groups learned later are not missed."""

from dataclasses import replace
from datetime import date

import pytest

from gonghui.core import answers, rollup
from gonghui.core.answers import Sum, beneath
from gonghui.core.figures import count
from gonghui.core.journal import last_position, watermark
from gonghui.core.models import Entry
from gonghui.core.tests.facts import Paid

MARCH = Sum(count(Paid).kind, (), "amount_fen", False, "/1/3/", date(2020, 3, 1), date(2020, 3, 31))
SCHEME_A = replace(MARCH, where=(("scheme", "a"),))
LONG = replace(MARCH, first=date(2020, 1, 20), last=date(2020, 8, 13))


def _pay(journal, day: str, path: str = "/1/3/", scheme: str = "a", fen: int = 1) -> None:
    journal(f"{day} {path} tests.paid scheme={scheme} paid_fen={fen}")


def test_a_sum_splits_into_whole_months_and_edges() -> None:
    inner, edges = LONG.split()
    assert inner is not None
    assert (inner.first, inner.last) == (date(2020, 2, 1), date(2020, 7, 31))
    assert [(edge.first, edge.last) for edge in edges] == [
        (date(2020, 1, 20), date(2020, 1, 31)),
        (date(2020, 8, 1), date(2020, 8, 13)),
    ]


def test_a_level_has_no_first_month() -> None:
    inner, edges = replace(LONG, first=None).split()
    assert inner is not None
    assert inner.first is None
    assert [edge.first for edge in edges] == [date(2020, 8, 1)]


def test_distinct_sums_are_read_from_the_rows() -> None:
    assert replace(MARCH, distinct=True).split() == (None, [replace(MARCH, distinct=True)])


@pytest.mark.parametrize("path", ["/1/3", "1/3/", "/1/'/", "/1/%/", ""])
def test_only_digits_and_slashes_reach_the_statement(path: str) -> None:
    with pytest.raises(ValueError):
        beneath(path)


@pytest.mark.django_db
def test_a_group_recorded_after_the_first_answer_is_counted(journal) -> None:
    _pay(journal, "2020-03-05")
    assert answers.evaluate([MARCH]) == [1]
    _pay(journal, "2020-03-06", scheme="b", fen=10)
    assert answers.evaluate([MARCH, SCHEME_A]) == [11, 1]


@pytest.mark.django_db
def test_a_cut_before_the_fold_takes_off_what_came_after(journal) -> None:
    _pay(journal, "2020-03-05")
    cut = last_position()
    _pay(journal, "2020-03-06", fen=10)
    journal("- 2020-03-05 /1/3/ tests.paid scheme=a paid_fen=1")
    rollup.fold_all()
    assert answers.evaluate([MARCH], cut) == [1]
    assert answers.evaluate([MARCH]) == [10]


@pytest.mark.django_db
def test_a_cut_too_far_back_is_read_from_the_rows(journal, monkeypatch: pytest.MonkeyPatch) -> None:
    _pay(journal, "2020-03-05")
    cut = last_position()
    _pay(journal, "2020-03-06", fen=10)
    rollup.fold_all()
    monkeypatch.setattr(answers, "TAKEN_OFF_AT_MOST", 0)
    assert answers.evaluate([MARCH, LONG], cut) == [1, 1]


@pytest.mark.django_db
def test_rows_found_by_path_and_rows_passed_in_order_are_the_same(journal) -> None:
    for day in range(1, 10):
        _pay(journal, f"2020-03-0{day}", path="/1/30/" if day % 2 else "/1/3/7/", scheme="ab"[day % 2])
    for one in (MARCH, replace(SCHEME_A, path="/1/"), replace(MARCH, path="/1/4/"), LONG):
        for cut in (None, watermark() - 3):
            by_path = set(Entry.objects.filter(answers._found_first([one], cut)))
            in_order = set(Entry.objects.filter(answers._in_order([one], cut)))
            assert by_path == in_order == set(answers.rows([one], cut))


@pytest.mark.django_db
def test_a_reversed_entry_still_has_rows_behind_its_zero(journal) -> None:
    _pay(journal, "2020-03-05")
    journal("- 2020-03-05 /1/3/ tests.paid scheme=a paid_fen=1")
    rollup.fold_all()
    assert answers.evaluate([MARCH]) == [0]
    assert answers.rows([MARCH]).count() == 2


@pytest.mark.django_db
def test_few_entries_of_a_subtree_are_found_by_path(journal) -> None:
    for path in ("/1/3/", "/1/3/7/", "/1/30/"):
        _pay(journal, "2020-03-05", path)
    kinds = set(Entry.objects.values_list("kind", flat=True))
    assert set(Entry.objects.found_by_path("/1/3/", kinds)) == set(Entry.objects.under("/1/3/"))
    assert not Entry.objects.found_by_path("/1/3/", [-1]).exists()
