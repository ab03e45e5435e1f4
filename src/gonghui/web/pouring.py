"""A workbook of xlsxwriter's whose long sheet is written past it, a chunk of rows at a time, none of them kept.

xlsxwriter makes the book: looks, headings, widths, the other sheets, everything that makes it one. Its one call a cell
takes most of the time of a long list, so the rows of the first sheet are written here, as the same elements, and poured
in before that sheet ends (decision 0029). A text is always a text (`t="inlineStr"`), whatever it begins with.
"""

import io
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

Cell = str | int | float | date | None
SHEET, END = "xl/worksheets/sheet1.xml", b"</sheetData>"
EXTENT = re.compile(rb'<dimension ref="[^"]*"/>')
PIECE = 1 << 20
LONGEST = 32_767
"""So many UTF-16 units stand in one cell; a longer text is cut, as xlsxwriter cuts it."""
LEAP_DAY = 59
"""Spreadsheets believe that 1900 had a 29 February."""
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_ODD = re.compile("[&<>\x00-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\\s|\\s$")
_LIKE_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NO_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class Book:
    """A book under way. `made` is xlsxwriter's, its first sheet holds the headings; `pour` adds rows below them."""

    def __init__(self, *, below: int = 1) -> None:
        self._frame, self._rows = io.BytesIO(), TemporaryFile()  # noqa: SIM115
        self._row, self._width = below, 1
        self.made: Any = xlsxwriter.Workbook(self._frame, OPTIONS)

    def pour(self, rows: Iterable[Sequence[Cell]], looks: Mapping[type, Any]) -> None:
        """Rows under those there are; `looks` are formats of the book by the type of the value."""
        styles = {kind: f' s="{look._get_xf_index()}"' for kind, look in looks.items()}
        lines = []
        for row in rows:
            self._row += 1
            self._width = max(self._width, len(row))
            lines.append(f'<row r="{self._row}">')
            for name, value in zip(_names(len(row)), row, strict=True):
                if value is not None and value != "":
                    lines.append(_cell(f'<c r="{name}{self._row}"{styles.get(type(value), "")}', value))
            lines.append("</row>")
        self._rows.write("".join(lines).encode())

    def written(self, whole: IO[bytes]) -> None:
        """The book is done, its rows in it."""
        self.made.close()
        with self._rows, ZipFile(self._frame) as frame, ZipFile(whole, "w", ZIP_DEFLATED) as book:
            for part in frame.infolist():
                if part.filename != SHEET:
                    book.writestr(part, frame.read(part))
                    continue
                head, end, tail = frame.read(part).partition(END)
                extent = f'<dimension ref="A1:{xl_col_to_name(self._width - 1)}{self._row}"/>'
                self._rows.seek(0)
                with book.open(part, "w", force_zip64=True) as sheet:
                    sheet.write(EXTENT.sub(extent.encode(), head, count=1))
                    shutil.copyfileobj(self._rows, sheet, PIECE)
                    sheet.write(end + tail)


@cache
def _names(columns: int) -> tuple[str, ...]:
    return tuple(xl_col_to_name(column) for column in range(columns))


def _cell(head: str, value: str | int | float | date) -> str:
    if isinstance(value, str):
        if len(value) > LONGEST // 2:
            value = value.encode("utf-16-le", "surrogatepass")[: 2 * LONGEST].decode("utf-16-le", "ignore")
        if _ODD.search(value):
            return f'{head} t="inlineStr"><is><t xml:space="preserve">{_escaped(value)}</t></is></c>'
        return f'{head} t="inlineStr"><is><t>{value}</t></is></c>'
    if isinstance(value, date):
        days = (value - date(1899, 12, 31)).days
        value = days + (days > LEAP_DAY)
    return f"{head}><v>{value:.16G}</v></c>"


def _escaped(text: str) -> str:
    """What XML cannot hold is written as spreadsheets write it: `_x0001_`."""
    text = _NO_XML.sub(lambda sign: f"_x{ord(sign[0]):04X}_", _LIKE_ESCAPED.sub("_x005F_", text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
