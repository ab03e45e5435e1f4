"""Dues of employers and their split between the levels: nothing is lost between the parts."""

from collections.abc import Mapping

from gonghui.core import money
from gonghui.spine.funds.rules.parameters import Dues

LEVELS = {"base": "基层", "district": "区级", "city": "市级", "acftu": "全国总工会"}
"""Whose parts there are, from the bottom to the top."""
SHARE_OF = {"city": "city", "district": "district", "industry": "district"}
"""Which part is a union's own, by its level in the tree; others pass on what they collect."""
OWN, UP, DOWN, HELD, DIRECT = "own", "up", "down", "held", "direct"
SIDES = {OWN: "本级收入", UP: "应上解", DOWN: "应回拨", HELD: "代管", DIRECT: "直接归基层"}
"""What becomes of a part in the book of the union that collects."""
OFF_FEN = 1
"""By how much what was declared may differ from wages by rate: one fen of rounding."""


def payable_fen(wages_fen: int, dues: Dues) -> int:
    """What an employer owes of the wages it paid, rounded once."""
    return money.share(wages_fen, dues.percent)


def split(paid_fen: int, dues: Dues) -> Mapping[str, int]:
    """Each level's part by largest remainder; where remainders are equal, the grass roots come first."""
    return dict(zip(dues.shares, money.split(paid_fen, list(dues.shares.values())), strict=True))


def passed_up_fen(paid_fen: int, dues: Dues) -> int:
    """What of it went up from the grass roots: the most that a full refund gives back."""
    return paid_fen - split(paid_fen, dues)["base"]


def sides(level: str, *, in_full: bool) -> Mapping[str, str]:
    """What becomes of each level's part when a union of a level of the tree collects.

    The grass roots' part never came in (it went straight to their account), or is to be given back to them.
    """
    order = list(LEVELS)
    own = order.index(SHARE_OF[level]) if level in SHARE_OF else 0
    found = {one: UP if at > own else DOWN for at, one in enumerate(order)}
    if own:
        found[order[own]] = OWN
    found["base"] = DOWN if in_full else DIRECT
    return found
