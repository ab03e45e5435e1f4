"""Two people at the same moment: what must not happen twice happens once, and the other is told why."""

from pathlib import Path

import pytest

from gonghui.core.figures import FIGURES
from gonghui.core.tests.races import outcomes
from gonghui.reports import actions
from gonghui.reports.models import Line
from gonghui.reports.sheets import desk
from gonghui.reports.sheets.out import workbook
from gonghui.reports.tests.builders import (
    H1,
    HOMES,
    JULY,
    PAYMENTS,
    a_draft,
    a_federation,
    a_round,
    a_submitted_return,
    return_of,
)
from gonghui.web.imports.models import Import
from gonghui.web.papers import keeping
from gonghui.web.papers.tests.builders import a_pdf

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("figure", [PAYMENTS, HOMES])
def test_of_two_overlapping_lines_accepted_at_once_one_counts(figure: str) -> None:
    federation = a_federation()
    [below] = a_submitted_return(a_round(federation.east, figure), federation.street, a_draft(figure, 3))
    in_return = return_of(a_round(federation.city, figure), federation.east)
    above = actions.enter_line(in_return, a_draft(figure, 9, coverage="own"), by=federation.east.clerk, on=JULY)
    Line.objects.filter(pk=above.pk).update(state="submitted", coverage="subtree")
    above.refresh_from_db()
    ended = outcomes(
        lambda: actions.accept_lines([below], by=federation.east.reviewer, on=JULY),
        lambda: actions.accept_lines([above], by=federation.city.reviewer, on=JULY),
    )
    assert sorted(ended) == ["done", "reports.overlap"]
    [counts] = Line.objects.accepted()
    assert FIGURES[figure].value(federation.city.organisation.path, H1).total == counts.number


def test_the_same_lines_accepted_twice_at_once_count_once() -> None:
    federation = a_federation()
    opened = a_round(federation.city, PAYMENTS)
    lines = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 7))
    lines += a_submitted_return(opened, federation.west, a_draft(PAYMENTS, 5))
    ended = outcomes(
        lambda: actions.accept_lines(lines, by=federation.city.reviewer, on=JULY),
        lambda: actions.accept_lines(lines[::-1], by=federation.city.reviewer, on=JULY),
    )
    assert sorted(ended) == ["done", "flow.state"]
    assert FIGURES[PAYMENTS].value(federation.city.organisation.path, H1).total == 12


def test_the_same_workbook_and_the_same_paper_sent_twice_at_once_are_one(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    federation = a_federation()
    in_return = return_of(a_round(federation.city, PAYMENTS), federation.east)
    actions.enter_line(in_return, a_draft(PAYMENTS, 5), by=federation.east.clerk, on=JULY)
    drafts, clerk = list(in_return.lines.all()), federation.east.clerk
    book, paper = workbook(in_return, demo=False), a_pdf("sum")
    sending = [lambda: desk.bring_workbook(in_return, book, "上报表.xlsx", by=clerk, on=JULY)] * 2
    adding = [lambda: actions.add_evidence(in_return, paper, "汇总.pdf", by=clerk, on=JULY, lines=drafts)] * 2
    assert outcomes(*sending) == outcomes(*adding) == ["done", "done"]
    assert (Import.objects.count(), in_return.evidence.count(), len(list(keeping.folder().iterdir()))) == (1, 1, 1)


def test_sister_units_do_not_stand_in_each_others_way() -> None:
    federation = a_federation()
    opened = a_round(federation.city, PAYMENTS)
    east = a_submitted_return(opened, federation.east, a_draft(PAYMENTS, 7))
    west = a_submitted_return(opened, federation.west, a_draft(PAYMENTS, 5))
    ended = outcomes(
        lambda: actions.accept_lines(east, by=federation.city.reviewer, on=JULY),
        lambda: actions.accept_lines(west, by=federation.city.reviewer, on=JULY),
    )
    assert ended == ["done", "done"]
