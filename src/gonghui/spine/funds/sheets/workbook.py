"""The ledger as a workbook: the accounts, every line, the payments behind them."""

import io
from datetime import date
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from gonghui.core.money import yuan
from gonghui.spine.funds.models import AnswerRow, Book, LedgerAccount, Leg, balances, turnovers
from gonghui.spine.funds.models.ledger import ORIGINS
from gonghui.spine.funds.rules.answers import OUTCOMES

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def ledger(book: Book, first: date, last: date) -> bytes:
    """Three sheets: balances, lines, payments. Amounts are text of exact yuan, never binary fractions."""
    out = io.BytesIO()
    file = xlsxwriter.Workbook(
        out, {"in_memory": True, "constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = file.add_format({"bold": True})
    _sheet(file, bold, _("科目余额"), _balances(book, first, last))
    _sheet(file, bold, _("凭证分录"), _lines(book, first, last))
    _sheet(file, bold, _("付款明细"), _payments(book, first, last))
    file.close()
    return out.getvalue()


def _sheet(file: Any, bold: Any, title: str, rows: list[tuple[Any, ...]]) -> None:
    sheet = file.add_worksheet(title)
    for at, row in enumerate(rows):
        for column, said in enumerate(row):
            if isinstance(said, str):
                safe = f"'{said}" if said.startswith(FORMULA) and not _is_amount(said) else said
                sheet.write_string(at, column, safe, bold if at == 0 else None)
            elif said is not None:
                sheet.write_number(at, column, said)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(rows[0]) - 1, 18)


def _is_amount(said: str) -> bool:
    return said[1:].replace(",", "").replace(".", "").isdecimal()


def _balances(book: Book, first: date, last: date) -> list[tuple[Any, ...]]:
    funds = {one.pk: one.title for one in book.funds.all()}
    accounts = {one.pk: one for one in LedgerAccount.objects.filter(book=book)}
    moved, ends = turnovers(book, first, last), balances(book, last)
    rows: list[tuple[Any, ...]] = [(_("科目"), _("资金"), _("期初余额"), _("借方发生"), _("贷方发生"), _("期末余额"))]
    order = {pk: at for at, pk in enumerate(accounts)}
    for account, fund in sorted({*moved, *ends}, key=lambda one: (order[one[0]], one[1])):
        debit, credit = moved.get((account, fund), (0, 0))
        end = ends.get((account, fund), 0)
        row = (accounts[account].title, funds[fund], yuan(end - debit + credit), yuan(debit), yuan(credit), yuan(end))
        rows.append(row)
    return rows


def _lines(book: Book, first: date, last: date) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        (_("日期"), _("月份"), _("编号"), _("来源"), _("摘要"), _("科目"), _("资金"), _("借方"), _("贷方"))
    ]
    legs = Leg.objects.filter(posting__book=book, posting__day__range=(first, last))
    legs = legs.select_related("posting", "account", "fund").order_by("posting__month", "posting__number", "seq")
    for leg in legs.iterator(chunk_size=5000):
        one, fen = leg.posting, leg.amount_fen
        where = (one.day.isoformat(), one.month_key, one.number, str(ORIGINS[one.origin]), one.memo)
        sides = (yuan(fen), "") if fen > 0 else ("", yuan(-fen))
        rows.append((*where, leg.account.title, leg.fund.title, *sides))
    return rows


def _payments(book: Book, first: date, last: date) -> list[tuple[Any, ...]]:
    """The payments of each voucher of a batch: reference and amount, no names."""
    rows: list[tuple[Any, ...]] = [(_("月份"), _("编号"), _("批次号"), _("付款参考号"), _("结果"), _("金额"))]
    answers = AnswerRow.objects.filter(posting__book=book, posting__day__range=(first, last))
    for one in answers.select_related("posting", "line__batch").order_by("posting__month", "posting__number", "id"):
        assert one.posting is not None
        assert one.line is not None
        where = (one.posting.month_key, one.posting.number, one.line.batch.title, one.reference)
        rows.append((*where, _(OUTCOMES[one.outcome]), yuan(one.amount_fen)))
    return rows
