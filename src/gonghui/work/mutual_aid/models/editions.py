"""The texts of the plans through time. A published one never changes: it is followed by another."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gonghui.core import rules
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PUBLIC, declare
from gonghui.core.rules import Scheme
from gonghui.spine.organisations.models import Organisation
from gonghui.work.mutual_aid.flow import EDITION_FLOW
from gonghui.work.mutual_aid.rules.plans import PLANS, Plan

KEEP = "长期"


class EditionQuerySet(models.QuerySet["Edition"]):
    """Questions asked of the texts."""

    def seen_by(self, actor: Actor) -> "EditionQuerySet":
        """Published texts are everybody's; drafts are those of the actor's subtree."""
        return self.filter(Q(state="published") | actor.within("organisation__path"))


class Edition(Record):
    """One text of a plan, from a day on: a draft that its author changes, or published by somebody else for good."""

    FLOW = EDITION_FLOW
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("组织"))
    """Whose it is; none for the texts that came with the platform."""
    plan = models.CharField(_("计划"), max_length=40, choices=[(one.key, _(one.title)) for one in PLANS.values()])
    valid_from = models.DateField(_("生效日期"))
    text = models.TextField(_("条文"))
    version = models.CharField(_("版本"), max_length=64, db_collation="C")
    """SHA-256 of the text as `core.rules` writes it."""
    state = models.CharField(_("状态"), max_length=10, choices=EDITION_FLOW.choices, default="draft")
    made_by = models.BigIntegerField(default=0)
    made_on = models.DateField(_("起草日期"))
    offered = models.CharField(max_length=64, blank=True, default="", db_collation="C")
    """The version that its author asked to have published; of no other text."""
    published_by = models.BigIntegerField(null=True)
    published_on = models.DateField(_("发布日期"), null=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    withdraw_why = models.CharField(_("撤回理由"), max_length=200, blank=True)
    withdraw_asked_by = models.BigIntegerField(null=True)
    withdraw_asked_on = models.DateField(null=True)
    withdrawn_by = models.BigIntegerField(null=True)
    withdrawn_on = models.DateField(_("撤回日期"), null=True)
    objects = EditionQuerySet.as_manager()
    privacy = declare(
        (PUBLIC, "互助方案", KEEP, "id public_id plan valid_from text version"),
        (INTERNAL, "互助方案", KEEP, "organisation state made_by made_on offered published_by published_on note"),
        (INTERNAL, "互助方案", KEEP, "withdraw_why withdraw_asked_by withdraw_asked_on withdrawn_by withdrawn_on"),
    )

    class Meta:
        ordering = ["plan", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "valid_from"], condition=Q(state="published"), name="aid_edition_one_a_day"
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_by=F("made_by")), name="aid_edition_two_people"
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="withdrawn", withdrawn_by__isnull=False, withdraw_asked_by__isnull=False)
                    & ~Q(withdrawn_by=F("withdraw_asked_by"))
                )
                | (Q(withdrawn_by=None) & ~Q(state="withdrawn")),
                name="aid_edition_withdrawn_by_two",
            ),
            models.CheckConstraint(
                condition=Q(published_on=None, state="draft") | (Q(published_on__isnull=False) & ~Q(state="draft")),
                name="aid_edition_published",
            ),
        ]

    @property
    def is_offered(self) -> bool:
        """Whether its author asked to have exactly this text published."""
        return self.state == "draft" and self.offered == self.version

    @property
    def scheme(self) -> Scheme:
        """The text compiled."""
        return rules.read(self.text)

    @property
    def of_plan(self) -> Plan:
        """The plan it is a text of."""
        return PLANS[self.plan]

    @property
    def title(self) -> str:
        """The plan's name in the reader's language."""
        english = (get_language() or "").startswith("en")
        return self.of_plan.title_en if english else self.of_plan.title


def editions_of(plan: str) -> list[Edition]:
    """The published texts of a plan, the newest first."""
    return list(Edition.objects.filter(plan=plan, state="published").order_by("-valid_from"))


def edition_on(plan: str, day: date) -> Edition:
    """The text that holds on the day: of a plan by the year the one of the case's day, of a cover that of its first."""
    found = Edition.objects.filter(plan=plan, state="published", valid_from__lte=day).order_by("-valid_from").first()
    if found is None:
        raise Refusal("mutual_aid.no_edition", "%(day)s 这个计划还没有生效的条文，请核对日期", day=day)
    return found


def before(plan: str, day: date) -> Edition | None:
    """The published text that one beginning on the day follows."""
    published = Edition.objects.filter(plan=plan, state="published", valid_from__lt=day)
    return published.order_by("-valid_from").first()
