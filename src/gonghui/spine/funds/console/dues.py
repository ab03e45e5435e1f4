"""Dues: the list of all payments, one of them, those of a book that wait for a voucher, what is owed up and down."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from gonghui.core import clock, money
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.facts import KINDS
from gonghui.core.journal import entries_of
from gonghui.core.models import Kind
from gonghui.core.paths import end_of
from gonghui.core.period import Period
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import Owed
from gonghui.spine.funds.console.books import SEE, book_of
from gonghui.spine.funds.flow import DUES_FLOW, ORDER
from gonghui.spine.funds.forms import DuesForm, RemitForm
from gonghui.spine.funds.models import MODES, WHAT, Book, DuesRow, Fund
from gonghui.spine.funds.rules import dues as rules
from gonghui.spine.organisations.models import Organisation
from gonghui.web import once, say
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.lists.declared import Filter, Listing, Shown, listed
from gonghui.web.today import Item, waiting

RECORD = "funds.vouchers"
ABOVE = "above"
SHOWN = 200


# The list ---------------------------------------------------------------------------------------------------------


def _rows(actor: Actor, query: QueryDict) -> QuerySet[DuesRow]:
    """The payments that an address asks for, within the actor's reach."""
    rows = DuesRow.objects.seen_by(actor)
    if key := query.get("period", "").strip():
        try:
            days = Period.parse(key)
            rows = rows.filter(wages_to__gte=days.first, wages_from__lte=days.last)
        except Refusal:
            rows = rows.none()
    if words := query.get("unit", "").strip():
        found = Q(pk__in=[])
        for unit in Organisation.objects.seen_by(actor).filter(Q(code=words) | Q(name=words) | Q(short_name=words)):
            for column in ("union__path", "book__organisation__path"):
                found |= Q(**{f"{column}__gte": unit.path, f"{column}__lt": end_of(unit.path)})
        rows = rows.filter(found)
    for name, known in (("mode", MODES), ("state", DUES_FLOW.states), ("what", WHAT)):
        if query.get(name) in known:
            rows = rows.filter(**{name: query[name]})
    if words := query.get("payer", "").strip():
        code = words.upper()
        rows = rows.filter(Q(payer__uscc=code) | Q(name__contains=words) | Q(tax_voucher_no=code))
    return rows.select_related("book__organisation", "union", "payer")


def _cells(actor: Actor, rows: Sequence[DuesRow]) -> Iterable[Sequence[Shown]]:
    for one in rows:
        union = one.union.title if one.union is not None else ""
        sums = (money.yuan(one.wages_fen), money.yuan(one.payable_fen), money.yuan(one.paid_fen))
        how = (one.paid_on, one.mode, one.tax_voucher_no, _(DUES_FLOW.states[one.state]))
        yield one.payer.uscc, one.name, union, str(WHAT[one.what]), one.period, *sums, *how


LISTING = Listing(
    "dues",
    "经费收缴",
    SEE,
    rows=_rows,
    order=("-paid_on", "-id"),
    columns=(
        "统一社会信用代码",
        "单位名称",
        "工会",
        "费种",
        "所属期",
        "工资总额",
        "应缴",
        "实缴",
        "缴款日",
        "方式",
        "税票号",
        "状态",
    ),
    cells=_cells,
    filters={
        "period": Filter("所属期"),
        "unit": Filter("组织"),
        "what": Filter("费种", lambda key: str(WHAT.get(key, key))),
        "mode": Filter("方式", lambda key: str(MODES.get(key, key))),
        "state": Filter("状态", lambda key: _(DUES_FLOW.states.get(key, key))),
        "payer": Filter("缴费单位", personal=True),
    },
    protected=True,
)
listed(LISTING)


@page(SEE)
def dues(request: ConsoleRequest) -> HttpResponseBase:
    """The payments of the subtree."""
    own = Book.objects.filter(organisation_id=request.actor.organisation_id).select_related("organisation").first()
    return render(
        request,
        "funds/console/dues.html",
        {
            "page": LISTING.page(request),
            "asked": LISTING.asked(request.actor, request.GET),
            "modes": MODES.items(),
            "kinds": WHAT.items(),
            "states": [(key, _(word)) for key, word in DUES_FLOW.states.items()],
            "own": own,
            "may_record": own is not None and request.actor.may(RECORD),
        },
    )


@page(SEE)
def dues_row(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One payment: whose part of it is how much, the voucher it stands in, where each part went."""
    seen = DuesRow.objects.seen_by(request.actor)
    row = get_object_or_404(
        seen.select_related("book__organisation", "union", "payer", "draft__posting", "reverses"), public_id=public_id
    )
    if request.method == "POST":
        return _step(request, row)
    may = request.actor.may(RECORD) and request.actor.sees(row.book.organisation.path)
    in_the_way = actions.in_the_way(row)
    return render(
        request,
        "funds/console/dues_row.html",
        {
            "row": row,
            "code": row.book.organisation.code,
            "reads_book": request.actor.sees(row.book.organisation.path),
            "parts": [
                {"part": one, "level": rules.LEVELS[one.level], "side": rules.SIDES[one.side]}
                for one in sorted(
                    row.parts.select_related("owed_to", "order"), key=lambda one: list(rules.LEVELS).index(one.level)
                )
            ],
            "red": DuesRow.objects.filter(reverses=row).first(),
            "may_withdraw": may and in_the_way is None,
            "why_not": say.text(in_the_way) if may and in_the_way is not None else "",
            "may_doubt": may and row.state == "collected" and row.draft is None,
            "may_clear": may and row.state == "disputed",
            "may_reverse": may and row.reverses_id is None and row.state in DUES_FLOW.steps["reverse"].leaves,
            "history": _history(row),
        },
    )


def _step(request: ConsoleRequest, row: DuesRow) -> HttpResponseBase:
    request.actor.require(RECORD)
    step, by, today = request.POST.get("step", ""), request.actor, clock.today()
    if step == "withdraw":
        actions.withdraw_dues([row.pk], by=by, on=today)
        messages.success(request, _("已撤回，这一笔不再存在"))
        return redirect("dues")
    if step == "doubt":
        actions.doubt_dues(row, by=by, on=today)
    elif step == "clear":
        actions.clear_dues(row, by=by, on=today)
    elif step == "reverse":
        row = actions.reverse_dues(row, request.POST.get("number", ""), by=by, on=today)
    else:
        raise Http404
    messages.success(request, _("已办，并记入台账"))
    return redirect("dues_row", row.public_id)


def _history(row: DuesRow) -> list[dict[str, object]]:
    entries = list(entries_of(row).order_by("-id")[:20])
    names = dict(Kind.objects.filter(pk__in={entry.kind for entry in entries}).values_list("pk", "name"))
    return [
        {"title": _(KINDS[names[one.kind]].title), "on": one.happened_on, "id": one.pk, "fen": one.amount_fen}
        for one in entries
        if names[one.kind] in KINDS
    ]


# A book's ---------------------------------------------------------------------------------------------------------


@page(SEE)
def funds_dues(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """What a book has in hand and in no voucher, day by day; and what it owes up and down."""
    book = book_of(request.actor, code)
    if request.method == "POST":
        return _draft(request, book)
    in_hand = DuesRow.objects.to_draft(book).values("paid_on").annotate(rows=Count("id"), fen=Sum("paid_fen"))
    days = list(in_hand.order_by("paid_on")[:SHOWN])
    return render(
        request,
        "funds/console/dues_book.html",
        {
            "book": book,
            "days": days,
            "owed": _by_union(actions.owed(book))[:SHOWN],
            "may_make": request.actor.may(RECORD),
            "may_order": request.actor.may(ORDER),
            "is_own": book.organisation_id == request.actor.organisation_id,
            "any": DuesRow.objects.filter(book=book).exists(),
        },
    )


def _draft(request: ConsoleRequest, book: Book) -> HttpResponseBase:
    """A voucher for a day's payments."""
    request.actor.require(RECORD)
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        raise Http404 from None
    today = clock.today()
    rows = list(DuesRow.objects.to_draft(book).filter(paid_on=day).only("id"))
    fund = Fund.objects.filter(book=book, is_restricted=False).order_by("id").first()
    if fund is None:
        raise Refusal("funds.dues_no_fund", "这本账还没有不限用途的资金：请先设立，再记经费")
    draft = actions.draft_dues(
        book, rows, fund, day=actions.voucher_day(book, day, on=today), by=request.actor, on=today
    )
    messages.success(request, _("凭证已制好，等他人审核记账"))
    return redirect("funds_draft", book.organisation.code, draft.public_id)


def _by_union(owed: Sequence[Owed]) -> list[dict[str, Any]]:
    """What is owed to each union, over all periods, those above first, then the largest."""
    together: dict[tuple[str, int | None], list[Owed]] = defaultdict(list)
    for one in owed:
        together[one.side, one.to.pk if one.to is not None else None].append(one)
    found = [
        {
            "side": side,
            "title": _(rules.SIDES[side]),
            "name": each[0].to.title if each[0].to is not None else _("中华全国总工会"),
            "key": each[0].to.code if each[0].to is not None else ABOVE,
            "first": each[0].period,
            "last": each[-1].period,
            "parts": sum(one.parts for one in each),
            "fen": sum(one.fen for one in each),
        }
        for (side, _to), each in together.items()
    ]
    return sorted(found, key=lambda one: (one["side"] != rules.UP, -one["fen"]))


@page(RECORD)
def funds_dues_new(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """One payment by hand."""
    book = book_of(request.actor, code)
    form = DuesForm((request.POST if request.method == "POST" else request.typed) or None)
    if request.method == "POST" and form.is_valid():
        entry, today = form.entry(), clock.today()
        wrong = list(actions.faults(book, [entry], on=today))
        for _n, field, refusal in wrong:
            form.add_error(field, say.text(refusal))
        if not wrong:
            (pk,) = actions.record_dues(book, [entry], by=request.actor, on=today)
            messages.success(request, _("已登记，各级分成已算好"))
            return redirect("dues_row", DuesRow.objects.get(pk=pk).public_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "funds/console/dues_form.html", {"book": book, "form": form}, status=status)


@page(SEE)
def funds_dues_owed(request: ConsoleRequest, code: str, side: str, to: str) -> HttpResponseBase:
    """What a book owes one union above or below, by period; an order pays it up to a period."""
    book = book_of(request.actor, code)
    if side not in (rules.UP, rules.DOWN):
        raise Http404
    union = get_object_or_404(Organisation, code=to) if to != ABOVE else None
    owed = [one for one in actions.owed(book) if one.side == side and one.to == union]
    payee = actions.payee_of(book, union)
    if not owed and payee is None:
        raise Http404
    typed = request.POST if request.method == "POST" else request.typed
    form = RemitForm(typed or None, book=book, periods=[one.period for one in owed], payee=payee)
    if request.method == "POST":
        request.actor.require(ORDER)
        if form.is_valid():
            key = f"dues-{request.POST.get(once.FIELD) or once.fresh_key()}"
            order = actions.remit_dues(
                book,
                side,
                union,
                form.cleaned_data["fund"],
                form.account(),
                period=Period.parse(form.cleaned_data["period"]),
                request_key=key,
                by=request.actor,
                at=clock.now(),
            )
            messages.success(request, _("付款单已提交，等待审批"))
            return redirect("funds_order", code, order.public_id)
    return render(
        request,
        "funds/console/dues_owed.html",
        {
            "book": book,
            "name": union.title if union is not None else _("中华全国总工会"),
            "side": _(rules.SIDES[side]),
            "owed": owed,
            "total": sum(one.fen for one in owed),
            "payee": payee,
            "form": form if owed and request.actor.may(ORDER) else None,
        },
        status=422 if request.method == "POST" else 200,
    )


@waiting
def to_draft(actor: Actor) -> list[Item]:
    """Payments in the own book that are in no voucher yet."""
    if not actor.may(RECORD):
        return []
    book = Book.objects.select_related("organisation").filter(organisation_id=actor.organisation_id).first()
    count = DuesRow.objects.to_draft(book).count() if book is not None else 0
    if book is None or not count:
        return []
    url = reverse("funds_dues", args=[book.organisation.code])
    return [Item(_("给经费制证"), url, state=_("等待制证"), count=count)]


urlpatterns = [
    path("dues/", dues, name="dues"),
    path("dues/<uuid:public_id>/", dues_row, name="dues_row"),
    path("funds/<str:code>/dues/", funds_dues, name="funds_dues"),
    path("funds/<str:code>/dues/new/", funds_dues_new, name="funds_dues_new"),
    path("funds/<str:code>/dues/<str:side>/<str:to>/", funds_dues_owed, name="funds_dues_owed"),
]
