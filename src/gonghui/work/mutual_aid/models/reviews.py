"""What members ask somebody to look at again, and for whom letters were printed. Words are sealed."""

import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.keyring import Sealed, sealed_column
from gonghui.core.models import Record
from gonghui.core.privacy import PERSONAL, SENSITIVE, declare
from gonghui.spine.members.models import Person
from gonghui.spine.organisations.models import Organisation
from gonghui.work.mutual_aid.flow import ASKED_FLOW, FINDINGS, ON_BEHALF
from gonghui.work.mutual_aid.models.participants import KEEP

WORDS, ANSWER = (Sealed(f"mutual_aid.reviewrequest.{name}") for name in ("said", "answer"))
ASKED_BY = Sealed("mutual_aid.handover.said")


class OfCentre(models.QuerySet[Any]):
    """Rows of a centre."""

    def seen_by(self, actor: Actor) -> "OfCentre":
        """Those of the actor's subtree."""
        return self.filter(actor.within("organisation__path"))


class ReviewRequest(Record):
    """A member wants somebody to look at a settlement that pays nothing; once for each, answered by a day."""

    FLOW = ASKED_FLOW
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    settlement = models.BigIntegerField(unique=True)
    plan = models.CharField(_("计划"), max_length=40)
    released_by = models.BigIntegerField(null=True)
    """Who released the settlement; somebody else answers."""
    said = models.BinaryField()
    asked_on = models.DateField(_("提出日期"))
    due_on = models.DateField(_("答复期限"))
    state = models.CharField(_("状态"), max_length=10, choices=ASKED_FLOW.choices, default="open")
    finding = models.CharField(_("复核结果"), max_length=5, blank=True, choices=list(FINDINGS.items()))
    answer = models.BinaryField(null=True)
    answered_by = models.BigIntegerField(null=True)
    answered_on = models.DateField(_("答复日期"), null=True)
    objects = OfCentre.as_manager()
    privacy = declare(
        (SENSITIVE, "人工复核", KEEP, "said answer"),
        (
            PERSONAL,
            "人工复核",
            KEEP,
            "id public_id organisation settlement plan released_by asked_on due_on state finding answered_by "
            "answered_on",
        ),
    )

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", answered_by=None, finding="")
                | Q(state="answered", answered_by__isnull=False, answer__isnull=False) & ~Q(finding=""),
                name="aid_review_answered",
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | Q(released_by=None) | ~Q(answered_by=models.F("released_by")),
                name="aid_review_two_people",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "due_on", "id"], name="aid_review_desk")]

    @property
    def words(self) -> str:
        """What the member said, opened."""
        return WORDS.open(self.said, self.public_id)

    @property
    def answer_words(self) -> str:
        """What was answered, opened."""
        return ANSWER.open(self.answer, self.public_id) if self.answer is not None else ""


class Handover(Record):
    """The letters of a year, printed once by somebody for a member without a phone, their proxy, or their heir."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    year = models.SmallIntegerField(_("年度"))
    whose = models.CharField(_("打给谁"), max_length=5, choices=list(ON_BEHALF.items()))
    said = models.BinaryField()
    made_by = models.BigIntegerField()
    made_on = models.DateField(_("打印日期"))
    objects = OfCentre.as_manager()
    privacy = declare(
        (PERSONAL, "代办互助金说明", KEEP, "id public_id organisation person year whose said made_by made_on")
    )

    class Meta:
        ordering = ["-made_on", "-id"]

    @property
    def asked_by(self) -> dict[str, str]:
        """Who asked: name, relation, on what ground; opened."""
        found: dict[str, str] = json.loads(ASKED_BY.open(self.said, self.public_id))
        return found


sealed_column(ReviewRequest, "said", WORDS)
sealed_column(ReviewRequest, "answer", ANSWER)
sealed_column(Handover, "said", ASKED_BY)
