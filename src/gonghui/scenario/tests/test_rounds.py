"""Every round asks what can be answered, and all answers together make the targets."""

from collections import Counter

import pytest

from gonghui.core.figures import FIGURES
from gonghui.core.period import Period
from gonghui.scenario import plan, rounds
from gonghui.scenario.targets import BY_FIGURE, RECORDED, TARGETS

CLOSED = (*rounds.before(), *rounds.monthly(), *rounds.half_year(), *rounds.outlays())
EVERY = (*CLOSED, *rounds.july())


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.key)
def test_units_answer_only_what_they_are_asked(one):
    asked = {figure for figure, _, _ in one.figures}
    assert Period.parse(one.period).key == one.period
    assert one.opened_on <= one.due_on
    for unit in one.units:
        answers = one.answers(unit)
        assert set(answers) <= asked
        for figure, answer in answers.items():
            if answer.share is not None:
                assert (answer.share.denominator is not None) == FIGURES[figure].is_ratio
            if unit != plan.CITY_KEY and one.unit == plan.CITY_KEY:
                assert not BY_FIGURE[figure].is_city_only


def test_no_two_rounds_of_a_unit_have_the_same_title():
    titles = Counter((one.unit, one.title) for one in EVERY)
    assert max(titles.values()) == 1


@pytest.mark.parametrize("target", [one for one in TARGETS if one.figure not in RECORDED], ids=lambda one: one.row)
def test_all_answers_of_all_levels_make_the_target(target):
    first, last = target.days
    found = [0, 0]
    for one in CLOSED:
        days = {figure: (start, end) for figure, start, end in one.figures}
        if target.figure not in days or not (first <= days[target.figure][0] and days[target.figure][1] <= last):
            continue
        for unit in one.units:
            answer = one.answers(unit).get(target.figure)
            if answer is not None and answer.share is not None:
                found[0] += answer.share.number
                found[1] += answer.share.denominator or 0
    assert found == [target.number, target.denominator or 0]
