"""Whatever is returned, corrected and refused, in whatever order: a figure is the sum of the lines that count."""

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.period import Period
from gonghui.reports import actions, rules
from gonghui.reports.actions.levels import live_entries
from gonghui.reports.models import Line, Return, Round
from gonghui.reports.tests.builders import (
    HOMES,
    JULY,
    PAID,
    QUALIFIED,
    Federation,
    Unit,
    a_draft,
    a_federation,
    a_round,
)

pytestmark = pytest.mark.django_db
MONTHS = [Period.parse(f"2020-0{month}") for month in range(1, 5)]
Step = tuple[str, str, str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["return", "return", "return", "correct", "refuse"]),
        st.sampled_from(["east", "west", "street"]),
        st.sampled_from([rules.OWN, rules.SUBTREE]),
        st.integers(0, len(MONTHS) - 1),
        st.integers(0, 500),
    ),
    min_size=4,
    max_size=11,
)


@dataclass
class Ledger:
    """Plays steps and keeps what should count, without looking at the journal."""

    federation: Federation
    figure: str
    rounds: dict[tuple[str, int], Round] = field(default_factory=dict)

    def unit(self, name: str) -> Unit:
        return getattr(self.federation, name)  # type: ignore[no-any-return]

    def above(self, name: str) -> Unit:
        return self.federation.east if name == "street" else self.federation.city

    def in_return(self, name: str, month: int) -> Return:
        asking = "east" if name == "street" else "city"
        key = (asking, month)
        if key not in self.rounds:
            self.rounds[key] = a_round(self.unit(asking), self.figure, period=MONTHS[month])
        return Return.objects.select_related("round", "organisation").get(
            round=self.rounds[key], organisation=self.unit(name).organisation
        )

    def amount(self, number: int) -> rules.Amount:
        return rules.Amount(number, 1000) if FIGURES[self.figure].is_ratio else rules.Amount(number)

    def play(self, step: Step) -> None:
        what, name, coverage, month, number = step
        unit, above = self.unit(name), self.above(name)
        in_return = self.in_return(name, month)
        try:
            with transaction.atomic():
                if what == "correct":
                    standing = list(Line.objects.accepted().filter(organisation=unit.organisation).order_by("last_on"))
                    if not standing:
                        return
                    line = standing[number % len(standing)]
                    in_return = line.in_return
                    actions.correct_line(
                        line, amount=self.amount(number), reason="核对", coverage=coverage, by=unit.clerk, on=JULY
                    )
                else:
                    draft = a_draft(self.figure, *_numbers(self.amount(number)), coverage=coverage, reason="示例")
                    actions.enter_line(in_return, draft, by=unit.clerk, on=JULY)
                actions.send_for_signature(in_return, by=unit.clerk, on=JULY)
                actions.sign_return(in_return, by=unit.lead, on=JULY)
                for line in in_return.lines.filter(state="submitted"):
                    if what == "refuse":
                        actions.refuse_line(line, reason="不符", by=above.reviewer, on=JULY)
                    else:
                        actions.accept_lines([line], by=above.reviewer, on=JULY)
        except Refusal:
            return

    def expected(self, path: str, period: Period) -> tuple[int, int]:
        """The sum of the lines that count, computed from the table alone."""
        lines = list(Line.objects.accepted().filter(figure=self.figure, path__startswith=path).order_by("last_on"))
        if FIGURES[self.figure].clock == "stock":
            last = {(x.organisation_id, x.coverage): x for x in lines if x.last_on <= period.last}
            lines = list(last.values())
        else:
            lines = [line for line in lines if period.first <= line.last_on <= period.last]
        return (sum(x.amount.parts[0] for x in lines), sum(x.amount.parts[1] for x in lines))


def _numbers(amount: rules.Amount) -> tuple[int, ...]:
    return (amount.number or 0,) if amount.denominator is None else (amount.number or 0, amount.denominator)


QUICKLY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("figure", [PAID, HOMES, QUALIFIED])
@settings(QUICKLY, max_examples=4)
@given(steps=STEPS)
def test_a_figure_is_the_sum_of_the_lines_that_count(figure: str, steps: list[Step]) -> None:
    holds(figure, steps)


@pytest.mark.soak
@pytest.mark.parametrize("figure", [PAID, HOMES, QUALIFIED])
@settings(QUICKLY, max_examples=60)
@given(steps=STEPS)
def test_a_figure_is_the_sum_of_the_lines_that_count_whatever_is_sent(figure: str, steps: list[Step]) -> None:
    holds(figure, steps)


def holds(figure: str, steps: list[Step]) -> None:
    with transaction.atomic():
        ledger = Ledger(a_federation(), figure)
        for step in steps:
            ledger.play(step)
        periods = [*MONTHS, Period.parse("2020Q1"), Period.parse("2020H1")]
        for unit in (ledger.federation.city, ledger.federation.east, ledger.federation.street):
            path = unit.organisation.path
            for period in periods:
                whole = FIGURES[figure].value(path, period).whole
                number, of = ledger.expected(path, period)
                assert whole == ((number, of) if FIGURES[figure].is_ratio else (number,))
        _no_line_counts_twice(figure)
        transaction.set_rollback(True)


def _no_line_counts_twice(figure: str) -> None:
    """Every accepted line has its entries once, every other line none, and no two accepted lines overlap."""
    lines = list(Line.objects.filter(figure=figure))
    live = live_entries(lines)
    for line in lines:
        parts = 2 if FIGURES[figure].is_ratio else 1
        assert len(live.get(line.pk, [])) == (parts if line.state == "accepted" else 0)
    accepted = [line for line in lines if line.state == "accepted"]
    stock = FIGURES[figure].clock == "stock"
    for at, one in enumerate(accepted):
        for other in accepted[at + 1 :]:
            assert not rules.clash(one.span, other.span, stock=stock)
