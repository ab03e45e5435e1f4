"""What `gonghui reconcile` prints: the text of a file held against a report, for people or for programs."""

import json
from pathlib import Path

from django.utils.translation import override

from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.filling import filled_report, organisation_of
from gonghui.reports.reconcile import said
from gonghui.reports.reconcile.against import as_json, held_against, read_for
from gonghui.reports.reconcile.incoming import text_of_file


def answer(file: Path, form: str, period: str, code: str | None, *, as_data: bool, english: bool) -> str:
    """The result in full, or a refusal before anything is printed."""
    found, days = report_forms.form(form), Period.parse(period)
    text = text_of_file(file)
    organisation = organisation_of(code)
    reading = read_for(text, found, organisation, days)
    _report, filling = filled_report(found, organisation, days)
    done = held_against(reading, filling.rows.values())
    if as_data:
        return json.dumps(as_json(done), ensure_ascii=False, indent=2)
    with override("en" if english else "zh-hans"):
        return said.as_text(done)
