"""A list as a file: every row the filter finds, a few thousand at a time, with a statement of what it is.

The statement names the filter, the instant, the reader's scope, the count, and the SHA-256 of the rows: of their text
as it stands in the .csv without the lines of the statement. So either file can be held against the other.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _

from gonghui.core.neutral import neutral
from gonghui.web import pouring

CHUNK = 2_000
WIDTH = 18
MARK_LONGEST = 240
Shown = str | int | date | None
"""What a cell holds."""
Statement = list[tuple[str, str]]
Chunks = Iterable[Sequence[Sequence[Shown]]]


class Counting:
    """The rows as they pass by: how many they are, and the hash of their text."""

    def __init__(self) -> None:
        self.rows = -1  # the headings are no row
        self._hash = hashlib.sha256()

    def lines(self, rows: Sequence[Sequence[Shown]]) -> bytes:
        """The rows' text."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        lines = text.getvalue().encode()
        self._hash.update(lines)
        self.rows += len(rows)
        return lines

    def stated(self, statement: Statement) -> Statement:
        """The statement with what is known only at the end."""
        return [*statement, (_("行数"), f"{self.rows}"), (_("各行的 SHA-256"), self._hash.hexdigest())]


def footer(mark: Statement) -> str:
    """What stands at the foot of each printed page, no longer than spreadsheets take."""
    words = " · ".join(words for _name, words in mark).replace("&", "＆")
    return f"&C{words[:MARK_LONGEST]}"


def in_chunks(rows: Iterator[Any], cells: Callable[[Sequence[Any]], Iterable[Sequence[Shown]]]) -> Chunks:
    """The rows' cells, safe to open in a spreadsheet, a few thousand at a time."""
    while chunk := list(islice(rows, CHUNK)):
        yield [[_safe(cell) for cell in row] for row in cells(chunk)]


def _safe(cell: Shown) -> Shown:
    if isinstance(cell, str):
        return neutral(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def as_csv(title: str, headings: Sequence[str], chunks: Chunks, statement: Statement) -> IO[bytes]:
    """The statement in lines that begin with #, the headings, the rows; UTF-8 with the mark that Excel looks for."""
    counting, body, whole = Counting(), TemporaryFile(), TemporaryFile()  # noqa: SIM115
    with body:
        body.write(counting.lines([headings]))
        for chunk in chunks:
            body.write(counting.lines(chunk))
        stated = counting.stated(statement)
        told = [title, *(_("%(title)s：%(word)s") % {"title": name, "word": words} for name, words in stated)]
        whole.write(b"\xef\xbb\xbf" + "".join(f"# {line}\r\n" for line in told).encode())
        body.seek(0)
        while piece := body.read(1 << 20):
            whole.write(piece)
    whole.seek(0)
    return whole


def as_xlsx(
    title: str, headings: Sequence[str], chunks: Chunks, statement: Statement, *, mark: Statement | None = None
) -> IO[bytes]:
    """One sheet of the rows, one of the statement; no row stays in memory. `mark` stands on each printed page."""
    counting, whole, book = Counting(), TemporaryFile(), pouring.Book()  # noqa: SIM115
    bold = book.made.add_format({"bold": True})
    sheet = book.made.add_worksheet(_("名单"))
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings) - 1, WIDTH)
    sheet.write_row(0, 0, headings, bold)
    if mark:
        sheet.set_footer(footer(mark))
    counting.lines([headings])
    for chunk in chunks:
        counting.lines(chunk)
        book.pour(chunk, {})
    about = book.made.add_worksheet(_("说明"))
    about.set_column(0, 0, WIDTH)
    about.set_column(1, 1, 70)
    for line, (name, words) in enumerate([(_("名单"), title), *counting.stated(statement)]):
        about.write_string(line, 0, name, bold)
        about.write_string(line, 1, neutral(words))
    book.written(whole)
    whole.seek(0)
    return whole
