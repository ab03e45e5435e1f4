"""Tags of the pages of money: the ways within a book, sides of an amount, states, words of a list."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gonghui.core.money import yuan

register = template.Library()
WAYS = (
    ("funds_book", _("资金")),
    ("funds_ledger", _("账簿")),
    ("funds_cash", _("日记账")),
    ("funds_income", _("收支表")),
    ("funds_vouchers", _("凭证")),
    ("funds_dues", _("经费收缴")),
    ("funds_orders", _("付款单")),
    ("funds_batches", _("付款批次")),
    ("funds_reconciling", _("银行回单")),
    ("funds_statements", _("银行对账")),
    ("funds_months", _("结账")),
)
KINDS = {
    "open": "wait",
    "waiting": "wait",
    "ready": "wait",
    "batched": "go",
    "sent": "go",
    "paid": "ok",
    "failed": "late",
    "unknown": "wait",
    "returned": "late",
    "cancelled": "",
    "draft": "wait",
    "released": "go",
    "settled": "ok",
    "collected": "wait",
    "disputed": "late",
    "split": "go",
    "remitted": "go",
}


@register.inclusion_tag("funds/console/nav.html")
def book_ways(book: Any, here: str) -> dict[str, Any]:
    """The ways to the other pages of a book."""
    return {"book": book, "here": here, "ways": WAYS}


@register.simple_tag
def side(fen: int) -> str:
    """An amount with the side it stands on."""
    if not fen:
        return yuan(0)
    return gettext("借 %(yuan)s") % {"yuan": yuan(fen)} if fen > 0 else gettext("贷 %(yuan)s") % {"yuan": yuan(-fen)}


@register.simple_tag
def debit(fen: int) -> str:
    """An amount that stands on the debit side; nothing of one that does not."""
    return yuan(fen) if fen > 0 else ""


@register.simple_tag
def credit(fen: int) -> str:
    """The same of the credit side."""
    return yuan(-fen) if fen < 0 else ""


@register.simple_tag
def purpose(words: Mapping[str, str], key: str) -> str:
    """The word of a key, in the reader's language."""
    return gettext(words[key]) if key in words else key


@register.inclusion_tag("parts/state.html")
def payment_state(thing: Any) -> dict[str, str]:
    """A dot and the word of the state of an order or a batch."""
    return {"word": gettext(str(thing.get_state_display())), "kind": KINDS.get(thing.state, "")}
