"""What a draft would have paid over a year's settlements: counts and sums, nothing of any person."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, declare
from gonghui.spine.organisations.models import Organisation
from gonghui.work.mutual_aid.models.editions import KEEP, Edition
from gonghui.work.mutual_aid.rules.replay import Summary

REPLAY_STATES = {"waiting": "正在重放", "done": "已完成", "failed": "没有办成"}


class Replay(Record):
    """One text replayed over a year beside the text that holds; the summary is of exactly that text (`version`)."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="replays")
    base = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    version = models.CharField(max_length=64, db_collation="C")
    year = models.SmallIntegerField(_("重放哪一年"))
    state = models.CharField(_("状态"), max_length=10, choices=list(REPLAY_STATES.items()), default="waiting")
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    summary = models.JSONField(default=dict)
    why_not = models.JSONField(default=dict)
    asked_by = models.BigIntegerField()
    asked_on = models.DateField(_("重放日期"))
    asked_at = models.DateTimeField(default=timezone.now)
    privacy = declare(
        (
            INTERNAL,
            "互助方案",
            KEEP,
            "id public_id edition base version year state done total summary why_not asked_by asked_on asked_at",
        )
    )

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition"], condition=models.Q(state="waiting"), name="aid_replay_one_at_a_time"
            )
        ]

    @property
    def organisation(self) -> Organisation | None:
        """The union whose draft it is."""
        return self.edition.organisation

    @property
    def found(self) -> Summary:
        """What it says."""
        return Summary.read(self.summary)

    @property
    def percent(self) -> int:
        """Whole percent done; 0 while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def is_of_this_text(self) -> bool:
        """Whether the draft has not been changed since."""
        return bool(self.version == self.edition.version)
