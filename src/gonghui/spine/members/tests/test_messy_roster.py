"""A factory's roster as a clerk keeps it: each wrong cell is named, mended in the same workbook, and all taken back."""

import io
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from openpyxl import Workbook, load_workbook

from gonghui.spine.members.models import Membership, Person, Transfer
from gonghui.spine.members.tests.builders import TODAY, a_keeper, a_member, a_paper
from gonghui.spine.members.tests.test_roster import problems
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.imports import actions
from gonghui.web.imports.console import marked_workbook
from gonghui.web.imports.kinds import as_text
from gonghui.web.imports.models import Import
from gonghui.web.imports.sheet import SHEETS, Scope

pytestmark = pytest.mark.django_db
HEADINGS = ("序号", "姓 名", "性别", "身份证号码", "联系电话", "入会时间", "用工形式", "是否同意", "备注")
WRONG_CHECK = "990101198503070018"
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def an_x_paper() -> str:
    """A number whose check character is X."""
    return next(one for one in iter(a_paper, "") if one.endswith("X"))


def workbook(rows: list[list[Any]]) -> bytes:
    """A merged title, a line of remarks, the headings on row 3, a sum at the end."""
    book = Workbook()
    page = book.active
    page.title = "2020年花名册"
    page["A1"] = "示例一号有限公司工会会员花名册（2020年）"
    page.merge_cells("A1:I1")
    page["A2"] = "填表人：张三　填表日期：2020年8月"
    for at, heading in enumerate(HEADINGS, 1):
        page.cell(3, at, heading)
    for number, row in enumerate(rows, 4):
        for at, value in enumerate([number - 3, *row], 1):
            page.cell(number, at, value)
    page.cell(len(rows) + 4, 1, "合计")
    page.cell(len(rows) + 4, 2, f"{len(rows)}人")
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_line(**given: Any) -> list[Any]:
    row = {"name": "张示例", "sex": "", "paper": a_paper(), "phone": "10012345678", "day": "2020.6.1", "form": ""}
    row |= {"agrees": "是", "remark": "", **given}
    return list(row.values())


def brought(content: bytes, by: Any) -> Import:
    scope = Scope(by, 0, TODAY)
    batch = actions.bring_file(SHEETS["members.roster"], content, "花名册.xlsx", scope=scope, on=TODAY)
    batch.refresh_from_db()
    return batch


def test_what_clerks_write_is_understood(federation: Federation) -> None:
    x, wide, spaced = an_x_paper(), a_paper(), a_paper()
    rows = [
        a_line(paper=x.lower()),
        a_line(paper=wide.translate(FULL_WIDTH), phone="１００１２３４５６７８"),
        a_line(paper=f" {spaced[:6]} {spaced[6:14]} {spaced[14:]} ", name=" 张 示例 "),
        a_line(day="2020年6月1日"),
        a_line(day="20200601"),
        a_line(day=43983),
        a_line(day=datetime(2020, 6, 1)),
        a_line(day="2020/6/1", phone="100-1234-5678"),
        a_line(day="2020.06.01", phone=10012345678, form="农民工", agrees="√"),
        a_line(name="买买提•阿不都", phone="+86 10012345678"),
    ]
    keeper = a_keeper(federation.first)
    batch = brought(workbook(rows), keeper)
    assert problems(batch) == []
    assert (batch.state, batch.added, batch.header_row) == ("checked", len(rows), 2)
    actions.commit_import(batch, by=keeper, on=TODAY)
    people = Person.objects.all()
    assert {x, wide, spaced} <= {one.paper for one in people}
    assert {one.phone for one in people} == {"10012345678"}
    assert {one.first_on for one in Membership.objects.all()} == {date(2020, 6, 1)}
    assert set(people.values_list("name", flat=True)) == {"张示例", "买买提·阿不都"}


def test_every_wrong_cell_is_named_and_the_same_workbook_mended(federation: Federation) -> None:
    twice, elsewhere, here = a_paper(), a_member(federation.third), a_member(federation.first)
    rows = [
        a_line(paper=twice),
        a_line(paper=twice, name="张重复"),
        a_line(name="10012345678", phone="张示例"),
        a_line(name=a_paper(), paper="张示例"),
        a_line(day="2020年6月"),
        a_line(day="去年"),
        a_line(paper="110105850307001"),
        a_line(paper=WRONG_CHECK),
        a_line(paper=9.90101e17),
        a_line(paper="4.20111E+17"),
        a_line(paper=990101198503070000),
        a_line(paper=""),
        a_line(name=""),
        a_line(agrees=""),
        a_line(sex="女", paper=a_paper(1)),
        a_line(phone="1001234567"),
        a_line(paper=elsewhere.paper),
        a_line(paper=here.paper, day="", name="张示例"),
        a_line(paper="99010119850307001*"),
        a_line(day=datetime(2020, 9, 1)),
    ]
    keeper = a_keeper(federation.first)
    batch = brought(workbook(rows), keeper)
    assert problems(batch) == [
        ("D5", "twice"),
        ("B6", "name_sign"),
        ("E6", "phone_length"),
        ("B7", "name_sign"),
        ("D7", "paper_length"),
        ("F8", "day"),
        ("F9", "day"),
        ("D10", "paper_fifteen"),
        ("D11", "paper_check"),
        ("D12", "code_mangled"),
        ("D13", "code_mangled"),
        ("D14", "code_mangled"),
        ("D15", "keyless"),
        ("B16", "missing"),
        ("H17", "missing"),
        ("C18", "gender_differs"),
        ("E19", "phone_length"),
        ("D22", "paper_masked"),
        ("F23", "date_future"),
    ]
    book = load_workbook(io.BytesIO(marked_workbook(batch)))
    page = book.active
    assert page["D11"].value == WRONG_CHECK
    assert "校验位" in page["D11"].comment.text
    mended = {
        ("D", 5): a_paper(), ("B", 6): "张示例", ("E", 6): "10012345678", ("B", 7): "张示例", ("F", 8): "2020年6月1日",
        ("F", 9): "2019-06-01", ("H", 17): "是", ("C", 18): "男", ("E", 19): "10012345678", ("F", 23): "2020-06-01",
        ("B", 16): "张补名",
    }  # fmt: skip
    mended |= {("D", row): a_paper() for row in (7, 10, 11, 12, 13, 14, 15, 22)}
    for (column, row), value in mended.items():
        page[f"{column}{row}"] = value
    batch = brought(saved(book), keeper)
    assert problems(batch) == []
    actions.commit_import(batch, by=keeper, on=TODAY)
    assert Transfer.objects.get().person == elsewhere
    assert Person.objects.filter(organisation=federation.first).count() == len(rows) - 1
    actions.undo_import(batch, by=keeper, on=TODAY)
    assert list(Person.objects.filter(organisation=federation.first)) == [here]
    assert Transfer.objects.get().state == "withdrawn"


def test_two_unions_for_one_person_are_one_mistake_by_cell(federation: Federation) -> None:
    paper = a_paper()
    rows = [[*a_line(paper=paper)[:-1], federation.first.code], [*a_line(paper=paper)[:-1], federation.second.code]]
    book = load_workbook(io.BytesIO(workbook(rows)))
    book.active["I3"] = "所在工会"
    batch = brought(saved(book), a_keeper(federation.wangjing))
    assert problems(batch) == [("D5", "twice")]


@pytest.mark.parametrize("column", ["name", "sex", "day", "form", "agrees", "remark"])
@pytest.mark.parametrize("number", ["{paper}", "{float}", "E12345678", "100 1234 5678"])
def test_a_number_in_the_wrong_column_is_neither_shown_nor_kept_readable(
    federation: Federation, column: str, number: str
) -> None:
    paper = a_paper()
    typed: Any = float(paper[:17] + "0") if number == "{float}" else number.format(paper=paper)
    batch = brought(workbook([a_line(**{column: typed})]), a_keeper(federation.first))
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(r::text, ' ') from imports_importrow r where batch_id = %s", [batch.pk])
        kept = cursor.fetchone()[0] or ""
    for word in {str(typed), as_text(typed), str(typed)[:15], as_text(typed).replace(" ", "")}:
        assert word not in kept
    if batch.state == "faulty":  # in the clerk's own workbook it stands as it was typed
        rows = load_workbook(io.BytesIO(marked_workbook(batch))).worksheets[0].values
        assert any(str(typed) in map(str, row) for row in rows)
