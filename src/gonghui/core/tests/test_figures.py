"""Figures: what they say always equals the fold of the rows behind them."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.core import rollup
from gonghui.core.figures import (
    FIGURES,
    Ask,
    Figure,
    answer,
    balance,
    count,
    distinct,
    entries_behind,
    ratio,
    total,
)
from gonghui.core.journal import last_position
from gonghui.core.models import Entry, FactGroup
from gonghui.core.period import Period
from gonghui.core.tests.facts import Counted, Level, Paid

H1 = Period.parse("2020H1")
JUNE = Period.parse("2020-06")
EDGE = Period(date(2020, 1, 20), date(2020, 8, 13))


def _figure(name: str, **kinds: object) -> Figure:
    FIGURES.pop(name, None)
    made = Figure(name, name, **kinds)  # type: ignore[arg-type]
    FIGURES.pop(name)
    return made


PAYMENTS = _figure("t.payments", unit="人次", clock="flow", meaning="", fold=count(Paid))
PAID = _figure("t.paid_fen", unit="分", clock="flow", meaning="", fold=total(Paid, "paid_fen"))
PEOPLE = _figure("t.people", unit="人", clock="flow", meaning="", fold=distinct(Counted))
STOCK = _figure("t.level", unit="个", clock="stock", meaning="", fold=balance(Level, "change"))
SHARE = _figure(
    "t.share", unit="%", clock="flow", meaning="", fold=ratio(count(Counted, kind_of="yes"), count(Counted))
)
ALL = [PAYMENTS, PAID, PEOPLE, STOCK, SHARE]


@pytest.mark.django_db
def test_money_counts_in_the_month_it_is_paid(journal) -> None:
    journal("""
        2020-06-30 /1/3/ tests.paid scheme=a paid_fen=60000
        2020-07-01 /1/3/ tests.paid scheme=a paid_fen=1
    """)
    assert PAID.value("/1/", JUNE).total == 60000
    assert PAID.value("/1/3/", H1).total == 60000
    assert PAID.value("/1/4/", H1).total == 0


@pytest.mark.django_db
def test_a_stock_is_the_sum_of_all_differences_up_to_the_end(journal) -> None:
    journal("""
        2019-05-01 /1/3/ tests.level change=100
        2020-02-01 /1/3/ tests.level change=-30
        2020-07-01 /1/3/ tests.level change=5
    """)
    assert STOCK.value("/1/", H1).total == 70


@pytest.mark.django_db
def test_a_reversed_subject_is_not_counted(journal) -> None:
    journal("""
        2020-02-01 /1/3/ tests.counted about=9
        2020-02-01 /1/3/ tests.counted about=9
        2020-02-01 /1/3/ tests.counted about=8
    """)
    assert PEOPLE.value("/1/", H1).total == 2
    journal("- 2020-02-01 /1/3/ tests.counted about=8")
    assert PEOPLE.value("/1/", H1).total == 1


@pytest.mark.django_db
def test_the_subtree_of_3_does_not_hold_30(journal) -> None:
    journal("2020-02-01 /1/30/ tests.paid scheme=a paid_fen=1")
    assert PAYMENTS.value("/1/3/", H1).total == 0


@pytest.mark.django_db
def test_a_cut_sees_nothing_recorded_later(journal) -> None:
    journal("2020-02-01 /1/3/ tests.paid scheme=a paid_fen=1")
    cut = last_position()
    journal("2020-02-02 /1/3/ tests.paid scheme=a paid_fen=10")
    assert PAID.value("/1/", H1, cut).total == 1
    assert PAID.value("/1/", H1).total == 11


days = st.dates(date(2019, 11, 1), date(2020, 9, 30))
paths = st.sampled_from(["/1/", "/1/2/", "/1/3/", "/1/3/5/", "/1/3/5/7/", "/1/30/"])
lines = st.one_of(
    st.builds(
        "{} {} tests.paid scheme={} paid_fen={}".format,
        days,
        paths,
        st.sampled_from("ab"),
        st.integers(0, 9999),
    ),
    st.builds(
        "{} {} tests.counted kind_of={} about={}".format,
        days,
        paths,
        st.sampled_from(["yes", "no"]),
        st.integers(1, 5),
    ),
    st.builds("{} {} tests.level change={}".format, days, paths, st.integers(-50, 50)),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.lists(lines, min_size=1, max_size=25), reversed_=st.integers(0, 5), folded=st.integers(0, 40))
@pytest.mark.django_db(transaction=True)
def test_the_value_is_always_the_fold_of_the_rows_behind_it(journal, written, reversed_, folded) -> None:
    left_over = last_position() - rollup.position()
    journal("\n".join(written))
    cut = last_position()
    assert rollup.fold(folded) == min(folded, len(written) + left_over)
    for line in written[:reversed_]:
        journal("- " + line)
    rollup.fold(folded)
    assert rollup.recount() == []
    places = ("/1/", "/1/3/", "/1/3/5/7/", "/1/30/")
    asks = [Ask(figure, path, period) for figure in ALL for path in places for period in (H1, JUNE, EDGE)]
    for ask, now, at_the_end, then in zip(
        asks, answer(asks), answer(asks, last_position()), answer(asks, cut), strict=True
    ):
        behind = list(entries_behind(ask.figure, ask.path, ask.period))
        assert now.recorded == at_the_end.recorded == _by_hand(ask.figure, behind)
        before = list(entries_behind(ask.figure, ask.path, ask.period, cut))
        assert then.recorded == _by_hand(ask.figure, before)


def _by_hand(figure: Figure, behind: list[Entry]) -> tuple[int, ...]:
    if figure is PAYMENTS:
        return (sum(e.sign for e in behind),)
    if figure is PAID:
        return (sum(e.sign * e.amount_fen for e in behind),)
    if figure is STOCK:
        return (sum(e.sign * e.quantity for e in behind),)
    if figure is PEOPLE:
        subjects: dict[int, int] = {}
        for e in behind:
            subjects[e.subject_id] = subjects.get(e.subject_id, 0) + e.sign
        return (sum(1 for n in subjects.values() if n > 0),)
    yes = _groups_with_yes()
    return (sum(e.sign for e in behind if e.group_id in yes), sum(e.sign for e in behind))


def _groups_with_yes() -> set[int]:
    return set(FactGroup.objects.filter(facts__kind_of="yes").values_list("id", flat=True))
