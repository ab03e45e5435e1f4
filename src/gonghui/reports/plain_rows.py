"""The rows of a report as plain values, stable for other programs: `gonghui report --json`."""

from typing import Any

from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.filling import fill, organisation_of


def as_json(
    form_code: str, period: str, organisation_code: str | None = None, *, now: bool = False
) -> list[dict[str, Any]]:
    """The rows of a report as plain values, stable for other programs; value = returned + recorded."""
    days = Period.parse(period)
    organisation = organisation_of(organisation_code, days)
    filling = fill(report_forms.form(form_code), organisation, days, now=now)
    return [
        {
            "row": filled.row.id,
            "figure": filled.figure.name,
            "title": filled.figure.title,
            "unit": filled.figure.unit,
            "clock": filled.figure.clock,
            "value": _plain(filled.value.whole),
            "printed": filled.printed,
            "returned": _plain(filled.value.returned),
            "recorded": _plain(filled.value.recorded),
        }
        for filled in filling
    ]


def _plain(parts: tuple[int, ...]) -> int | list[int]:
    return parts[0] if len(parts) == 1 else list(parts)
