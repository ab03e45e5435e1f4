"""Enrolments of units in paid plans, and the cover of each person in them."""

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.keyring import Sealed, sealed_column
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, SENSITIVE, declare
from gonghui.spine.funds.models import VoucherDraft
from gonghui.spine.members.models import Person
from gonghui.spine.organisations.models import DayRange, OneNumber, Organisation
from gonghui.work.mutual_aid.flow import COVER_FLOW, ENROLMENT_FLOW, HOLDING
from gonghui.work.mutual_aid.models.editions import Edition
from gonghui.work.mutual_aid.models.participants import KEEP
from gonghui.work.mutual_aid.rules.plans import PLANS, Plan

ENROLLED = [(one.key, _(one.title)) for one in PLANS.values() if one.is_enrolled]
COVER_TOTALS = Sealed("mutual_aid.cover.totals")


class EnrolmentQuerySet(models.QuerySet[Any]):
    """Questions asked of enrolments."""

    def seen_by(self, actor: Actor) -> "EnrolmentQuerySet":
        """Those of the units of the actor's subtree."""
        return self.filter(actor.within("organisation__path"))


class Enrolment(Record):
    """A unit's people enrolled in a plan for one period; `follows` the one it adds people to in mid-term."""

    FLOW = ENROLMENT_FLOW
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("工会"))
    plan = models.CharField(_("计划"), max_length=40, choices=ENROLLED)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", db_index=False)
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    first_on = models.DateField(_("生效日期"))
    last_on = models.DateField(_("截止日期"))
    on_post = models.IntegerField(_("在职人数"))
    people = models.IntegerField(_("参保人数"), default=0)
    shares = models.IntegerField(_("份数"), default=0)
    premium_fen = models.BigIntegerField(_("应缴保费"), default=0)
    received_fen = models.BigIntegerField(_("已收保费"), default=0)
    received_on = models.DateField(_("到账日期"), null=True)
    due_on = models.DateField(_("缴费期限"), null=True)
    voucher = models.ForeignKey(VoucherDraft, models.SET_NULL, null=True, related_name="+", db_index=False)
    state = models.CharField(_("状态"), max_length=16, choices=ENROLMENT_FLOW.choices, default="draft")
    few_why = models.CharField(_("参保率不足的理由"), max_length=200, blank=True)
    why_back = models.CharField(_("退回原因"), max_length=200, blank=True)
    made_by = models.BigIntegerField()
    made_on = models.DateField(_("起草日期"))
    submitted_by = models.BigIntegerField(null=True)
    submitted_on = models.DateField(_("提交日期"), null=True)
    certified_by = models.BigIntegerField(null=True)
    certified_on = models.DateField(_("确认日期"), null=True)
    objects = EnrolmentQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "互助保障参保",
            KEEP,
            "id public_id organisation plan edition follows first_on last_on on_post people shares premium_fen "
            "received_fen received_on due_on voucher state few_why why_back made_by made_on submitted_by submitted_on "
            "certified_by certified_on",
        )
    )

    class Meta:
        ordering = ["-made_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(certified_by=None) | ~Q(certified_by=F("submitted_by")), name="aid_enrolment_two_people"
            ),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="aid_enrolment_order"),
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "expired"]) | Q(received_fen=F("premium_fen")),
                name="aid_enrolment_paid_to_the_fen",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-made_on"], name="aid_enrolment_place"),
            models.Index(fields=["state", "due_on"], name="aid_enrolment_due"),
        ]

    @property
    def of_plan(self) -> Plan:
        """The plan."""
        return PLANS[self.plan]

    @property
    def short_fen(self) -> int:
        """By how much the premium is short."""
        return self.premium_fen - self.received_fen


class CoverQuerySet(models.QuerySet[Any]):
    """Questions asked of covers."""

    def seen_by(self, actor: Actor) -> "CoverQuerySet":
        """Those of the units of the actor's subtree."""
        return self.filter(actor.within("enrolment__organisation__path"))


class Cover(Record):
    """Somebody's cover under a plan, from a day to a day; on a roll first, in force when the enrolment is.

    `totals` are the running totals of the plan's text over this period, sealed; who decides a claim has locked this
    row, so no limit of the period is exceeded, whoever decides at the same time.
    """

    FLOW = COVER_FLOW
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="covers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    plan = models.CharField(_("计划"), max_length=40, choices=ENROLLED)
    shares = models.SmallIntegerField(_("份数"))
    first_on = models.DateField(_("生效日期"))
    last_on = models.DateField(_("截止日期"))
    is_renewed = models.BooleanField(_("连续续保"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=COVER_FLOW.choices, default="draft")
    why = models.CharField(_("终止原因"), max_length=12, blank=True)
    ground = models.CharField(_("查实材料文号"), max_length=60, blank=True)
    doubted_by = models.BigIntegerField(null=True)
    voided_by = models.BigIntegerField(null=True)
    totals = models.BinaryField(null=True)
    objects = CoverQuerySet.as_manager()
    privacy = declare(
        (SENSITIVE, "互助给付", KEEP, "totals"),
        (
            PERSONAL,
            "互助保障参保",
            KEEP,
            "id public_id enrolment person plan shares first_on last_on is_renewed state why ground doubted_by "
            "voided_by",
        ),
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "person"], condition=~Q(state="cancelled"), name="aid_cover_once"
            ),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="aid_cover_order"),
            models.CheckConstraint(condition=Q(shares__gte=1), name="aid_cover_shares"),
            models.CheckConstraint(
                condition=~Q(state="voided")
                | Q(voided_by__isnull=False, doubted_by__isnull=False) & ~Q(voided_by=F("doubted_by")),
                name="aid_cover_voided_by_two",
            ),
            # One person, one plan, one day: one cover.
            ExclusionConstraint(
                name="aid_cover_one_a_day",
                expressions=[
                    (OneNumber("person_id"), "&&"),
                    (Func(F("plan"), F("plan"), Value("[]"), function="aid_plans"), "&&"),
                    (DayRange(), "&&"),
                ],
                condition=Q(state__in=HOLDING),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "plan", "-first_on"], name="aid_cover_of_person"),
            models.Index(fields=["last_on"], condition=Q(state="active"), name="aid_cover_running"),
        ]

    @property
    def of_plan(self) -> Plan:
        """The plan."""
        return PLANS[self.plan]

    @property
    def organisation(self) -> Organisation:
        """The union that enrolled them."""
        return self.enrolment.organisation


sealed_column(Cover, "totals", COVER_TOTALS)
