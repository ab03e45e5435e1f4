"""Claims: what somebody asks for with papers, sealed; who decided it; what was paid of it."""

import json
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gonghui.core import crypto
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.keyring import Found, Sealed, sealed_column
from gonghui.core.models import Record
from gonghui.core.privacy import PERSONAL, SENSITIVE, declare
from gonghui.spine.funds.models import PaymentOrder
from gonghui.spine.members.models import Person
from gonghui.spine.organisations.models import Organisation
from gonghui.web.papers import keeping
from gonghui.work.mutual_aid.flow import CLAIM_FLOW
from gonghui.work.mutual_aid.models.editions import Edition
from gonghui.work.mutual_aid.models.enrolment import Cover
from gonghui.work.mutual_aid.models.participants import KEEP, Participant
from gonghui.work.mutual_aid.rules import claims as rules
from gonghui.work.mutual_aid.rules.plans import PLANS, Plan

SAID, DECISION, STORY = (Sealed(f"mutual_aid.claim.{name}") for name in ("said", "decision", "story"))
BILL = Found("mutual_aid.claimbill")
PAPER = "mutual_aid.claimpaper"
CHANNELS = {"self": _("本人"), "unit": _("单位代办"), "staff": _("窗口代办")}


class ClaimQuerySet(models.QuerySet[Any]):
    """Questions asked of claims."""

    def seen_by(self, actor: Actor) -> "ClaimQuerySet":
        """Those that a centre of the actor's subtree decides, and those of members of its unions."""
        return self.filter(actor.within("organisation__path") | actor.within("unit__path"))


class Claim(models.Model):
    """One claim; its id begins with its participant's number. What it says of health stands sealed, in three pieces:
    `said` (what is claimed), `decision` (what was computed, by which text, from what), `story` (who wrote what why).
    """

    FLOW = CLAIM_FLOW
    id = models.BigIntegerField(primary_key=True, editable=False)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    """Who decides: entries are of it, so that nothing in a unit's journal tells of somebody's health."""
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("会员所在工会"))
    plan = models.CharField(_("计划"), max_length=40, choices=[(one.key, _(one.title)) for one in PLANS.values()])
    cover = models.ForeignKey(Cover, models.PROTECT, null=True, related_name="claims")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(_("申请途径"), max_length=5, choices=list(CHANNELS.items()))
    state = models.CharField(_("状态"), max_length=16, choices=CLAIM_FLOW.choices, default="draft")
    said = models.BinaryField()
    decision = models.BinaryField(null=True)
    story = models.BinaryField(null=True)
    proposal = models.CharField(
        _("初审意见"), max_length=6, blank=True, choices=[("pay", _("给付")), ("reject", _("不予给付"))]
    )
    decided_fen = models.BigIntegerField(_("互助金"), null=True)
    ordered_fen = models.BigIntegerField(_("付款金额"), null=True)
    reason = models.CharField(_("不予给付的理由"), max_length=16, blank=True)
    is_late = models.BooleanField(_("超过申请时限"), default=False)
    late_by = models.BigIntegerField(null=True)
    made_by = models.BigIntegerField()
    made_on = models.DateField(_("起草日期"))
    submitted_on = models.DateField(_("提交日期"), null=True)
    since_on = models.DateField(_("进入本状态日期"))
    due_on = models.DateField(_("办理期限"), null=True)
    first_by = models.BigIntegerField(null=True)
    second_by = models.BigIntegerField(null=True)
    lead_by = models.BigIntegerField(null=True)
    order = models.OneToOneField(PaymentOrder, models.PROTECT, null=True, related_name="+")
    attempt = models.SmallIntegerField(default=1)
    objects = ClaimQuerySet.as_manager()
    privacy = declare(
        (SENSITIVE, "互助给付", KEEP, "said decision story decided_fen ordered_fen reason proposal"),
        (
            PERSONAL,
            "互助给付",
            KEEP,
            "id public_id participant organisation unit plan cover edition channel state is_late late_by made_by "
            "made_on submitted_on since_on due_on first_by second_by lead_by order attempt",
        ),
    )

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(first_by=None) | ~Q(first_by=F("made_by")))
                & (Q(second_by=None) | (~Q(second_by=F("made_by")) & ~Q(second_by=F("first_by"))))
                & (
                    Q(lead_by=None)
                    | (~Q(lead_by=F("made_by")) & ~Q(lead_by=F("first_by")) & ~Q(lead_by=F("second_by")))
                ),
                name="aid_claim_different_people",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on", "id"], name="aid_claim_desk"),
            models.Index(fields=["unit", "-made_on"], name="aid_claim_unit"),
        ]

    @property
    def of_plan(self) -> Plan:
        """The plan."""
        return PLANS[self.plan]

    @property
    def person(self) -> Person:
        """Whose claim it is."""
        return self.participant.person

    @property
    def content(self) -> dict[str, Any]:
        """What is claimed, opened; whoever shows it has written an access. Days are days again."""
        return opened(json.loads(SAID.open(self.said, self.public_id)))

    @content.setter
    def content(self, said: Mapping[str, Any]) -> None:
        self.said = SAID.seal(json.dumps(said, default=date.isoformat, ensure_ascii=False), self.public_id)

    @property
    def computed(self) -> dict[str, Any] | None:
        """What was kept of the decision: text, inputs, totals before, every step."""
        return json.loads(DECISION.open(self.decision, self.public_id)) if self.decision is not None else None

    @computed.setter
    def computed(self, kept: Mapping[str, Any]) -> None:
        self.decision = DECISION.seal(json.dumps(kept), self.public_id)

    @property
    def told(self) -> list[dict[str, Any]]:
        """What people wrote on the way, in order: step, day, words, what was asked for."""
        return json.loads(STORY.open(self.story, self.public_id)) if self.story is not None else []

    def tell(self, step: str, on: date, words: str = "", **more: Any) -> None:
        """Somebody's words stand with the claim, sealed."""
        line = {"step": step, "on": on.isoformat(), "words": words, **more}
        self.story = STORY.seal(json.dumps([*self.told, line], ensure_ascii=False), self.public_id)


def opened(said: dict[str, Any]) -> dict[str, Any]:
    """The days that are inputs of the text are days again."""
    said["event_on"] = date.fromisoformat(said["event_on"])
    said["inputs"] = {
        name: date.fromisoformat(one) if name in said["days"] else one for name, one in said["inputs"].items()
    }
    return said


for _name, _sealed in (("said", SAID), ("decision", DECISION), ("story", STORY)):
    sealed_column(Claim, _name, _sealed)


class ClaimBill(models.Model):
    """By what an invoice is found again: no two claims that stand name one, of whatever plan."""

    id = models.BigAutoField(primary_key=True)
    claim = models.ForeignKey(Claim, models.CASCADE, related_name="bills")
    found = models.BinaryField(max_length=16)
    is_live = models.BooleanField(default=True)
    privacy = declare((SENSITIVE, "防止重复给付", KEEP, "id claim found is_live"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["found"], condition=Q(is_live=True), name="aid_bill_claimed_once")
        ]


class ClaimPaperQuerySet(models.QuerySet[Any]):
    """Which papers somebody may open."""

    def seen_by(self, actor: Actor) -> "ClaimPaperQuerySet":
        """Those of claims that a centre of the actor's subtree decides."""
        return self.filter(actor.within("claim__organisation__path"))


class ClaimPaper(Record):
    """One paper behind a claim. Its bytes lie sealed on the disk, bound to this row; its name as sent is not kept."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="papers")
    kind = models.CharField(_("材料"), max_length=24, choices=[(k, _(v)) for k, v in rules.MATERIALS.items()])
    stored_name = models.CharField(max_length=60, unique=True)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    added_by = models.BigIntegerField()
    added_on = models.DateField(_("提交日期"))
    objects = ClaimPaperQuerySet.as_manager()
    privacy = declare(
        (SENSITIVE, "互助给付", KEEP, "id public_id claim kind stored_name content_type size added_by added_on")
    )

    class Meta:
        ordering = ["added_on", "id"]

    @property
    def organisation(self) -> Organisation:
        """Who decides about the claim."""
        return self.claim.organisation

    @property
    def seal(self) -> keeping.Seal:
        """What its bytes are sealed by: a key of their own, and this row."""
        return keeping.Seal(PAPER, str(self.public_id))

    @property
    def content(self) -> bytes:
        """The paper itself; whoever shows it has written an access."""
        try:
            return keeping.kept(self.stored_name, seal=self.seal)
        except (OSError, crypto.Unreadable) as error:
            raise Refusal("mutual_aid.paper_unreadable", "这份材料读不出来：请核对原件，并告诉系统管理员") from error

    @property
    def ending(self) -> str:
        """How a file of its type ends."""
        return {"application/pdf": "pdf", "image/png": "png"}.get(self.content_type, "jpg")
