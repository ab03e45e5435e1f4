"""Vouchers: made out by one person, posted by another; reversed in red, never changed."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction

from gonghui.core import bulk
from gonghui.core import text as texts
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.facts import group_of
from gonghui.core.journal import Pending, canonical, record, subject_type_of
from gonghui.spine.funds.facts import VoucherDrafted, VoucherPosted, VoucherReturned
from gonghui.spine.funds.models import Book, BookMonth, Fund, LedgerAccount, Posting, VoucherDraft
from gonghui.spine.funds.models import Leg as LegRow
from gonghui.spine.funds.rules import ledger
from gonghui.spine.funds.rules.ledger import Leg

MAKE, POST = "funds.vouchers", "funds.post"
KIND: str = VoucherPosted.kind  # type: ignore[attr-defined]
SUBJECT = subject_type_of(Posting)
POSTING_COLUMNS = (
    "id",
    "book_id",
    "month",
    "number",
    "day",
    "origin",
    "memo",
    "legs",
    "total_fen",
    "attachments",
    "made_by",
    "checked_by",
    "reverses_id",
    "about",
)
LEG_COLUMNS = ("posting_id", "seq", "account_id", "fund_id", "day", "amount_fen")


@dataclass(frozen=True)
class NewVoucher:
    """A voucher that is about to be posted."""

    book: Book
    day: date
    memo: str
    legs: tuple[Leg, ...]
    origin: str = "manual"
    attachments: int = 0
    made_by: int | None = None
    reverses: int | None = None
    about: int | None = None


def _reach(by: Actor, book: Book) -> None:
    if not by.sees(book.organisation.path):
        raise PowerMissing("funds.reach", "这本账簿不在您所在组织的范围内，无权操作")


@action
def post_voucher(voucher: NewVoucher, *, by: Actor) -> Posting:
    """The voucher stands in the book. What the platform itself makes out comes this way."""
    by.require(POST)
    _reach(by, voucher.book)
    return post(voucher, by=by)


def post(voucher: NewVoucher, *, by: Actor) -> Posting:
    """The voucher is numbered and written with its legs, within the running action."""
    total = ledger.check(voucher.legs)
    month = ledger.month_of(voucher.day)
    made_by = by.account_id if voucher.made_by is None else voucher.made_by
    row = (
        voucher.book.pk,
        month,
        draw_numbers(voucher.book, month, 1),
        voucher.day,
        voucher.origin,
        voucher.memo[: ledger.MEMO_LONGEST],
        len(voucher.legs),
        total,
        voucher.attachments,
        made_by,
        by.account_id if made_by != by.account_id else None,
        voucher.reverses,
        voucher.about,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into funds_posting ({', '.join(POSTING_COLUMNS[1:])}) values"  # noqa: S608
            f" ({', '.join(['%s'] * len(row))}) returning id",
            row,
        )
        posting = Posting(pk=cursor.fetchone()[0], **dict(zip(POSTING_COLUMNS[1:], row, strict=True)))
        posting.book = voucher.book
        values = [
            value
            for seq, leg in enumerate(voucher.legs, 1)
            for value in (posting.pk, seq, leg.account, leg.fund, voucher.day, leg.amount_fen)
        ]
        rows = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(voucher.legs))
        with _funds_suffice():
            cursor.execute(f"insert into funds_leg ({', '.join(LEG_COLUMNS)}) values {rows}", values)  # noqa: S608
    record(VoucherPosted(origin=voucher.origin, total_fen=total), about=posting, by=by, happened_on=voucher.day)
    return posting


Follow = Callable[[VoucherDraft, str, Posting | None, Actor], None]
FOLLOWING: dict[str, Follow] = {}


def followed(origin: str) -> Callable[[Follow], Follow]:
    """Register what goes along with drafts of an origin, in the same action, when one is `posted`, `returned` or
    `reversed`; the posting is the one that was made by it."""

    def register(follow: Follow) -> Follow:
        FOLLOWING[origin] = follow
        return follow

    return register


def _tell(draft: VoucherDraft, step: str, posting: Posting | None, by: Actor) -> None:
    if (follow := FOLLOWING.get(draft.origin)) is not None:
        follow(draft, step, posting, by)


@contextmanager
def _funds_suffice() -> Iterator[None]:
    """The database knows what lies of a fund; its refusal is said in words."""
    try:
        yield
    except IntegrityError as refused:
        if "funds_fund_overdrawn" not in str(refused):
            raise
        raise Refusal("funds.overdrawn", "专项资金的余额（扣除已占用的）不够，不能透支；请核对金额和资金") from refused


def draw_numbers(book: Book, month: int, count: int) -> int:
    """The first of so many numbers of the month, which is locked until the action ends; a closed month gives none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update funds_bookmonth set last_number = last_number + %s where book_id = %s and month = %s"
            " and state = 'open' returning last_number",
            [count, book.pk, month],
        )
        row = cursor.fetchone()
    if row is not None:
        return int(row[0]) - count + 1
    known = BookMonth.objects.filter(book=book, month=month).exists()
    if known or month < ledger.month_of(book.started_on):
        raise Refusal(
            "funds.month_closed",
            "%(month)s 已结账或在账簿启用之前，不能再记账；请记入还没有结账的月份",
            month=f"{month // 100}-{month % 100:02}",
        )
    _open_months_to(book, month)
    return draw_numbers(book, month, count)


def _open_months_to(book: Book, month: int) -> None:
    """Months of a book follow one another without a gap, whether anything is posted in them or not."""
    last = BookMonth.objects.filter(book=book).order_by("-month").values_list("month", flat=True).first()
    one = ledger.next_month(last) if last is not None else ledger.month_of(book.started_on)
    months = []
    while one <= month:
        months.append(BookMonth(book=book, month=one))
        one = ledger.next_month(one)
    BookMonth.objects.bulk_create(months, ignore_conflicts=True)


@bulk.without_collecting()
@transaction.atomic
def post_vouchers(vouchers: Sequence[NewVoucher], *, by: Actor) -> list[int]:
    """Many vouchers of one book, row for row as `post_voucher` would have written them; all of them or none."""
    by.require(POST)
    book = vouchers[0].book
    _reach(by, book)
    if any(one.book.pk != book.pk for one in vouchers):
        raise ValueError("one book at a time")
    totals = [ledger.check(one.legs) for one in vouchers]
    ids = _draw_ids(len(vouchers))
    numbers = _numbers(book, vouchers)
    paths = {day: book.organisation.path_on(day) for day in {one.day for one in vouchers}}
    groups = {origin: _group(origin) for origin in {one.origin for one in vouchers}}
    legs: list[tuple[object, ...]] = []
    entries: list[Pending] = []

    def postings() -> Iterator[tuple[object, ...]]:
        """A row for each; its legs and its entry are put down while the server takes the rows before."""
        for key, number, total, one in zip(ids, numbers, totals, vouchers, strict=True):
            day = one.day
            made_by = by.account_id if one.made_by is None else one.made_by
            checked_by = by.account_id if made_by != by.account_id else None
            memo = one.memo[: ledger.MEMO_LONGEST]
            head = (key, book.pk, ledger.month_of(day), number, day, one.origin, memo, len(one.legs), total)
            legs.extend((key, seq, leg.account, leg.fund, day, leg.amount_fen) for seq, leg in enumerate(one.legs, 1))
            where = (KIND, SUBJECT, key, book.organisation_id, paths[day], by.id, day)
            entries.append(Pending(*where, group=groups[one.origin], quantity=1, amount_fen=total))
            yield (*head, one.attachments, made_by, checked_by, one.reverses, one.about)

    with _funds_suffice(), connection.wrap_database_errors:
        bulk.copy(Posting, POSTING_COLUMNS, postings())
        bulk.copy(LegRow, LEG_COLUMNS, legs)
    bulk.copy_entries(entries)
    return ids


def _group(origin: str) -> str:
    """What the entries of vouchers of one origin have in common."""
    return canonical(group_of(VoucherPosted(origin=origin, total_fen=0)))


def _draw_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval((select pg_get_serial_sequence('funds_posting', 'id')::regclass)) from"
            " generate_series(1, %s)",
            [count],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _numbers(book: Book, vouchers: Sequence[NewVoucher]) -> list[int]:
    """The numbers of the vouchers, drawn month by month."""
    counts = Counter(ledger.month_of(one.day) for one in vouchers)
    following = {month: draw_numbers(book, month, count) for month, count in sorted(counts.items())}
    numbers = []
    for one in vouchers:
        month = ledger.month_of(one.day)
        numbers.append(following[month])
        following[month] += 1
    return numbers


# By hand ----------------------------------------------------------------------------------------------------------


@action
def draft_voucher(
    book: Book, *, day: date, memo: str, legs: Sequence[Leg], attachments: int = 0, by: Actor, on: date
) -> VoucherDraft:
    """A voucher is made out and waits for somebody else."""
    by.require(MAKE)
    _reach(by, book)
    memo = texts.words(memo, longest=2 * ledger.MEMO_LONGEST, field="摘要")
    if not 1 <= len(memo) <= ledger.MEMO_LONGEST:
        raise Refusal("funds.memo", "摘要应为 1 至 %(most)s 个字", most=ledger.MEMO_LONGEST)
    if not 0 <= attachments <= 999:
        raise Refusal("funds.attachments", "附件张数应为 0 至 999")
    return drafted(NewVoucher(book, day, memo, tuple(legs), attachments=attachments), by=by, on=on)


@action
def draft_opening(book: Book, legs: Sequence[Leg], *, by: Actor, on: date) -> VoucherDraft:
    """What the book holds on the day it begins waits for somebody else; it is posted once.

    In mid-year, income and expenses of the months before stand among it, so that the year is whole at its end.
    """
    by.require(MAKE)
    _reach(by, book)
    Book.objects.select_for_update(of=("self",)).get(pk=book.pk)
    if Posting.objects.filter(book=book, origin="opening").exists():
        raise Refusal("funds.opened_before", "期初余额已经记过，要改请用红字冲销后另记凭证")
    if VoucherDraft.objects.filter(book=book, origin="opening", state="waiting").exists():
        raise Refusal("funds.opening_waits", "已有一份期初余额待审核：要改请先把那一份退回")
    return drafted(NewVoucher(book, book.started_on, "期初余额", tuple(legs), "opening"), by=by, on=on)


def drafted(voucher: NewVoucher, *, by: Actor, on: date) -> VoucherDraft:
    """The voucher waits for somebody else, within the running action."""
    total = ledger.check(voucher.legs)
    if voucher.day > on:
        raise Refusal("funds.day_ahead", "凭证日期 %(day)s 还没有到，请核对", day=voucher.day.isoformat())
    _own_book(voucher.book, voucher.legs)
    draft = VoucherDraft.objects.create(
        book=voucher.book,
        origin=voucher.origin,
        day=voucher.day,
        memo=voucher.memo,
        attachments=voucher.attachments,
        lines=[[leg.account, leg.fund, leg.amount_fen] for leg in voucher.legs],
        made_by=by.account_id,
    )
    record(VoucherDrafted(total_fen=total), about=draft, by=by, happened_on=on)
    return draft


def _own_book(book: Book, legs: Sequence[Leg]) -> None:
    accounts = set(LedgerAccount.objects.filter(book=book).values_list("pk", flat=True))
    funds = set(Fund.objects.filter(book=book).values_list("pk", flat=True))
    if not ({leg.account for leg in legs} <= accounts and {leg.fund for leg in legs} <= funds):
        raise Refusal("funds.other_book", "分录里有别的账簿的科目或资金，请从列表中选")


def _waiting(draft: VoucherDraft, by: Actor) -> VoucherDraft:
    """The draft, locked, if it still waits."""
    _reach(by, draft.book)
    found = VoucherDraft.objects.select_for_update(of=("self",)).select_related("book__organisation").get(pk=draft.pk)
    if found.state != "waiting":
        raise StepRefused("funds.draft_done", "这张凭证已经处理过，请刷新后再看")
    return found


@action
def post_draft(draft: VoucherDraft, *, by: Actor) -> Posting:
    """Somebody other than its maker has checked it; it stands in the book."""
    by.require(POST)
    draft = _waiting(draft, by)
    if by.account_id == draft.made_by:
        raise Refusal("funds.two_people", "制单人与审核人不能为同一人，请由他人审核记账")
    legs = tuple(Leg(*line) for line in draft.lines)
    made = NewVoucher(draft.book, draft.day, draft.memo, legs, draft.origin, draft.attachments, made_by=draft.made_by)
    draft.posting = post(made, by=by)
    draft.state = "posted"
    draft.save(update_fields=["posting", "state"])
    _tell(draft, "posted", draft.posting, by)
    return draft.posting


@action
def return_draft(draft: VoucherDraft, *, by: Actor, on: date) -> None:
    """The draft is sent back; it will never be posted."""
    if draft.made_by != by.account_id:
        by.require(POST)
    draft = _waiting(draft, by)
    draft.state = "returned"
    draft.save(update_fields=["state"])
    _tell(draft, "returned", None, by)
    record(VoucherReturned(), about=draft, by=by, happened_on=on)


@action
def reverse_voucher(posting: Posting, *, by: Actor, on: date) -> Posting:
    """The voucher is cancelled by its opposite, on the day it is done and in that day's month."""
    by.require(POST)
    _reach(by, posting.book)
    if posting.origin not in ("manual", "opening", "dues"):
        raise Refusal("funds.not_reversed", "由付款和结账生成的凭证不能手工冲销，请在对应的事项里更正")
    if by.account_id == posting.made_by:
        raise Refusal("funds.two_people_red", "制单人不能自己冲销，请由他人办理")
    if Posting.objects.filter(reverses=posting).exists():
        raise Refusal("funds.reversed_before", "这张凭证已经冲销过")
    legs = tuple(Leg(one.account_id, one.fund_id, -one.amount_fen) for one in posting.lines.order_by("seq"))
    memo = f"冲销 {posting.month_key} 第 {posting.number} 号"  # zh
    red = post(NewVoucher(posting.book, on, memo, legs, "reversal", reverses=posting.pk), by=by)
    for draft in VoucherDraft.objects.filter(posting=posting).select_related("book__organisation"):
        _tell(draft, "reversed", red, by)
    return red
