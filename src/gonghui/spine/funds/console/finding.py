"""What search finds of money: vouchers, batches and payments by their whole number, books by union, one's own pages."""

import re

from django.urls import reverse
from django.utils.translation import gettext as _

from gonghui.core.money import yuan
from gonghui.spine.funds.console.books import SEE
from gonghui.spine.funds.models import Book, PaymentBatch, PaymentLine, Posting
from gonghui.spine.funds.templatetags.money_pages import WAYS
from gonghui.spine.organisations.console.tree import organisations_for
from gonghui.web.palette import A_SHELF, Found, Sought, fitting, searching

DOWNWARDS = "book__organisation__path"
"""One's own union first, then those below it."""
_VOUCHER = re.compile(r"(\d{4})-?(0[1-9]|1[0-2])\s*(?:/|第|#|-|\s)\s*(\d{1,7})\s*号?")  # zh
_BATCH = re.compile(r"p0*(\d{1,9})", re.IGNORECASE)
_REFERENCE = re.compile(r"(?=.*\d)[0-9A-Za-z-]{6,35}")


@searching("账簿")
def books(sought: Sought) -> list[Found]:
    """The books of the unions that were typed, and the pages of one's own."""
    if not sought.words or not sought.actor.may(SEE):
        return []
    seen = Book.objects.seen_by(sought.actor).select_related("organisation")
    own = seen.filter(organisation=sought.actor.organisation_id).first()
    pages = [] if own is None else [_page(own, name, str(word)) for name, word in WAYS]
    kept = seen.filter(organisation__in=[one.pk for one in sought.once(organisations_for)])[:A_SHELF]
    return [*fitting(sought.words, pages), *(_book(one) for one in kept)]


def _page(book: Book, name: str, word: str) -> Found:
    return Found(word, reverse(name, args=[book.organisation.code]), book.organisation.short_title)


def _book(book: Book) -> Found:
    unit = book.organisation
    title = _("%(unit)s的账簿") % {"unit": unit.short_title}
    return Found(title, reverse("funds_book", args=[unit.code]), unit.code, also=(unit.code, unit.name))


@searching("凭证")
def vouchers(sought: Sought) -> list[Found]:
    """A posted voucher by month and number, 2020-07/12; one's own book's first."""
    said = _VOUCHER.fullmatch(sought.words)
    if said is None or not sought.actor.may(SEE):
        return []
    year, month, number = (int(part) for part in said.groups())
    seen = Posting.objects.filter(sought.actor.within("book__organisation__path"), month=100 * year + month)
    rows = seen.filter(number=number).select_related("book__organisation").order_by(DOWNWARDS)[:A_SHELF]
    return [
        Found(
            _("凭证 %(month)s 第%(number)s号") % {"month": one.month_key, "number": one.number},
            reverse("funds_voucher", args=[one.organisation.code, one.month_key, one.number]),
            f"{one.organisation.short_title} · {one.memo} · {yuan(one.total_fen)}",
            also=(sought.words,),
        )
        for one in rows
    ]


@searching("付款")
def payments(sought: Sought) -> list[Found]:
    """A batch by its number, a payment by the reference that the bank's file and answer carry."""
    if not sought.actor.may(SEE):
        return []
    found = []
    if said := _BATCH.fullmatch(sought.words):
        batches = PaymentBatch.objects.filter(sought.actor.within("book__organisation__path"), number=int(said[1]))
        for one in batches.select_related("book__organisation").order_by(DOWNWARDS)[:A_SHELF]:
            unit, note = one.book.organisation, f"{yuan(one.total_fen)} · {_(str(one.get_state_display()))}"
            where = reverse("funds_batch", args=[unit.code, one.public_id])
            found.append(Found(one.title, where, f"{unit.short_title} · {note}", also=(sought.words,)))
    if _REFERENCE.fullmatch(sought.words):
        lines = PaymentLine.objects.filter(
            sought.actor.within("order__book__organisation__path"), reference__in=[sought.words, sought.words.upper()]
        )
        for line in lines.select_related("order__book__organisation"):
            unit, note = line.order.book.organisation, f"{yuan(line.amount_fen)} · {_(str(line.get_state_display()))}"
            where = reverse("funds_order", args=[unit.code, line.order.public_id])
            where += f"?line={line.reference}" if line.order.is_list else ""
            found.append(Found(line.reference, where, f"{unit.short_title} · {note}", also=(sought.words,)))
    return found
