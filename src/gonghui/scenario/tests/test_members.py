"""The planned members are unlike one another, carry papers nobody holds, and are as many as the half-year says."""

from datetime import date
from random import Random

from gonghui.core.errors import Refusal
from gonghui.scenario import members, plan
from gonghui.scenario.stage import DEMO_TODAY
from gonghui.scenario.targets import BY_FIGURE, PEOPLE_ADMITTED
from gonghui.spine.members.actions.entries import checked
from gonghui.spine.members.rules import papers
from gonghui.spine.organisations.models import Organisation

UNION = Organisation(pk=1, level="base", is_active=True, founded_on=date(2001, 1, 1), name="示例工会")


def test_a_person_of_the_scenario_is_what_the_action_would_have_made() -> None:
    chance = Random(1)
    for number in (0, 999, 1_000, 1_599_999, members.FIRST_NEW, members.FIRST_NEW + 97_811):
        made = members.person(chance, number, UNION, on=date(2020, 3, 2))
        entry = made.entry
        assert checked(entry, on=DEMO_TODAY).paper == made.paper
        assert papers.phone(made.phone, generated=True) == made.phone
        assert not made.card or papers.card(made.card, generated=True) == made.card
        for value, check in ((made.phone, papers.phone), (made.card or "9990000000000003", papers.card)):
            try:
                check(value)
            except Refusal:
                continue
            raise AssertionError("only generated records carry it")


def test_no_two_numbers_make_the_same_paper_phone_or_card() -> None:
    chance = Random(1)
    some = [members.person(chance, number, UNION) for number in (*range(2_100), *range(5_000_000, 5_002_100))]
    assert len({one.paper.number for one in some}) == len({one.phone for one in some}) == len(some)
    cards = [one.card for one in some if one.card]
    assert len(set(cards)) == len(cards) > 1_000


def test_january_to_june_make_the_97_812() -> None:
    early, june, _july = plan.months(PEOPLE_ADMITTED)
    whole = sum(share.number for share in early.values()) + sum(share.number for share in june.values())
    assert whole == BY_FIGURE[PEOPLE_ADMITTED].number == 97_812


def test_whoever_has_a_past_was_in_another_union_until_the_eve() -> None:
    chance, older = Random(1), Organisation(pk=2, founded_on=date(1990, 1, 1))
    sizes = [members.Size(one, 10) for one in (UNION, older, Organisation(pk=3, founded_on=date(2019, 12, 1)))]
    since = date(2010, 5, 6)
    made = [members._with_a_past(members.person(chance, n, UNION, since=since), sizes, chance).entry for n in range(90)]
    past = [one for one in made if one.came_from is not None]
    assert 10 < len(past) < 60
    assert {one.came_from.pk for one in past if one.came_from} == {2}
    assert all(older.founded_on <= one.came_from_since < since for one in past if one.came_from_since)
