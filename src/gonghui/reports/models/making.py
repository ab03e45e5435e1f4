"""What people put into a report while it is made: text by section, signatures of figures, comments, errata."""

from django.db import models
from django.db.models import Q

from gonghui.core.figures import FIGURES, Figure
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, declare
from gonghui.reports.models.filings import Report
from gonghui.spine.organisations.models import Organisation


class Block(models.Model):
    """One version of one section's text: a line is a paragraph, `{F35}` a live number. Versions only add up."""

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.CASCADE, related_name="blocks")
    section = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    written_account = models.BigIntegerField()
    written_by_name = models.CharField(max_length=60, blank=True)
    written_at = models.DateTimeField()
    privacy = declare(
        (INTERNAL, "报告文字", "长期", "id report section version title title_en text text_en written_at"),
        (PERSONAL, "报告文字（署名）", "长期", "written_account written_by_name"),
    )

    class Meta:
        ordering = ["section", "version"]
        constraints = [models.UniqueConstraint(fields=["report", "section", "version"], name="block_version_once")]


class Signature(Record):
    """One figure of a report before its owner: asked, signed with the value of then, or objected to."""

    ASKED, SIGNED, OBJECTED = "asked", "signed", "objected"
    STATES = {"asked": "待会签", "signed": "已会签", "objected": "不同意"}

    report = models.ForeignKey(Report, models.CASCADE, related_name="signatures")
    row = models.CharField(max_length=12)
    figure = models.CharField(max_length=80)
    department = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=8, choices=list(STATES.items()), default=ASKED)
    asked_by_name = models.CharField(max_length=60)
    asked_on = models.DateField()
    number = models.BigIntegerField(null=True)
    number_of = models.BigIntegerField(null=True)
    printed = models.CharField(max_length=240, blank=True)
    signed_by = models.BigIntegerField(null=True)
    signed_account = models.BigIntegerField(null=True)
    signed_by_name = models.CharField(max_length=60, blank=True)
    signed_on = models.DateField(null=True)
    why = models.CharField(max_length=500, blank=True)
    privacy = declare(
        (
            INTERNAL,
            "数据会签",
            "长期",
            "id public_id report row figure department state asked_on number number_of printed signed_on why",
        ),
        (PERSONAL, "数据会签（署名）", "长期", "asked_by_name signed_by signed_account signed_by_name"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "row"], name="signature_once"),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_account__isnull=False, signed_on__isnull=False),
                name="signature_whole",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="signature_state", condition=~Q(state="signed"))]

    @property
    def declared(self) -> Figure:
        """The figure signed for."""
        return FIGURES[self.figure]

    @property
    def whole(self) -> tuple[int, ...]:
        """The value signed, one or two whole numbers; none where there was no number."""
        return tuple(part for part in (self.number, self.number_of) if part is not None)


class Asked(models.Model):
    """A unit that was asked for its comments on a draft, in one round."""

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.CASCADE, related_name="asked")
    round = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    asked_on = models.DateField()
    privacy = declare((INTERNAL, "征求意见", "长期", "id report round organisation asked_on"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "round", "organisation"], name="asked_once")]


class Remark(Record):
    """What a unit said about a draft in a round, and what the editor answered."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="remarks")
    round = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    author_account = models.BigIntegerField()
    author_name = models.CharField(max_length=60)
    text = models.CharField(max_length=1000)
    written_on = models.DateField()
    accepted = models.BooleanField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    answered_by_name = models.CharField(max_length=60, blank=True)
    answered_on = models.DateField(null=True)
    privacy = declare(
        (
            INTERNAL,
            "征求意见",
            "长期",
            "id public_id report round organisation text written_on accepted answer answered_on",
        ),
        (PERSONAL, "征求意见（署名）", "长期", "author_account author_name answered_by_name"),
    )

    class Meta:
        ordering = ["round", "written_on", "id"]


class Erratum(models.Model):
    """A notice beside a published report: what it said, what it should say. It is added and never changed."""

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.CASCADE, related_name="errata")
    number = models.PositiveSmallIntegerField()
    said = models.CharField(max_length=500)
    should_say = models.CharField(max_length=500)
    added_by_name = models.CharField(max_length=60)
    added_on = models.DateField()
    privacy = declare(
        (INTERNAL, "勘误", "长期", "id report number said should_say added_on"),
        (PERSONAL, "勘误（署名）", "长期", "added_by_name"),
    )

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="erratum_once")]
