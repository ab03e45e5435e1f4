"""A factory's roster on the desk: every wrong cell named, committed whole, taken back; no number in the clear."""

import csv
import io
import zipfile
from datetime import date
from typing import Any

import pytest
from django.db import connection

from gonghui.core.errors import Refusal
from gonghui.core.models import Access, Entry
from gonghui.spine.members import actions as members
from gonghui.spine.members.models import Membership, Person, Transfer
from gonghui.spine.members.tests.builders import JUNE, TODAY, a_keeper, a_member, a_paper
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.imports import actions
from gonghui.web.imports.console import marked_workbook
from gonghui.web.imports.models import Import, ImportRow
from gonghui.web.imports.sheet import SHEETS, Scope

pytestmark = pytest.mark.django_db


def brought(by: Any, *rows: dict[str, Any]) -> Import:
    """The rows as a file of the keeper's own, read by the desk."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    roster = SHEETS["members.roster"]
    batch = actions.bring_file(roster, out.getvalue().encode(), "名册.csv", scope=Scope(by, 0, TODAY), on=TODAY)
    batch.refresh_from_db()
    return batch


def a_row(**given: Any) -> dict[str, Any]:
    number = given.pop("paper", None) or a_paper()
    row = {"职工姓名": "张示例", "身份证号码": number, "联系电话": "100 1234 5678", "本人同意": "是"}
    return {**row, "入会时间": "2020-06-01", **given}


def problems(batch: Import) -> list[tuple[str, str]]:
    rows = ImportRow.objects.filter(batch=batch).order_by("row").values_list("problems", flat=True)
    return [(one["cell"], one["code"].partition(".")[2]) for row in rows for one in row]


def committed(batch: Import, by: Any) -> Import:
    assert problems(batch) == []
    actions.commit_import(batch, by=by, on=TODAY)
    batch.refresh_from_db()
    return batch


def test_a_roster_is_previewed_committed_and_brought_again_unchanged(federation: Federation) -> None:
    keeper = a_keeper(federation.first)
    rows = [a_row(), a_row(职工姓名="阿依古丽•买买提"), a_row(入会时间="", 联系电话="")]
    batch = committed(brought(keeper, *rows), keeper)
    assert (batch.added, batch.state) == (3, "committed")
    assert sorted(Person.objects.values_list("name", flat=True)) == ["张示例", "张示例", "阿依古丽·买买提"]
    assert sorted(Membership.objects.values_list("began", "first_on")) == [
        ("admitted", JUNE),
        ("admitted", JUNE),
        ("taken_over", TODAY),
    ]
    assert {one.phone for one in Person.objects.all()} == {"10012345678", ""}
    again = brought(keeper, *rows, a_row())
    assert (again.same, again.added, again.changed) == (3, 1, 0)


def test_every_wrong_cell_is_named_at_once(federation: Federation) -> None:
    twice, other = a_paper(), a_member(federation.second).paper
    batch = brought(
        a_keeper(federation.wangjing),
        a_row(单位=federation.first.code, paper=twice),
        a_row(单位=federation.first.code, paper=twice),
        a_row(单位=federation.first.code, paper="110105850307001"),
        a_row(单位=federation.first.code, paper="990101198503070018"),
        a_row(单位=federation.first.code, paper="1.10101E+17"),
        a_row(单位=federation.first.code, 职工姓名="10012345678", 联系电话="张示例"),
        a_row(单位=federation.first.code, 入会时间="去年六月"),
        a_row(单位=federation.first.code, 本人同意="否"),
        a_row(单位=federation.first.code, 本人同意=""),
        a_row(单位="没有这个工会"),
        a_row(单位=federation.first.code, paper=other),
        a_row(单位=federation.first.code, paper=a_paper(born_on=date(2006, 1, 1))),
    )
    assert problems(batch) == [
        ("B3", "twice"),
        ("B4", "paper_fifteen"),
        ("B5", "paper_check"),
        ("B6", "code_mangled"),
        ("A7", "name_sign"),
        ("C7", "phone_length"),
        ("E8", "day"),
        ("D9", "consent"),
        ("D10", "missing"),
        ("F11", "union_unknown"),
        ("F12", "fixed"),
        ("E12", "fixed"),
        ("B13", "age"),
    ]
    assert batch.state == "faulty"
    assert not Person.objects.filter(organisation=federation.first).exists()


def test_numbers_wait_sealed_on_the_desk_and_come_back_in_the_own_workbook(federation: Federation) -> None:
    keeper, good, wrong = a_keeper(federation.first), a_paper(), "990101198503070018"
    batch = brought(keeper, a_row(paper=good), a_row(paper=wrong, 备注="卡号9990000000000003"))
    with connection.cursor() as cursor:
        for table in ("imports_importrow", "imports_import", "core_entry", "core_factgroup"):
            cursor.execute(f"select x::text from {table} x")
            dumped = " ".join(row[0] for row in cursor.fetchall())
            for secret in (good, wrong, "10012345678", "9990000000000003"):
                assert secret not in dumped, table
    book = zipfile.ZipFile(io.BytesIO(marked_workbook(batch)))
    text = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert good in text
    assert wrong in text


def test_who_is_elsewhere_becomes_a_transfer_and_the_import_can_be_taken_back(federation: Federation) -> None:
    person, keeper = a_member(federation.first), a_keeper(federation.third)
    batch = brought(keeper, a_row(), a_row(paper=person.paper))
    assert Access.objects.get(what="members.checked").subject_id == person.pk
    committed(batch, keeper)
    transfer = Transfer.objects.get()
    assert (transfer.person, transfer.target, transfer.state) == (person, federation.third, "asked")
    assert Person.objects.filter(organisation=federation.third).count() == 1
    actions.undo_import(batch, by=keeper, on=TODAY)
    transfer.refresh_from_db()
    assert transfer.state == "withdrawn"
    assert list(Person.objects.all()) == [person]
    signs = Entry.objects.filter(organisation_id=federation.third.pk, happened_on=JUNE).values_list("sign", flat=True)
    assert sum(signs) == 0


def test_what_was_built_on_an_import_keeps_it(federation: Federation) -> None:
    keeper = a_keeper(federation.first)
    batch = committed(brought(keeper, a_row(), a_row()), keeper)
    members.turn_member(Person.objects.all()[0], "retain", by=keeper, on=TODAY)
    with pytest.raises(Refusal):
        actions.undo_import(batch, by=keeper, on=TODAY)
    assert Person.objects.count() == 2


def test_a_changed_row_corrects_and_goes_back(federation: Federation) -> None:
    keeper, person = a_keeper(federation.first), a_member(federation.first, admitted_on=JUNE, card="9990000000000003")
    batch = brought(keeper, a_row(paper=person.paper, 职工姓名="张改名", 联系电话="10099999999"))
    assert (batch.changed, batch.added) == (1, 0)
    committed(batch, keeper)
    person.refresh_from_db()
    assert (person.name, person.phone, person.card) == ("张改名", "10099999999", "9990000000000003")
    actions.undo_import(batch, by=keeper, on=TODAY)
    person.refresh_from_db()
    assert (person.name, person.phone) == ("张示例", "10012345678")
