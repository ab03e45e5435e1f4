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
        ({"单位名称": "示例公司"}, "A2", "organisations.employer_part"),
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
