"""Unions by the row: founded, renamed, moved from a workbook, and taken back."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from gonghui.core import codes
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import entries_of
from gonghui.spine.organisations import actions as tree
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.actions import Founding
from gonghui.spine.organisations.models import Employer, FormerName, Organisation, tree_differences
from gonghui.spine.organisations.models.audits import coverage_differences, entry_differences, superior_differences
from gonghui.spine.organisations.tests.builders import MARCH, Federation, an_actor, an_employer, found
from gonghui.web.imports import actions, workbooks
from gonghui.web.imports.models import Import, ImportRow
from gonghui.web.imports.sheet import SHEETS, Scope

pytestmark = pytest.mark.django_db
UNIONS = SHEETS["organisations.unions"]
JULY = date(2020, 7, 1)


@pytest.fixture
def officer(federation: Federation) -> Actor:
    return an_actor("org_officer", federation.chaoyang)


def brought(rows: list[dict[str, Any]], by: Actor, *, on: date = JULY, name: str = "名册.csv") -> Import:
    """The rows as a workbook of the officer's own, read by the desk."""
    headings = list(dict.fromkeys(key for row in rows for key in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, headings)
    writer.writeheader()
    writer.writerows(rows)
    batch = actions.bring_file(UNIONS, out.getvalue().encode(), name, scope=Scope(by, 0, on), on=JULY)
    batch.refresh_from_db()
    return batch


def problems(batch: Import) -> set[tuple[str, str]]:
    rows = ImportRow.objects.filter(batch=batch).values_list("problems", flat=True)
    return {(one["cell"], one["code"]) for row in rows for one in row}


def committed(batch: Import, by: Actor) -> Import:
    actions.commit_import(batch, by=by, on=JULY)
    batch.refresh_from_db()
    return batch


def sound() -> bool:
    found = [*tree_differences(), *superior_differences(), *entry_differences(), *coverage_differences()]
    assert found == []
    return True


def new(federation: Federation, name: str = "示例新一公司工会", **more: Any) -> dict[str, Any]:
    return {"工会名称": name, "层级": "基层工会", "上级": federation.wangjing.code, **more}


def test_new_rows_are_founded_and_others_renamed_and_moved(federation: Federation, officer: Actor) -> None:
    employer = an_employer()
    row = new(federation, 成立日期="2020/6/1", 单位信用代码=employer.uscc, 单位名称=employer.name)
    row |= {"单位行业": "I64", "单位类型": rules.ownerships()["private"], "职工人数": "60"}
    first = {"组织代码": federation.first.code, "工会名称": "示例改名公司工会", "上级": "餐饮行业工会联合会"}
    batch = brought(
        [row | {"组织代码": ""}, {**dict.fromkeys(row, ""), **first, "层级": "基层工会"} | kept(federation)], officer
    )
    assert problems(batch) == set()
    assert (batch.state, batch.added, batch.changed) == ("checked", 1, 1)
    committed(batch, officer)
    made = Organisation.objects.get(name="示例新一公司工会")
    assert (made.parent, made.founded_on) == (federation.wangjing, date(2020, 6, 1))
    assert Employer.objects.get(uscc=employer.uscc).organisation == made
    federation.first.refresh_from_db()
    assert (federation.first.name, federation.first.parent) == ("示例改名公司工会", federation.catering)
    assert FormerName.objects.get(organisation=federation.first).last_on == date(2020, 6, 30)
    assert sound()


def kept(federation: Federation) -> dict[str, Any]:
    return {"成立日期": federation.first.founded_on.isoformat()}


def test_taking_back_reverses_foundings_and_restores_names_and_superiors(
    federation: Federation, officer: Actor
) -> None:
    employer = an_employer()
    typed = {"单位信用代码": employer.uscc, "单位名称": employer.name, "单位行业": "I64"}
    typed |= {"单位类型": rules.ownerships()["private"], "职工人数": "60"}
    batch = committed(brought([new(federation, **typed)], officer), officer)
    second = {"组织代码": federation.second.code, "名称": "示例另名公司工会", "上级": federation.catering.code}
    other = committed(brought([second], officer), officer)
    actions.undo_import(batch, by=officer, on=JULY)
    actions.undo_import(other, by=officer, on=JULY)
    made = Organisation.objects.get(name="示例新一公司工会")
    assert (made.is_active, made.closed_on) == (False, made.founded_on)
    assert [entry.sign for entry in entries_of(made)] == [1, -1]
    assert Employer.objects.get(uscc=employer.uscc).organisation is None
    federation.second.refresh_from_db()
    assert (federation.second.name, federation.second.parent) == ("示例二号有限公司工会", federation.wangjing)
    assert sound()
    batch.refresh_from_db()
    assert batch.state == "undone"
    again = committed(brought([new(federation, **typed)], officer), officer)  # the same file may come again
    assert again.pk != batch.pk
    assert Employer.objects.get(uscc=employer.uscc).organisation.name == made.name
    assert sound()


def test_what_was_built_on_an_import_stands_in_the_way_of_taking_it_back(
    federation: Federation, officer: Actor
) -> None:
    batch = committed(brought([new(federation)], officer), officer)
    made = Organisation.objects.get(name="示例新一公司工会")
    tree.found_organisation(Founding(name="一分会", level="branch", superior=made), by=officer, on=JULY)
    ways = actions.standing_in_the_way(batch, actions.staged_changes(batch), Scope(officer, 0, JULY))
    assert [refusal.code for _change, refusal in ways] == ["organisations.children_since"]
    with pytest.raises(Refusal, match="下面已建有组织"):
        actions.undo_import(batch, by=officer, on=JULY)
    assert made.is_active


def test_the_same_name_under_the_same_superior_is_the_union_that_stands(federation: Federation, officer: Actor) -> None:
    batch = brought([new(federation, federation.first.name) | {"简称": "一号"}], officer)
    assert (batch.state, batch.added, batch.changed) == ("checked", 0, 1)


@pytest.mark.parametrize(
    ("typed", "cell", "code"),
    [
        ({"上级": "没有的街道"}, "C2", "organisations.superior_unknown"),
        ({"上级": "海淀区总工会"}, "C2", "organisations.superior_unknown"),  # out of reach looks the same
        ({"层级": "区总工会"}, "C2", "organisations.place"),
        ({"层级": "没有的层级"}, "B2", "imports.choice"),
        ({"工会名称": ""}, "A2", "imports.keyless"),
        ({"工会法人代码": "91110105MA00000000"}, "D2", "codes.uscc_check"),
        ({"成立日期": "2020-02-30"}, "D2", "imports.day"),
        ({"成立日期": "2010-01-01"}, "D2", "organisations.date_order"),
        ({"成立日期": "2020-07-02"}, "D2", "organisations.founded_later"),
        ({"单位名称": "示例公司"}, "A2", "organisations.employer_part"),
        ({"职工人数": "约60人"}, "D2", "imports.not_a_number"),
        ({"组织代码": codes.organisation_code("110105", "BA", 99_998)}, "D2", "imports.unknown"),
    ],
)
def test_what_is_wrong_is_said_at_its_cell(
    federation: Federation, officer: Actor, typed: dict[str, str], cell: str, code: str
) -> None:
    batch = brought([new(federation) | typed], officer)
    assert problems(batch) == {(cell, code)}
    with pytest.raises(Refusal, match="错误"):
        actions.commit_import(batch, by=officer, on=JULY)


def test_exported_and_brought_back_nothing_changes(federation: Federation, officer: Actor) -> None:
    tree.rename_organisation(federation.first, "=示例@一号", by=officer, on=MARCH, english_name="-First")
    content = workbooks.layout(UNIONS, UNIONS.rows(Scope(officer, 0, JULY)))
    batch = actions.bring_file(UNIONS, content, "组织名册.xlsx", scope=Scope(officer, 0, JULY), on=JULY)
    batch.refresh_from_db()
    assert problems(batch) == set()
    assert (batch.state, batch.added, batch.changed, batch.same) == ("checked", 0, 0, 5)


def test_an_empty_cell_says_nothing_where_the_desk_could_not_change_it(federation: Federation, officer: Actor) -> None:
    row = new(federation, federation.first.name) | {"组织代码": "", "简称": "", "行政区划": "", "成立日期": ""}
    batch = brought([row], officer)
    assert (problems(batch), batch.state, batch.changed, batch.same) == (set(), "checked", 0, 1)


def test_a_short_name_that_repeats_the_name_follows_it(federation: Federation, officer: Actor) -> None:
    row = {"组织代码": federation.first.code, "名称": "示例改名公司工会"}
    committed(brought([row], officer), officer)
    federation.first.refresh_from_db()
    assert federation.first.short_name == "示例改名公司工会"


def test_a_renaming_dated_too_early_is_said_at_the_name(federation: Federation, officer: Actor) -> None:
    tree.rename_organisation(federation.first, "示例一号新名公司工会", by=officer, on=JULY)
    batch = brought([{"组织代码": federation.first.code, "名称": "示例又一名公司工会"}], officer, on=MARCH)
    assert problems(batch) == {("B2", "organisations.rename_too_early")}


def test_no_change_takes_effect_on_a_day_that_has_not_come(federation: Federation, officer: Actor) -> None:
    with pytest.raises(Refusal, match="2020-07-02 还没有到") as refused:
        brought([new(federation)], officer, on=date(2020, 7, 2))
    assert refused.value.code == "imports.future"


def test_old_codes_and_names_of_then_lead_to_what_became_of_them(federation: Federation, officer: Actor) -> None:
    town = found("亚运村街道总工会", "town", federation.chaoyang, "110105027")
    old = town.code
    tree.merge_organisations(town, federation.wangjing, by=officer, on=MARCH)
    batch = brought([new(federation, 上级=old), new(federation, "示例新二公司工会", 上级="亚运村街道总工会")], officer)
    assert problems(batch) == set()
    committed(batch, officer)
    assert federation.wangjing.children.filter(name__startswith="示例新").count() == 2


def test_a_new_union_is_not_founded_in_an_abolished_area(federation: Federation) -> None:
    officer = an_actor("org_officer", federation.city)
    batch = brought([new(federation, 行政区划="110103", 成立日期="2020/6/1")], officer)
    assert problems(batch) == {("D2", "codes.area_retired")}


# A superior and its units in one file -------------------------------------------------------------------------------

TOWN = {"工会名称": "示例新城街道总工会", "层级": "街道总工会", "上级": "朝阳区总工会", "行政区划": "110105027"}


def unit(name: str, superior: str, **more: Any) -> dict[str, Any]:
    return {"组织代码": "", "工会名称": name, "层级": "基层工会", "上级": superior, "行政区划": ""} | more


def test_a_superior_and_its_units_are_founded_in_one_file_in_any_order_and_taken_back(
    federation: Federation, officer: Actor
) -> None:
    rows = [
        unit("示例一分会", "示例新一公司工会", 层级="分会"),
        unit("示例新一公司工会", "示例新城街道总工会"),
        {"组织代码": "", **TOWN},
        {
            **unit(federation.first.name, "示例新城街道总工会"),
            "组织代码": federation.first.code,
            "行政区划": "110105026",
        },
    ]
    batch = brought(rows, officer)
    assert problems(batch) == set()
    assert (batch.state, batch.added, batch.changed) == ("checked", 3, 1)
    shown = UNIONS.cells("", {}, batch.staged.get(row=3).values)
    assert ("上级组织", "", "示例新城街道总工会（这张表第 4 行新增）") in shown
    moved = batch.staged.get(row=5).values | {"superior": federation.wangjing.code}
    [remark] = UNIONS.remarks([(5, "", moved)], Scope(officer, 0, JULY))[5]
    assert remark.text == "上级：望京街道总工会"
    committed(batch, officer)
    branch = Organisation.objects.get(name="示例一分会")
    line = list(Organisation.objects.line_of(branch.path).values_list("name", flat=True))
    assert line[1:] == ["朝阳区总工会", "示例新城街道总工会", "示例新一公司工会", "示例一分会"]
    federation.first.refresh_from_db()
    assert federation.first.parent == Organisation.objects.get(name="示例新城街道总工会")
    assert sound()
    content = workbooks.layout(UNIONS, UNIONS.rows(Scope(officer, 0, JULY)))
    again = actions.bring_file(UNIONS, content, "组织名册.xlsx", scope=Scope(officer, 0, JULY), on=JULY)
    again.refresh_from_db()
    assert (again.state, again.added, again.changed, again.same) == ("checked", 0, 0, 8)
    mended = brought(
        [*rows[:3], {**rows[3], "行政区划": ""}], officer
    )  # the same rows once more are the unions that stand
    assert (mended.state, mended.added, mended.changed, mended.same) == ("checked", 0, 0, 4)
    actions.undo_import(batch, by=officer, on=JULY)
    federation.first.refresh_from_db()
    assert federation.first.parent == federation.wangjing
    assert not Organisation.objects.active().filter(name__startswith="示例新").exists()
    branch, town = (Organisation.objects.get(name=name) for name in ("示例一分会", "示例新城街道总工会"))
    assert entries_of(branch).latest("id").id < entries_of(town).latest("id").id, "units go before their superior"
    assert sound()


def test_what_is_built_under_a_founded_superior_by_others_stands_in_the_way_until_it_is_taken_back(
    federation: Federation, officer: Actor
) -> None:
    batch = committed(
        brought([{"组织代码": "", **TOWN}, unit("示例新一公司工会", "示例新城街道总工会")], officer), officer
    )
    other = committed(brought([unit("示例新二公司工会", "示例新城街道总工会")], officer), officer)
    with pytest.raises(Refusal, match="下面已建有组织"):
        actions.undo_import(batch, by=officer, on=JULY)
    actions.undo_import(other, by=officer, on=JULY)
    actions.undo_import(batch, by=officer, on=JULY)
    assert sound()


@pytest.mark.parametrize("mark", ["新1", "new-1", "新 １"])
def test_a_provisional_code_tells_rows_of_one_name_apart(federation: Federation, officer: Actor, mark: str) -> None:
    twin = federation.wangjing.name
    rows = [
        {**TOWN, "工会名称": twin, "上级": "餐饮行业工会联合会", "层级": "联合基层工会", "组织代码": ""},
        {**TOWN, "工会名称": "示例新城街道总工会", "组织代码": mark},
        unit("示例新一公司工会", mark),
    ]
    batch = committed(brought(rows, officer), officer)
    made = Organisation.objects.get(name="示例新一公司工会")
    assert getattr(made.parent, "name", "") == "示例新城街道总工会"
    assert not Organisation.objects.filter(code__startswith="新").exists()
    assert batch.added == 3


def test_a_row_named_like_a_union_that_stands_is_that_union_where_its_superior_is_the_same(
    federation: Federation, officer: Actor
) -> None:
    rows = [
        unit(federation.wangjing.name, federation.chaoyang.code, 层级="街道（乡镇、园区）总工会", 行政区划="110105026"),
        unit("示例新一公司工会", federation.wangjing.name, 行政区划="110105026"),
    ]
    batch = brought(rows, officer)
    assert (problems(batch), batch.added, batch.same) == (set(), 1, 1)
    assert batch.staged.get(row=3).values["superior"] == federation.wangjing.code


TWIN = {**TOWN, "上级": "望京街道总工会", "层级": "基层工会", "行政区划": ""}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([TOWN, TWIN, unit("甲工会", "示例新城街道总工会")], {("C4", "organisations.superior_several_rows")}),
        (
            [{**TWIN, "工会名称": "望京街道总工会", "上级": "餐饮行业工会联合会"}, unit("甲工会", "望京街道总工会")],
            {("C3", "organisations.superior_here_too")},
        ),
        ([unit("甲工会", "甲工会")], {("C2", "organisations.superior_itself")}),
        (
            [unit("甲工会", "乙工会"), unit("乙工会", "甲工会"), unit("丙分会", "乙工会", 层级="分会")],
            {("C2", "organisations.superior_circle"), ("C3", "organisations.superior_circle")},
        ),
        (
            [unit("甲工会", "望京街道总工会", 组织代码="新1"), unit("乙工会", "望京街道总工会", 组织代码="新1")],
            {("E2", "organisations.mark_twice"), ("E3", "organisations.mark_twice")},
        ),
        (
            [{**TOWN, "行政区划": "110108003"}, unit("甲工会", "示例新城街道总工会")],
            {("D2", "organisations.area_elsewhere")},
        ),
        ([unit("甲工会", "示例新城街道总工会"), {**TOWN, "层级": "没有"}], {("B3", "imports.choice")}),
        (
            [unit("甲工会", "乙工会", 层级="区总工会"), unit("乙工会", "望京街道总工会")],
            {("C2", "organisations.place")},
        ),
        (
            [{**TOWN, "成立日期": "2020-05-02"}, unit("甲工会", "示例新城街道总工会", 成立日期="2020-05-01")],
            {("F3", "organisations.date_order")},
        ),
    ],
)
def test_what_is_wrong_among_the_rows_of_one_file_is_said_where_it_is_to_be_mended(
    federation: Federation, officer: Actor, rows: list[dict[str, Any]], expected: set[tuple[str, str]]
) -> None:
    order = ["工会名称", "层级", "上级", "行政区划", "组织代码", "成立日期"]
    batch = brought([{key: row.get(key, "") for key in order} for row in rows], officer)
    assert problems(batch) == expected


def test_a_chain_of_rows_deeper_than_the_tree_may_be_is_refused_and_not_followed(
    federation: Federation, officer: Actor
) -> None:
    many = 1_500
    rows = [
        unit("第0工会", "望京街道总工会"),
        *(unit(f"第{n}工会", f"第{n - 1}工会", 层级="分会") for n in range(1, many)),
    ]
    batch = brought(rows, officer)
    assert (batch.state, "organisations.depth" in {code for _cell, code in problems(batch)}) == ("faulty", True)
