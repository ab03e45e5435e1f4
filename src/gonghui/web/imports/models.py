"""What the desk keeps of an import: its file, its rows as a difference, what a sender calls a column."""

import base64

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gonghui.core import crypto
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import Place
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, declare
from gonghui.web.imports.sheet import SHEETS, Sheet

FILE = "imports.file"
"""What a file is sealed by while it is on the desk."""


class ImportQuerySet(models.QuerySet["Import"]):
    """Questions asked of imports."""

    def seen_by(self, actor: Actor) -> "ImportQuerySet":
        """Those of the actor's own organisation."""
        return self.filter(organisation_id=actor.organisation_id)

    def on_lists_of(self, actor: Actor) -> "ImportQuerySet":
        """Those of them on lists that the actor may import."""
        mine = [name for name, sheet in SHEETS.items() if actor.may(sheet.power)]
        return self.seen_by(actor).filter(sheet__in=mine)

    def brought(self, sheet: str, target: int = 0) -> "ImportQuerySet":
        """Those of a sheet, or of one record's rows in it, the newest first."""
        return self.filter(sheet=sheet, target=target).order_by("-uploaded_at", "-id")

    def standing(self) -> "ImportQuerySet":
        """Those that were not given up or taken back: of one file there is one."""
        return self.exclude(state__in=Import.GONE)


class Import(Record):
    """One file brought to one sheet by one organisation: what it would change, whether it did, whether that stands."""

    class State(models.TextChoices):
        READING = "reading", _("正在读取")
        MAPPING = "mapping", _("待对应列名")
        UNREADABLE = "unreadable", _("读不了")
        FAULTY = "faulty", _("有错误")
        CHECKED = "checked", _("待确认")
        COMMITTING = "committing", _("正在导入")
        COMMITTED = "committed", _("已导入")
        UNDOING = "undoing", _("正在撤销")
        UNDONE = "undone", _("已撤销")
        DROPPED = "dropped", _("已放弃")

    GONE = (State.UNDONE, State.DROPPED, State.UNREADABLE)
    RUNNING = (State.READING, State.COMMITTING, State.UNDOING)

    sheet = models.CharField(max_length=60, db_collation="C")
    target = models.BigIntegerField(default=0)
    """The record whose rows these are, where the sheet has one for each of its records."""
    organisation_id = models.IntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.READING)
    original_name = models.CharField(_("文件"), max_length=120)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64, db_collation="C")
    takes_effect_on = models.DateField(_("变更日期"))
    headings = models.JSONField(default=list)
    header_row = models.IntegerField(default=0)
    mapping = models.JSONField(default=dict)
    rows = models.IntegerField(default=0)
    added = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    same = models.IntegerField(default=0)
    wrong = models.IntegerField(default=0)
    notices = models.JSONField(default=list)
    refusal = models.JSONField(default=dict)
    """What the last attempt was refused with, as `message` and `params`, until the next."""
    uploaded_by = models.BigIntegerField()
    uploaded_account = models.BigIntegerField()
    uploaded_name = models.CharField(_("经办人"), max_length=60)
    uploaded_on = models.DateField(_("上传日期"))
    uploaded_at = models.DateTimeField(default=timezone.now)
    committed_by = models.BigIntegerField(null=True)
    committed_on = models.DateField(_("导入日期"), null=True)
    undone_by = models.BigIntegerField(null=True)
    undone_on = models.DateField(_("撤销日期"), null=True)
    objects = ImportQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "成批导入",
            "长期",
            "id public_id sheet target organisation_id path state original_name size sha256 takes_effect_on headings "
            "header_row mapping rows added changed same wrong notices refusal uploaded_on uploaded_at committed_on "
            "undone_on",
        ),
        (PERSONAL, "成批导入留痕", "长期", "uploaded_by uploaded_account uploaded_name committed_by undone_by"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "organisation_id", "target", "sha256"],
                condition=~Q(state__in=["undone", "dropped", "unreadable"]),
                name="import_once",
            )
        ]
        indexes = [models.Index(fields=["organisation_id", "-uploaded_at", "-id"], name="import_list")]

    @property
    def declared(self) -> Sheet:
        """The sheet it was brought to."""
        return SHEETS[self.sheet]

    @property
    def organisation(self) -> Place:
        """Where its entries lie."""
        return Place(self.organisation_id, self.path)

    @property
    def is_running(self) -> bool:
        """Whether the worker has it."""
        return self.state in self.RUNNING

    @property
    def state_kind(self) -> str:
        """The colour of its state."""
        return {
            "faulty": "late",
            "unreadable": "late",
            "checked": "wait",
            "mapping": "wait",
            "committed": "ok",
            "reading": "go",
            "committing": "go",
            "undoing": "go",
        }.get(self.state, "")


class ImportFile(models.Model):
    """The file itself, sealed, from the upload until it is taken over: a killed worker begins with it again."""

    batch = models.OneToOneField(Import, models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()
    privacy = declare((PERSONAL, "成批导入", "导入或放弃即删，最多30天", "batch content"))

    @staticmethod
    def sealed(batch: Import, content: bytes) -> bytes:
        """The file as it is kept, readable for its import alone: what people bring may name anybody."""
        text = base64.b64encode(content).decode()
        return crypto.seal(text, purpose=FILE, place=str(batch.public_id)).encode()

    @staticmethod
    def kept(batch: Import) -> bytes:
        """The file as it was brought, or a refusal where it was kept long enough."""
        content = ImportFile.objects.values_list("content", flat=True).filter(batch=batch).first()
        if content is None:
            raise Refusal("imports.file_gone", "这份文件放得太久，已经删去：请重新上传")
        sealed = bytes(content).decode()
        return base64.b64decode(crypto.unseal(sealed, purpose=FILE, place=str(batch.public_id)))


class ImportRow(models.Model):
    """One row of the file: its cells as they came, what it is to the list, old and new of what differs, its faults."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(Import, models.CASCADE, related_name="staged", db_index=False)
    row = models.IntegerField()
    what = models.CharField(max_length=8, db_collation="C")
    subject = models.BigIntegerField(null=True)
    """The record that the row is about; what a new row has become stands in `ImportMade`."""
    label = models.CharField(max_length=160)
    cells = models.JSONField()
    was = models.JSONField()
    values = models.JSONField()
    problems = models.JSONField()
    privacy = declare(
        (
            PERSONAL,
            "导入的预览与撤销",
            "撤销期满即删",
            "id batch row what subject label cells was values problems",
        )
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "what", "row"], name="import_row_list")]


class ImportMade(models.Model):
    """Which record a new row has become; apart, because marking many staged rows takes as long as making them."""

    pk = models.CompositePrimaryKey("batch", "row")
    batch = models.ForeignKey(Import, models.CASCADE, related_name="made", db_index=False)
    row = models.IntegerField()
    subject = models.BigIntegerField()
    privacy = declare((INTERNAL, "导入的预览与撤销", "撤销期满即删", "batch row subject"))


class KnownHeading(models.Model):
    """What an account calls a column of a sheet, as it said once; an empty column is one that is left out."""

    id = models.BigAutoField(primary_key=True)
    account = models.BigIntegerField()
    sheet = models.CharField(max_length=60, db_collation="C")
    heading = models.CharField(max_length=120)
    column = models.CharField(max_length=60, blank=True)
    privacy = declare((INTERNAL, "记住列名", "随账号", "id account sheet heading column"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "sheet", "heading"], name="known_heading_once")]


class ImportProgress(models.Model):
    """How far the worker is with an import; written beside its transaction, so that a page can tell."""

    batch = models.BigIntegerField(primary_key=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)
    privacy = declare((INTERNAL, "进度显示", "办完即删", "batch done total at"))

    @property
    def percent(self) -> int:
        """Whole percent done; 0 while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else 0
