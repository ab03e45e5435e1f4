"""What `gonghui figures`, `report`, `audit` and `docs` print and write."""

import os
from pathlib import Path
from typing import Any

from gonghui.core import access
from gonghui.core import audit as books
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.period import Period
from gonghui.reports import figure_list, filling, plain_rows, report_forms
from gonghui.reports.printing import formats

PAGES = {"figures.md": figure_list.figures_markdown}
DOCS = Path(__file__).resolve().parents[3] / "docs"


def figures(form: str, period: str, organisation_code: str | None, *, now: bool = False) -> list[dict[str, Any]]:
    """The rows of a report, for other programs; with `now` as organised today."""
    return plain_rows.as_json(form, period, organisation_code, now=now)


def report(form: str, period: str, organisation_code: str | None, *, english: bool) -> str:
    """The report in words: as filed where it is filed, else as the journal stands."""
    organisation = filling.organisation_of(organisation_code, Period.parse(period))
    _report, filled = filling.filled_report(report_forms.form(form), organisation, Period.parse(period))
    sections = []
    for section in filling.prose(filled, english=english):
        paragraphs = [
            "".join(piece.filled.said(english=english) if piece.filled else piece.text for piece in paragraph)
            for paragraph in section.paragraphs
        ]
        sections.append("\n".join([f"{section.number}. {section.title}", *paragraphs]))
    return "\n\n".join(sections)


def print_report(
    form: str, period: str, organisation_code: str | None, *, ending: str, file: Path, english: bool
) -> int:
    """The report as a file: whole or not at all."""
    organisation = filling.organisation_of(organisation_code, Period.parse(period))
    report, filled = filling.filled_report(report_forms.form(form), organisation, Period.parse(period))
    if any(one.figure.sensitive for one in filled):
        access.looked(SYSTEM, "reports.report_printed", subject_type="reports.report")
    content = formats.FORMATS[ending].make(formats.Sheet(report, filled, english=english))
    half = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        half.write_bytes(content)
        half.replace(file)
    except OSError as error:
        half.unlink(missing_ok=True)
        why = error.strerror or ""
        raise Refusal("project.unwritten", "%(file)s 没有写成：%(why)s", file=str(file), why=why) from None
    return len(content)


def audit() -> int:
    """Every check of the books with its differences; 0 when there is none."""
    wrong = 0
    for finding in books.run():
        print(f"{'✗' if finding.differences else '✓'} {finding.title} ({finding.seconds:.1f} s)")
        for one in finding.differences:
            wrong += 1
            print(f"    {one.where}: kept {one.kept}, counted {one.counted}")
    return 1 if wrong else 0


def docs(*, check: bool) -> int:
    """The generated pages say what the declarations say; with `check` a stale one is only named."""
    stale = 0
    for name, text in PAGES.items():
        path, now = DOCS / name, text()
        if path.exists() and path.read_text() == now:
            continue
        stale += 1
        if not check:
            path.write_text(now)
        print(f"docs/{name} {'is stale: run `make docs`' if check else 'was written'}")
    return 1 if check and stale else 0
