"""Lists of payments through the import desk, and the pages of dues."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from gonghui.core import codes
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.funds import actions as funds
from gonghui.spine.funds.console.dues import to_draft
from gonghui.spine.funds.models import DuesRow, PaymentOrder, SplitLine, VoucherDraft
from gonghui.spine.funds.sheets.dues import period_of
from gonghui.spine.funds.tests.builders import APPROVER, JUNE, Books
from gonghui.spine.funds.tests.conftest import SignIn
from gonghui.spine.organisations.tests.builders import Federation, an_actor
from gonghui.web.imports import actions, workbooks
from gonghui.web.imports.models import Import, ImportRow
from gonghui.web.imports.sheet import SHEETS, Scope

LIST = SHEETS["funds.dues"]


@pytest.fixture
def books(federation: Federation) -> Books:
    return Books(federation.chaoyang)


@pytest.fixture
def clerk(federation: Federation, books: Books) -> Actor:
    return an_actor("accountant", federation.chaoyang)


def a_line(federation: Federation, number: int = 1, **more: Any) -> dict[str, Any]:
    row = {
        "统一社会信用代码": codes.demo_uscc("91", 8000 + number),
        "单位名称": f"示例清单{number}有限公司",
        "工会编码": federation.first.code,
        "费种": "工会经费",
        "所属期": "2020-05",
        "工资总额": "1,250,000.00",
        "应缴": "25000",
        "实缴": "25000.00",
        "缴款日": "2020/6/1",
        "方式": "全额收缴",
        "税票号": f"SP{number:06}",
    }
    return {**row, **more}


def brought(by: Actor, *rows: dict[str, Any]) -> Import:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    batch = actions.bring_file(LIST, out.getvalue().encode(), "清单.csv", scope=Scope(by, 0, JUNE), on=JUNE)
    batch.refresh_from_db()
    return batch


def problems(batch: Import) -> list[tuple[int, str]]:
    rows = ImportRow.objects.filter(batch=batch).order_by("row").values_list("row", "problems")
    return [(row, one["code"]) for row, found in rows for one in found]


def committed(batch: Import, by: Actor) -> Import:
    assert problems(batch) == []
    actions.commit_import(batch, by=by, on=JUNE)
    batch.refresh_from_db()
    return batch


def test_a_list_comes_goes_out_again_unchanged_and_is_taken_back(federation: Federation, clerk: Actor) -> None:
    batch = committed(brought(clerk, a_line(federation), a_line(federation, 2, 工会编码=federation.second.name)), clerk)
    assert list(DuesRow.objects.order_by("tax_voucher_no").values_list("paid_fen", "mode", "source")) == [
        (2_500_000, "B", batch.pk),
        (2_500_000, "B", batch.pk),
    ]
    assert SplitLine.objects.count() == 8
    again = workbooks.layout(LIST, LIST.rows(Scope(clerk, 0, JUNE)))
    same = actions.bring_file(LIST, again, "名册.xlsx", scope=Scope(clerk, 0, JUNE), on=JUNE)
    assert set(ImportRow.objects.filter(batch=same).values_list("what", flat=True)) <= {"same", "apart"}
    actions.undo_import(batch, by=clerk, on=JUNE)
    assert not DuesRow.objects.exists()


def test_a_posted_row_says_what_stands_in_the_way_of_taking_the_list_back(
    federation: Federation, books: Books, clerk: Actor
) -> None:
    batch = committed(brought(clerk, a_line(federation), a_line(federation, 2)), clerk)
    row = DuesRow.objects.order_by("tax_voucher_no")[0]
    funds.post_draft(funds.draft_dues(books.book, [row], books.general, day=JUNE, by=clerk, on=JUNE), by=APPROVER)
    with pytest.raises(Refusal) as refused:
        actions.undo_import(batch, by=clerk, on=JUNE)
    assert "第 1 号凭证" in str(refused.value)
    assert DuesRow.objects.count() == 2


WRONG = [
    ({"应缴": "25000.02"}, "funds.dues_payable"),
    ({"工会编码": "没有这个工会"}, "funds.dues_union_unknown"),
    ({"费种": "建会筹备金"}, "funds.dues_founded"),
    ({"费种": "会费"}, "imports.choice"),
    ({"方式": "D"}, "imports.choice"),
    ({"所属期": "2020-06-15"}, "funds.dues_period_read"),
    ({"所属期": "2020-12"}, "funds.dues_period_ahead"),
    ({"统一社会信用代码": codes.demo_uscc("81", 1)}, "codes.uscc_of_union"),
    ({"税票号": "SP000002"}, "imports.twice"),
]


@pytest.mark.parametrize(("more", "code"), WRONG)
def test_each_wrong_cell_is_named(federation: Federation, clerk: Actor, more: dict[str, Any], code: str) -> None:
    found = problems(brought(clerk, a_line(federation, **more), a_line(federation, 2)))
    assert {one for _row, one in found} == {code}


def test_a_blank_union_is_the_one_of_the_employer_or_none(federation: Federation, clerk: Actor) -> None:
    found = problems(brought(clerk, a_line(federation, 工会编码="")))
    assert [one for _row, one in found] == ["funds.dues_union"]
    committed(brought(clerk, a_line(federation, 工会编码="", 费种="建会筹备金")), clerk)
    assert DuesRow.objects.get().union is None


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("2020年5月", "2020-05"),
        ("202005", "2020-05"),
        ("2020-05-01", "2020-05"),
        ("2020/5", "2020-05"),
        ("2020Q2", "2020Q2"),
    ],
)
def test_periods_are_read_as_people_write_them(typed: str, key: str) -> None:
    assert period_of(typed) == key


# Pages ------------------------------------------------------------------------------------------------------------


NAMES = (
    "uscc",
    "name",
    "union",
    "what",
    "period",
    "wages",
    "payable",
    "paid",
    "paid_on",
    "mode",
    "tax_voucher_no",
)


def _typed(federation: Federation, **more: str) -> dict[str, str]:
    line = a_line(federation)
    names = dict(zip(line, NAMES, strict=True))
    return (
        {names[key]: value for key, value in line.items()}
        | {
            "what": "dues",
            "mode": "B",
            "paid_on": "2020-06-01",
        }
        | more
    )


def test_dues_go_through_the_pages_from_the_form_to_the_order(
    federation: Federation, books: Books, sign_in: SignIn, settings: Any
) -> None:
    settings.GONGHUI_TODAY = JUNE
    client, code = sign_in(federation.chaoyang, "accountant"), federation.chaoyang.code
    wrong = client.post(f"/funds/{code}/dues/new/", _typed(federation, payable="24,000"))
    assert wrong.status_code == 422
    assert "25,000.00" in wrong.content.decode()
    assert client.post(f"/funds/{code}/dues/new/", _typed(federation)).status_code == 302
    row = DuesRow.objects.get()
    assert "15,000.00" in client.get(f"/dues/{row.public_id}/").content.decode()
    assert "SP000001" not in client.get("/dues/").content.decode()
    assert client.post(f"/funds/{code}/dues/", {"day": "2020-06-01"}).status_code == 302
    lead = sign_in(federation.chaoyang, "finance_lead")
    draft = VoucherDraft.objects.get()
    assert lead.post(f"/funds/{code}/vouchers/{draft.public_id}/", {"step": "post"}).status_code == 302
    page = client.get(f"/funds/{code}/dues/").content.decode()
    assert "5,000.00" in page
    assert "15,000.00" in page
    up = f"/funds/{code}/dues/up/{federation.city.code}/"
    typed = {"period": "2020-05", "fund": str(books.general.pk), "number": "9990000001", "bank": "示例银行"}
    assert client.post(up, typed).status_code == 302
    assert PaymentOrder.objects.get().amount_fen == 500_000
    row.refresh_from_db()
    assert (row.paid_on, row.state) == (date(2020, 6, 1), "split")
    assert client.post(f"/dues/{row.public_id}/", {"step": "reverse", "number": "BACK1"}).status_code == 302
    assert client.get("/dues/?state=reversed").status_code == 200


def test_a_base_union_sees_its_own_employers_dues_and_a_stranger_none(
    federation: Federation, books: Books, clerk: Actor, sign_in: SignIn
) -> None:
    committed(brought(clerk, a_line(federation)), clerk)
    row = DuesRow.objects.get()
    assert [(one.count, one.url) for one in to_draft(clerk)] == [(1, f"/funds/{federation.chaoyang.code}/dues/")]
    assert to_draft(an_actor("accountant", federation.haidian)) == []
    assert sign_in(federation.first, "unit_lead").get(f"/dues/{row.public_id}/").status_code == 200
    assert sign_in(federation.second, "unit_lead").get(f"/dues/{row.public_id}/").status_code == 404
    assert sign_in(federation.haidian, "accountant").get(f"/dues/{row.public_id}/").status_code == 404
