"""Filed reports: a form filled for one organisation and period at a cut, with each row's value and printed text."""

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
from gonghui.reports.flow import REPORT_FLOW
from gonghui.spine.organisations.models import Organisation


class ReportQuerySet(models.QuerySet["Report"]):
    """Questions the pages and the actions ask of reports."""

    def seen_by(self, actor: Actor) -> "ReportQuerySet":
        """Reports of organisations in the actor's subtree."""
        return self.filter(actor.within("organisation__path"))

    def of(self, form: str, organisation: Organisation, period: Period) -> "Report | None":
        """The report of a form, organisation and period, if one was begun."""
        return self.filter(form=form, organisation=organisation, period=period.key).first()


class Report(Record):
    """One report of one organisation and period: begun by its editor, filed by a second person, then standing."""

    FLOW = REPORT_FLOW

    form = models.CharField(max_length=60)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    period = models.CharField(max_length=24)
    state = models.CharField(max_length=8, choices=REPORT_FLOW.choices, default="draft")
    proposed_by = models.BigIntegerField()
    proposed_account = models.BigIntegerField()
    proposed_by_name = models.CharField(max_length=60)
    proposed_on = models.DateField()
    filed_by = models.BigIntegerField(null=True)
    filed_account = models.BigIntegerField(null=True)
    filed_by_name = models.CharField(max_length=60, blank=True)
    filed_on = models.DateField(null=True)
    filed_at = models.DateTimeField(null=True)
    cut = models.BigIntegerField(null=True)
    objects = ReportQuerySet.as_manager()
    privacy = declare(
        (INTERNAL, "报告备案", "长期", "id public_id form organisation period state proposed_on filed_on filed_at cut"),
        (
            PERSONAL,
            "备案责任",
            "长期",
            "proposed_by proposed_account proposed_by_name filed_by filed_account filed_by_name",
        ),
    )

    class Meta:
        verbose_name = gettext_lazy("工作报告")
        constraints = [
            models.UniqueConstraint(fields=["form", "organisation", "period"], name="report_once"),
            models.CheckConstraint(
                condition=Q(state="draft", cut__isnull=True)
                | Q(state="filed", cut__isnull=False, filed_at__isnull=False, filed_by__isnull=False),
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
        return self.state == "filed"


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
    privacy = declare(
        (
            INTERNAL,
            "报告备案",
            "长期",
            "id report row figure first_on last_on recorded recorded_of returned returned_of standing printed "
            "printed_en",
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
            report__state="filed",
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
