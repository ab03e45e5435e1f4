"""The rounds of 2019's outline make up its totals, whoever answers."""

from collections import Counter

from gonghui.scenario import outline, plan


def test_all_answers_make_up_each_half_of_2019():
    found: Counter[tuple[str, str]] = Counter()
    for one in outline.collections():
        for unit in one.units:
            for figure, answer in one.answers(unit).items():
                found[figure, one.period] += answer.share.number if answer.share is not None else 0
    for figure, (first, second) in outline.FLOWS.items():
        assert found[figure, "2019H1"] == first
        assert found[figure, "2019H2"] == (second or 0)
    for figure, number in outline.LEVELS.items():
        assert found[figure, "2019H1"] == number


def test_no_unit_had_less_at_the_end_of_the_year():
    for figure in outline.LEVELS:
        later = plan.before(figure)
        assert all(0 <= share.number <= later[key].number for key, share in outline.level(figure).items())
