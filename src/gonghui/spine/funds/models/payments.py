"""Payees with their accounts, payment orders, batches, what banks answered.

Migrations 0004 and 0009 have the database refuse what must never happen: a second payment of one order, a release by
the maker, a line changed after release, a step that a line cannot take, a list that its lines do not come to.
"""

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.keyring import Found, Sealed, sealed_column
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, SENSITIVE, declare
from gonghui.spine.funds.flow import BATCH_FLOW, LINE_STATES, LIVE, ONE_ONLY, ORDER_FLOW
from gonghui.spine.funds.models.ledger import KEEP, Book, Fund, LedgerAccount, Posting
from gonghui.spine.organisations.models import Organisation

ACCOUNT_KINDS = {"card": _("银行卡"), "passbook": _("存折"), "corporate": _("单位账户")}
PAYEE_KINDS = {"person": _("个人"), "union": _("工会"), "employer": _("单位"), "other": _("其他")}
NUMBER = Sealed("funds.payeeaccount.number")
NUMBER_FOUND = Found("funds.payeeaccount.number")


class InBook(models.QuerySet):  # type: ignore[type-arg]
    """Rows that belong to a book."""

    def seen_by(self, actor: Actor) -> "InBook":
        """Those of the books of the actor's subtree."""
        return self.filter(actor.within("book__organisation__path"))


class Payee(Record):
    """Whom a book pays; `subject` is the record of another app that it stands for, where there is one."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="payees", db_index=False)
    kind = models.CharField(_("收款人类别"), max_length=10, choices=list(PAYEE_KINDS.items()))
    name = models.CharField(_("收款人"), max_length=60)
    subject_type = models.CharField(max_length=60, blank=True, default="")
    subject_id = models.BigIntegerField(null=True)
    account = models.ForeignKey("PayeeAccount", models.PROTECT, null=True, related_name="+", db_index=False)
    objects = InBook.as_manager()
    privacy = declare((PERSONAL, "付款", KEEP, "id public_id book kind name subject_type subject_id account"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "subject_type", "subject_id"],
                condition=Q(subject_id__isnull=False),
                name="funds_payee_once",
            )
        ]
        indexes = [models.Index(fields=["book", "name"], condition=Q(subject_id=None), name="funds_payee_by_name")]

    @property
    def organisation(self) -> Organisation:
        """The union that pays."""
        return self.book.organisation


class PayeeAccount(Record):
    """One account of a payee at a bank. Never changed: another account is another row that says which it replaces."""

    payee = models.ForeignKey(Payee, models.PROTECT, related_name="accounts")
    kind = models.CharField(_("账户类别"), max_length=10, choices=list(ACCOUNT_KINDS.items()))
    number = models.BinaryField()
    found = models.BinaryField()
    last4 = models.CharField(max_length=4)
    bank = models.CharField(_("开户行"), max_length=60)
    clearing = models.CharField(_("联行号"), max_length=12, blank=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    set_by = models.BigIntegerField()
    set_at = models.DateTimeField()
    confirmed_by = models.BigIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    privacy = declare(
        (SENSITIVE, "付款", KEEP, "number found last4"),
        (
            PERSONAL,
            "付款",
            KEEP,
            "id public_id payee kind bank clearing replaces set_by set_at confirmed_by confirmed_at",
        ),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("set_by")), name="funds_account_two_people"
            )
        ]

    @property
    def organisation(self) -> Organisation:
        """The union that pays."""
        return self.payee.book.organisation

    @property
    def masked(self) -> str:
        """The account as pages show it."""
        return f"**** {self.last4}"

    def open_number(self) -> str:
        """The account's number, for the bank's file."""
        return NUMBER.open(self.number, self.public_id)

    def held_until(self, hours: int) -> datetime | None:
        """Until when a change of account holds payments; None for a first account and one that somebody confirmed."""
        if self.replaces_id is None or self.confirmed_by is not None:
            return None
        return self.set_at + timedelta(hours=hours)


sealed_column(PayeeAccount, "number", NUMBER)


class PaymentOrder(Record):
    """What some work owes somebody: who is paid, why, how much, out of which fund. Only its state ever changes.

    An order without a payee is a list: its lines say who is paid, and `content_sha256` what all of them say. It grows
    while it is open; from then on it is `payments` lines that come to `amount_fen`. A line of a list that cannot be
    paid as it stands becomes an order of its own, which names it as `from_line`.
    """

    FLOW = ORDER_FLOW
    book = models.ForeignKey(Book, models.PROTECT, related_name="orders")
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="orders", verbose_name=_("资金"))
    spent_on = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", verbose_name=_("科目"))
    payee = models.ForeignKey(Payee, models.PROTECT, null=True, related_name="orders")
    payments = models.IntegerField(_("笔数"), default=1)
    amount_fen = models.BigIntegerField(_("金额"))
    purpose = models.CharField(_("用途"), max_length=40)
    why = models.CharField(max_length=60)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.BigIntegerField(null=True)
    lines_about = models.CharField(max_length=60, blank=True, default="")
    """Of a list: what kind of record each of its lines is about."""
    remark = models.CharField(_("附言"), max_length=20, blank=True)
    due_on = models.DateField(_("应付日期"), null=True)
    request_key = models.CharField(max_length=80)
    request_sha256 = models.CharField(max_length=64)
    content_sha256 = models.CharField(max_length=64, blank=True, default="")
    from_line = models.OneToOneField("PaymentLine", models.PROTECT, null=True, related_name="split_off")
    made_by = models.BigIntegerField()
    made_on = models.DateField()
    approved_by = models.BigIntegerField(null=True)
    minutes = models.CharField(_("会议纪要号"), max_length=40, blank=True)
    attempt = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=ORDER_FLOW.choices, default="waiting")
    objects = InBook.as_manager()
    privacy = declare(
        (
            PERSONAL,
            "付款",
            KEEP,
            "id public_id book fund spent_on payee payments amount_fen purpose why about_type about_id lines_about "
            "remark due_on request_key request_sha256 content_sha256 from_line made_by made_on approved_by minutes "
            "attempt state",
        )
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "request_key"], name="funds_order_requested_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, payments__gt=0)
                | Q(payee=None, state__in=("open", "cancelled"), amount_fen__gte=0, payments__gte=0),
                name="funds_order_amount",
            ),
            models.CheckConstraint(
                condition=Q(payee__isnull=False, payments=1, lines_about="", content_sha256="")
                & ~Q(state__in=("open", "settled"))
                | Q(payee=None, from_line=None) & ~Q(lines_about="") & ~Q(state__in=ONE_ONLY),
                name="funds_order_one_or_list",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")), name="funds_order_two_people"
            ),
        ]
        indexes = [models.Index(fields=["book", "state", "id"], name="funds_order_list")]

    @property
    def organisation(self) -> Organisation:
        """The union that pays."""
        return self.book.organisation

    @property
    def is_list(self) -> bool:
        """Whether it pays many by lines of their own."""
        return self.payee_id is None


class PaymentBatch(Record):
    """Payments that go to the bank together: what was released is what its hash says. `order` where a list is paid."""

    FLOW = BATCH_FLOW
    book = models.ForeignKey(Book, models.PROTECT, related_name="batches")
    order = models.ForeignKey(PaymentOrder, models.PROTECT, null=True, related_name="batches")
    number = models.IntegerField(_("批次号"))
    pays_from = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", verbose_name=_("付款科目"))
    payments = models.IntegerField(_("笔数"))
    total_fen = models.BigIntegerField(_("合计"))
    content_sha256 = models.CharField(max_length=64)
    made_by = models.BigIntegerField()
    made_on = models.DateField(_("组批日期"))
    released_by = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=BATCH_FLOW.choices, default="draft")
    objects = InBook.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "付款",
            KEEP,
            "id public_id book order number pays_from payments total_fen content_sha256 made_by made_on released_by "
            "released_at state",
        )
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="funds_batch_number"),
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=F("made_by")), name="funds_batch_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "cancelled"), released_by=None)
                | Q(state__in=("released", "settled"), released_by__isnull=False, released_at__isnull=False),
                name="funds_batch_released_by_somebody",
            ),
        ]

    @property
    def organisation(self) -> Organisation:
        """The union that pays."""
        return self.book.organisation

    @property
    def title(self) -> str:
        """The number people call it by."""
        return f"P{self.number:06}"


class PaymentLine(models.Model):
    """One payment of a batch: the order, the account it goes to, the reference by which the bank answers.

    A line of a list says what record it is about, one of an order by itself leaves that to the order. Months have some
    hundred thousands: `funds_lines_stand` asks after batch, order and account as a set, none of which is ever deleted,
    and no index knows the state, so that a line sent and paid stays where it is (half of a page is left free for that).
    """

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="lines", db_index=False, db_constraint=False)
    seq = models.IntegerField(_("序号"))
    order = models.ForeignKey(PaymentOrder, models.PROTECT, related_name="lines", db_index=False, db_constraint=False)
    account = models.ForeignKey(PayeeAccount, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    about_id = models.BigIntegerField(null=True)
    amount_fen = models.BigIntegerField(_("金额"))
    reference = models.CharField(max_length=35, db_collation="C")
    state = models.CharField(max_length=10, choices=list(LINE_STATES.items()), default="waiting", db_default="waiting")
    is_live = models.GeneratedField(
        expression=Q(state__in=LIVE),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    code = models.CharField(max_length=20, blank=True, default="", db_default="")
    bank_ref = models.CharField(max_length=64, blank=True, default="", db_default="")
    settled_on = models.DateField(null=True)
    privacy = declare(
        (
            PERSONAL,
            "付款",
            KEEP,
            "id batch seq order account about_id amount_fen reference state is_live code bank_ref settled_on",
        )
    )

    class Meta:
        ordering = ["batch", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "seq"], name="funds_line_seq"),
            models.UniqueConstraint(fields=["reference"], name="funds_line_reference"),
            models.UniqueConstraint(
                fields=["order", "about_id"],
                condition=Q(is_live=True),
                nulls_distinct=False,
                name="funds_order_paid_once",
            ),
        ]
        indexes = [models.Index(fields=["batch", "seq"], condition=Q(is_live=False), name="funds_line_over")]

    @property
    def organisation(self) -> Organisation:
        """The union that pays."""
        return self.batch.organisation


class AnswerFile(Record):
    """A bank's answer as it came in, once; the same file again changes nothing."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="answers")
    layout = models.CharField(_("格式"), max_length=20)
    sha256 = models.CharField(max_length=64)
    rows = models.IntegerField(_("行数"))
    received_by = models.BigIntegerField()
    received_at = models.DateTimeField(_("收到时间"))
    paid_of = ArrayField(models.BigIntegerField(), default=list)
    """The lists of payments of which it says that some were paid or came back."""
    objects = InBook.as_manager()
    privacy = declare(
        (INTERNAL, "付款对账", "10年", "id public_id book layout sha256 rows received_by received_at paid_of")
    )

    class Meta:
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["book", "sha256"], name="funds_answer_once")]

    @property
    def organisation(self) -> Organisation:
        """The union that pays."""
        return self.book.organisation


class AnswerRow(models.Model):
    """One row of an answer and what became of it; rows that fit no payment wait on the desk."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(AnswerFile, models.PROTECT, related_name="answers", db_index=False, db_constraint=False)
    seq = models.IntegerField()
    reference = models.CharField(max_length=64, blank=True)
    amount_fen = models.BigIntegerField()
    result = models.CharField(max_length=10)
    code = models.CharField(max_length=20, blank=True)
    bank_ref = models.CharField(max_length=64, blank=True)
    on = models.DateField()
    line = models.ForeignKey(PaymentLine, models.PROTECT, null=True, related_name="answers", db_constraint=False)
    outcome = models.CharField(max_length=20)
    posting = models.ForeignKey(Posting, models.PROTECT, null=True, db_constraint=False, db_index=False)
    looked_at_by = models.BigIntegerField(null=True)
    note = models.CharField(max_length=120, blank=True, default="")
    privacy = declare(
        (
            INTERNAL,
            "付款对账",
            "10年",
            "id file seq reference amount_fen result code bank_ref on line outcome posting looked_at_by note",
        )
    )

    class Meta:
        ordering = ["file", "seq"]
        constraints = [models.UniqueConstraint(fields=["file", "seq"], name="funds_answer_row")]
        indexes = [
            models.Index(
                fields=["file"],
                condition=Q(outcome__in=("stray", "amount_differs", "contradicts"), looked_at_by=None),
                name="funds_answer_open",
            ),
            models.Index(fields=["posting"], condition=Q(posting__isnull=False), name="funds_answer_posting"),
        ]

    @property
    def organisation(self) -> Organisation:
        """The union that pays."""
        return self.file.organisation
