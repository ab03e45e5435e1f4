"""A book begins: its chart, its accounts, its funds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import record
from gonghui.spine.funds.facts import BookOpened, FundOpened
from gonghui.spine.funds.models import NATURES, Book, BookMonth, Fund, LedgerAccount
from gonghui.spine.funds.rules import charts, ledger
from gonghui.spine.organisations.models import Organisation

KEEP_BOOKS = "funds.keep"


@dataclass(frozen=True)
class FundEntry:
    """A fund as somebody enters it."""

    name: str
    nature: str = "own"
    is_restricted: bool = False
    name_en: str = ""


def require_reach(by: Actor, book: Book) -> None:
    """Refuse a book out of the actor's subtree."""
    if not by.sees(book.organisation.path):
        raise PowerMissing("funds.reach", "这本账簿不在您所在组织的范围内，无权操作")


@action
def open_book(
    organisation: Organisation, *, started_on: date, funds: Sequence[FundEntry] = (), by: Actor, on: date
) -> Book:
    """The union keeps its book on the platform from the first day of a month on, in mid-year too."""
    by.require(KEEP_BOOKS)
    if not by.sees(organisation.path):
        raise PowerMissing("funds.reach", "这本账簿不在您所在组织的范围内，无权操作")
    if started_on.day != 1:
        raise Refusal("funds.first_day", "账簿从某月 1 日启用，%(day)s 不是 1 日，请改正", day=started_on.isoformat())
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if Book.objects.filter(organisation=organisation).exists():
        raise Refusal("funds.book_kept", "“%(name)s”已经有账簿", name=organisation.name)
    chart = charts.chart_on(started_on)
    book = Book.objects.create(organisation=organisation, chart=chart.key, started_on=started_on)
    LedgerAccount.objects.bulk_create(
        LedgerAccount(
            book=book,
            key=one.key,
            code=one.code,
            name=one.name,
            name_en=one.name_en,
            kind=one.kind,
            is_money=one.is_money,
            order=order,
        )
        for order, one in enumerate(chart.accounts.values())
    )
    BookMonth.objects.create(book=book, month=ledger.month_of(started_on))
    record(BookOpened(chart=chart.key), about=book, by=by, happened_on=on)
    for entry in funds or (FundEntry("一般经费", name_en="General money"),):
        open_fund(book, entry, by=by, on=on)
    return book


@action
def open_fund(book: Book, entry: FundEntry, *, by: Actor, on: date) -> Fund:
    """A fund stands in the book, empty."""
    by.require(KEEP_BOOKS)
    require_reach(by, book)
    name = " ".join(entry.name.split())
    if not 1 <= len(name) <= 60:
        raise Refusal("funds.fund_name", "资金名称应为 1 至 60 个字")
    if entry.nature not in NATURES:
        raise Refusal("funds.nature", "没有“%(nature)s”这种资金性质，请从列表中选", nature=entry.nature[:40])
    if book.funds.filter(name=name).exists():
        raise Refusal("funds.fund_twice", "这本账簿已有“%(name)s”", name=name)
    fund = Fund.objects.create(
        book=book, name=name, name_en=entry.name_en, nature=entry.nature, is_restricted=entry.is_restricted
    )
    fund_opened = FundOpened(nature=entry.nature, restricted=entry.is_restricted)
    record(fund_opened, about=fund, by=by, happened_on=on)
    return fund


def accounts_of(book: Book) -> Mapping[str, LedgerAccount]:
    """The accounts of a book by key."""
    return {one.key: one for one in book.accounts.all()}
