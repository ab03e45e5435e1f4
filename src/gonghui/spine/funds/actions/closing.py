"""The end of a month and of a year. What is closed stays closed: corrections go into a month that is open."""

from datetime import date

from django.utils import timezone

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import record
from gonghui.spine.funds.actions.posting import NewVoucher, post
from gonghui.spine.funds.actions.reconciling import standing
from gonghui.spine.funds.actions.setting_up import require_reach
from gonghui.spine.funds.facts import MonthClosed, YearClosed
from gonghui.spine.funds.models import Book, BookMonth, Fund, LedgerAccount, Posting, VoucherDraft, balances
from gonghui.spine.funds.rules import ledger
from gonghui.spine.funds.rules.charts import TURNOVER
from gonghui.spine.funds.rules.ledger import Leg

CLOSE = "funds.close"


def _month(book: Book, month: int) -> BookMonth:
    """The month, locked, if it is the next to be closed and nothing stands in its way."""
    found = BookMonth.objects.select_for_update().filter(book=book, month=month).first()
    if found is None or found.state != "open":
        raise StepRefused("funds.month_not_open", "这个月已经结账，或还没有记过账，请刷新后再看")
    earlier = BookMonth.objects.filter(book=book, month__lt=month, state="open").order_by("month").first()
    if earlier is not None:
        raise Refusal("funds.close_in_turn", "请先结 %(month)s 的账", month=earlier.key)
    if told := standing(book, month):
        raise Refusal("funds.movements_wait", "还有 %(n)s 笔银行收支没有核对或说明，请先到银行对账单办理", n=told)
    if waiting := VoucherDraft.objects.filter(book=book, state="waiting", day__lte=ledger.last_day(month)).count():
        raise Refusal("funds.drafts_wait", "还有 %(n)s 张凭证待审核，请先记账或退回", n=waiting)
    return found


def _close(found: BookMonth, by: Actor, on: date) -> None:
    found.state, found.closed_by, found.closed_at = "closed", by.account_id, timezone.now()
    found.save(update_fields=["state", "closed_by", "closed_at"])
    record(MonthClosed(), about=found, by=by, happened_on=on)


@action
def close_month(book: Book, month: int, *, by: Actor, on: date) -> None:
    """Nothing is posted to the month any more; what each account carries out of it is kept."""
    by.require(CLOSE)
    require_reach(by, book)
    if on <= ledger.last_day(month):
        raise Refusal("funds.month_not_over", "%(day)s 以后才能结这个月的账", day=ledger.last_day(month).isoformat())
    found = _month(book, month)
    if month % 100 == 12:
        raise Refusal("funds.december", "12 月随年度结账一起结，请办年度结账")
    _close(found, by, on)
    _open_following(book, month)


def _open_following(book: Book, month: int) -> None:
    """The month after stands in the book, so that it is there to be closed in its turn."""
    following = ledger.next_month(month)
    if not BookMonth.objects.filter(book=book, month=following).exists():
        BookMonth.objects.create(book=book, month=following)


@action
def close_year(book: Book, year: int, *, by: Actor, on: date) -> Posting | None:
    """Income and expenses of each fund are carried into what is left over of it; December is closed."""
    by.require(CLOSE)
    require_reach(by, book)
    last = date(year, 12, 31)
    if on <= last:
        raise Refusal("funds.year_not_over", "%(year)s 年还没有过完，不能办年度结账", year=year)
    december = _month(book, year * 100 + 12)
    posting = None
    if legs := _carried(book, last):
        posting = post(NewVoucher(book, last, f"{year} 年收支结转", tuple(legs), "year_end"), by=by)  # zh
    _close(december, by, on)
    _open_following(book, year * 100 + 12)
    record(YearClosed(), about=december, by=by, happened_on=on)
    return posting


def _carried(book: Book, last: date) -> list[Leg]:
    """The legs that bring every account of income and expense to nothing, fund by fund."""
    accounts = {one.pk: one for one in LedgerAccount.objects.filter(book=book)}
    by_key = {one.key: one.pk for one in accounts.values()}
    restricted = dict(Fund.objects.filter(book=book).values_list("pk", "is_restricted"))
    turned = [pk for pk, one in accounts.items() if one.kind in TURNOVER]
    legs, left = [], dict.fromkeys(restricted, 0)
    for (account, fund), fen in sorted(balances(book, last, turned).items()):
        legs.append(Leg(account, fund, -fen))
        left[fund] += fen
    for fund, fen in left.items():
        if fen:
            legs.append(Leg(by_key[book.kept_by.closing_account(restricted=restricted[fund])], fund, fen))
    return legs
