"""The memberships of a person one after the other, and transfers from one union to the next.

In exactly one union at an instant: each membership names the last day of the one before it (`before_on`, nothing for
the first). With one row for each last day, one for each day named, and the foreign key from the one to the other
(migration 0001), a person's memberships are a chain in which each begins after the one before has ended. So no two
share a day, for whoever writes and however many at once, under indexes that a million rows at a time can bear.
"""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.models import Record
from gonghui.core.privacy import PERSONAL, declare
from gonghui.spine.members.flow import OPEN, TRANSFER_FLOW
from gonghui.spine.members.models.people import WHILE_MEMBER, Person
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.organisations.models import Organisation
from gonghui.web.models import Account


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions asked of the memberships."""

    def seen_by(self, actor: Actor) -> "MembershipQuerySet":
        """Those at unions of the actor's subtree."""
        return self.filter(actor.within("organisation__path"))

    def on(self, day: date) -> "MembershipQuerySet":
        """Those that hold on the day: the list of members then."""
        return self.filter(Q(last_on=None) | Q(last_on__gte=day), first_on__lte=day)


class Membership(models.Model):
    """Somebody's days as a member at one union."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships", db_index=False)
    first_on = models.DateField(_("起始日期"))
    last_on = models.DateField(_("截止日期"), null=True)
    before_on = models.DateField(null=True, editable=False)
    began = models.CharField(_("起因"), max_length=10, choices=[(k, _(v)) for k, v in rules.BEGINNINGS.items()])
    is_first = models.BooleanField(_("首次入会"), default=False)
    ended = models.CharField(
        _("终止原因"), max_length=10, blank=True, choices=[(k, _(v)) for k, v in rules.ENDINGS.items()]
    )
    merged_from = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", db_index=False)
    """The union that had it until it was merged away; set up again, it has it back."""
    privacy = declare(
        (
            PERSONAL,
            "会籍管理",
            WHILE_MEMBER,
            "id person organisation first_on last_on before_on began is_first ended merged_from",
        )
    )
    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["first_on"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on=None) | Q(last_on__gte=F("first_on")), name="membership_order"),
            models.CheckConstraint(
                condition=Q(before_on=None) | Q(before_on__lt=F("first_on")), name="membership_after_before"
            ),
            models.CheckConstraint(
                condition=Q(last_on=None, ended="") | (Q(last_on__isnull=False) & ~Q(ended="")),
                name="membership_ended",
            ),
            models.CheckConstraint(condition=Q(began__in=list(rules.BEGINNINGS)), name="membership_began"),
            models.UniqueConstraint(fields=["person", "last_on"], nulls_distinct=False, name="membership_one_open"),
            models.UniqueConstraint(fields=["person", "before_on"], nulls_distinct=False, name="membership_one_next"),
        ]
        indexes = [
            models.Index(fields=["organisation", "first_on"], name="membership_place"),
            models.Index(fields=["first_on"], condition=Q(began__in=["admitted", "moved_in"]), name="membership_came"),
            models.Index(fields=["last_on"], condition=Q(last_on__isnull=False), name="membership_went"),
        ]


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Questions asked of the transfers."""

    def seen_by(self, actor: Actor) -> "TransferQuerySet":
        """Those that one of the two unions of which lies in the actor's subtree."""
        return self.filter(actor.within("source__path") | actor.within("target__path"))

    def waiting(self) -> "TransferQuerySet":
        """Those that are not over."""
        return self.filter(state__in=OPEN)


class Transfer(Record):
    """A membership on its way to another union: who asked, which side has to answer by when, what came of it."""

    FLOW = TRANSFER_FLOW
    person = models.ForeignKey(Person, models.PROTECT, related_name="transfers")
    source = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("原工会"))
    target = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("接收工会"))
    state = models.CharField(_("状态"), max_length=10, choices=TRANSFER_FLOW.choices, default="asked")
    asked_by_target = models.BooleanField()
    asked_by_member = models.BooleanField(default=False, db_default=False)
    asked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("提出人"))
    asked_on = models.DateField(_("提出日期"))
    due_on = models.DateField(_("答复期限"))
    released_on = models.DateField(_("转出日期"), null=True)
    done_on = models.DateField(_("办结日期"), null=True)
    by_itself = models.BooleanField(_("到期自动办结"), default=False)
    why_not = models.CharField(_("原因"), max_length=200, blank=True)
    objects = TransferQuerySet.as_manager()
    privacy = declare(
        (
            PERSONAL,
            "会籍接转",
            WHILE_MEMBER,
            "id public_id person source target state asked_by_target asked_by_member asked_by asked_on due_on "
            "released_on done_on by_itself why_not",
        )
    )

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(TRANSFER_FLOW.states)), name="transfer_state"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="transfer_elsewhere"),
            models.UniqueConstraint(fields=["person"], condition=Q(state__in=list(OPEN)), name="transfer_one_open"),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="transfer_due")]

    @property
    def organisation(self) -> Organisation:
        """Entries about a transfer are of the union that has to answer, or answered last."""
        return self.source if self.state == "asked" else self.target
