"""What a report says, as one fingerprint: the second person files what they have read, and nothing else.

Keyed, because the page it stands on may hide a small number from its reader, who could otherwise find it by trying.
"""

import json

from django.utils.crypto import salted_hmac

from gonghui.reports.filling import Filling, Piece, prose
from gonghui.reports.printing.table import figure_table

PLACED = ("cut", "scope")
"""What says where a value was read, not what it is."""


def fingerprint(filling: Filling) -> str:
    """The same as long as every number, every printed word and every sentence in both languages is."""
    table = json.loads(figure_table(filling))["rows"]
    rows = [{key: value for key, value in row.items() if key not in PLACED} for row in table]
    said = [
        [section.title, *("".join(_said(piece, english) for piece in line) for line in section.paragraphs)]
        for english in (False, True)
        for section in prose(filling, english=english)
    ]
    text = json.dumps([rows, said], ensure_ascii=False, sort_keys=True)
    return salted_hmac("reports.contents", text, algorithm="sha256").hexdigest()


def _said(piece: Piece, english: bool) -> str:
    if piece.filled is None:
        return piece.text
    return piece.filled.printed_en if english else piece.filled.printed
