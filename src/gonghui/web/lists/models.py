"""Views of lists kept under a name, and rows selected for an act until it is done."""

from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, declare
from gonghui.web.models import Account

NAME_LONGEST = 40


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
