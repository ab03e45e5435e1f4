"""What an entry of the books and of payments is about."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.spine.funds.console.books import SEE
from gonghui.spine.funds.models import (
    AnswerFile,
    Book,
    DuesRow,
    Fund,
    PayeeAccount,
    Payer,
    PaymentBatch,
    PaymentOrder,
    Posting,
    Statement,
    StatementRow,
    VoucherDraft,
)
from gonghui.web.subjects import Found, Subject, address_of, resolver


def _seen(model: type[Model], actor: Actor, ids: Sequence[int], book: str = "book__") -> Any:
    """Records of the books that the actor may read, each with its book and the union that keeps it."""
    if not actor.may(SEE):
        return model._default_manager.none()
    rows = model._default_manager.filter(actor.within(f"{book}organisation__path"), pk__in=ids)
    return rows.select_related(f"{book}organisation")


@resolver("funds.book")
def books(actor: Actor, ids: Sequence[int]) -> Found:
    """Books, by the union that keeps them."""
    return {
        one.pk: Subject(
            _("%(unit)s的账簿") % {"unit": one.organisation.short_title},
            address_of("funds_book", one.organisation.code),
        )
        for one in _seen(Book, actor, ids, book="")
    }


@resolver("funds.fund")
def funds(actor: Actor, ids: Sequence[int]) -> Found:
    """Funds, by name."""
    return {
        one.pk: Subject(one.title, address_of("funds_book", one.book.organisation.code))
        for one in _seen(Fund, actor, ids)
    }


@resolver("funds.posting")
def postings(actor: Actor, ids: Sequence[int]) -> Found:
    """Posted vouchers, by month and number."""
    return {
        one.pk: Subject(
            _("凭证 %(month)s 第%(number)s号") % {"month": one.month_key, "number": one.number},
            address_of("funds_voucher", one.book.organisation.code, one.month_key, one.number),
        )
        for one in _seen(Posting, actor, ids)
    }


@resolver("funds.voucherdraft")
def drafts(actor: Actor, ids: Sequence[int]) -> Found:
    """Vouchers that wait for somebody else, by their day."""
    return {
        one.pk: Subject(
            _("%(day)s的待审核凭证") % {"day": one.day},
            address_of("funds_draft", one.book.organisation.code, one.public_id),
        )
        for one in _seen(VoucherDraft, actor, ids)
    }


@resolver("funds.paymentorder")
def orders(actor: Actor, ids: Sequence[int]) -> Found:
    """Payment orders; who is paid stays on their page."""
    return {
        one.pk: Subject(_("付款单"), address_of("funds_order", one.book.organisation.code, one.public_id))
        for one in _seen(PaymentOrder, actor, ids)
    }


@resolver("funds.paymentbatch")
def batches(actor: Actor, ids: Sequence[int]) -> Found:
    """Batches, by number."""
    return {
        one.pk: Subject(one.title, address_of("funds_batch", one.book.organisation.code, one.public_id))
        for one in _seen(PaymentBatch, actor, ids)
    }


@resolver("funds.answerfile")
def answers(actor: Actor, ids: Sequence[int]) -> Found:
    """Answers of a bank."""
    return {
        one.pk: Subject(_("银行回单文件"), address_of("funds_answer", one.book.organisation.code, one.public_id))
        for one in _seen(AnswerFile, actor, ids)
    }


@resolver("funds.payeeaccount")
def accounts(actor: Actor, ids: Sequence[int]) -> Found:
    """Accounts of payees; whose they are stays with the orders."""
    return {one.pk: Subject(_("收款账户")) for one in _seen(PayeeAccount, actor, ids, book="payee__book__")}


@resolver("funds.statement")
def statements(actor: Actor, ids: Sequence[int]) -> Found:
    """Statements of a bank."""
    return {
        one.pk: Subject(_("银行对账单"), address_of("funds_statement", one.book.organisation.code, one.public_id))
        for one in _seen(Statement, actor, ids)
    }


@resolver("funds.statementrow")
def movements(actor: Actor, ids: Sequence[int]) -> Found:
    """Movements of a statement; whom they concern stays on their page."""
    return {
        one.pk: Subject(
            _("银行收支"),
            address_of("funds_movement", one.statement.book.organisation.code, one.statement.public_id, one.seq),
        )
        for one in _seen(StatementRow, actor, ids, book="statement__book__")
    }


@resolver("funds.duesrow")
def dues(actor: Actor, ids: Sequence[int]) -> Found:
    """Dues, by period and receipt."""
    if not actor.may(SEE):
        return {}
    return {
        one.pk: Subject(
            _("经费 %(period)s %(number)s") % {"period": one.period, "number": one.tax_voucher_no},
            address_of("dues_row", one.public_id),
        )
        for one in DuesRow.objects.seen_by(actor).filter(pk__in=ids)
    }


@resolver("funds.payer")
def payers(actor: Actor, ids: Sequence[int]) -> Found:
    """Employers that paid, by name, where one of their payments is in sight; they have no page of their own."""
    if not actor.may(SEE):
        return {}
    seen = set(DuesRow.objects.seen_by(actor).filter(payer__in=ids).values_list("payer_id", flat=True))
    return {one.pk: Subject(one.name, address_of("dues")) for one in Payer.objects.filter(pk__in=seen)}
