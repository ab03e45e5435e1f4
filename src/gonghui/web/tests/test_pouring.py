"""Rows poured into a book read as xlsxwriter itself would have written them."""

import io
from datetime import date
from typing import Any
from zipfile import ZipFile

import openpyxl
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from gonghui.web import pouring
from gonghui.web.pouring import Cell

LOOK = {"num_format": "yyyy-mm-dd"}
TEXTS = (
    "=1+1",
    "+86",
    "@x",
    " 前后 ",
    "一\n二",
    "a&b<c>\"'",
    "_x0041_",
    "\x01\x1f",
    "\ufffe",
    "<r>粗</r>",
    "0012",
    "1e5",
)
DAYS = (date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(2020, 2, 29), date(2100, 12, 31))
CELLS = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(lambda text: text[:3] != "<r>"),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 1, 1), date(2100, 12, 31)),
)


def poured(rows: list[list[Cell]], width: int = 3) -> bytes:
    """A book with headings, those rows, and a second sheet."""
    whole, book = io.BytesIO(), pouring.Book()
    looks: dict[type, Any] = {date: book.made.add_format(LOOK)}
    book.made.add_worksheet("名单").write_row(0, 0, ["甲"] * width)
    for row in rows:
        book.pour([row], looks)
    book.made.add_worksheet("说明").write_string(0, 0, "完")
    book.written(whole)
    return whole.getvalue()


def by_library(rows: list[list[Cell]], width: int = 3) -> bytes:
    """The same by xlsxwriter alone, which then writes texts into their cells as well."""
    whole = io.BytesIO()
    book = xlsxwriter.Workbook(whole, {**pouring.OPTIONS, "in_memory": False, "constant_memory": True})
    look, page = book.add_format(LOOK), book.add_worksheet("名单")
    page.write_row(0, 0, ["甲"] * width)
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, date):
                page.write_datetime(at, column, value, look)
            elif isinstance(value, str):
                page.write_string(at, column, value)
            elif value is not None:
                page.write_number(at, column, value)
    book.add_worksheet("说明").write_string(0, 0, "完")
    book.close()
    return whole.getvalue()


def read(content: bytes) -> dict[str, tuple[object, str, str]]:
    """What stands in the cells of the first sheet, and how it looks."""
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0] for cell in row]
    return {one.coordinate: (one.value, one.data_type, one.number_format) for one in cells if one.value is not None}


def test_each_kind_of_value_reads_as_the_library_writes_it() -> None:
    rows: list[list[Cell]] = [[text, n, day] for n, (text, day) in enumerate(zip(TEXTS, DAYS * 3, strict=False), -2)]
    rows = [row for row in rows if row[0] != "<r>粗</r>"]
    assert read(poured(rows)) == read(by_library(rows))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6))
def test_any_rows_read_as_the_library_writes_them(rows: list[list[Cell]]) -> None:
    assert read(poured(rows)) == read(by_library(rows))


def test_text_stays_text_for_both_readers_whatever_it_begins_with() -> None:
    rows: list[list[Cell]] = [[text] for text in TEXTS]
    content = poured(rows, width=1)
    cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    plain = [text for text in TEXTS if text.isprintable() and "_x" not in text]
    told = [row[0] for row in CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()]
    assert [text for text in told if text in plain] == plain
    assert b"<f>" not in ZipFile(io.BytesIO(content)).read(pouring.SHEET)


def test_the_extent_tells_of_all_rows_and_a_long_text_is_cut_where_cells_end() -> None:
    content = poured([["字" * 40_000, None, 1]] * 3)
    sheet = ZipFile(io.BytesIO(content)).read(pouring.SHEET).decode()
    assert '<dimension ref="A1:C4"/>' in sheet
    assert "字" * 32_767 + "</t>" in sheet
    pairs = ZipFile(io.BytesIO(poured([["𠀀" * 20_000, None, None]]))).read(pouring.SHEET).decode()
    assert "𠀀" * 16_383 + "</t>" in pairs, "never half a sign"
    reading = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    assert len(list(reading.iter_rows())) == 4
