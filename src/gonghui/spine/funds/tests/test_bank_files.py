"""Files to and from banks: what goes out is what was released, what comes in adds up or is refused whole."""

import csv
import io
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from gonghui.core.errors import Refusal
from gonghui.spine.funds import actions
from gonghui.spine.funds.models import PaymentBatch
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.sheets import banks
from gonghui.spine.funds.tests import bank
from gonghui.spine.funds.tests import builders as made
from gonghui.spine.funds.tests.builders import CASHIER, JUNE, NOON, Books
from gonghui.spine.organisations.tests.builders import Federation

ROWS = [
    Answer("GH1", 100_05, "ok", JUNE, "", "B1"),
    Answer("GH2", 7, "failed", JUNE, "ACCT_CLOSED"),
    Answer("GH3", 8, "failed", JUNE, "OTHER"),
    Answer("GH4", 9, "pending", JUNE),
    Answer("GH5", 10, "returned", JUNE, "OTHER"),
]
WRITTEN: dict[str, Callable[..., bytes]] = {
    "csv_gb18030": lambda rows, **given: bank.as_table(rows, "gb18030", **given),
    "csv_utf8": lambda rows, **given: bank.as_table(rows, "utf-8-sig", **given),
    "bars_gb18030": lambda rows, **given: bank.as_table(rows, "gb18030", "|", fen=True, **given),
    "iso20022": bank.as_report,
}


@pytest.mark.parametrize("layout", WRITTEN)
def test_every_layout_is_read_as_the_bank_meant_it(layout: str) -> None:
    assert banks.answers_of(WRITTEN[layout](ROWS), layout)[0] == ROWS


@pytest.mark.parametrize("layout", WRITTEN)
def test_a_file_that_does_not_add_up_is_refused_whole(layout: str) -> None:
    with pytest.raises(Refusal, match="合计行不符"):
        banks.answers_of(WRITTEN[layout](ROWS, off=1), layout)


@pytest.mark.parametrize(
    ("content", "layout", "code"),
    [
        (bank.as_table(ROWS, "gb18030"), "csv_utf8", "funds.answer_encoding"),
        (bank.as_table(ROWS, "utf-8"), "bars_gb18030", "funds.answer_"),
        (b"a,b\r\n", "csv_utf8", "funds.answer_columns"),
        (b"", "csv_utf8", "funds.answer_columns"),
        (b"<x", "iso20022", "funds.answer_xml"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "iso20022", "funds.answer_xml"),
        (b"<x/>", "iso20022", "funds.answer_pain"),
        (bank.as_report([]), "iso20022", "funds.answer_empty"),
        (bank.as_table(ROWS, "utf-8").replace(b"2020-06-01", b"01.06.2020"), "csv_utf8", "funds.answer_day"),
        (bank.as_table(ROWS, "utf-8").replace(b"100.05", b"1e2"), "csv_utf8", "funds.answer_amount"),
        (b"x" * (10 * 1024 * 1024 + 1), "csv_utf8", "funds.answer_size"),
    ],
)
def test_a_strange_file_is_refused_with_its_reason(content: bytes, layout: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        banks.answers_of(content, layout)
    assert refused.value.code.startswith(code)


@pytest.fixture
def batch(federation: Federation) -> PaymentBatch:
    books = Books(federation.chaoyang)
    books.post(books.receipt(1_000_000_00, fund=books.warmth))
    return made.a_batch(books, 500_00, 300_07, remark="送温暖")


@pytest.mark.django_db
@pytest.mark.parametrize(("layout", "encoding"), [("csv_gb18030", "gb18030"), ("csv_utf8", "utf-8-sig")])
def test_the_table_for_the_bank_holds_what_was_released(batch: PaymentBatch, layout: str, encoding: str) -> None:
    with pytest.raises(Refusal, match="还没有放行"):
        banks.file_of(batch, layout)
    actions.release_batch(batch, content=batch.content_sha256, by=made.RELEASER, at=NOON)
    content = banks.file_of(batch, layout)
    assert content == banks.file_of(PaymentBatch.objects.get(pk=batch.pk), layout)
    head, first, second, total = csv.reader(io.StringIO(content.decode(encoding)))
    assert head[2:4] == ["收款账号", "收款户名"]
    lines = list(batch.lines.select_related("account").order_by("seq"))
    assert [first[2], second[2]] == [line.account.open_number() for line in lines]
    assert sorted([first[6], second[6]]) == ["300.07", "500.00"]
    assert total[:2] + total[6:7] == ["合计", "2", "800.07"]


@pytest.mark.django_db
def test_the_instruction_for_the_bank_is_pain_001(batch: PaymentBatch) -> None:
    actions.release_batch(batch, content=batch.content_sha256, by=made.RELEASER, at=NOON)
    root = ElementTree.fromstring(banks.file_of(batch, "iso20022"))
    space = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"}
    assert [one.text for one in root.iterfind(".//p:CtrlSum", space)] == ["800.07", "800.07"]
    ends = [one.text for one in root.iterfind(".//p:EndToEndId", space)]
    assert ends == [line.reference for line in batch.lines.order_by("seq")]
    assert {one.get("Ccy") for one in root.iterfind(".//p:InstdAmt", space)} == {"CNY"}


@pytest.mark.django_db
def test_a_way_out_and_back(batch: PaymentBatch) -> None:
    actions.release_batch(batch, content=batch.content_sha256, by=made.RELEASER, at=NOON)
    rows = [made.answered(batch, 1), made.answered(batch, 2, "failed", code="ACCT_CLOSED")]
    read, sha256 = banks.answers_of(bank.as_table(rows, "gb18030"), "csv_gb18030")
    file = actions.take_answer(batch.book, read, layout="csv_gb18030", sha256=sha256, by=CASHIER, at=NOON)
    assert [row.outcome for row in file.answers.all()] == ["succeeded", "failed"]
