"""Dues of employers: who paid what for which wages, and whose part of it is how much.

A row is never changed after it was recorded: what was wrong is withdrawn before its voucher is made out, and taken off
by a row of its own afterwards.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.models import Record
from gonghui.core.period import Period
from gonghui.core.privacy import INTERNAL, PERSONAL, declare
from gonghui.spine.funds.flow import DUES_FLOW
from gonghui.spine.funds.models.ledger import KEEP, Book, VoucherDraft
from gonghui.spine.funds.models.payments import PaymentOrder
from gonghui.spine.funds.rules import dues
from gonghui.spine.organisations.models import Organisation

WHAT = {"dues": _("工会经费"), "preparatory": _("建会筹备金")}
MODES = {"A": _("税务代收上解部分"), "B": _("全额收缴"), "C": _("直接上缴")}


class Payer(Record):
    """An employer that paid dues, by its code; called what its newest payment said."""

    uscc = models.CharField(_("统一社会信用代码"), max_length=18, db_collation="C")
    name = models.CharField(_("单位名称"), max_length=120)
    privacy = declare((INTERNAL, "经费收缴", KEEP, "id public_id"), (PERSONAL, "经费收缴", KEEP, "uscc name"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["uscc"], name="funds_payer_once")]

    @property
    def organisation(self) -> Organisation:
        """Employers belong to no union's book; the city knows them all."""
        return Organisation.objects.city()


class DuesQuerySet(models.QuerySet["DuesRow"]):
    """Questions asked of dues."""

    def seen_by(self, actor: Actor) -> "DuesQuerySet":
        """Those that unions of the actor's subtree collected, and those that its own unions' employers paid."""
        return self.filter(actor.within("book__organisation__path") | actor.within("union__path"))

    def to_draft(self, book: Book) -> "DuesQuerySet":
        """What a book has in hand and in no voucher yet."""
        return self.filter(book=book, state="collected", draft=None)


class DuesRow(Record):
    """One payment of an employer: for which wages, at which rate, how much, how it was collected, by which receipt.

    `reverses` makes it the opposite of another row: the tax office paid that one back.
    """

    FLOW = DUES_FLOW
    book = models.ForeignKey(Book, models.PROTECT, related_name="dues", verbose_name=_("收缴工会"))
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="dues")
    name = models.CharField(_("单位名称"), max_length=120)
    union = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="dues", verbose_name=_("缴费单位工会")
    )
    what = models.CharField(_("费种"), max_length=12, choices=list(WHAT.items()))
    period = models.CharField(_("所属期"), max_length=8, db_collation="C")
    wages_from = models.DateField()
    wages_to = models.DateField()
    wages_fen = models.BigIntegerField(_("工资总额"))
    percent = models.SmallIntegerField(_("比例"))
    payable_fen = models.BigIntegerField(_("应缴"))
    paid_fen = models.BigIntegerField(_("实缴"))
    paid_on = models.DateField(_("缴款日"))
    mode = models.CharField(_("方式"), max_length=1, choices=list(MODES.items()))
    tax_voucher_no = models.CharField(_("税票号"), max_length=40, db_collation="C")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    draft = models.ForeignKey(VoucherDraft, models.PROTECT, null=True, related_name="dues")
    source = models.BigIntegerField(null=True)
    recorded_by = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=DUES_FLOW.choices, default="collected")
    objects = DuesQuerySet.as_manager()
    privacy = declare(
        (PERSONAL, "经费收缴", KEEP, "name"),
        (
            INTERNAL,
            "经费收缴",
            KEEP,
            "id public_id book payer union what period wages_from wages_to wages_fen percent payable_fen paid_fen "
            "paid_on mode tax_voucher_no reverses draft source recorded_by state",
        ),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tax_voucher_no"], name="funds_dues_receipt_once"),
            models.CheckConstraint(condition=Q(what="preparatory") | Q(union__isnull=False), name="funds_dues_union"),
            models.CheckConstraint(
                condition=Q(reverses=None, paid_fen__gt=0) | Q(reverses__isnull=False, paid_fen__lt=0),
                name="funds_dues_paid",
            ),
            models.CheckConstraint(condition=Q(wages_to__gte=F("wages_from")), name="funds_dues_period"),
            models.CheckConstraint(
                condition=~Q(state__in=["split", "remitted", "settled", "reversed"]) | Q(draft__isnull=False),
                name="funds_dues_in_a_voucher",
            ),
        ]
        indexes = [
            models.Index(fields=["-paid_on", "-id"], name="funds_dues_list"),
            models.Index(fields=["book", "paid_on"], condition=Q(state="collected"), name="funds_dues_in_hand"),
        ]

    @property
    def organisation(self) -> Organisation:
        """The union that collected."""
        return self.book.organisation

    @property
    def days(self) -> Period:
        """The period of the wages."""
        return Period(self.wages_from, self.wages_to)


class SplitLine(models.Model):
    """One level's part of a row of dues, what becomes of it, and the order by which it is passed on.

    `owed_to` is the union that it is passed on to; nothing above the city, where it is the national federation's.
    """

    pk = models.CompositePrimaryKey("row_id", "level")
    row = models.ForeignKey(DuesRow, models.PROTECT, related_name="parts", db_index=False)
    level = models.CharField(_("层级"), max_length=8, choices=list(dues.LEVELS.items()))
    percent = models.SmallIntegerField(_("比例"))
    amount_fen = models.BigIntegerField(_("金额"))
    side = models.CharField(_("去向"), max_length=6, choices=list(dues.SIDES.items()))
    owed_to = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    order = models.ForeignKey(PaymentOrder, models.PROTECT, null=True, related_name="dues", db_index=False)
    privacy = declare((INTERNAL, "经费收缴", KEEP, "row level percent amount_fen side owed_to order"))

    class Meta:
        indexes = [
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="funds_part_of_order"),
            models.Index(
                fields=["side", "owed_to"],
                condition=Q(order=None, side__in=[dues.UP, dues.DOWN]),
                name="funds_part_owed",
            ),
        ]
