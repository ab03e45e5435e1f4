"""The number on the page is the fold of the rows behind it: random trees, journals, corrections, folds and cuts."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.core import answers, journal, rollup
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM
from gonghui.core.figures import RETURNED_KIND, Figure, entries_behind
from gonghui.core.journal import record, reverse
from gonghui.core.models import Entry, FactGroup, Kind
from gonghui.core.period import Period
from gonghui.reports.facts import FigureReturned
from gonghui.reports.filling import fill
from gonghui.reports.places import paths_of
from gonghui.reports.report_forms import Form
from gonghui.reports.tests.builders import FOUNDED
from gonghui.reports.tests.filing_builders import the_form
from gonghui.spine.organisations.actions import Founding, found_organisation, move_organisation
from gonghui.spine.organisations.facts import EmployerCovered
from gonghui.spine.organisations.models import Organisation

PERIODS = ["2020H1", "2020Q2", "2020-03", "2020", "2019", "2020-01-15..2020-04-20", "2020-W24"]
Drawn = tuple[int, int, int, int]
"""Which figure, which union, how many days after November 2019, how much."""
LEVELS = {"city": "district", "district": "town", "town": "base"}


def a_tree(superiors: list[int]) -> list[Organisation]:
    """A city two districts and, for each further number, a union under one of those already there."""
    city = found_organisation(
        Founding(name="示范市总工会", level="city", superior=None, area_code="110000"), by=SYSTEM, on=FOUNDED
    )
    tree = [city]
    for n, choice in enumerate(superiors):
        able = [one for one in tree if one.level in LEVELS]
        superior = tree[0] if n < 2 else able[choice % len(able)]
        area = "110105" if superior.level == "city" else superior.area_code
        made = Founding(name=f"示例{n}工会", level=LEVELS[superior.level], superior=superior, area_code=area)
        tree.append(found_organisation(made, by=SYSTEM, on=FOUNDED))
    return tree


@action
def written(form: Form, tree: list[Organisation], drawn: list[Drawn]) -> None:
    """Entries as acceptances and programmes leave them: returned parts of any figure, covered employers."""
    figures = [row.figure for row in form.rows]
    for which, where, after, size in drawn:
        figure, place = figures[which % len(figures)], tree[where % len(tree)]
        on = date(2019, 11, 1) + timedelta(days=after)
        if figure.fold.kind is not None:
            covered = EmployerCovered(area="110105", industry="I64", non_public=True, band="small")
            record(covered, about=tree[size % len(tree)], organisation=place, by=SYSTEM, happened_on=on)
        for part in ("numerator", "denominator") if figure.is_ratio else ("",):
            money, number = (size, 0) if figure.is_money else (0, size)
            fact = FigureReturned(figure.name, part, "own", quantity=number, amount_fen=money)
            record(fact, about=place, by=SYSTEM, happened_on=on)


@action
def corrected(which: list[int]) -> None:
    """Some of the entries reversed, as a correction does."""
    able = list(Entry.objects.of_kinds(RETURNED_KIND, "organisations.employer_covered").order_by("id"))
    for entry in {able[n % len(able)].pk: able[n % len(able)] for n in which}.values():
        reverse(entry, why="correction", by=SYSTEM)


def moved(tree: list[Organisation], moves: list[tuple[int, int]]) -> None:
    """Unions stand under another superior of the right level, after everything that happened so far."""
    for n, (which, where) in enumerate(moves):
        able = [
            (one, to)
            for one in tree
            for to in tree
            if LEVELS.get(to.level) == one.level and to.pk != one.parent_id and to.level != "city"
        ]
        if not able:
            return
        organisation, to = able[(which * 21 + where) % len(able)]
        move_organisation(organisation, to, by=SYSTEM, on=date(2020, 10, 1) + timedelta(days=n))
        for one in tree:
            one.refresh_from_db()


class Book:
    """The whole journal in memory, for somebody with paper and pencil."""

    def __init__(self) -> None:
        self.entries = list(Entry.objects.all())
        self.kinds = dict(Kind.objects.values_list("pk", "name"))
        self.facts = dict(FactGroup.objects.values_list("pk", "facts"))

    def sum_of(self, figure: Figure, entries: Iterable[Entry]) -> tuple[int, ...]:
        """The value of the listed rows, added up by hand."""
        returned = {"": 0, "numerator": 0, "denominator": 0}
        subjects: dict[tuple[int, int], int] = {}
        for entry in entries:
            if self.kinds[entry.kind] == RETURNED_KIND:
                amount = entry.amount_fen if figure.is_money else entry.quantity
                returned[self.facts[entry.group_id]["part"]] += entry.sign * amount
            else:
                key = (entry.subject_type, entry.subject_id)
                subjects[key] = subjects.get(key, 0) + entry.sign
        if figure.is_ratio:
            return returned["numerator"], returned["denominator"]
        return (returned[""] + sum(count > 0 for count in subjects.values()),)

    def behind(self, figure: Figure, paths: tuple[str, ...], period: Period, cut: int | None) -> set[int]:
        """The ids of the rows that count, found by looking at every row of the journal."""
        found = set()
        for entry in self.entries:
            kind = self.kinds[entry.kind]
            if not entry.path.startswith(paths) or (cut is not None and entry.pk > cut):
                continue
            if entry.happened_on > period.last or (figure.clock != "stock" and entry.happened_on < period.first):
                continue
            of_figure = kind == RETURNED_KIND and self.facts[entry.group_id]["figure"] == figure.name
            if of_figure or kind == figure.fold.kind:
                found.add(entry.pk)
        return found


def check(organisation: Organisation, days: Period, cut: int | None, book: Book) -> None:
    """Every number of the organisation's report is the sum of the rows listed behind it, and no row is left out."""
    paths = paths_of([organisation]).get(organisation.pk, ())
    for filled in fill(the_form(), organisation, days, cut):
        rows = list(entries_behind(filled.figure, organisation.path, filled.period, cut, paths))
        stood = paths or (organisation.path,)
        assert {row.pk for row in rows} == book.behind(filled.figure, stood, filled.period, cut)
        assert filled.value.whole == book.sum_of(filled.figure, rows)


def example(
    superiors: list[int],
    drawn: list[Drawn],
    reversals: list[int],
    moves: list[tuple[int, int]],
    late: list[Drawn],
    days: Period,
) -> None:
    """A federation with its journal, folded in the middle, cut, rearranged, written on; its unions checked."""
    tree = a_tree(superiors)
    written(the_form(), tree, drawn)
    rollup.fold_all()
    if reversals:
        corrected(reversals)
    cut = journal.last_position()
    moved(tree, moves)
    if late:
        written(the_form(), tree, late)
    book = Book()
    stood_elsewhere = paths_of(tree)
    first = sorted(tree, key=lambda one: (one.pk not in stood_elsewhere, one.pk))[:3]
    for organisation in {one.pk: one for one in (tree[0], *first)}.values():
        for at in (None, cut):
            check(organisation, days, at, book)
    answers.forget()


ONE = st.tuples(st.integers(0, 32), st.integers(0, 9), st.integers(0, 300), st.integers(0, 10**6))


QUICKLY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
DRAWN = given(
    superiors=st.lists(st.integers(0, 20), min_size=2, max_size=7),
    drawn=st.lists(ONE, min_size=1, max_size=40),
    reversals=st.lists(st.integers(0, 200), max_size=12),
    moves=st.lists(st.tuples(st.integers(1, 20), st.integers(0, 20)), max_size=4),
    late=st.lists(ONE, max_size=10),
    period=st.sampled_from(PERIODS),
)


@pytest.mark.django_db
@settings(QUICKLY, max_examples=8)
@DRAWN
def test_every_number_is_the_fold_of_the_rows_behind_it(monkeypatch, **drawn):
    holds(monkeypatch, **drawn)


@pytest.mark.soak
@pytest.mark.django_db
@settings(QUICKLY, max_examples=200)
@DRAWN
def test_every_number_is_the_fold_of_the_rows_behind_it_in_many_journals(monkeypatch, **drawn):
    holds(monkeypatch, **drawn)


def holds(monkeypatch, *, superiors, drawn, reversals, moves, late, period) -> None:
    monkeypatch.setattr(rollup, "watermark", journal.last_position)  # the example's own writer holds the lock
    with transaction.atomic():
        example(superiors, drawn, reversals, moves, late, Period.parse(period))
        transaction.set_rollback(True)
