"""Reports: a form filled for one organisation and period; filed at a cut, with each row's value and printed text."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from gonghui.core.actor import Actor
from gonghui.core.figures import FIGURES, Value
from gonghui.core.models import Record
from gonghui.core.period import Period
from gonghui.core.privacy import INTERNAL, PERSONAL, declare
from gonghui.reports.flow import EDITABLE, OPEN, REPORT_FLOW, SHORTEST
from gonghui.spine.organisations.models import Organisation

STANDING = ("filed", "published")
"""The states in which the numbers stand."""


class ReportQuerySet(models.QuerySet["Report"]):
    """Questions the pages and the actions ask of reports."""

    def seen_by(self, actor: Actor) -> "ReportQuerySet":
        """Reports of organisations in the actor's subtree."""
        return self.filter(actor.within("organisation__path"))

    def of(self, form: str, organisation: Organisation, period: Period) -> "Report | None":
        """The report of a form, organisation and period, if one was begun."""
        return self.filter(form=form, organisation=organisation, period=period.key).first()

    def standing(self) -> "ReportQuerySet":
        """Those that are filed, published or not."""
        return self.filter(state__in=STANDING)

    def published(self) -> "ReportQuerySet":
        """Those that anybody may read."""
        return self.filter(state="published")


class Report(Record):
    """One report of one organisation and period: made stage by stage, filed by a second person, then standing."""

    FLOW = REPORT_FLOW

    form = models.CharField(max_length=60)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    period = models.CharField(max_length=24)
    state = models.CharField(max_length=10, choices=REPORT_FLOW.choices, default="draft")
    stages = models.CharField(max_length=120, default=" ".join(SHORTEST))
    begun_account = models.BigIntegerField()
    begun_by_name = models.CharField(max_length=60)
    begun_on = models.DateField()
    round = models.PositiveSmallIntegerField(default=0)
    approved_by_name = models.CharField(max_length=60, blank=True)
    approved_on = models.DateField(null=True)
    proposed_by = models.BigIntegerField(null=True)
    proposed_account = models.BigIntegerField(null=True)
    proposed_by_name = models.CharField(max_length=60, blank=True)
    proposed_on = models.DateField(null=True)
    filed_by = models.BigIntegerField(null=True)
    filed_account = models.BigIntegerField(null=True)
    filed_by_name = models.CharField(max_length=60, blank=True)
    filed_on = models.DateField(null=True)
    filed_at = models.DateTimeField(null=True)
    cut = models.BigIntegerField(null=True)
    table_hash = models.CharField(max_length=64, blank=True)
    table_salt = models.CharField(max_length=32, blank=True)
    published_by_name = models.CharField(max_length=60, blank=True)
    published_on = models.DateField(null=True)
    objects = ReportQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "报告备案",
            "长期",
            "id public_id form organisation period state stages round begun_on approved_on proposed_on filed_on "
            "filed_at cut table_hash table_salt published_on",
        ),
        (
            PERSONAL,
            "备案责任",
            "长期",
            "begun_account begun_by_name approved_by_name proposed_by proposed_account proposed_by_name filed_by "
            "filed_account filed_by_name published_by_name",
        ),
    )

    class Meta:
        verbose_name = gettext_lazy("工作报告")
        constraints = [
            models.UniqueConstraint(fields=["form", "organisation", "period"], name="report_once"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, cut__isnull=True)
                | Q(
                    state__in=STANDING,
                    cut__isnull=False,
                    filed_at__isnull=False,
                    filed_by__isnull=False,
                    proposed_account__isnull=False,
                ),
                name="report_filed_whole",
            ),
            models.CheckConstraint(
                condition=Q(filed_account__isnull=True) | ~Q(filed_account=F("proposed_account")),
                name="report_two_people",
            ),
        ]

    @property
    def is_filed(self) -> bool:
        """Whether the numbers stand."""
        return self.state in STANDING

    @property
    def is_proposed(self) -> bool:
        """Whether it waits for the second person."""
        return self.proposed_account is not None and not self.is_filed

    @property
    def way(self) -> list[str]:
        """The stages it goes through, in order."""
        return self.stages.split()

    @property
    def is_ready(self) -> bool:
        """Whether nothing but the filing is left to do."""
        return self.state == self.way[self.way.index("filed") - 1]

    @property
    def is_editable(self) -> bool:
        """Whether its text may be changed where it is now."""
        return self.state in EDITABLE


class FiledRow(models.Model):
    """One number as it was filed: the value as whole numbers, the words printed, the days asked."""

    id = models.BigAutoField(primary_key=True)
    report = models.ForeignKey(Report, models.CASCADE, related_name="rows")
    row = models.CharField(max_length=12)
    figure = models.CharField(max_length=80)
    first_on = models.DateField()
    last_on = models.DateField()
    recorded = models.BigIntegerField()
    recorded_of = models.BigIntegerField(null=True)
    returned = models.BigIntegerField()
    returned_of = models.BigIntegerField(null=True)
    standing = models.CharField(max_length=8)
    printed = models.CharField(max_length=60)
    printed_en = models.CharField(max_length=120)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=120, blank=True)
    title_en = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=12, blank=True)
    meaning = models.CharField(max_length=400, blank=True)
    meaning_en = models.CharField(max_length=800, blank=True)
    compared = models.JSONField(default=list)
    privacy = declare(
        (
            INTERNAL,
            "报告备案",
            "长期",
            "id report row figure first_on last_on recorded recorded_of returned returned_of standing printed "
            "printed_en version title title_en unit meaning meaning_en compared",
        )
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "row"], name="filed_row_once")]
        indexes = [models.Index(fields=["figure", "first_on"], name="filed_row_figure")]

    @property
    def value(self) -> Value:
        """The value as whole numbers, one or two to a part."""
        if self.recorded_of is None or self.returned_of is None:
            return Value((self.recorded,), (self.returned,))
        return Value((self.recorded, self.recorded_of), (self.returned, self.returned_of))


def ancestors(path: str) -> list[int]:
    """The ids of the organisation at a path and of all above it."""
    return [int(part) for part in path.strip("/").split("/") if part]


def filed_over(path: str, figures: Iterable[str], first_on: date, last_on: date) -> FiledRow | None:
    """The filed number these days of this organisation belong to, if the report of it or of a union above stands.

    A stock is a level that holds on: what is dated on or before the filed day would move it.
    """
    names = list(figures)
    stocks = [name for name in names if FIGURES[name].clock == "stock"]
    return (
        FiledRow.objects.filter(
            Q(first_on__lte=last_on) | Q(figure__in=stocks),
            report__state__in=STANDING,
            report__organisation_id__in=ancestors(path),
            figure__in=names,
            last_on__gte=first_on,
        )
        .select_related("report__organisation")
        .order_by("id")
        .first()
    )


def is_filed(path: str, figure: str, first_on: date, last_on: date) -> bool:
    """Whether new lines and imports for this figure and these days are closed for the organisation at the path."""
    return filed_over(path, [figure], first_on, last_on) is not None
