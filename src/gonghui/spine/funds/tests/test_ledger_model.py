"""The ledger against a plain model: whatever is posted, refused and closed, both hold the same balances."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import NewVoucher
from gonghui.spine.funds.models import Fund, Leg, balances, turnovers
from gonghui.spine.funds.rules import ledger
from gonghui.spine.funds.tests.builders import JANUARY, Books
from gonghui.spine.organisations.tests.builders import Federation

ACCOUNTS = ("cash", "bank", "payables", "contributions", "business")
LATER = date(2020, 12, 1)
DAYS = st.dates(JANUARY, date(2020, 6, 30))
LINES = st.lists(
    st.tuples(st.sampled_from(ACCOUNTS), st.booleans(), st.integers(-(10**6), 10**6)), min_size=1, max_size=4
)


class LedgerAgainstModel(RuleBasedStateMachine):
    """Postings by one, by many, reversed, closed; the model is a list of legs and a month."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.books = Books(Federation().chaoyang)
        self.legs: list[tuple[int, int, date, int]] = []
        self.closed = 0
        self.posted: list[Any] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def voucher(self, lines: list[tuple[str, bool, int]], day: date) -> NewVoucher:
        """A voucher that balances within each fund by a last line on the bank's account, where it can."""
        funds = {True: self.books.warmth.pk, False: self.books.general.pk}
        legs = [ledger.Leg(self.books.account(key), funds[bound], fen) for key, bound, fen in lines if fen]
        for fund in {leg.fund for leg in legs}:
            if rest := sum(leg.amount_fen for leg in legs if leg.fund == fund):
                legs.append(ledger.Leg(self.books.account("bank"), fund, -rest))
        return NewVoucher(self.books.book, day, "试", tuple(legs))

    def held(self, fund: int) -> int:
        """What the model says lies of a fund in cash and at the bank."""
        money = {self.books.account("cash"), self.books.account("bank")}
        return sum(fen for account, of, _day, fen in self.legs if of == fund and account in money)

    def taken(self, vouchers: list[NewVoucher]) -> bool:
        """Whether the model takes them; then it has."""
        fresh = [(leg.account, leg.fund, one.day, leg.amount_fen) for one in vouchers for leg in one.legs]
        if any(len(one.legs) < 2 or ledger.month_of(one.day) <= self.closed for one in vouchers):
            return False
        self.legs += fresh
        if self.held(self.books.warmth.pk) < 0:
            del self.legs[-len(fresh) :]
            return False
        return True

    @rule(lines=LINES, day=DAYS)
    def post_one(self, lines: list[tuple[str, bool, int]], day: date) -> None:
        one = self.voucher(lines, day)
        try:
            with transaction.atomic():
                posting = actions.post_voucher(one, by=SYSTEM)
        except (Refusal, DatabaseError):
            assert not self.taken([one])
        else:
            assert self.taken([one])
            self.posted.append(posting)

    @rule(many=st.lists(st.tuples(LINES, DAYS), min_size=1, max_size=4))
    def post_many(self, many: list[tuple[list[tuple[str, bool, int]], date]]) -> None:
        vouchers = [self.voucher(lines, day) for lines, day in many]
        try:
            with transaction.atomic():
                actions.post_vouchers(vouchers, by=SYSTEM)
        except (Refusal, DatabaseError):
            assert not self.taken(vouchers)
        else:
            assert self.taken(vouchers)

    @rule(of=st.data(), day=DAYS)
    def close_or_tamper(self, of: st.DataObject, day: date) -> None:
        month = ledger.month_of(day)
        try:
            with transaction.atomic():
                actions.close_month(self.books.book, month, by=SYSTEM, on=LATER)
        except Refusal:
            assert month <= self.closed or month > (ledger.next_month(self.closed) if self.closed else 202001)
        else:
            self.closed = month
        if self.posted:
            victim = of.draw(st.sampled_from(self.posted))
            with pytest.raises(DatabaseError), transaction.atomic():
                Leg.objects.filter(posting=victim).delete()

    @invariant()
    def balances_agree(self) -> None:
        for day in (date(2020, 2, 14), date(2020, 3, 31), LATER):
            expected: dict[tuple[int, int], int] = defaultdict(int)
            for account, fund, on, fen in self.legs:
                if on <= day:
                    expected[account, fund] += fen
            assert balances(self.books.book, day) == {key: fen for key, fen in expected.items() if fen}
        held = dict(Fund.objects.filter(book=self.books.book).values_list("pk", "held_fen"))
        assert held == {fund: self.held(fund) for fund in held}
        turned = turnovers(self.books.book, JANUARY, LATER + timedelta(days=1))
        assert sum(debit for debit, _credit in turned.values()) == sum(fen for *_where, fen in self.legs if fen > 0)
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")


def ran(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        LedgerAgainstModel,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
def test_the_ledger_is_its_model() -> None:
    ran(3, 12)


@pytest.mark.soak
@pytest.mark.django_db
def test_the_ledger_is_its_model_for_ten_thousand_steps() -> None:
    ran(200, 50)
