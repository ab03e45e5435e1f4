"""The tables under everything: the journal, its roll-ups and seals, accesses, the calendar.

No foreign keys: core keeps plain ids for organisation, actor and subject. Entries, accesses and seals are append-only
by trigger (migrations 0002 and 0006). Organisation paths look like `/1/3/` and are compared bytewise (collation C).
"""

import os
import secrets
import struct
import uuid
from collections.abc import Iterable, Iterator

from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from gonghui.core.paths import end_of
from gonghui.core.privacy import INTERNAL, PUBLIC, declare


def random_id() -> int:
    """A random positive record id of 62 bits, so that entries of an erased record lead nowhere."""
    return secrets.randbits(62) | 1


def random_ids(many: int) -> list[int]:
    """The same for many at once."""
    return [one >> 2 | 1 for one in struct.unpack(f"{many}Q", os.urandom(8 * many))]


def random_uuids(many: int) -> Iterator[uuid.UUID]:
    """Many random UUIDs, of version 4."""
    drawn = os.urandom(16 * many)
    return (_Drawn(int.from_bytes(drawn[at : at + 16])) for at in range(0, 16 * many, 16))


class _Drawn(uuid.UUID):
    """A UUID of random bits, without the many ways in which one may be made."""

    def __init__(self, bits: int) -> None:
        object.__setattr__(self, "int", bits & _FREE | _VERSION_4)
        object.__setattr__(self, "is_safe", uuid.SafeUUID.unknown)


_VERSION_4 = 4 << 76 | 2 << 62
_FREE = ~(15 << 76 | 3 << 62)


class RandomSalt(models.Func):
    """Sixteen bytes drawn by the database, also for COPY; hashed, because six bits of a random UUID are fixed."""

    template = "substring(sha256(uuid_send(gen_random_uuid())) from 1 for 16)"
    output_field = models.BinaryField()
    allowed_default = True


class Record(models.Model):
    """A row with a random id for the journal and a random public id for addresses."""

    id = models.BigIntegerField(primary_key=True, default=random_id, editable=False)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class EntryQuerySet(models.QuerySet["Entry"]):
    """Questions the pages ask of the journal."""

    def under(self, path: str) -> "EntryQuerySet":
        """Entries whose organisation, on the day it happened, lay at or under `path`."""
        return self.filter(path__startswith=path)

    def found_by_path(self, path: str, kinds: Iterable[int]) -> "EntryQuerySet":
        """The same for a subtree that has few entries of those kinds: found by path, whatever order is asked for.

        Left to itself the planner walks back through the whole journal to meet fifty of them.
        """
        sql = "id = any(array(select id from core_entry where kind = any(%s) and path >= %s and path < %s))"
        params = [list(kinds), path, end_of(path)]
        return self.filter(RawSQL(sql, params, output_field=models.BooleanField()))  # noqa: S611

    def of_kinds(self, *kinds: str) -> "EntryQuerySet":
        """Entries of the named kinds."""
        return self.filter(kind__in=Kind.objects.filter(name__in=kinds).values("id"))


class Kind(models.Model):
    """A kind of fact, interned: the journal holds its small number."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=120, unique=True)
    privacy = declare((PUBLIC, "账目种类", "长期", "id name"))


class SubjectType(models.Model):
    """A kind of record that entries are about, interned: `<app>.<model>`."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=120, unique=True)
    privacy = declare((PUBLIC, "账目对象种类", "长期", "id name"))


class FactGroup(models.Model):
    """The low-cardinality fields of a fact, interned once for each combination."""

    id = models.IntegerField(primary_key=True)
    kind = models.SmallIntegerField()
    facts = models.JSONField()
    privacy = declare((INTERNAL, "账目分组", "长期", "id kind facts"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "facts"], name="fact_group_once")]


class Entry(models.Model):
    """One fact of work: narrow, append-only, without personal data."""

    id = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField(db_default=Now())
    subject_id = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    quantity = models.IntegerField()
    organisation_id = models.IntegerField()
    actor_id = models.BigIntegerField()
    happened_on = models.DateField()
    group_id = models.IntegerField()
    kind = models.SmallIntegerField()
    subject_type = models.SmallIntegerField()
    sign = models.SmallIntegerField()
    reverses = models.BigIntegerField(null=True)
    path = models.TextField(db_collation="C")
    why = models.CharField(max_length=40, null=True)
    salt = models.BinaryField(db_default=RandomSalt(), editable=False)
    objects = EntryQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "台账",
            "长期",
            "id recorded_at subject_id amount_fen quantity organisation_id actor_id happened_on group_id kind "
            "subject_type sign reverses path why salt",
        )
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(sign__in=[1, -1]), name="entry_sign"),
            models.UniqueConstraint(
                fields=["reverses"], condition=models.Q(reverses__isnull=False), name="entry_reversed_once"
            ),
        ]
        indexes = [
            # Sums over days are read from this index alone: rows of a kind lie scattered over the whole table.
            models.Index(
                fields=["kind", "happened_on", "id"],
                include=["path", "group_id", "sign", "quantity", "amount_fen", "subject_type", "subject_id"],
                name="entry_kind_day",
            ),
            models.Index(fields=["kind", "path", "happened_on", "id"], name="entry_kind_path_day"),
            models.Index(fields=["subject_type", "subject_id", "id"], name="entry_subject"),
        ]


class RollUp(models.Model):
    """Sums of the entries of strict descendants, by organisation, kind, month (yyyymm) and group."""

    pk = models.CompositePrimaryKey("organisation_id", "kind", "group_id", "month")
    organisation_id = models.IntegerField()
    kind = models.SmallIntegerField()
    month = models.IntegerField()
    group_id = models.IntegerField()
    entries = models.BigIntegerField()
    quantity = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    privacy = declare((INTERNAL, "台账汇总", "长期", "organisation_id kind month group_id entries quantity amount_fen"))


class RollUpOwn(models.Model):
    """Sums of an organisation's own entries, kept apart so that leaves do not swell the ancestors' table.

    The month comes first in its key: folding touches the rows of the last month, of all organisations, and no others.
    """

    pk = models.CompositePrimaryKey("month", "organisation_id", "kind", "group_id")
    organisation_id = models.IntegerField()
    kind = models.SmallIntegerField()
    month = models.IntegerField()
    group_id = models.IntegerField()
    entries = models.BigIntegerField()
    quantity = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    privacy = declare((INTERNAL, "台账汇总", "长期", "organisation_id kind month group_id entries quantity amount_fen"))


class FoldPosition(models.Model):
    """The journal position up to which the roll-ups hold; one row."""

    one = models.BooleanField(primary_key=True, default=True)
    position = models.BigIntegerField()
    privacy = declare((INTERNAL, "台账汇总", "长期", "one position"))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(one=True), name="fold_position_one")]


class ReactionPosition(models.Model):
    """How far one reaction handler has read the journal."""

    handler = models.CharField(max_length=160, primary_key=True)
    position = models.BigIntegerField()
    privacy = declare((INTERNAL, "联动处理进度", "长期", "handler position"))


class Access(models.Model):
    """One look at what is protected: who, as which post, at what, why; append-only, in its own transaction."""

    id = models.BigAutoField(primary_key=True)
    looked_at = models.DateTimeField(db_default=Now())
    account_id = models.BigIntegerField()
    actor_id = models.BigIntegerField()
    role = models.CharField(max_length=40)
    organisation_id = models.IntegerField()
    what = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.BigIntegerField(default=0)
    request_id = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=200, blank=True)
    salt = models.BinaryField(db_default=RandomSalt(), editable=False)
    privacy = declare(
        (
            INTERNAL,
            "查看留痕",
            "不少于6个月",
            "id looked_at account_id actor_id role organisation_id what subject_type subject_id request_id why salt",
        )
    )

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "id"], name="access_account"),
            models.Index(
                fields=["subject_type", "subject_id", "id"],
                condition=models.Q(subject_id__gt=0),
                name="access_subject",
            ),
        ]


class KeyCheck(models.Model):
    """A value of our own under each key of the keyring: at start it must open, or the keys are not this database's."""

    key_id = models.CharField(max_length=8, primary_key=True)
    value = models.BinaryField()
    privacy = declare((INTERNAL, "核对密钥", "随密钥", "key_id value"))


class CalendarDay(models.Model):
    """One civil day: worked or not, and by whose order. The table wins over any package."""

    date = models.DateField(primary_key=True)
    is_workday = models.BooleanField()
    name = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=120)
    privacy = declare((PUBLIC, "工作日计算", "长期", "date is_workday name source"))


class BulkCursor(models.Model):
    """How far a long load has come, so that it goes on where it was killed."""

    name = models.CharField(max_length=120, primary_key=True)
    position = models.BigIntegerField()
    privacy = declare((INTERNAL, "批量导入进度", "导入后1年", "name position"))


class JournalName(models.Model):
    """Whose journal this is: the federation's name and a random id, given once; one row."""

    one = models.BooleanField(primary_key=True, default=True)
    federation = models.CharField(max_length=120)
    journal_id = models.CharField(max_length=32)
    privacy = declare((PUBLIC, "台账封存", "长期", "one federation journal_id"))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(one=True), name="journal_name_one")]


class Block(models.Model):
    """A sealed run of entries, or of accesses: their count, the root over their hashes, the hash of the block before.

    `hash` covers the header alone. `ids`, `leaves` and `nodes` are kept so that the bad entry can be named and proofs
    are quick; whoever verifies computes them anew. `nodes` are the full subtrees over blocks that end with this one.
    """

    pk = models.CompositePrimaryKey("stream", "number")
    stream = models.CharField(max_length=8)
    number = models.IntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    entries = models.IntegerField()
    root = models.BinaryField()
    previous = models.BinaryField()
    hash = models.BinaryField()
    ids = models.TextField()
    leaves = models.BinaryField()
    nodes = models.BinaryField()
    sealed_at = models.DateTimeField(db_default=Now())
    objects = models.Manager["Block"]()
    privacy = declare(
        (
            PUBLIC,
            "台账封存",
            "长期",
            "stream number first_id last_id entries root previous hash ids leaves nodes sealed_at",
        )
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "last_id"], name="block_last"),
            models.UniqueConstraint(fields=["stream", "previous"], name="block_previous_once"),
        ]


class SealKey(models.Model):
    """A public key that checkpoints are signed with; a later one is vouched for by one before it."""

    key_id = models.CharField(max_length=16, primary_key=True)
    public_key = models.BinaryField()
    listed_at = models.DateTimeField(db_default=Now())
    vouched_by = models.CharField(max_length=16, blank=True)
    vouching = models.BinaryField(default=b"")
    privacy = declare((PUBLIC, "检查点验签", "长期", "key_id public_key listed_at vouched_by vouching"))


class SignedHead(models.Model):
    """A checkpoint: the text that was signed, its signature, and in columns what the text says."""

    stream = models.CharField(max_length=8)
    blocks = models.IntegerField()
    root = models.BinaryField()
    last_id = models.BigIntegerField()
    entries = models.BigIntegerField()
    at = models.DateTimeField()
    text = models.TextField()
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField()

    class Meta:
        abstract = True


class Checkpoint(SignedHead):
    """The head of the journal at an instant, signed, to be kept by the levels above and below."""

    id = models.BigAutoField(primary_key=True)
    privacy = declare((PUBLIC, "台账封存", "长期", "id stream blocks root last_id entries at text key_id signature"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "blocks", "key_id"], name="checkpoint_once")]
        indexes = [models.Index(fields=["stream", "last_id"], name="checkpoint_last")]


class Witnessed(SignedHead, Record):
    """A checkpoint of another journal, kept here so that its history cannot be rewritten unnoticed."""

    origin = models.CharField(max_length=160)
    public_key = models.BinaryField()
    given_by = models.CharField(max_length=120)
    organisation_id = models.IntegerField()
    kept_by = models.BigIntegerField()
    kept_at = models.DateTimeField(db_default=Now())
    privacy = declare(
        (
            PUBLIC,
            "保存他方检查点",
            "长期",
            "id public_id stream origin blocks root last_id entries at text key_id public_key signature given_by",
        ),
        (INTERNAL, "保存他方检查点", "长期", "organisation_id kept_by kept_at"),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["origin", "stream", "blocks", "root"], name="witnessed_once")]
