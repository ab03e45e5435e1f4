"""The sealed columns of settlements: written when a file is read and decided, opened to explain, try out and audit."""

from collections.abc import Iterator
from typing import Any

from gonghui.core import columns
from gonghui.core.columns import Columns
from gonghui.work.mutual_aid.models import PIECE, SettlementPiece

BENEFITS = {1: "outpatient", 2: "emergency", 3: "inpatient", 4: "special_outpatient"}
INPATIENT = 3
READ: dict[str, str] = {
    "participant": "i8",
    "place": "i2",
    "row": "i4",
    "txn": "V16",
    "settled_on": "i4",
    "benefit": "i1",
    "self_pay1_fen": "i8",
    "self_pay2_fen": "i8",
    "outside_fen": "i8",
    "insurer_fen": "i8",
    "total_fen": "i8",
    "reverses": "V16",
    "unit": "i4",
    "industry": "i1",
}
"""The columns of a piece as it is read: whose (and the how-manieth of theirs), which, when, what it cost."""
DECIDED: dict[str, str] = {"decided_fen": "i8", "ordered_fen": "i8", "offset_fen": "i8"}
"""What a release adds, beside `before_<total>` for each running total of the text."""


def sealed(piece: SettlementPiece, content: Columns) -> None:
    """The piece holds these columns."""
    piece.content = PIECE.seal_bytes(columns.packed(content), piece.public_id)
    piece.settlements = len(content["participant"])


def opened(piece: SettlementPiece) -> Columns:
    """What the piece holds; whoever shows it to somebody has written an access."""
    return columns.unpacked(PIECE.open_bytes(piece.content, piece.public_id))


def decided(plan: str, year: int) -> Iterator[tuple[SettlementPiece, Columns]]:
    """The released pieces of a plan with settlements of a year, range by range of participants, in order of release."""
    pieces = SettlementPiece.objects.filter(file__plan=plan, edition__isnull=False).select_related("file", "edition")
    for piece in pieces.order_by("shard_from", "file__ordinal", "number").iterator(chunk_size=1):
        content = opened(piece)
        its = in_year(content, year)
        if its.any():
            yield piece, {name: one[its] for name, one in content.items()}


def in_year(content: Columns, year: int) -> Any:
    """Which settlements are of the year."""
    return content["settled_on"].astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970 == year
