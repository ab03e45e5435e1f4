"""上期调整: what came in late for the report before, by entries recorded after it was filed."""

from collections.abc import Sequence
from dataclasses import dataclass

from gonghui.core.figures import Ask, Value, answer
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.filling import Filled, Filling, standing_report
from gonghui.reports.models.filings import Report
from gonghui.reports.places import paths_of


@dataclass(frozen=True)
class Adjustment:
    """A number of the report before: as it was filed, and as it stands when this report does.

    Without a `now` the figure counts something else since, and the two are not to be compared.
    """

    report: Report
    filled: Filled
    now: Value | None

    @property
    def difference(self) -> tuple[int, ...]:
        """By how much it moved, number by number."""
        now = self.now.whole if self.now is not None else self.filled.value.whole
        return tuple(b - a for a, b in zip(self.filled.value.whole, now, strict=True))


def before(filling: Filling) -> Report | None:
    """The newest filed report of the form's family and union for a period that ended before this one began."""
    family = [form.code for form in report_forms.family(filling.form.family)]
    earlier = [
        (Period.parse(one.period), one)
        for one in Report.objects.standing()
        .filter(form__in=family, organisation=filling.organisation)
        .select_related("organisation")
    ]
    of_kind = [
        (days, one) for days, one in earlier if days.last < filling.period.first and days.kind == filling.period.kind
    ]
    return max(of_kind, key=lambda pair: (pair[0].last, pair[1].filed_at), default=(None, None))[1]


def adjustments(filling: Filling) -> Sequence[Adjustment]:
    """Every number of the report before that moved up to this report, or cannot be compared any more."""
    report = before(filling)
    if report is None:
        return ()
    rows = list(standing_report(report))
    if filling.cut is None:
        values = [one.now for one in rows]
    else:
        path, paths = report.organisation.path, paths_of([report.organisation]).get(report.organisation_id, ())
        values = list(answer([Ask(one.figure, path, one.period, paths) for one in rows], filling.cut))
    return [
        Adjustment(report, one, None if one.is_redefined else value)
        for one, value in zip(rows, values, strict=True)
        if (one.is_known if one.is_redefined else value is not None and value.whole != one.value.whole)
    ]
