"""Workbooks out and in: every bad input gets a sentence with cell, value and remedy, and nothing is half-saved."""

import io
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
import xlsxwriter

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.reports import actions
from gonghui.reports.models import Line, Return
from gonghui.reports.sheets import desk
from gonghui.reports.sheets.columns import COLUMNS, SHEET
from gonghui.reports.sheets.out import HEADER_ROW, workbook
from gonghui.reports.tests.builders import (
    HOMES,
    HOTLINE,
    JULY,
    PAID,
    PAYMENTS,
    QUALIFIED,
    Federation,
    a_draft,
    a_federation,
    a_round,
    an_accepted_return,
    return_of,
)
from gonghui.spine.organisations.actions import merge_organisations
from gonghui.web.imports import actions as imports
from gonghui.web.imports.console import marked_workbook
from gonghui.web.imports.models import Import
from gonghui.web.imports.opening import open_upload

FIRST = HEADER_ROW + 2
LARGEST = 10 * 2**20
ORDER = (PAYMENTS, PAID, QUALIFIED, HOTLINE, HOMES)
KEYS = [column.key for column in COLUMNS]


@pytest.fixture
def federation(db: None) -> Federation:
    return a_federation()


@pytest.fixture
def east(federation: Federation) -> Return:
    return return_of(a_round(federation.city, *ORDER), federation.east)


def cell(key: str, figure: str) -> str:
    return f"{'ABCDEFGHIJKLM'[KEYS.index(key)]}{FIRST + ORDER.index(figure)}"


def filled(in_return: Return, *changes: tuple[str, str, object]) -> bytes:
    """The pre-filled workbook with some cells typed in."""

    def put(book: openpyxl.Workbook) -> None:
        for key, figure, value in changes:
            book[SHEET][cell(key, figure)] = value

    return changed(in_return, put)


def changed(in_return: Return, change: Callable[[openpyxl.Workbook], object]) -> bytes:
    """The pre-filled workbook after somebody worked on it."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(in_return, demo=True)))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def imported(content: bytes, in_return: Return, federation: Federation, name: str = "上报.xlsx") -> Import:
    return desk.bring_workbook(in_return, content, name, by=federation.east.clerk, on=JULY)


def faults(batch: Import) -> list[dict]:
    """Everything wrong, in the order of the sheet."""
    return [one for row in batch.staged.order_by("row").values_list("problems", flat=True) for one in row]


def taken(batch: Import) -> list[dict]:
    """What the rows that do something say."""
    return list(batch.staged.filter(what__in=("new", "changed")).order_by("row").values_list("values", flat=True))


def problems(batch: Import) -> set[tuple[str, str]]:
    return {(problem["cell"], problem["code"]) for problem in faults(batch)}


def test_the_workbook_carries_unit_codes_round_and_last_periods_value(federation: Federation) -> None:
    from gonghui.core.period import Period

    opened = a_round(federation.city, *ORDER, period=Period.parse("2019H2"))
    an_accepted_return(opened, federation.east, federation.city, a_draft(PAYMENTS, 100), a_draft(PAID, 123_456))
    in_return = return_of(a_round(federation.city, *ORDER), federation.east)
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(in_return, demo=True)))[SHEET]
    texts = {str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None}
    assert {"东区总工会", federation.east.organisation.code, "2020年上半年", PAYMENTS, "人次"} <= texts
    assert sheet[cell("before", PAYMENTS)].value == 100
    assert sheet[cell("before", PAID)].value == 1234.56
    assert sheet[cell("number", PAYMENTS)].value is None
    assert sheet.protection.sheet
    assert sheet[cell("title", PAYMENTS)].protection.locked
    assert not sheet[cell("number", PAYMENTS)].protection.locked


def test_what_is_filled_in_becomes_drafts_and_a_second_commit_nothing(federation: Federation, east: Return) -> None:
    content = filled(
        east,
        ("number", PAYMENTS, 206),
        ("number", PAID, 187214560.25),
        ("number", QUALIFIED, 338),
        ("denominator", QUALIFIED, 820),
        ("nothing", HOTLINE, "是"),
        ("number", HOMES, 0),
    )
    upload = imported(content, east, federation)
    assert (upload.state, faults(upload), Line.objects.count()) == ("checked", [], 0)
    desk.commit_workbook(upload, by=federation.east.clerk, on=JULY)
    lines = {line.figure: (line.number, line.denominator, line.nothing) for line in Line.objects.all()}
    assert lines == {
        PAYMENTS: (206, None, False),
        PAID: (18_721_456_025, None, False),
        QUALIFIED: (338, 820, False),
        HOTLINE: (None, None, True),
        HOMES: (0, None, False),
    }
    with pytest.raises(Refusal) as again:
        desk.commit_workbook(upload, by=federation.east.clerk, on=JULY)
    assert again.value.code == "imports.again"
    with pytest.raises(Refusal) as again:
        imported(content, east, federation)
    assert again.value.code == "imports.again"
    assert Line.objects.count() == 5


def test_every_error_is_said_at_once_with_its_cell_and_nothing_is_saved(federation: Federation, east: Return) -> None:
    content = filled(
        east,
        ("number", PAYMENTS, "一百多"),
        ("number", PAID, -5),
        ("number", QUALIFIED, "46.6%"),
        ("unit", HOTLINE, "人次"),
        ("number", HOTLINE, 12),
        ("number", HOMES, 12.5),
        ("note", HOMES, "电话 13812345678"),
    )
    upload = imported(content, east, federation)
    assert [problem["cell"][1:] for problem in faults(upload)] == ["9", "10", "11", "12", "13", "13"]
    assert problems(upload) == {
        (cell("note", HOMES), "reports.text_personal"),
        (cell("number", PAYMENTS), "imports.not_a_number"),
        (cell("number", PAID), "imports.negative"),
        (cell("number", QUALIFIED), "imports.percent"),
        (cell("unit", HOTLINE), "reports.unit"),
        (cell("number", HOMES), "imports.not_whole"),
    }
    assert {problem["value"] for problem in faults(upload)} >= {"一百多", "-5", "46.6%", "人次", "12.5"}
    with pytest.raises(Refusal):
        desk.commit_workbook(upload, by=federation.east.clerk, on=JULY)
    assert not Line.objects.exists()


def test_a_number_shown_as_percent_is_refused(federation: Federation, east: Return) -> None:
    def percent(book: openpyxl.Workbook) -> None:
        at = book[SHEET][cell("number", QUALIFIED)]
        at.value, at.number_format = 1, "0.0%"

    upload = imported(changed(east, percent), east, federation)
    assert (cell("number", QUALIFIED), "imports.percent") in problems(upload)


def test_full_width_digits_are_read_and_listed(federation: Federation, east: Return) -> None:
    upload = imported(filled(east, ("number", PAYMENTS, "２０６")), east, federation)
    assert upload.state == "checked"
    [notice] = upload.notices
    assert (notice["cell"], notice["value"], notice["code"]) == (
        cell("number", PAYMENTS),
        "２０６",
        "reports.full_width",
    )
    assert taken(upload)[0]["number"] == 206


def test_a_formula_without_a_stored_value_is_an_error(federation: Federation, east: Return) -> None:
    upload = imported(filled(east, ("number", PAYMENTS, "=1+2")), east, federation)
    assert problems(upload) == {(cell("number", PAYMENTS), "reports.formula_empty")}


def test_a_formulas_stored_value_is_taken_and_listed(federation: Federation, east: Return) -> None:
    content = with_header_and([PAYMENTS, "", "人次", "", "", "", "", ("=100+106", 206), "", "", "", "", ""])
    upload = imported(content, east, federation)
    assert taken(upload)[0]["number"] == 206
    assert [notice["code"] for notice in upload.notices] == ["reports.formula_taken"]


def with_header_and(*rows: list[object], merge: str = "", sheet: str = SHEET, above: int = 0) -> bytes:
    """A workbook written by hand: header and rows."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for index, column in enumerate(COLUMNS):
        page.write(above, index, column.heading)
    for at, row in enumerate(rows, above + 1):
        for index, value in enumerate(row):
            if isinstance(value, tuple):
                page.write_formula(at, index, value[0], None, value[1])
            elif value != "":
                page.write(at, index, value)
    if merge:
        page.merge_range(merge, "合并")
    book.close()
    return buffer.getvalue()


def row_of(code: str, number: object, **more: object) -> list[object]:
    values: dict[str, object] = {"figure": code, "number": number, **more}
    return [values.get(key, "") for key in KEYS]


def test_merged_cells_above_the_header_are_skipped_and_inside_refused(federation: Federation, east: Return) -> None:
    fine = imported(with_header_and(row_of(PAYMENTS, 5), merge="A1:F1", above=3), east, federation)
    assert fine.state == "checked"
    wrong = imported(with_header_and(row_of(PAYMENTS, 5), merge="L2:M2"), east, federation)
    assert problems(wrong) == {("L2", "reports.merged")}


def test_duplicate_rows_are_named(federation: Federation, east: Return) -> None:
    upload = imported(with_header_and(row_of(PAYMENTS, 5), row_of(PAYMENTS, 6)), east, federation)
    assert problems(upload) == {("A3", "reports.duplicate_row")}
    assert faults(upload)[0]["params"] == {"first": 2}


def test_wrong_sheet_and_wrong_header_say_what_was_found(federation: Federation, east: Return) -> None:
    with pytest.raises(Refusal, match="Sheet9") as refused:
        imported(with_header_and(row_of(PAYMENTS, 5), sheet="Sheet9"), east, federation)
    assert refused.value.code == "imports.wrong_sheet"
    without = changed(east, lambda book: book[SHEET].__setitem__(f"H{HEADER_ROW + 1}", "数值"))
    with pytest.raises(Refusal, match="本期数") as refused:
        imported(without, east, federation)
    assert refused.value.code == "reports.header_missing"
    nothing = changed(east, lambda book: book[SHEET].delete_rows(1, HEADER_ROW + 1))
    with pytest.raises(Refusal) as refused:
        imported(nothing, east, federation)
    assert refused.value.code == "reports.wrong_header"


def test_another_units_workbook_is_refused(federation: Federation, east: Return) -> None:
    west = return_of(east.round, federation.west)
    upload = imported(filled(west, ("number", PAYMENTS, 5)), east, federation)
    assert problems(upload) == {("B4", "reports.other_organisation")}


def test_a_merged_units_workbook_is_taken_for_the_one_that_goes_on(federation: Federation, east: Return) -> None:
    west = return_of(east.round, federation.west)
    content = filled(west, ("number", PAYMENTS, 5))
    merge_organisations(federation.west.organisation, federation.east.organisation, by=SYSTEM, on=JULY)
    upload = imported(content, Return.objects.get(pk=east.pk), federation)
    assert problems(upload) == set()
    (notice,) = upload.notices
    assert (notice["cell"], notice["code"]) == ("B4", "reports.organisation_became")
    assert notice["params"]["found"] == federation.west.organisation.code


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig"])
def test_csv_is_read_in_the_encodings_people_use(federation: Federation, east: Return, encoding: str) -> None:
    lines = [",".join(column.heading for column in COLUMNS), ",".join(str(v) for v in row_of(PAYMENTS, "1206"))]
    upload = imported("\r\n".join(lines).encode(encoding), east, federation, name="上报.csv")
    assert upload.state == "checked"
    assert taken(upload)[0]["number"] == 1206
    assert [notice["code"] for notice in upload.notices] == (["reports.csv_read_as"] if encoding == "gbk" else [])


def refused(content: bytes, name: str = "上报.xlsx") -> str:
    with pytest.raises(Refusal) as caught:
        open_upload(content, name, largest=LARGEST)
    assert str(caught.value)
    return caught.value.code


def test_what_is_no_workbook_is_refused_by_what_it_is() -> None:
    assert refused(b"") == "imports.file_empty"
    assert refused(b"hello") == "imports.not_a_workbook"
    assert refused(b"PK\x03\x04 not really") == "imports.not_a_workbook"
    assert refused(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "上报.xls") == "imports.old_excel"
    assert refused(b"PK\x03\x04", "上报.xlsm") == "imports.macros"
    assert refused(b"%PDF-1.7", "上报.pdf") == "imports.file_type"
    assert refused(b"x" * (LARGEST + 1)) == "imports.file_large"
    assert refused(b"\xff\xfe\xff\xff\x00", "上报.csv") in ("imports.csv_encoding", "imports.not_text")


def archive(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def raw_workbook(sheet_xml: bytes, **more: bytes) -> bytes:
    """The smallest workbook with one sheet of our name."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheet = f'<sheet name="{SHEET}" sheetId="1" r:id="a"/>'
    names = f'<workbook xmlns="{main}" xmlns:r="{relation}"><sheets>{sheet}</sheets></workbook>'
    relations = (
        f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" Type="{relation}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    )
    types = (
        f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/></Types>'
    )
    sheet_xml = sheet_xml.replace(b"<worksheet>", f'<worksheet xmlns="{main}">'.encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", types)
        book.writestr("xl/workbook.xml", names)
        book.writestr("xl/_rels/workbook.xml.rels", relations)
        book.writestr("xl/worksheets/sheet1.xml", sheet_xml)
        for name, content in more.items():
            book.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def test_a_small_file_that_asks_for_512_gb_is_refused_by_its_extent() -> None:
    far = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    content = raw_workbook(far)
    assert len(content) < 4_800
    assert refused(content) == "imports.too_many_rows"
    wide = b'<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>'
    assert refused(raw_workbook(wide)) == "imports.too_many_columns"


@pytest.mark.parametrize("value", ["NaN", "inf", "-1e400"])
def test_what_is_no_number_to_anybody_is_an_error_in_its_cell(federation: Federation, east: Return, value: str) -> None:
    content = filled(east, ("number", PAYMENTS, 987654))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {
            name: book.read(name).replace(b"<v>987654</v>", f"<v>{value}</v>".encode()) for name in book.namelist()
        }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part)
    upload = imported(buffer.getvalue(), east, federation)
    assert problems(upload) == {(cell("number", PAYMENTS), "imports.not_a_number")}


def test_a_zero_byte_in_a_cell_is_dropped() -> None:
    cell = b'<c r="A1" t="inlineStr"><is><t>A_x0000_B</t></is></c>'
    sheet = b'<worksheet><sheetData><row r="1">' + cell + b"</row></sheetData></worksheet>"
    assert "\x00" not in str(open_upload(raw_workbook(sheet), "a.xlsx", largest=LARGEST).rows[0][0])


def test_half_a_megabyte_that_inflates_to_half_a_gigabyte_is_refused_by_its_directory() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book, book.open("xl/sharedStrings.xml", "w") as part:
        for _ in range(500):
            part.write(b" " * 2**20)
    assert len(buffer.getvalue()) < 600_000
    assert refused(buffer.getvalue()) == "imports.zip_bomb"


def test_odd_archives_are_refused() -> None:
    assert refused(archive(**{"..__evil": b"x", "xl__workbook.xml": b"<a/>"})) == "imports.zip_names"
    assert refused(archive(hello=b"x")) == "imports.not_a_workbook"
    assert refused(raw_workbook(b"<worksheet><sheetData>")) == "imports.broken_xml"
    assert refused(raw_workbook(b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet/>")) == "imports.xml_doctype"
    assert refused(raw_workbook(b"<worksheet/>", **{"xl__vbaProject.bin": b"x"})) == "imports.macros"


def test_100_000_rows_below_thirty_are_read_and_one_more_is_refused() -> None:
    def rows(how_many: int) -> bytes:
        body = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in (1, how_many))
        return raw_workbook(f"<worksheet><sheetData>{body}</sheetData></worksheet>".encode())

    assert refused(rows(100_031)) == "imports.too_many_rows"
    assert len(open_upload(rows(100_030), "上报.xlsx", largest=LARGEST).rows) == 100_030
    lines = "a,b\n" * 100_031
    assert refused(lines.encode(), "上报.csv") == "imports.too_many_rows"


def test_a_filed_period_an_overlap_and_a_figure_run_here_are_said_at_the_row(federation: Federation) -> None:
    an_accepted_return(a_round(federation.east, PAYMENTS), federation.street, federation.east, a_draft(PAYMENTS, 1))
    actions.start_programme("places", federation.east.organisation, by=federation.city.reviewer, on=date(2020, 6, 1))
    in_return = return_of(a_round(federation.city, *ORDER), federation.east)
    upload = imported(filled(in_return, ("number", PAYMENTS, 5), ("number", HOMES, 7)), in_return, federation)
    assert problems(upload) == {
        (cell("figure", PAYMENTS), "reports.overlap"),
        (cell("figure", HOMES), "reports.programme_runs"),
    }


def test_personal_numbers_in_a_note_are_refused_and_never_repeated(federation: Federation, east: Return) -> None:
    content = filled(east, ("number", PAYMENTS, 5), ("note", PAYMENTS, "联系人 13812345678"))
    upload = imported(content, east, federation)
    assert problems(upload) == {(cell("note", PAYMENTS), "reports.text_personal")}
    assert "13812345678" not in str(faults(upload))


def test_text_that_looks_like_a_formula_leaves_as_text(federation: Federation) -> None:
    from gonghui.core.neutral import neutral

    assert neutral("=1+1") == "'=1+1"
    assert neutral("　＝1") == "'　＝1"
    assert neutral("示例") == "示例"


def test_every_declared_figure_has_a_row_for_somebody(federation: Federation) -> None:
    in_return = return_of(a_round(federation.city), federation.city)
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(in_return, demo=False)))[SHEET]
    codes = {row[0] for row in sheet.iter_rows(min_row=FIRST, max_col=1, values_only=True)}
    assert set(FIGURES) <= codes


def test_the_units_own_workbook_comes_back_marked_and_can_be_mended(federation: Federation, east: Return) -> None:
    content = filled(east, ("number", PAYMENTS, "三十"), ("number", PAID, 12.5), ("note", PAID, "电话 13812345678"))
    upload = imported(content, east, federation)
    assert "13812345678" not in str([*upload.staged.values()])
    book = openpyxl.load_workbook(io.BytesIO(marked_workbook(upload)))
    sheet = book[SHEET]
    remark = sheet[cell("number", PAYMENTS)].comment
    assert remark is not None
    assert "不是数" in remark.text or "概数" in remark.text
    assert sheet[cell("number", PAID)].value == 12.5
    sheet[cell("number", PAYMENTS)] = 30
    sheet[cell("note", PAID)] = ""
    buffer = io.BytesIO()
    book.save(buffer)
    mended = imported(buffer.getvalue(), east, federation)
    assert mended.state == "checked"
    assert {row["figure"]: row["number"] for row in taken(mended)} == {PAYMENTS: 30, PAID: 1250}


def test_an_import_is_taken_back_while_its_drafts_stand(federation: Federation, east: Return) -> None:
    clerk = federation.east.clerk
    desk.commit_workbook(imported(filled(east, ("number", PAYMENTS, 206)), east, federation), by=clerk, on=JULY)
    batch = imported(filled(east, ("number", PAYMENTS, 300), ("number", HOMES, 7)), east, federation)
    assert (batch.added, batch.changed) == (1, 1)
    desk.commit_workbook(batch, by=clerk, on=JULY)
    imports.undo_import(batch, by=clerk, on=JULY)
    assert {line.figure: line.number for line in Line.objects.all()} == {PAYMENTS: 206}


def test_what_was_sent_or_typed_over_since_stands_in_the_way(federation: Federation, east: Return) -> None:
    clerk = federation.east.clerk
    batch = imported(filled(east, ("number", PAYMENTS, 206), ("number", HOMES, 7)), east, federation)
    desk.commit_workbook(batch, by=clerk, on=JULY)
    actions.enter_line(east, a_draft(PAYMENTS, 300), by=clerk, on=JULY)
    with pytest.raises(Refusal, match="又改成了") as over:
        imports.undo_import(batch, by=clerk, on=JULY)
    assert over.value.code == "imports.in_the_way"
    actions.enter_line(east, a_draft(PAYMENTS, 206), by=clerk, on=JULY)
    actions.send_for_signature(east, by=clerk, on=JULY)
    actions.sign_return(east, by=federation.east.lead, on=JULY)
    with pytest.raises(Refusal, match="已经报送"):
        imports.undo_import(batch, by=clerk, on=JULY)


def test_a_draft_typed_over_since_the_preview_is_named_and_nothing_taken(federation: Federation, east: Return) -> None:
    clerk = federation.east.clerk
    actions.enter_line(east, a_draft(PAYMENTS, 100), by=clerk, on=JULY)
    batch = imported(filled(east, ("number", PAYMENTS, 206), ("number", HOMES, 7)), east, federation)
    actions.enter_line(east, a_draft(PAYMENTS, 101), by=clerk, on=JULY)
    with pytest.raises(Refusal, match=PAYMENTS) as stale:
        desk.commit_workbook(batch, by=clerk, on=JULY)
    assert stale.value.code == "imports.changed_since"
    assert Line.objects.get().number == 101


def test_taken_and_brought_back_unchanged_nothing_changes(federation: Federation, east: Return) -> None:
    drafts = [a_draft(PAYMENTS, 100), a_draft(HOMES, 7)]
    actions.enter_lines(east, drafts, by=federation.east.clerk, on=JULY)
    batch = imported(workbook(east, demo=True), east, federation)
    assert (batch.state, batch.added, batch.changed, batch.same) == ("checked", 0, 0, 2)
