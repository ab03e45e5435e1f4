"""Views of lists kept under a name, rows selected for an act until it is done, requests to take many people away."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.journal import Place
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, declare
from gonghui.web.lists import parameters
from gonghui.web.lists.flow import ALLOW, EXPORT_FLOW
from gonghui.web.models import Account

NAME_LONGEST = 40
WHY_LONGEST = 200


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Which views somebody finds."""

    def seen_by(self, actor: Actor) -> "SavedViewQuerySet":
        """One's own in the union one acts for, and those shared among its posts."""
        here = self.filter(organisation_id=actor.organisation_id)
        return here.filter(Q(account=actor.account_id) | Q(is_shared=True))


class SavedView(Record):
    """The address of a list under a name. It narrows what its reader sees anyway, and never widens it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="views")
    organisation_id = models.IntegerField()
    listing = models.CharField(max_length=40, db_collation="C")
    name = models.CharField(_("名称"), max_length=NAME_LONGEST)
    query = models.CharField(max_length=500, blank=True)
    is_shared = models.BooleanField(_("本单位各岗位可见"), default=False)
    saved_at = models.DateTimeField(default=timezone.now)
    objects = SavedViewQuerySet.as_manager()
    privacy = declare(
        (INTERNAL, "常用视图", "随账号", "id public_id organisation_id listing is_shared saved_at"),
        (PERSONAL, "常用视图的主人和筛选", "随账号", "account name query"),
    )

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "organisation_id", "listing", "name"], name="saved_view_once")
        ]
        indexes = [models.Index(fields=["organisation_id", "listing"], name="saved_view_here")]

    def __str__(self) -> str:
        return self.name


class SelectionQuerySet(models.QuerySet["Selection"]):
    """Whose selections."""

    def seen_by(self, actor: Actor) -> "SelectionQuerySet":
        """One's own, in the post they were made in."""
        return self.filter(account=actor.account_id, post_id=actor.id)


class Selection(Record):
    """Rows chosen for one act: by the filter, or those ticked; how many they were when shown, and what they said."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    post_id = models.BigIntegerField()
    listing = models.CharField(max_length=40, db_collation="C")
    act = models.CharField(max_length=40, db_collation="C")
    query = models.CharField(max_length=500, blank=True)
    ticked = models.JSONField(default=list)
    rows = models.IntegerField(default=0)
    digest = models.CharField(max_length=64, db_collation="C", blank=True)
    chosen_at = models.DateTimeField(default=timezone.now)
    objects = SelectionQuerySet.as_manager()
    privacy = declare(
        (INTERNAL, "批量办理的选定", "1天", "id public_id post_id listing act ticked rows digest chosen_at"),
        (PERSONAL, "批量办理的选定", "1天", "account query"),
    )

    @property
    def asked(self) -> QueryDict:
        """The filter as an address."""
        return QueryDict(self.query)


class ExportRequestQuerySet(models.QuerySet["ExportRequest"]):
    """Whose requests."""

    def seen_by(self, actor: Actor) -> "ExportRequestQuerySet":
        """One's own in the union one acts for; whoever may allow sees all of that union."""
        here = self.filter(organisation_id=actor.organisation_id)
        return here if actor.may(ALLOW) else here.filter(account=actor.account_id)

    def open(self, now: datetime) -> "ExportRequestQuerySet":
        """Those that wait for an answer, or for being taken away, and whose time is not over."""
        return self.filter(state__in=("asked", "allowed"), ends_at__gt=now)


class ExportRequest(Record):
    """More people of a list than one takes away alone: who wants them for what, and what another person said."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    organisation_id = models.IntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    listing = models.CharField(max_length=40, db_collation="C")
    query = models.CharField(max_length=500, blank=True)
    rows = models.IntegerField()
    purpose = models.CharField(_("用途"), max_length=WHY_LONGEST)
    state = models.CharField(_("状态"), max_length=12, choices=EXPORT_FLOW.choices, default="asked")
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    """When its time is over: to be answered, and once allowed, to be taken away."""
    answered_by = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(_("说明"), max_length=WHY_LONGEST, blank=True)
    times_taken = models.IntegerField(default=0)
    objects = ExportRequestQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "导出须经他人准许",
            "1年",
            "id public_id organisation_id path listing rows state asked_at ends_at answered_at times_taken",
        ),
        (PERSONAL, "导出须经他人准许", "1年", "account answered_by query purpose answer"),
    )

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "-asked_at", "-id"], name="export_request_list")]

    def __str__(self) -> str:
        return f"{self.listing} {self.asked_at:%Y-%m-%d}"

    @property
    def organisation(self) -> Place:
        """Where its entries lie."""
        return Place(self.organisation_id, self.path)

    @property
    def asked(self) -> QueryDict:
        """The filter as a form holds it."""
        return QueryDict(self.query)

    def is_over(self, now: datetime) -> bool:
        """Whether nothing can be done with it any more, because nobody did in time."""
        return self.state in ("asked", "allowed") and self.ends_at <= now

    def answer_by(self, now: datetime) -> datetime:
        """Until when it is answered."""
        return now + timedelta(days=parameters.on(timezone.localdate(now)).answer_days)

    def take_by(self, now: datetime) -> datetime:
        """Until when it is taken away, once allowed."""
        return now + timedelta(hours=parameters.on(timezone.localdate(now)).take_hours)
