"""Who ever had aid, and what is known of their years: totals and what was paid too much, sealed by shards."""

import uuid

from django.db import models

from gonghui.core.keyring import Sealed, sealed_column
from gonghui.core.privacy import INTERNAL, PERSONAL, SENSITIVE, declare
from gonghui.spine.members.models import Person
from gonghui.work.mutual_aid.rules import numbers

KEEP = "最后一笔办结后10年"
TOTALS, OWED = Sealed("mutual_aid.standing.totals"), Sealed("mutual_aid.standing.owed")


class Participant(models.Model):
    """A person under the number that all their aid begins with; the number says nothing of them."""

    id = models.BigIntegerField(primary_key=True, default=numbers.random_participant, editable=False)
    person = models.OneToOneField(Person, models.PROTECT, related_name="participant")
    privacy = declare((PERSONAL, "互助保障", KEEP, "id person"))


class Standing(models.Model):
    """What a plan knows of the participants of one shard: totals of each year, and what a reversal left overpaid.

    Both are columns of numbers in one sealed piece (`actions.standing`). Who decides for a participant has locked
    their shard's row: so a yearly cap holds, whoever decides at the same time.
    """

    id = models.AutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.CharField(max_length=40)
    shard = models.SmallIntegerField()
    totals = models.BinaryField(null=True)
    owed = models.BinaryField(null=True)
    changes = models.BigIntegerField(default=0)
    """How often it was written: what was tried out before still holds while this is the same."""
    privacy = declare(
        (SENSITIVE, "计算年度累计", KEEP, "totals owed"),
        (INTERNAL, "计算年度累计", KEEP, "id public_id plan shard changes"),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "shard"], name="aid_standing_once")]


sealed_column(Standing, "totals", TOTALS)
sealed_column(Standing, "owed", OWED)
