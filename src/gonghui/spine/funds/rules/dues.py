"""Dues of employers and their split between the levels: nothing is lost between the parts."""

from collections.abc import Mapping

from gonghui.core import money
from gonghui.spine.funds.rules.parameters import Dues


def payable_fen(wages_fen: int, dues: Dues) -> int:
    """What an employer owes of the wages it paid, rounded once."""
    return money.share(wages_fen, dues.percent)


def split(paid_fen: int, dues: Dues) -> Mapping[str, int]:
    """Each level's part by largest remainder; where remainders are equal, the grass roots come first."""
    return dict(zip(dues.shares, money.split(paid_fen, list(dues.shares.values())), strict=True))


def passed_up_fen(paid_fen: int, dues: Dues) -> int:
    """What of it went up from the grass roots: the most that a full refund gives back."""
    return paid_fen - split(paid_fen, dues)["base"]
