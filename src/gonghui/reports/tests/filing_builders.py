"""Reports with numbers in them, built by the same actions officials use."""

from dataclasses import replace
from datetime import date

from gonghui.core.actor import Actor
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.actions import circulating, filings, making, signing
from gonghui.reports.filling import fill_report
from gonghui.reports.making import signatures
from gonghui.reports.models import Line, Report
from gonghui.reports.report_forms import Form, Row
from gonghui.reports.tests.builders import H1, JULY, Federation, a_draft, a_round, an_accepted_return, someone
from gonghui.spine.organisations.models import Organisation

FORM = "beijing_2020h1"
AUGUST = date(2020, 8, 10)
AFTER = date(2020, 8, 14)
CITY_TARGETS: dict[str, tuple[int, int | None]] = {
    "F10": (2, None),
    "F11": (1150, None),
    "F12": (536, 1150),
    "F13": (460, 1150),
    "F14": (396_128_450_00, None),
    "F15": (42_003_600_00, None),
    "F16": (13, None),
    "F18": (16_038, None),
    "F19": (187_214_560_00, None),
    "F20": (31, None),
    "F21": (8_480_000_00, None),
    "F26": (274, None),
    "F27": (50_842, None),
    "F28": (11_043, None),
    "F29": (150_318_600_00, None),
    "F31": (7, None),
    "F34": (922, None),
    "F35": (2_060_012, None),
    "F36": (245_187_902_36, None),
    "F38": (1_200, 1_200),
    "F39": (1_200, 1_200),
    "F40": (1_200, 1_200),
    "F42": (53_127, None),
    "F43": (14_003, None),
    "F44": (19_026, None),
    "F45": (2_325, None),
    "F46": (356, None),
    "F47": (36, None),
    "F48": (266, None),
    "F53": (97_812, None),
    "F54": (338, 820),
    "F56": (5, None),
}
"""What the city itself returns in the tests: every measured figure but F52, which the platform records."""


def the_form() -> Form:
    """The form of 2020 H1."""
    return report_forms.form("beijing_2020h1")


def the_row(row_id: str) -> Row:
    """One of its rows."""
    row = the_form().row(row_id)
    assert row is not None
    return row


def days_of(row: Row) -> tuple[date, date]:
    """The days a line for the row covers."""
    days = row.days(H1, H1)
    return (days.last, days.last) if row.figure.clock == "stock" else (days.first, days.last)


def the_city_returns_all(federation: Federation, on: date = AFTER) -> list[Line]:
    """Every figure returned by the city itself and accepted."""
    figures = [(the_row(row_id).figure.name, *days_of(the_row(row_id))) for row_id in CITY_TARGETS]
    opened = a_round(federation.city, figures=figures, on=on)
    drafts = [
        a_draft(code, *CITY_TARGETS[row_id])
        for row_id, (code, _first, _last) in zip(CITY_TARGETS, figures, strict=True)
    ]
    return an_accepted_return(opened, federation.city, federation.city, *drafts, on=on)


def returned_by(federation: Federation, unit: str, row_id: str, *number: int, on: date = JULY) -> Line:
    """One figure returned by a district of the federation and accepted by the city."""
    row = the_row(row_id)
    opened = a_round(federation.city, figures=[(row.figure.name, *days_of(row))])
    draft = a_draft(row.figure.name, *number)
    return an_accepted_return(opened, getattr(federation, unit), federation.city, draft, on=on)[0]


def an_editor(organisation: Organisation) -> Actor:
    """A report editor of the organisation."""
    return someone(organisation, "report_editor", "reports.see", "reports.edit", "journal.see")


def a_second(organisation: Organisation) -> Actor:
    """Somebody who may file."""
    powers = ("reports.see", "reports.sign", "reports.approve", "reports.file_second", "reports.publish", "journal.see")
    return someone(organisation, "unit_lead", *powers)


def an_owner(organisation: Organisation, *departments: str) -> Actor:
    """Somebody who answers for figures, of these departments or of all."""
    owner = someone(organisation, "figure_owner", "reports.see", "reports.sign_figures", "journal.see")
    return replace(owner, departments=departments)


def an_asked_unit(organisation: Organisation) -> Organisation:
    """A unit below that can be asked for its comments."""
    found = Organisation.objects.filter(path__startswith=organisation.path).exclude(pk=organisation.pk).first()
    assert found is not None
    return found


def a_draft_report(organisation: Organisation, period: Period = H1, form: str = FORM) -> Report:
    """A report at its draft."""
    editor = an_editor(organisation)
    report = making.begin_report(form, organisation, period, by=editor, on=AUGUST)
    for stage, step in (("outlined", "collect"), ("collecting", "write")):
        if report.state == stage:
            making.move_report(report, step, by=editor, on=AUGUST)
    return report


def all_signed(report: Report) -> Report:
    """Every figure sent to its owner and signed as it stands."""
    organisation = report.organisation
    signing.ask_signatures(report, by=an_editor(organisation), on=AUGUST)
    filling = fill_report(report)
    rows = signatures.waiting(report, filling)
    signing.sign_figures(report, signing.chosen(rows, filling), by=an_owner(organisation), on=AUGUST)
    return report


def a_ready_report(organisation: Organisation, period: Period = H1, form: str = FORM) -> Report:
    """A report at which nothing but the filing is left to do."""
    report = a_draft_report(organisation, period, form)
    editor = an_editor(organisation)
    if report.is_ready:
        return report
    all_signed(report)
    circulating.ask_comments(report, [an_asked_unit(organisation)], by=editor, on=AUGUST)
    making.move_report(report, "revise", by=editor, on=AUGUST)
    making.move_report(report, "approve", by=a_second(organisation), on=AUGUST)
    return report


def a_filed_report(organisation: Organisation, period: Period = H1, form: str = FORM) -> Report:
    """The organisation's report, proposed by one person and filed by another."""
    a_ready_report(organisation, period, form)
    report = filings.propose_filing(form, organisation, period, by=an_editor(organisation), on=AUGUST)
    return filings.confirm_filing(report, by=a_second(organisation), on=AUGUST, mark=filings.pressed_now())
