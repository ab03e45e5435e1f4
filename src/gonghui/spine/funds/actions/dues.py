"""Dues come in: recorded with their parts, doubted, withdrawn, taken off where the tax office paid them back."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from gonghui.core import bulk, codes, money, reactions
from gonghui.core import text as texts
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import RUNNING, SUBJECT_TYPE_IDS, Pending, record, subject_type_of
from gonghui.core.models import Entry, EntryQuerySet, random_ids, random_uuids
from gonghui.core.period import Period
from gonghui.spine.funds.actions.setting_up import require_reach
from gonghui.spine.funds.facts import DuesCollected, DuesDisputed, DuesReversed, DuesWithdrawn, EmployerPaid
from gonghui.spine.funds.flow import DUES_FLOW
from gonghui.spine.funds.models import MODES, WHAT, Book, DuesRow, Payer, SplitLine
from gonghui.spine.funds.rules import dues, parameters
from gonghui.spine.organisations.models import Employer, Organisation
from gonghui.spine.organisations.rules import ids_of

RECORD = "funds.vouchers"
PERIODS = ("month", "quarter", "half", "year")
TAKEN_BACK = "withdrawn"
ROW = subject_type_of(DuesRow)
PAYER = subject_type_of(Payer)
ROW_COLUMNS = (
    "id",
    "public_id",
    "book_id",
    "payer_id",
    "name",
    "union_id",
    "what",
    "period",
    "wages_from",
    "wages_to",
    "wages_fen",
    "percent",
    "payable_fen",
    "paid_fen",
    "paid_on",
    "mode",
    "tax_voucher_no",
    "source",
    "recorded_by",
    "state",
)
PART_COLUMNS = ("row_id", "level", "percent", "amount_fen", "side", "owed_to_id")
Fault = tuple[int, str, Refusal]


@dataclass(frozen=True)
class DuesEntry:
    """One payment as somebody enters it; `union` is the one the employer belongs to."""

    uscc: str
    name: str
    union: Organisation | None
    what: str
    period: Period
    wages_fen: int
    payable_fen: int
    paid_fen: int
    paid_on: date
    mode: str
    tax_voucher_no: str


# What may be wrong ------------------------------------------------------------------------------------------------


def faults(book: Book, entries: Sequence[DuesEntry], *, on: date) -> Iterator[Fault]:
    """What is wrong with entries: which one, in which part of it, and why."""
    usccs, numbers = {one.uscc for one in entries}, [one.tax_voucher_no for one in entries]
    asked = Employer.objects.filter(
        bulk.among("organisations_employer.uscc", usccs, "text"), organisation__is_active=True
    )
    unions = dict(asked.values_list("uscc", "organisation__name"))
    taken = DuesRow.objects.filter(bulk.among("tax_voucher_no", set(numbers), "text"))
    known = set(taken.values_list("tax_voucher_no", flat=True))
    first: dict[str, int] = {}
    good: set[str] = set()
    for n, one in enumerate(entries):
        for field, refusal in (
            *_who(book, one, unions.get(one.uscc), good),
            *_when(book, one, on),
            *_how_much(one),
            *_receipt(one, known, first.setdefault(one.tax_voucher_no, n) != n),
        ):
            yield n, field, refusal


def _who(book: Book, one: DuesEntry, stands: str | None, good: set[str]) -> Iterator[tuple[str, Refusal]]:
    if one.uscc not in good:
        try:
            codes.employer_uscc(one.uscc)
            good.add(one.uscc)
        except Refusal as refusal:
            yield "uscc", refusal
    if not 1 <= len(one.name) <= 120:
        yield "name", Refusal("funds.dues_name", "单位名称应为 1 至 120 个字")
    if one.what not in WHAT:
        yield "what", Refusal("funds.dues_what", "费种只有工会经费和建会筹备金，请从中选")
    elif one.what == "dues":
        if one.union is None:
            yield "union", Refusal("funds.dues_union", "工会经费要写明单位的工会；还没有建会的，费种是建会筹备金")
        elif not one.union.path.startswith(book.organisation.path):
            yield (
                "union",
                Refusal("funds.dues_elsewhere", "“%(name)s”不在本会所辖，不能在这里收", name=one.union.name),
            )
    elif (name := one.union.name if one.union is not None else stands) is not None:
        yield (
            "what",
            Refusal("funds.dues_founded", "这家单位已建会（%(name)s），应收工会经费，不收建会筹备金", name=name),
        )
    if one.mode not in MODES:
        yield "mode", Refusal("funds.dues_mode", "没有“%(mode)s”这种方式：请填 A、B 或 C", mode=one.mode[:20])
    elif one.what == "preparatory" and one.mode != "B":
        yield "mode", Refusal("funds.dues_mode_whole", "还没有建会，没有基层账户可留：建会筹备金按 B 全额收缴")


def _when(book: Book, one: DuesEntry, on: date) -> Iterator[tuple[str, Refusal]]:
    if one.period.kind not in PERIODS:
        yield "period", Refusal("funds.dues_period", "所属期应写作 2020-06、2020Q2、2020H1 或 2020")
    elif one.period.first > on:
        yield (
            "period",
            Refusal("funds.dues_period_ahead", "所属期 %(period)s 还没有到，请核对", period=one.period.key),
        )
    if one.paid_on > on:
        yield "paid_on", Refusal("funds.dues_paid_ahead", "缴款日 %(day)s 还没有到，请核对", day=one.paid_on)
    elif one.paid_on < book.started_on:
        yield (
            "paid_on",
            Refusal(
                "funds.dues_before_book",
                "缴款日 %(day)s 早于账簿启用日 %(began)s：以前收的已在期初余额里",
                day=one.paid_on,
                began=book.started_on,
            ),
        )


def _how_much(one: DuesEntry) -> Iterator[tuple[str, Refusal]]:
    if one.wages_fen <= 0:
        yield "wages", Refusal("funds.dues_wages", "工资总额要大于 0，请核对")
        return
    rate = parameters.on(one.period.last).dues
    due = dues.payable_fen(one.wages_fen, rate)
    if abs(one.payable_fen - due) > dues.OFF_FEN:
        yield (
            "payable",
            Refusal(
                "funds.dues_payable",
                "应缴填的是 %(said)s 元，工资总额 %(wages)s 元的 %(percent)s%% 是 %(due)s 元，请核对这两项",
                said=money.yuan(one.payable_fen),
                wages=money.yuan(one.wages_fen),
                percent=rate.percent,
                due=money.yuan(due),
            ),
        )
    if not 0 < one.paid_fen <= money.LARGEST_FEN:
        yield "paid", Refusal("funds.dues_paid", "实缴要大于 0；退税请在原来那一笔上冲减")


def _receipt(one: DuesEntry, known: set[str], is_again: bool) -> Iterator[tuple[str, Refusal]]:
    number = one.tax_voucher_no
    if not 1 <= len(number) <= 40:
        yield "tax_voucher_no", Refusal("funds.dues_receipt", "请填税票号，最多 40 个字符")
    elif number in known:
        yield "tax_voucher_no", Refusal("funds.dues_receipt_known", "税票 %(number)s 已经登记过", number=number)
    elif is_again:
        yield (
            "tax_voucher_no",
            Refusal("funds.dues_receipt_twice", "税票 %(number)s 在这份表里出现了两次", number=number),
        )


# Recording --------------------------------------------------------------------------------------------------------


@action
def record_dues(
    book: Book, entries: Sequence[DuesEntry], *, by: Actor, on: date, source: int | None = None
) -> list[int]:
    """The payments stand, each with every level's part; the numbers of their rows in the same order. All or none."""
    by.require(RECORD)
    require_reach(by, book)
    Book.objects.select_for_update(of=("self",)).get(pk=book.pk)
    for _n, _field, refusal in faults(book, entries, on=on):
        raise refusal
    payers = _payers(entries)
    ids, public_ids = random_ids(len(entries)), list(random_uuids(len(entries)))
    parting = Parting(book, [one.union for one in entries])
    paths = {day: book.organisation.path_on(day) for day in {one.paid_on for one in entries}}
    rows, parts, told = [], [], []
    for pk, public_id, one in zip(ids, public_ids, entries, strict=True):
        payer, union = payers[one.uscc], one.union.pk if one.union is not None else None
        days = (one.period.key, one.period.first, one.period.last)
        percent = parameters.on(one.period.last).dues.percent
        sums = (one.wages_fen, percent, one.payable_fen, one.paid_fen, one.paid_on)
        how = (one.mode, one.tax_voucher_no, source, by.account_id, "collected")
        rows.append((pk, public_id, book.pk, payer, one.name, union, one.what, *days, *sums, *how))
        parts += [(pk, *part) for part in parting.parts(one)]
        where = {"organisation_id": book.organisation_id, "path": paths[one.paid_on], "actor_id": by.id}
        for fact, subject, key in (
            (DuesCollected(what=one.what, mode=one.mode, paid_fen=one.paid_fen), ROW, pk),
            (EmployerPaid(what=one.what), PAYER, payer),
        ):
            told.append(bulk.pending_like(fact, subject_type=subject, subject_id=key, happened_on=one.paid_on, **where))
    bulk.copy(DuesRow, ROW_COLUMNS, rows)
    bulk.copy(SplitLine, PART_COLUMNS, parts)
    _write(told)
    return ids


def _write(told: list[Pending]) -> None:
    """A few entries at the end of the action as ever; very many in one piece, the last as ever."""
    running = RUNNING.get()
    assert running is not None
    if len(told) > 200:
        bulk.copy_entries(told[:-1])
        reactions.wake({one.kind for one in told})
        told = told[-1:]
    running.pending += told


def _payers(entries: Sequence[DuesEntry]) -> Mapping[str, int]:
    """The number of each employer, by its code; new ones are written down, renamed ones are called anew."""
    named = {one.uscc: one.name for one in entries}
    known = {one.uscc: one for one in Payer.objects.filter(bulk.among("uscc", set(named), "text"))}
    fresh = [Payer(uscc=uscc, name=name) for uscc, name in named.items() if uscc not in known]
    Payer.objects.bulk_create(fresh, batch_size=2000)
    renamed = [one for one in known.values() if one.name != named[one.uscc]]
    for one in renamed:
        one.name = named[one.uscc]
    Payer.objects.bulk_update(renamed, ["name"], batch_size=2000)
    return {one.uscc: one.pk for one in (*known.values(), *fresh)}


class Parting:
    """Whose part is how much of what one book collects, and to whom each is owed."""

    def __init__(self, book: Book, unions: Sequence[Organisation | None]) -> None:
        self.level = book.organisation.level
        self.above = book.organisation.parent_id
        asked = {number for union in unions if union is not None for number in ids_of(union.path)}
        found = Organisation.objects.filter(pk__in=asked, level__in=("district", "industry"))
        self.districts = set(found.values_list("pk", flat=True))

    def parts(self, one: DuesEntry) -> Iterator[tuple[str, int, int, str, int | None]]:
        """Level, percent, fen, what becomes of it, and to whom it is owed."""
        shares = parameters.on(one.paid_on).dues
        amounts = dues.split(one.paid_fen, shares)
        sides = dues.sides(self.level, in_full=one.mode == "B")
        for level, fen in amounts.items():
            side, owed_to = sides[level], None
            if side == dues.UP:
                owed_to = self.above
            elif side == dues.DOWN:
                owed_to = self._below(level, one.union)
                if owed_to is None:  # no union stands there: it waits for one, or stays where a level is left out
                    side = dues.HELD if one.union is None else dues.OWN
            yield level, shares.shares[level], fen, side, owed_to

    def _below(self, level: str, union: Organisation | None) -> int | None:
        if union is None:
            return None
        if level == "base":
            return union.pk
        return next((number for number in ids_of(union.path) if number in self.districts), None)


# One row ----------------------------------------------------------------------------------------------------------


def _mine(row: DuesRow, by: Actor) -> DuesRow:
    """The row, locked, with its book."""
    by.require(RECORD)
    require_reach(by, row.book)
    return DuesRow.objects.select_for_update(of=("self",)).select_related("book__organisation").get(pk=row.pk)


def in_the_way(row: DuesRow) -> Refusal | None:
    """Why the row cannot be withdrawn as if it had never been; nothing where it can."""
    if row.state == "disputed":
        return Refusal("funds.dues_disputed", "这笔经费存疑，先查清再撤回")
    if row.draft is None:  # asked by itself: joined to a row that is locked, it would be the draft of before the wait
        return None
    if row.draft.posting is None:
        return Refusal("funds.dues_drafted", "已制凭证，等待审核：请先退回那张凭证")
    return Refusal(
        "funds.dues_posted",
        "已记账（%(month)s 第 %(number)s 号凭证），不能撤回；退税请在这一笔上冲减",
        month=row.draft.posting.month_key,
        number=row.draft.posting.number,
    )


@action
def withdraw_dues(numbers: Sequence[int], *, by: Actor, on: date) -> None:
    """They were never recorded; nothing was built on them."""
    by.require(RECORD)
    held = list(
        DuesRow.objects.select_for_update(of=("self",))
        .select_related("book__organisation")
        .filter(bulk.among("funds_duesrow.id", numbers))
        .order_by("id")
    )
    for one in held:
        require_reach(by, one.book)
        if (refusal := in_the_way(one)) is not None:
            raise refusal
    bulk.reverse_entries([*_told_of_rows(numbers), *_told_of_payers(held)], why=TAKEN_BACK, by=by)
    SplitLine.objects.filter(bulk.among("row_id", numbers)).delete()
    DuesRow.objects.filter(bulk.among("id", numbers)).delete()
    for book in {one.book for one in held}:
        mine = [one.paid_fen for one in held if one.book == book]
        record(DuesWithdrawn(payments=len(mine), total_fen=sum(mine)), about=book, by=by, happened_on=on)


def _untouched(entries: EntryQuerySet) -> EntryQuerySet:
    """Those that nothing took back."""
    taken = Entry.objects.filter(reverses=OuterRef("pk"))
    return entries.filter(~Exists(taken), reverses=None).order_by("id")


def _told_of_rows(numbers: Sequence[int]) -> list[int]:
    """The entries about rows."""
    about = Entry.objects.filter(bulk.among("subject_id", numbers), subject_type=SUBJECT_TYPE_IDS.of(ROW))
    return list(_untouched(about).values_list("pk", flat=True))


def _told_of_payers(rows: Sequence[DuesRow]) -> list[int]:
    """For each row one entry that says that its employer paid on that day; of several each is as good as another."""
    wanted = Counter((one.payer_id, one.paid_on, one.book.organisation_id) for one in rows if one.reverses_id is None)
    about = Entry.objects.of_kinds(EmployerPaid.kind).filter(  # type: ignore[attr-defined]
        bulk.among("subject_id", {payer for payer, _day, _place in wanted}), subject_type=SUBJECT_TYPE_IDS.of(PAYER)
    )
    found = []
    for pk, payer, day, place in _untouched(about).values_list("pk", "subject_id", "happened_on", "organisation_id"):
        if wanted[payer, day, place] > 0:
            wanted[payer, day, place] -= 1
            found.append(pk)
    return found


@action
def doubt_dues(row: DuesRow, *, by: Actor, on: date) -> None:
    """The payment is kept out of vouchers until it is cleared up."""
    row = _mine(row, by)
    if row.draft_id is not None:
        raise Refusal("funds.dues_drafted", "已制凭证，等待审核：请先退回那张凭证")
    DUES_FLOW.take("dispute", row, by=by)
    record(DuesDisputed(open=True), about=row, by=by, happened_on=on)


@action
def clear_dues(row: DuesRow, *, by: Actor, on: date) -> None:
    """What was doubted was cleared up; the payment goes on."""
    row = _mine(row, by)
    DUES_FLOW.take("clear", row, by=by)
    record(DuesDisputed(open=False), about=row, by=by, happened_on=on)


@action
def reverse_dues(row: DuesRow, tax_voucher_no: str, *, by: Actor, on: date) -> DuesRow:
    """The tax office paid the employer back: a row of its own takes it off in every level, to be posted in red."""
    row = _mine(row, by)
    number = texts.words(tax_voucher_no, longest=40, field="退税凭证号").strip()
    if not number:
        raise Refusal("funds.dues_receipt", "请填税票号，最多 40 个字符")
    if DuesRow.objects.filter(tax_voucher_no=number).exists():
        raise Refusal("funds.dues_receipt_known", "税票 %(number)s 已经登记过", number=number)
    if row.reverses_id is not None:
        raise Refusal("funds.dues_red", "这一笔本身就是冲减，不能再冲减")
    DUES_FLOW.take("reverse", row, by=by)
    red = DuesRow(
        **{
            **{name: getattr(row, name) for name in AS_GIVEN},
            "paid_fen": -row.paid_fen,
            "paid_on": on,
            "tax_voucher_no": number,
        }
    )
    red.reverses, red.recorded_by = row, by.account_id
    red.save(force_insert=True)
    SplitLine.objects.bulk_create(
        SplitLine(
            row=red,
            level=one.level,
            percent=one.percent,
            amount_fen=-one.amount_fen,
            side=one.side,
            owed_to_id=one.owed_to_id,
        )
        for one in row.parts.all()
    )
    back = DuesCollected(what=red.what, mode=red.mode, paid_fen=red.paid_fen)
    record(back, about=red, by=by, happened_on=on)
    record(DuesReversed(), about=row, by=by, happened_on=on)
    return red


AS_GIVEN = (
    "book",
    "payer",
    "name",
    "union",
    "what",
    "period",
    "wages_from",
    "wages_to",
    "wages_fen",
    "percent",
    "payable_fen",
    "mode",
)
"""What a row that takes another off has in common with it."""
