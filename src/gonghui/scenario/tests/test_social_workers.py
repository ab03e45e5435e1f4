"""The planned social workers are as many, as qualified and as diverse as the half-year says."""

from collections import Counter
from datetime import date

from gonghui.scenario import plan, social_workers
from gonghui.scenario.social_workers import LAPSING, TAKEN_OVER, VERIFIED, people
from gonghui.scenario.targets import BY_FIGURE, FORMER_LEVELS, QUALIFIED_SHARE
from gonghui.spine.officials.rules import social_workers as rules


def test_the_people_are_the_plans():
    target = BY_FIGURE[QUALIFIED_SHARE]
    qualified = [one for one in people() if one.qualified_on is not None]
    assert (len(qualified), len(people())) == (target.number, target.denominator) == (338, 820)
    then = [one for one in people() if one.joined_on < TAKEN_OVER]
    assert (sum(one.qualified_on == VERIFIED for one in then), len(then)) == FORMER_LEVELS[QUALIFIED_SHARE]
    by_unit = Counter(one.unit for one in people())
    assert by_unit == {key: share.denominator for key, share in plan.half_year(QUALIFIED_SHARE).items()}
    assert all((one.qualified_on is None) == (one.kinds == ()) for one in people())


def test_the_kinds_are_214_96_and_121_and_some_hold_two():
    kinds = Counter(kind for one in people() for kind in one.kinds)
    assert kinds == {"social_work": 214, "counselling": 96, "labour_relations": 121}
    assert sum(len(one.kinds) == 2 for one in people()) == 214 + 96 + 121 - 338


def test_the_winter_takes_the_share_below_40_percent():
    lapsed = {until for until, _many in LAPSING if until < date(2021, 3, 15)}
    left = sum(
        any(kind != "social_work" for kind in one.kinds) or one.until not in lapsed for one in people() if one.kinds
    )
    assert left * 100 < 40 * len(people())
    assert min(until for until, _many in LAPSING) > date(2020, 8, 10)


def test_no_certificate_is_older_than_its_holder_may_be():
    for person in people():
        for kind in person.kinds:
            issued_on = social_workers._issued_on(person, kind)
            assert issued_on >= rules.birthday(date(1989, 12, 31), 18)
            assert not rules.doubt(rules.kind_of(kind, issued_on), issued_on)
