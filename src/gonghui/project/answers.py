"""What `gonghui figures`, `report`, `audit` and `docs` print and write."""

from pathlib import Path
from typing import Any

from gonghui.core import audit as books
from gonghui.core.period import Period
from gonghui.reports import figure_list, filling, report_forms

PAGES = {"figures.md": figure_list.figures_markdown}
DOCS = Path(__file__).resolve().parents[3] / "docs"


def figures(form: str, period: str, organisation_code: str | None) -> list[dict[str, Any]]:
    """The rows of a report, for other programs."""
    return filling.as_json(form, period, organisation_code)


def report(form: str, period: str, organisation_code: str | None, *, english: bool) -> str:
    """The report in words: as filed where it is filed, else as the journal stands."""
    organisation = filling.organisation_of(organisation_code)
    _report, filled = filling.filled_report(report_forms.form(form), organisation, Period.parse(period))
    sections = []
    for section in filling.prose(filled, english=english):
        paragraphs = [
            "".join(piece.filled.said(english=english) if piece.filled else piece.text for piece in paragraph)
            for paragraph in section.paragraphs
        ]
        sections.append("\n".join([f"{section.number}. {section.title}", *paragraphs]))
    return "\n\n".join(sections)


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
