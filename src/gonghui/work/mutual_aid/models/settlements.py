"""The bureau's settlements: files, their rows sealed in columns, what was decided of each, and what waits for somebody.

What a settlement says of somebody's health (days, kinds, costs, totals) stands in its piece alone, some ten thousand
rows under one seal; the row of a settlement holds what money needs, and where in the piece the rest is.
"""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.keyring import Sealed, sealed_column
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, SENSITIVE, declare
from gonghui.spine.funds.models import Fund, LedgerAccount, PaymentOrder
from gonghui.spine.members.models import Person
from gonghui.spine.organisations.models import Organisation
from gonghui.work.mutual_aid.flow import FILE_FLOW, ISSUE_STATES
from gonghui.work.mutual_aid.models.editions import Edition
from gonghui.work.mutual_aid.models.participants import KEEP
from gonghui.work.mutual_aid.rules.plans import PLANS

PIECE = Sealed("mutual_aid.settlementpiece.content")
ISSUE, SAMPLE = Sealed("mutual_aid.issue.said"), Sealed("mutual_aid.settlementfile.sample")
UPLOAD_DAYS = "读完即删"


class OfUnion(models.QuerySet[Any]):
    """Rows that belong to a union."""

    def seen_by(self, actor: Actor) -> "OfUnion":
        """Those of the actor's subtree."""
        return self.filter(actor.within("organisation__path"))


class OfFile(models.QuerySet[Any]):
    """Rows that belong to a file."""

    def seen_by(self, actor: Actor) -> "OfFile":
        """Those of the files of the actor's subtree."""
        return self.filter(actor.within("file__organisation__path"))


class PlanMoney(models.Model):
    """Out of which fund of which book a plan is paid, booked to which account, from which bank account."""

    id = models.AutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    plan = models.CharField(_("计划"), max_length=40, choices=[(one.key, _(one.title)) for one in PLANS.values()])
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="+", verbose_name=_("资金"))
    spent_on = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", verbose_name=_("科目"))
    pays_from = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+", verbose_name=_("付款科目"))
    objects = OfUnion.as_manager()
    privacy = declare((INTERNAL, "互助保障", "长期", "id organisation plan fund spent_on pays_from"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "plan"], name="aid_plan_money_once")]


class SettlementFile(Record):
    """A month's settlements as the bureau sent them, or what was sent later for the same month."""

    FLOW = FILE_FLOW
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("组织"))
    ordinal = models.IntegerField(unique=True)
    """The number by which its settlements' ids are made."""
    plan = models.CharField(_("计划"), max_length=40, choices=[(one.key, _(one.title)) for one in PLANS.values()])
    month = models.IntegerField(_("结算月份"))
    part = models.SmallIntegerField(_("第几份"), default=1)
    form = models.CharField(_("格式"), max_length=8)
    sha256 = models.CharField(max_length=64, db_collation="C")
    upload = models.CharField(max_length=80, blank=True)
    """Where the sealed upload lies until it is read."""
    state = models.CharField(_("状态"), max_length=10, choices=FILE_FLOW.choices, default="reading")
    why_not = models.JSONField(default=dict)
    rows = models.IntegerField(_("行数"), default=0)
    summary = models.JSONField(default=dict)
    """What the trial came to: counts and sums, no person's."""
    sample = models.BinaryField(null=True)
    """The large payments and some of the others as they were tried out, until the release."""
    received_by = models.BigIntegerField()
    received_on = models.DateField(_("收到日期"))
    sampled_by = models.BigIntegerField(null=True)
    sampled_on = models.DateField(null=True)
    partly = models.BooleanField(_("只办无误的行"), default=False)
    released_by = models.BigIntegerField(null=True)
    released_on = models.DateField(_("放行日期"), null=True)
    order = models.ForeignKey(PaymentOrder, models.PROTECT, null=True, related_name="+")
    objects = OfUnion.as_manager()
    privacy = declare(
        (SENSITIVE, "放行前抽查", "放行即删", "sample"),
        (
            INTERNAL,
            "互助保障",
            KEEP,
            "id public_id organisation ordinal plan month part form sha256 upload state why_not rows summary "
            "received_by received_on sampled_by sampled_on partly released_by released_on order",
        ),
    )

    class Meta:
        ordering = ["-month", "-part", "-ordinal"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "sha256"],
                condition=~Q(state__in=["dropped", "unreadable"]),
                name="aid_file_once",
            ),
            models.UniqueConstraint(
                fields=["plan", "month", "part"],
                condition=Q(state__in=["releasing", "released"]),
                name="aid_month_released_once",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | (~Q(released_by=F("received_by")) & ~Q(released_by=F("sampled_by"))),
                name="aid_file_two_people",
            ),
        ]

    @property
    def month_key(self) -> str:
        """The month as 2020-06."""
        return f"{self.month // 100}-{self.month % 100:02}"


sealed_column(SettlementFile, "sample", SAMPLE)


class SettlementPiece(models.Model):
    """Some thousands of a file's settlements, all of one range of shards, as columns of numbers under one seal."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.ForeignKey(SettlementFile, models.PROTECT, related_name="pieces", db_index=False)
    number = models.SmallIntegerField()
    shard_from = models.SmallIntegerField()
    shard_to = models.SmallIntegerField()
    settlements = models.IntegerField()
    edition = models.ForeignKey(Edition, models.PROTECT, null=True, related_name="+", db_index=False)
    """The text by which it was decided for good; of two years in a piece the later one's."""
    texts = models.JSONField(default=dict)
    """The version of the text of each year."""
    content = models.BinaryField()
    objects = OfFile.as_manager()
    privacy = declare(
        (SENSITIVE, "计算互助金、说明理由", KEEP, "content"),
        (INTERNAL, "互助保障", KEEP, "id public_id file number shard_from shard_to settlements edition texts"),
    )

    class Meta:
        ordering = ["file", "number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="aid_piece_once")]


sealed_column(SettlementPiece, "content", PIECE)


class Settlement(models.Model):
    """One settlement decided for good. Its id begins with the participant's number (`rules.numbers`).

    `decided_fen` is what the text gives, below nothing for a reversal; `ordered_fen` is what is paid after setting off
    what was paid too much before. `line` is the payment in funds, 0 where none was ordered. Rows are never changed.
    A piece that was decided is never deleted; one that was not has none of these, and nobody asks all of them for it.
    """

    id = models.BigIntegerField(primary_key=True)
    piece = models.ForeignKey(SettlementPiece, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    place = models.IntegerField()
    txn = models.UUIDField()
    """A digest of the bureau's own number, which comes once."""
    decided_fen = models.BigIntegerField()
    ordered_fen = models.BigIntegerField()
    line = models.BigIntegerField()
    unit = models.IntegerField()
    """The district or industry union that answers for the payment."""
    industry = models.SmallIntegerField()
    benefit = models.SmallIntegerField()
    privacy = declare(
        (PERSONAL, "互助保障", KEEP, "id piece place txn decided_fen ordered_fen line unit industry benefit")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["txn"], name="aid_settlement_txn")]


class Issue(Record):
    """A row of a file that cannot be decided or paid by itself: nobody of that name, no account, a bad amount."""

    file = models.ForeignKey(SettlementFile, models.PROTECT, related_name="issues", db_index=False)
    row = models.IntegerField(_("行"))
    code = models.CharField(_("原因"), max_length=40)
    is_error = models.BooleanField(default=False)
    """Whether the bureau's row itself is wrong; such a file goes on only where somebody says so."""
    said = models.BinaryField()
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    part = models.ForeignKey(SettlementFile, models.PROTECT, null=True, related_name="gathered")
    """The further part of the month with which the row went on, once its member was found."""
    settlement = models.BigIntegerField(null=True)
    ordered_fen = models.BigIntegerField(default=0)
    state = models.CharField(_("状态"), max_length=10, choices=list(ISSUE_STATES.items()), default="open")
    done_by = models.BigIntegerField(null=True)
    done_on = models.DateField(null=True)
    note = models.CharField(_("处理说明"), max_length=200, blank=True)
    objects = OfFile.as_manager()
    privacy = declare(
        (SENSITIVE, "查清异常结算", KEEP, "said"),
        (
            PERSONAL,
            "查清异常结算",
            KEEP,
            "id public_id file row code is_error person part settlement ordered_fen state done_by done_on note",
        ),
    )

    class Meta:
        ordering = ["row", "id"]
        indexes = [models.Index(fields=["file", "state", "row"], name="aid_issue_list")]

    @property
    def organisation(self) -> Organisation:
        """The union that received the file."""
        return self.file.organisation


sealed_column(Issue, "said", ISSUE)


class FileProgress(models.Model):
    """How far the worker has come with a file, for everybody to see while its transaction runs."""

    file = models.BigIntegerField(primary_key=True)
    done = models.IntegerField()
    total = models.IntegerField()
    at = models.DateTimeField()
    privacy = declare((INTERNAL, "办理进度", "办完即删", "file done total at"))


class AnswerTold(models.Model):
    """A bank's answer whose successes and returns stand in the journal as aid paid; once each."""

    answer = models.BigIntegerField()
    order = models.BigIntegerField()
    pk = models.CompositePrimaryKey("answer", "order")
    privacy = declare((INTERNAL, "互助保障", KEEP, "answer order"))
