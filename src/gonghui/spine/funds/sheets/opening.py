"""Opening balances as accountants have them: a line for each account and fund, pasted from a sheet or in a workbook."""

import io
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonghui.core import money
from gonghui.core.errors import Refusal
from gonghui.spine.funds.models import Book, Fund, LedgerAccount
from gonghui.spine.funds.rules.charts import TURNOVER
from gonghui.spine.funds.rules.ledger import Leg

ROWS_MOST = 5_000
HEADINGS = (gettext_lazy("科目"), gettext_lazy("资金"), gettext_lazy("借方"), gettext_lazy("贷方"))
FIRST = {"科目", "account"}
SHOWN, A_HAIR = 20, 1e-6
_NOUGHT = re.compile(r"[-－—]|[0０]+(?:\.0*)?")  # zh
"""How sheets fill the side that a line does not stand on."""
T = TypeVar("T")
Row = tuple[str, str, str, str]


@dataclass
class Read:
    """The lines that stood there, and what is wrong with which of them."""

    legs: list[Leg] = field(default_factory=list)
    faults: list[Refusal] = field(default_factory=list)


def pasted(text: str) -> list[tuple[int, Row]]:
    """The lines of a text with their numbers; columns are parted by tabs, as a sheet gives them, or by upright bars."""
    rows = (
        (at, line.replace("｜", "|").replace("|", "\t").split("\t")) for at, line in enumerate(text.splitlines(), 1)
    )
    return listed(rows)


def listed(rows: Iterable[tuple[int, Sequence[Any]]]) -> list[tuple[int, Row]]:
    """The first four cells of each row that says anything, below the heading where there is one."""
    found: list[tuple[int, Row]] = []
    for at, cells in rows:
        if at > ROWS_MOST:
            raise Refusal(
                "funds.opening_rows", "表里用到第 %(row)s 行，最多 %(most)s 行：请删去空行", row=at, most=ROWS_MOST
            )
        row = [_said(cell) for cell in (*cells, "", "", "", "")[:4]]
        row[2:] = ["" if _NOUGHT.fullmatch(amount) else amount for amount in row[2:]]
        if not any(row):
            continue
        found = [] if row[0].casefold() in FIRST else [*found, (at, (row[0], row[1], row[2], row[3]))]
    return found


def _said(cell: Any) -> str:
    if isinstance(cell, float) and abs(cell - round(cell, 2)) < A_HAIR:
        cell = f"{cell:.2f}".removesuffix(".00")  # 0.1 + 0.2 of a sheet is 0.30
    return "" if cell is None else " ".join(str(cell).split())


def as_text(rows: Iterable[tuple[int, Row]]) -> str:
    """The rows as they would have been pasted, each on the line it has in the sheet; none is lost."""
    lines = {at: "\t".join(row) for at, row in rows}
    return "\n".join(lines.get(at, "") for at in range(1, max(lines, default=0) + 1))


def rows_of(book: Book, lines: Iterable[tuple[int, int, int]]) -> list[tuple[int, Row]]:
    """The rows that a draft was read from, so that one sent back is mended and not typed anew."""
    accounts = {one.pk: one.title for one in LedgerAccount.objects.filter(book=book)}
    funds = {one.pk: one.title for one in book.funds.all()}
    sides = (
        (accounts[account], funds[fund], money.yuan(abs(fen), grouped=False), fen > 0) for account, fund, fen in lines
    )
    return [
        (at, (account, fund, said if is_debit else "", "" if is_debit else said))
        for at, (account, fund, said, is_debit) in enumerate(sides, 1)
    ]


def read(book: Book, rows: Sequence[tuple[int, Row]]) -> Read:
    """The legs of an opening voucher; every line that cannot be one is named with its number."""
    lines, found = _Lines(book), Read()
    for at, row in rows:
        if not row[2] and not row[3]:
            continue  # a line of the layout that was left empty
        found.legs += lines.leg(at, row, found.faults)
    if not found.legs and not found.faults:
        found.faults.append(Refusal("funds.opening_empty", "没有读到金额：每行填科目、资金和借方或贷方一个金额"))
    return found if found.faults else Read(found.legs, list(lines.unbalanced()))


class _Lines:
    """What lines of one book may name."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.funds = {one.name: one for one in book.funds.all()}
        self.by_number = {one.pk: one for one in self.funds.values()}
        self.funds |= {one.name_en: one for one in book.funds.all() if one.name_en}
        self.accounts: dict[str, LedgerAccount] = {}
        for one in LedgerAccount.objects.filter(book=book):
            names = [one.name, one.name_en, f"{one.code} {one.name}".strip(), f"{one.code} {one.name_en}".strip()]
            self.accounts |= {_plain(name): one for name in (*names, one.code) if name}
        self.seen: dict[tuple[int, int], int] = {}
        self.sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])

    def leg(self, at: int, row: Row, faults: list[Refusal]) -> list[Leg]:
        """The leg of a row; where it is none, each of its cells that is wrong is among the faults."""
        account = _or_fault(faults, self._account, at, row[0])
        fund = _or_fault(faults, self._fund, at, row[1])
        fen = _or_fault(faults, self._fen, at, row)
        if account is None or fund is None or fen is None:
            return []
        if (first := self.seen.setdefault((account.pk, fund.pk), at)) != at:
            said = "第 %(row)s 行与第 %(first)s 行是同一科目、同一资金：请合成一行"
            faults.append(Refusal("funds.opening_twice", said, row=at, first=first))
        self.sums[fund.pk][fen < 0] += abs(fen)
        return [Leg(account.pk, fund.pk, fen)]

    def _fen(self, at: int, row: Row) -> int:
        if row[2] and row[3]:
            raise Refusal("funds.opening_sides", "第 %(row)s 行借方、贷方都填了：请只填一个金额", row=at)
        try:
            fen = money.read(row[2] or row[3])
        except Refusal as refusal:
            raise Refusal("funds.opening_amount", "第 %(row)s 行：%(why)s", row=at, why=refusal) from None
        return fen if row[2] else -fen

    def _account(self, at: int, said: str) -> LedgerAccount:
        if (found := self.accounts.get(_plain(said))) is None:
            raise Refusal(
                "funds.opening_account",
                "第 %(row)s 行：科目表里没有“%(account)s”，请照下载的表填科目编码或名称",
                row=at,
                account=said[:40],
            )
        if found.kind in TURNOVER and self.book.started_on.month == 1:
            raise Refusal(
                "funds.opening_turnover",
                "第 %(row)s 行“%(account)s”：账簿从 1 月启用，上年的收入支出已在结余里，请改填结余科目",
                row=at,
                account=found.title,
            )
        return found

    def _fund(self, at: int, said: str) -> Fund:
        if not said and len(self.by_number) == 1:
            return next(iter(self.by_number.values()))
        if (found := self.funds.get(said)) is None:
            raise Refusal(
                "funds.opening_fund",
                "第 %(row)s 行：这本账没有名为“%(fund)s”的资金，请填 %(known)s 之一，或先设立",
                row=at,
                fund=said[:40],
                known="、".join(one.title for one in self.by_number.values()),
            )
        return found

    def unbalanced(self) -> Iterable[Refusal]:
        """Each fund whose two sides differ."""
        for pk, (debit, credit) in self.sums.items():
            if debit != credit:
                yield Refusal(
                    "funds.opening_unbalanced",
                    "“%(fund)s”借方合计 %(debit)s 元，贷方合计 %(credit)s 元，相差 %(off)s 元：每项资金要各自相等",
                    fund=self.by_number[pk].title,
                    debit=money.yuan(debit),
                    credit=money.yuan(credit),
                    off=money.yuan(abs(debit - credit)),
                )


def _or_fault(faults: list[Refusal], find: Callable[..., T], at: int, said: object) -> T | None:
    try:
        return find(at, said)
    except Refusal as refusal:
        faults.append(refusal)
        return None


def _plain(said: str) -> str:
    return "".join(said.casefold().split())


def layout(book: Book) -> bytes:
    """A workbook with a line for each account and fund, its amounts to be filled in."""
    out = io.BytesIO()
    file = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, bold = file.add_worksheet(_("期初余额")), file.add_format({"bold": True})
    sheet.write_row(0, 0, [str(one) for one in HEADINGS], bold)
    at = 1
    accounts = LedgerAccount.objects.filter(book=book)
    for account in accounts if book.started_on.month > 1 else accounts.exclude(kind__in=TURNOVER):
        for fund in book.funds.all():
            sheet.write_row(at, 0, [account.title, fund.name])
            at += 1
    sheet.set_column(0, 1, 32)
    sheet.set_column(2, 3, 18, file.add_format({"num_format": "#,##0.00"}))
    sheet.freeze_panes(1, 0)
    file.close()
    return out.getvalue()
