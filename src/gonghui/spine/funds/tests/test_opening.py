"""Opening balances as they are pasted or brought in a workbook."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError

from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import NewVoucher
from gonghui.spine.funds.models import Posting, VoucherDraft
from gonghui.spine.funds.rules.ledger import Leg
from gonghui.spine.funds.sheets import opening
from gonghui.spine.funds.tests.builders import JANUARY, JULY, Books, person
from gonghui.spine.funds.tests.conftest import SignIn
from gonghui.spine.organisations.tests.builders import Federation

GOOD = """科目\t资金\t借方\t贷方
102 银行存款\t一般经费\t1,200.50\t-
固定资产\t一般经费\t99.50\t0.00
331\t一般经费\t\t1300
"""


@pytest.fixture
def books(federation: Federation) -> Books:
    return Books(federation.chaoyang, started_on=JULY)


def faults(books: Books, text: str) -> list[str]:
    return [str(one) for one in opening.read(books.book, opening.pasted(text)).faults]


def test_what_is_pasted_from_a_sheet_becomes_a_draft_that_balances(books: Books) -> None:
    found = opening.read(books.book, opening.pasted(GOOD))
    assert found.faults == []
    draft = actions.draft_opening(books.book, found.legs, by=person(1), on=JULY)
    assert draft.lines == [
        [books.account("bank"), books.general.pk, 120050],
        [books.account("fixed_assets"), books.general.pk, 9950],
        [books.account("surplus"), books.general.pk, -130000],
    ]
    assert VoucherDraft.objects.get().origin == "opening"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("现金盒|一般经费|1|", "第 1 行：科目表里没有“现金盒”"),
        ("102|小金库|1|", "没有名为“小金库”的资金，请填 送温暖资金、一般经费 之一"),
        ("102||1|", "没有名为“”的资金"),
        ("102|一般经费|1|1", "第 1 行借方、贷方都填了"),
        ("102|一般经费|一百|", "第 1 行：金额“一百”不是数字"),
        ("102|一般经费|-5|", "是负数"),
        ("102|一般经费|0|-", "没有读到金额"),
        ("现金盒|小金库|1x|", "第 1 行：科目表里没有“现金盒”"),
        ("现金盒|小金库|1x|", "第 1 行：这本账没有名为“小金库”"),
        ("现金盒|小金库|1x|", "第 1 行：金额“1x”不是数字"),
        ("102|一般经费|5|\n银行存款|一般经费|5|", "第 2 行与第 1 行是同一科目"),
        ("102|一般经费|5|\n331|送温暖资金||5", "“一般经费”借方合计 5.00 元，贷方合计 0.00 元，相差 5.00 元"),
        ("", "没有读到金额"),
    ],
)
def test_a_wrong_line_is_named(books: Books, line: str, said: str) -> None:
    assert any(said in one for one in faults(books, line)), faults(books, line)


def test_income_and_expenses_before_the_start_belong_to_a_start_in_mid_year_alone(
    books: Books, federation: Federation
) -> None:
    text = "50101|一般经费|5|\n402|一般经费||5"
    assert faults(books, text) == []
    january = Books(federation.haidian, started_on=JANUARY)
    assert ["从 1 月启用" in one for one in faults(january, text)] == [True, True]


def test_the_layout_filled_in_is_read_as_it_was_meant(books: Books) -> None:
    book = openpyxl.load_workbook(io.BytesIO(opening.layout(books.book)))
    sheet = book.worksheets[0]
    rows = list(sheet.iter_rows(min_row=2))
    assert len(rows) == len(books.accounts) * 2
    for cells in rows:
        if cells[0].value == "102 银行存款" and cells[1].value == "送温暖资金":
            cells[2].value = 30.5
        if cells[0].value == "321 专用基金" and cells[1].value == "送温暖资金":
            cells[3].value = "30.50"
    listed = opening.listed(enumerate(sheet.iter_rows(values_only=True), 1))
    found = opening.read(books.book, listed)
    assert (found.faults, [one.amount_fen for one in found.legs]) == ([], [3050, -3050])
    assert opening.pasted(opening.as_text(listed)) == listed  # each on its line


def test_the_database_refuses_an_opening_of_one_person(books: Books) -> None:
    alone = NewVoucher(books.book, JULY, "期初", books.receipt(5).legs, "opening")
    with pytest.raises(IntegrityError, match="funds_posting_opened_by_two"):
        actions.post_voucher(alone, by=person(1))


def test_a_book_asks_for_its_opening_until_it_stands(books: Books, sign_in: SignIn, federation: Federation) -> None:
    pages = sign_in(federation.chaoyang, "accountant")
    book, form = (f"/funds/{federation.chaoyang.code}/{one}" for one in ("", "opening/"))
    assert "录入期初余额" in pages.get(book).content.decode()
    wrong = pages.post(form, {"lines": "102|一般经费|1\n\n现金盒|一般经费||1"})
    assert wrong.status_code == 422
    assert "第 3 行：科目表里没有“现金盒”" in wrong.content.decode()
    assert "现金盒|一般经费||1</textarea>" in wrong.content.decode()
    sheet = SimpleUploadedFile("期初.csv", "科目,资金,借方,贷方\n\n现金盒,一般经费,0.30,".encode())
    named = pages.post(form, {"lines": "", "file": sheet}).content.decode()
    assert "第 3 行：科目表里没有“现金盒”" in named
    assert "\n\n现金盒\t一般经费\t0.30\t</textarea>" in named
    assert pages.post(form, {"lines": GOOD}).status_code == 302
    draft = VoucherDraft.objects.get(origin="opening")
    assert "录入期初余额" not in pages.get(book).content.decode()
    mine = f"/funds/{federation.chaoyang.code}/vouchers/{draft.public_id}/"
    assert "不能为同一人" in pages.post(mine, {"step": "post"}, follow=True).content.decode()
    assert not Posting.objects.exists()
    pages.post(mine, {"step": "return"})
    again = pages.get(form).context["form"]["lines"].value()
    assert opening.read(books.book, opening.pasted(again)).legs == [Leg(*one) for one in draft.lines]
