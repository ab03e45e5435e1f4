"""Bank statements beside the books: what the bank says moved, and what of the book each row is.

The bank's words never change (`migrations/0006_statements.py`); only what a row was matched with does.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, declare
from gonghui.spine.funds.models.ledger import Book, LedgerAccount, Posting
from gonghui.spine.funds.models.payments import InBook, PaymentLine
from gonghui.spine.organisations.models import Organisation


class Statement(Record):
    """A statement of one account as it came in, once."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="statements")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", verbose_name=_("银行账户"))
    layout = models.CharField(_("格式"), max_length=20)
    sha256 = models.CharField(max_length=64)
    rows = models.IntegerField(_("行数"))
    first_on = models.DateField()
    last_on = models.DateField()
    received_by = models.BigIntegerField()
    received_at = models.DateTimeField(_("收到时间"))
    objects = InBook.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "付款对账",
            "10年",
            "id public_id book account layout sha256 rows first_on last_on received_by received_at",
        )
    )

    class Meta:
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["book", "sha256"], name="funds_statement_once")]

    @property
    def organisation(self) -> Organisation:
        """The union whose account it is."""
        return self.book.organisation


class StatementRow(models.Model):
    """One movement the bank tells of; `how` says what it was matched by, and nothing while it stands open."""

    id = models.BigAutoField(primary_key=True)
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="movements", db_index=False)
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", db_index=False)
    seq = models.IntegerField()
    on = models.DateField(_("日期"))
    amount_fen = models.BigIntegerField(_("金额"))
    balance_fen = models.BigIntegerField(_("余额"))
    bank_ref = models.CharField(_("银行流水号"), max_length=64, db_collation="C")
    counterparty = models.CharField(_("对方户名"), max_length=60, blank=True)
    remark = models.CharField(_("摘要"), max_length=120, blank=True)
    how = models.CharField(max_length=10, blank=True, default="")
    line = models.ForeignKey(PaymentLine, models.PROTECT, null=True, related_name="+", db_index=False)
    posting = models.ForeignKey(
        Posting, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    booked_on = models.DateField(null=True)
    settled_by = models.BigIntegerField(null=True)
    note = models.CharField(_("理由"), max_length=120, blank=True, default="")
    privacy = declare(
        (PERSONAL, "付款对账", "10年", "counterparty remark"),
        (
            INTERNAL,
            "付款对账",
            "10年",
            "id statement account seq on amount_fen balance_fen bank_ref how line posting booked_on settled_by note",
        ),
    )

    class Meta:
        ordering = ["account", "on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["statement", "seq"], name="funds_statement_row"),
            models.UniqueConstraint(fields=["account", "bank_ref"], name="funds_statement_row_once"),
            models.UniqueConstraint(fields=["line"], condition=Q(amount_fen__lt=0), name="funds_line_left_once"),
            models.UniqueConstraint(fields=["line"], condition=Q(amount_fen__gt=0), name="funds_line_back_once"),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="funds_statement_row_moves"),
            models.CheckConstraint(
                condition=Q(how__in=("", "explained"), line=None, posting=None, booked_on=None)
                | Q(~Q(how__in=("", "explained")), Q(line=None) ^ Q(posting=None), booked_on__isnull=False),
                name="funds_statement_row_matched",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "on", "id"], name="funds_statement_row_list"),
            models.Index(fields=["posting"], condition=Q(posting__isnull=False), name="funds_statement_row_posting"),
        ]

    @property
    def organisation(self) -> Organisation:
        """The union whose account it is."""
        return self.statement.organisation
