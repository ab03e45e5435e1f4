"""What is asked once for all rows of a return misses no row that has to be asked about alone."""

import pytest

from gonghui.core.period import Period
from gonghui.reports import checking, rules
from gonghui.reports.tests.builders import HOMES, PAYMENTS, a_draft, a_federation, a_round, an_accepted_return

CODES = (PAYMENTS, HOMES)
COVERAGES = (rules.OWN, rules.SUBTREE)


@pytest.mark.django_db
@pytest.mark.parametrize("covers", COVERAGES)
@pytest.mark.parametrize("answers", ["east", "street"])
def test_no_line_in_the_way_is_missed_when_all_rows_are_asked_at_once(answers: str, covers: str) -> None:
    federation = a_federation()
    holder = getattr(federation, answers)
    above = federation.city if answers == "east" else federation.east
    drafts = [a_draft(code, 7, coverage=covers) for code in CODES]
    an_accepted_return(a_round(above, *CODES), holder, above, *drafts)
    missed, in_the_way = [], set()
    rounds = [a_round(federation.city, *CODES, period=Period.parse(period)) for period in ("2020H1", "2020Q2")]
    for unit in (federation.city, federation.east, federation.west, federation.street, federation.shop):
        for rows in (list(asked.figures.all()) for asked in rounds):
            for coverage in COVERAGES:
                near = checking.answered_near(unit.organisation, rows, coverage)
                for row in rows:
                    span = rules.Span(unit.organisation.path, coverage, row.first_on, row.last_on)
                    if checking.clashing(row.declared, span) is not None:
                        in_the_way.add((unit.organisation.short_name, coverage, row.figure))
                        if row.figure not in near:
                            missed.append((unit.organisation.short_name, coverage, row.figure))
    assert missed == []
    own = {(holder.organisation.short_name, coverage, code) for coverage in COVERAGES for code in CODES}
    assert own - {(holder.organisation.short_name, covers, HOMES)} <= in_the_way
    assert (federation.city.organisation.short_name, rules.SUBTREE, PAYMENTS) in in_the_way
    below = (federation.shop.organisation.short_name, rules.OWN, HOMES)
    assert (below in in_the_way) is (covers == rules.SUBTREE)
