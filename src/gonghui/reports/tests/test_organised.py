"""As organised then, as organised now, and the bridge between them, over random histories of the tree."""

import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gonghui.core import answers, rollup
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, Ask, Figure, answer, balance, distinct, entries_behind, ratio, total
from gonghui.core.journal import KIND_IDS, last_position, record, watermark
from gonghui.core.models import Entry
from gonghui.core.period import Period
from gonghui.reports import organised
from gonghui.reports.breakdown.bridge import bridge
from gonghui.reports.facts import FigureReturned
from gonghui.spine.organisations import actions
from gonghui.spine.organisations.actions import Founding, Part
from gonghui.spine.organisations.facts import EmployerCovered
from gonghui.spine.organisations.models import Organisation, PathSpan, tree_differences
from gonghui.spine.organisations.models.audits import entry_differences, superior_differences
from gonghui.spine.organisations.tests.builders import found

FOUNDED, BEGIN = date(2019, 1, 1), date(2020, 1, 1)
H1 = Period.parse("2020H1")
PERIODS = [H1, Period.parse("2020"), Period.parse("2020-01-15..2020-05-10"), Period.parse("2020-03")]


def a_figure(name: str, fold: object, unit: str = "件", clock: str = "flow") -> Figure:
    made = Figure(f"tests.{name}", name, unit, clock, name, fold)  # type: ignore[arg-type]
    del FIGURES[made.name]
    return made


FOLDS = [
    a_figure("sum", total(FigureReturned, "quantity", figure="x")),
    a_figure("stock", balance(FigureReturned, "quantity", figure="x"), clock="stock"),
    a_figure("shared", distinct(EmployerCovered), "家"),
    a_figure(
        "share",
        ratio(total(FigureReturned, "quantity", figure="x"), total(FigureReturned, "quantity", coverage="own")),
        "%",
    ),
]


@action
def work(place: Organisation, on: date, size: int) -> None:
    """A number and an employer, some of whom several unions cover."""
    record(FigureReturned("x", "", "own", quantity=size, amount_fen=0), about=place, by=SYSTEM, happened_on=on)
    covered = EmployerCovered(area="110105", industry="I64", non_public=True, band="small")
    employer = Organisation(pk=1 + size % 7)
    record(covered, about=employer, organisation=place, by=SYSTEM, happened_on=on)


class Federation:
    """A city of three districts with streets and unions, which changes as numbers tell."""

    def __init__(self) -> None:
        self.city = found("市", "city", None, "110000", on=FOUNDED)
        self.all = [self.city]
        for n in range(3):
            self.found("district", self.city)
            for _ in range(2):
                street = self.found("town", self.all[1 + n * 5] if n else self.all[1])
                self.found("base", street)

    def found(self, level: str, under: Organisation) -> Organisation:
        made = found(f"{level}{len(self.all)}", level, under, "110105", on=FOUNDED)
        self.all.append(made)
        return made

    def change(self, what: str, one: Organisation, other: Organisation, on: date) -> None:
        one.refresh_from_db()
        other.refresh_from_db()
        if what == "move":
            actions.move_organisation(one, other, by=SYSTEM, on=on)
        elif what == "merge":
            actions.merge_organisations(one, other, by=SYSTEM, on=on)
        elif what == "restore":
            actions.restore_organisation(one, by=SYSTEM, on=on)
        elif what == "serve":
            actions.set_secondary_superior(one, other, by=SYSTEM, on=on)
        else:
            units = list(one.children.active())[:1]
            part = Part(Founding(f"分{len(self.all)}", one.level, None), units)
            last = 0 if what == "part" else None
            self.all += actions.split_organisation(one, [part], by=SYSTEM, on=on, successor=last)


steps = st.lists(
    st.tuples(
        st.sampled_from(["work", "work", "move", "merge", "merge", "split", "part", "restore", "serve", "fold"]),
        st.integers(0, 60),
        st.integers(0, 60),
        st.integers(0, 25),
        st.integers(1, 40),
    ),
    min_size=8,
    max_size=30,
)


QUICKLY = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
Step = tuple[str, int, int, int, int]


class Histories(TestCase):
    """Random acts and work; each figure then, now and between is added up by hand from the entries."""

    @settings(QUICKLY, max_examples=4)
    @given(steps)
    def test_nothing_is_lost_and_nothing_counts_twice(self, taken: list[Step]) -> None:
        self.lived_through(taken)

    @pytest.mark.soak
    @settings(QUICKLY, max_examples=80)
    @given(steps)
    def test_nothing_is_lost_over_many_histories(self, taken: list[Step]) -> None:
        self.lived_through(taken)

    def lived_through(self, taken: list[Step]) -> None:
        answers.forget()
        # The test's transaction is one long writer: what it wrote itself counts as settled here.
        setattr(rollup, "watermark", partial(watermark, with_own=False))  # noqa: B010
        self.addCleanup(setattr, rollup, "watermark", watermark)
        federation, on = Federation(), BEGIN
        for what, at, to, later, size in taken:
            on += timedelta(days=later)
            one, other = federation.all[at % len(federation.all)], federation.all[to % len(federation.all)]
            if what == "fold":
                rollup.fold(size * 5)
            elif what == "work":
                one.refresh_from_db()
                if one.is_active:
                    work(one, on - timedelta(days=size % 3), size)
            else:
                back = timedelta(days=size * 2 if size % 2 else 0)  # every other act is dated back over work
                with suppress(Refusal):
                    federation.change(what, one, other, on + timedelta(days=1) - back)
                    on += timedelta(days=1)
        assert list(tree_differences()) == []
        assert list(entry_differences()) == []
        assert list(superior_differences()) == []
        for every in range((on - FOUNDED).days // 7 + 2):
            a_tree_on(FOUNDED + timedelta(days=every * 7))
        check(random.Random(len(taken)))


def a_tree_on(day: date) -> None:
    """On the day one root stands, and everybody stands under somebody who stands."""
    spans = PathSpan.objects.filter(first_on__lte=day).exclude(last_on__lt=day)
    stood = {one.organisation_id: one.path for one in spans}
    assert len(stood) == len(spans)
    assert sum(path.count("/") == 2 for path in stood.values()) == (1 if stood else 0)
    for key, path in stood.items():
        line = [int(step) for step in path.split("/") if step]
        assert line[-1] == key
        assert len(set(line)) == len(line)
        above = "/" + "".join(f"{one}/" for one in line[:-1])
        assert above == "/" or stood[line[-2]] == above


def check(drawn: random.Random) -> None:
    entries = list(Entry.objects.of_kinds("reports.figure_returned", "organisations.employer_covered"))
    tree = {one.pk: one for one in Organisation.objects.all()}
    check_sums(entries, tree)
    spans = list(PathSpan.objects.all())

    def stood(entry: Entry, organisation: Organisation) -> bool:
        """Whether the entry's organisation stood under the other one on the entry's day, from the spans alone."""
        (path,) = (
            span.path
            for span in spans
            if span.organisation_id == entry.organisation_id
            and span.first_on <= entry.happened_on <= (span.last_on or date.max)
        )
        return f"/{organisation.pk}/" in path

    for organisation in tree.values():
        period = drawn.choice(PERIODS)
        for figure in FOLDS:
            found = bridge(figure, organisation, period)
            then = by_hand(figure, [e for e in entries if stood(e, organisation)], period)
            inside = [e for e in entries if f"/{organisation.pk}/" in tree[e.organisation_id].path]
            assert found.then.whole == then, (figure.name, organisation.name, period)
            assert found.now.whole == by_hand(figure, inside, period), (figure.name, organisation.name, period)
            assert figure.is_distinct or not any(found.shared), (figure.name, organisation.name, period)
            ask = organised.as_now([Ask(figure, organisation.path, period)], organisation)[0]
            assert answer([ask], last_position())[0] == found.now
            if figure.fold.way in ("total", "balance"):
                rows = entries_behind(figure, ask.path, period, None, ask.paths, ask.units)
                first = FOUNDED if figure.clock == "stock" else period.first
                days = [one for one in inside if first <= one.happened_on <= period.last]
                assert {row.pk for row in rows} == {one.pk for one in days if one.kind == returned_kind()}


def check_sums(entries: Sequence[Entry], tree: Mapping[int, Organisation]) -> None:
    """Everybody's number is their own and that of those below, by the first superior alone."""
    whole = {
        one.pk: answer(organised.as_now([Ask(FOLDS[0], one.path, H1)], one), last_position())[0].whole[0]
        for one in tree.values()
    }
    for one in tree.values():
        own = by_hand(FOLDS[0], [entry for entry in entries if entry.organisation_id == one.pk], H1)[0]
        assert whole[one.pk] == own + sum(whole[each.pk] for each in tree.values() if each.parent_id == one.pk)


def by_hand(figure: Figure, entries: list[Entry], period: Period) -> tuple[int, ...]:
    """The value of the entries in the period, with paper and pencil."""
    first = FOUNDED if figure.clock == "stock" else period.first
    inside = [one for one in entries if first <= one.happened_on <= period.last]
    kinds = {one.kind for one in entries}
    numbers = [one for one in inside if one.kind == returned_kind()]
    amount = sum(one.sign * one.quantity for one in numbers)
    assert len(kinds) <= 2
    if figure.is_distinct:
        return (len({one.subject_id for one in inside if one.kind != returned_kind()}),)
    return (amount, amount) if figure.is_ratio else (amount,)


def returned_kind() -> int:
    return KIND_IDS.known("reports.figure_returned") or 0
