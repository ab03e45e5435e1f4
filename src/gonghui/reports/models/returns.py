"""Collection rounds, returns, their lines, and what belongs to a line: evidence and comments.

That accepted lines never overlap is also held by the database (migration 0001): an exclusion constraint over
reach (figure and path, as a range of text in collation C) and days.
"""

import hashlib
from datetime import date
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from gonghui.core.actor import Actor
from gonghui.core.figures import FIGURES, Figure
from gonghui.core.models import Record
from gonghui.core.period import Period
from gonghui.core.privacy import INTERNAL, PERSONAL, declare
from gonghui.reports import rules
from gonghui.reports.flow import LINE_FLOW
from gonghui.spine.organisations.models import Organisation
from gonghui.web.imports.models import Import

HIGH_LEVELS = ("city", "district", "industry")
"""Ranks that may return and read sensitive figures (design.md section 4)."""


def sensitive_figures() -> list[str]:
    """The codes of figures that stay at district rank and above."""
    return [code for code, figure in FIGURES.items() if figure.sensitive]


def is_open_to(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor reads the sensitive numbers that the unit returned."""
    if organisation.pk == actor.organisation_id:
        return True
    return organisation.parent_id == actor.organisation_id and actor.may("reports.review")


def _open_to(actor: Actor) -> Q:
    """Rows of units whose sensitive numbers the actor reads: its own, and those whose lines it decides on."""
    own = Q(organisation_id=actor.organisation_id)
    return own | Q(organisation__parent_id=actor.organisation_id) if actor.may("reports.review") else own


class OwnQuerySet(models.QuerySet[Any]):
    """Rows that belong to one organisation."""

    def seen_by(self, actor: Actor) -> Self:
        """Rows of units in the actor's subtree."""
        return self.filter(actor.within("organisation__path"))


class Programme(Record):
    """One kind of work is recorded on the platform in a subtree from this month on."""

    app = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    path = models.TextField(db_collation="C")
    first_on = models.DateField()
    started_by = models.BigIntegerField()
    objects = OwnQuerySet.as_manager()
    privacy = declare((INTERNAL, "上报与办理衔接", "长期", "id public_id app organisation path first_on started_by"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "organisation"], name="programme_once"),
            models.CheckConstraint(condition=Q(first_on__day=1), name="programme_first_of_month"),
        ]


class RoundQuerySet(models.QuerySet["Round"]):
    """Which rounds somebody sees."""

    def seen_by(self, actor: Actor) -> Self:
        """Rounds opened in the actor's subtree, and those that ask a unit of it."""
        asked = Return.objects.filter(actor.within("organisation__path")).values("round_id")
        return self.filter(actor.within("organisation__path") | Q(pk__in=asked))


class Round(Record):
    """A union asks the unions directly below it (the city also itself) for the figures of one period."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    form = models.CharField(max_length=60, blank=True)
    period = models.CharField(max_length=30)
    opened_on = models.DateField()
    due_on = models.DateField()
    closed_on = models.DateField(null=True)
    opened_by = models.BigIntegerField()
    objects = RoundQuerySet.as_manager()
    privacy = declare(
        (INTERNAL, "收数", "长期", "id public_id organisation title form period opened_on due_on closed_on opened_by")
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(due_on__gte=F("opened_on")), name="round_due_after_opened")]
        indexes = [models.Index(fields=["-due_on", "-id"], name="round_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def days(self) -> Period:
        """The period asked for."""
        return Period.parse(self.period)


class RoundFigure(models.Model):
    """One figure a round asks for, with the days it is asked for."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="figures")
    position = models.PositiveSmallIntegerField()
    figure = models.CharField(max_length=80)
    first_on = models.DateField()
    last_on = models.DateField()
    privacy = declare((INTERNAL, "收数", "长期", "id round position figure first_on last_on"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["round", "figure"], name="round_figure_once"),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="round_figure_days"),
        ]

    @property
    def declared(self) -> Figure:
        """The figure as declared."""
        return FIGURES[self.figure]

    def is_asked_of(self, organisation: Organisation) -> bool:
        """Whether this unit may return the figure at all."""
        if self.declared.returned_by == "city":
            return organisation.level == "city"
        return not self.declared.sensitive or organisation.level in HIGH_LEVELS


class ReturnQuerySet(models.QuerySet["Return"]):
    """Which returns somebody sees."""

    def seen_by(self, actor: Actor) -> Self:
        """Returns of units in the actor's subtree."""
        return self.filter(actor.within("organisation__path"))


class Return(Record):
    """One organisation's answer to a round: the sheet its lines stand on."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="returns")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sent_on = models.DateField(null=True)
    sent_by = models.BigIntegerField(default=0)
    signed_on = models.DateField(null=True)
    signed_by = models.BigIntegerField(default=0)
    reminded_on = models.DateField(null=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    filler = models.CharField(max_length=60, blank=True)
    signer = models.CharField(max_length=60, blank=True)
    declined = models.CharField(max_length=500, blank=True)
    objects = ReturnQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "上报",
            "长期",
            "id public_id round organisation sent_on sent_by signed_on signed_by reminded_on reminders declined",
        ),
        (PERSONAL, "上报责任人（填表人、负责人）", "3年", "filler signer"),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "organisation"], name="return_once")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.round}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Which papers somebody sees."""

    def seen_by(self, actor: Actor) -> Self:
        """Papers of units in the actor's subtree; one behind a sensitive line only where the line itself is open."""
        found = self.filter(actor.within("organisation__path"))
        hidden = Exists(Line.objects.filter(evidence=OuterRef("pk"), figure__in=sensitive_figures()))
        return found.filter(~hidden | _open_to(actor))


class Evidence(Record):
    """A stamped summary, kept under a random name, that stands behind many lines of one return."""

    in_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="evidence")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    original_name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_name = models.CharField(max_length=60, unique=True)
    scanned = models.BooleanField()
    uploaded_by = models.BigIntegerField()
    uploaded_on = models.DateField()
    objects = EvidenceQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "上报佐证",
            "长期",
            "id public_id in_return organisation original_name content_type size sha256 stored_name scanned "
            "uploaded_by uploaded_on",
        )
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["in_return", "sha256"], name="evidence_once")]


class LineQuerySet(models.QuerySet["Line"]):
    """Questions asked of lines."""

    def seen_by(self, actor: Actor) -> Self:
        """Lines of units in the actor's subtree; sensitive figures from district rank up only."""
        found = self.filter(actor.within("organisation__path"))
        return found if actor.level in HIGH_LEVELS else found.exclude(figure__in=sensitive_figures())

    def accepted(self) -> Self:
        """Lines that count."""
        return self.filter(state="accepted")

    def standing(self) -> Self:
        """Lines that stand in the way of another: accepted, or submitted and undecided."""
        return self.filter(state__in=("submitted", "accepted"))

    def to_review(self, actor: Actor) -> Self:
        """Submitted lines the actor decides on: of units directly below, and of its own where nobody is above."""
        own_city = Q(organisation_id=actor.organisation_id, organisation__parent__isnull=True)
        return self.filter(state="submitted").filter(Q(organisation__parent_id=actor.organisation_id) | own_city)


class Line(Record):
    """One figure of one return: what was counted, for whom, for which days, and where the matter stands."""

    FLOW = LINE_FLOW

    in_return = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    path = models.TextField(db_collation="C")
    figure = models.CharField(max_length=80)
    clock = models.CharField(
        max_length=5, choices=[("flow", "期间发生"), ("stock", "期末存量"), ("asof", "截至指定日")]
    )
    coverage = models.CharField(max_length=7, choices=list(rules.COVERAGES.items()))
    first_on = models.DateField()
    last_on = models.DateField()
    number = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    nothing = models.BooleanField(default=False)
    note = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="lines")
    upload = models.ForeignKey(Import, on_delete=models.PROTECT, null=True, related_name="+")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    leaves_out = models.BooleanField(default=False)
    """A correction that no longer counts those whom an act dated back took elsewhere."""
    state = models.CharField(max_length=10, choices=LINE_FLOW.choices, default="draft")
    entered_by = models.BigIntegerField()
    entered_account = models.BigIntegerField()
    entered_on = models.DateField()
    signed_account = models.BigIntegerField(default=0)
    submitted_on = models.DateField(null=True)
    reviewed_by = models.BigIntegerField(default=0)
    reviewed_on = models.DateField(null=True)
    refusal = models.CharField(max_length=500, blank=True)
    objects = LineQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "上报",
            "长期",
            "id public_id in_return organisation path figure clock coverage first_on last_on number denominator "
            "nothing note reason evidence upload corrects leaves_out state entered_by entered_account entered_on "
            "signed_account submitted_on reviewed_by reviewed_on refusal",
        )
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="line_days"),
            models.CheckConstraint(
                condition=Q(nothing=True, number=None, denominator=None)
                | Q(nothing=False, number__isnull=False, number__gte=0)
                & (Q(denominator=None) | Q(denominator__gte=F("number"))),
                name="line_amount",
            ),
            models.CheckConstraint(condition=Q(state__in=list(LINE_FLOW.states)), name="line_state"),
            models.CheckConstraint(condition=Q(coverage__in=list(rules.COVERAGES)), name="line_coverage"),
            models.UniqueConstraint(
                fields=["in_return", "figure", "first_on", "last_on"],
                condition=Q(state__in=("draft", "submitted", "refused"), corrects=None),
                name="line_once_open",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(state__in=("draft", "submitted", "refused", "accepted")),
                name="line_corrected_once",
            ),
            models.UniqueConstraint(
                fields=["organisation", "figure", "coverage", "last_on"],
                condition=Q(state="accepted", clock="stock"),
                name="line_level_once",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "organisation"], name="line_state_org"),
            models.Index(fields=["figure", "path", "last_on"], name="line_figure_path"),
        ]

    @property
    def declared(self) -> Figure:
        """The figure as declared."""
        return FIGURES[self.figure]

    @property
    def amount(self) -> rules.Amount:
        """What the line says."""
        return rules.Amount(self.number, self.denominator, self.nothing)

    @property
    def span(self) -> rules.Span:
        """Where and when the line counts."""
        return rules.Span(self.path, self.coverage, self.first_on, self.last_on)

    @property
    def digest(self) -> str:
        """A short hash of what the line says: whoever signs or accepts it decides on these words and no others."""
        words = (self.pk, self.figure, self.coverage, self.number, self.denominator, self.nothing, self.note)
        text = " ".join(str(one) for one in (*words, self.reason, self.evidence_id, self.leaves_out))
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def is_open_to(self, actor: Actor) -> bool:
        """Whether the actor reads what the line says: a sensitive one its own unit, and who decides on it."""
        return not self.declared.sensitive or is_open_to(actor, self.organisation)

    def veil(self) -> None:
        """The line says nothing any more; for showing where it stands to somebody who may not read it. Never saved."""
        self.number = self.denominator = self.evidence = None
        self.nothing, self.note, self.reason, self.refusal = False, "", "", ""

    def path_on(self, day: date) -> str:
        """The organisation's path on the line's last day, as the journal asks for it."""
        return self.path


class Covering(models.Model):
    """A line said of all below its unit counts some who, by an act dated back, stood elsewhere from a day on.

    Their days are in its number and in no other's, until a correction leaves them out.
    """

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="coverings")
    first_on = models.DateField()
    units = ArrayField(models.IntegerField())
    privacy = declare((INTERNAL, "上报", "长期", "id line first_on units"))


class StockSeries(models.Model):
    """One unit's running level of a stock figure, with one coverage; two of a family never stand together."""

    figure = models.CharField(max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    path = models.TextField(db_collation="C")
    coverage = models.CharField(max_length=7, choices=list(rules.COVERAGES.items()))
    objects = OwnQuerySet.as_manager()
    privacy = declare((INTERNAL, "上报", "长期", "id figure organisation path coverage"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["figure", "organisation", "coverage"], name="stock_series_once")]


class CommentQuerySet(models.QuerySet["Comment"]):
    """Which remarks somebody sees."""

    def seen_by(self, actor: Actor) -> Self:
        """Remarks on the lines the actor sees, whoever wrote them."""
        return self.filter(line__in=Line.objects.seen_by(actor))


class Comment(Record):
    """One remark on a line by somebody who sees it."""

    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="comments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    author_id = models.BigIntegerField()
    author_name = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    written_at = models.DateTimeField()
    objects = CommentQuerySet.as_manager()
    privacy = declare(
        (INTERNAL, "上报沟通", "长期", "id public_id line organisation author_id text written_at"),
        (PERSONAL, "上报沟通（署名）", "3年", "author_name"),
    )

    class Meta:
        ordering = ["written_at", "id"]
