"""The pen writes into the open cells only, so that the product reads what a spreadsheet program would have saved."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter

from gonghui.reports.sheets.columns import COLUMNS
from gonghui.reports.sheets.out import HEADER_ROW
from gonghui.scenario.pen import filled

KEYS = [column.key for column in COLUMNS]


def a_workbook():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("上报表")
        day, look = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
        sheet.write_string(0, 0, "标题")
        for row in (HEADER_ROW + 1, HEADER_ROW + 2):
            sheet.write_string(row, 0, f"figure{row}")
            sheet.write_datetime(row, 3, date(2020, 7, 1), day)
            for index in range(5, len(KEYS)):
                sheet.write_blank(row, index, None, look)
    return buffer.getvalue()


def test_answers_stand_in_their_cells_and_nothing_else_changed():
    answers = {
        "a": {"number": 12, "denominator": 30, "coverage": "本级及所辖"},
        "b": {"number": Decimal("1.25"), "reason": "多 <1> 倍 & 更多"},
    }
    sheet = openpyxl.load_workbook(io.BytesIO(filled(a_workbook(), ["a", "b"], answers)))["上报表"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER_ROW + 2)]
    first, second = (dict(zip(KEYS, row, strict=False)) for row in rows)
    assert (first["number"], first["denominator"], first["coverage"], first["reason"]) == (12, 30, "本级及所辖", None)
    assert (second["number"], second["reason"], second["coverage"]) == (1.25, "多 <1> 倍 & 更多", None)
    assert sheet["A1"].value == "标题"
    assert first["first_on"].date() == date(2020, 7, 1)


def test_an_answer_without_a_cell_is_refused():
    with pytest.raises(ValueError, match="no cells"):
        filled(a_workbook(), ["a", "b", "c"], {"c": {"number": 1}})
