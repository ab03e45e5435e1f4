"""A voucher before it is posted: balanced within each fund, in whole fen, in a month that is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gonghui.core import money
from gonghui.core.errors import Refusal

MEMO_LONGEST, LEGS_MOST = 120, 500


@dataclass(frozen=True)
class Leg:
    """One line: so many fen to the debit (above zero) or to the credit (below) of an account, out of one fund."""

    account: int
    fund: int
    amount_fen: int


def debit(account: int, fund: int, fen: int) -> Leg:
    """A line on the debit side."""
    return Leg(account, fund, fen)


def credit(account: int, fund: int, fen: int) -> Leg:
    """A line on the credit side."""
    return Leg(account, fund, -fen)


def check(legs: Sequence[Leg]) -> int:
    """The total of the debit side, or a refusal that says what does not balance."""
    total = abs(legs[0].amount_fen) if len(legs) == 2 else 0
    if 0 < total <= money.LARGEST_FEN and legs[0].fund == legs[1].fund and legs[0].amount_fen == -legs[1].amount_fen:
        return total  # what nearly all are, found quickly
    if not 2 <= len(legs) <= LEGS_MOST:
        raise Refusal("funds.legs", "凭证应有 2 至 %(most)s 行分录，这张有 %(n)s 行", most=LEGS_MOST, n=len(legs))
    sums: dict[int, int] = {}
    for leg in legs:
        if leg.amount_fen == 0 or abs(leg.amount_fen) > money.LARGEST_FEN:
            raise Refusal("funds.leg_amount", "每行分录要有金额，且不能为 0，请核对")
        sums[leg.fund] = sums.get(leg.fund, 0) + leg.amount_fen
    if total := sum(sums.values()):
        raise Refusal("funds.unbalanced", "借贷不平，相差 %(yuan)s 元，请核对各行金额", yuan=money.yuan(abs(total)))
    if any(sums.values()):
        raise Refusal("funds.fund_unbalanced", "每项资金要各自借贷相等；资金之间调拨，请用两边都写明资金的分录")
    return sum(leg.amount_fen for leg in legs if leg.amount_fen > 0)


def month_of(day: date) -> int:
    """The month of a day as 202006."""
    return day.year * 100 + day.month


def next_month(month: int) -> int:
    """The month after."""
    return month + 89 if month % 100 == 12 else month + 1


def last_day(month: int) -> date:
    """The last day of a month."""
    following = next_month(month)
    return date.fromordinal(date(following // 100, following % 100, 1).toordinal() - 1)
