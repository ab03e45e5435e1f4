"""The planned set-ups cover exactly the employers the half-year counts."""

from datetime import date

from gonghui.scenario.set_ups import STILL_OPEN, afterwards, planned
from gonghui.scenario.targets import EMPLOYERS_COVERED
from gonghui.spine.organisations import rules


def test_the_half_year_covers_602_different_employers():
    usccs = [one.uscc for set_up in planned() for one in set_up.employers]
    assert len(usccs) == len(set(usccs)) == EMPLOYERS_COVERED
    assert all(date(2020, 1, 1) <= one.established_on <= date(2020, 6, 30) for one in planned())


def test_joint_unions_stand_under_towns_and_cover_several():
    scheme = rules.set_up_scheme(date(2020, 1, 1))
    for one in planned():
        rules.check_employers(one.kind, one.employers, scheme=scheme)
        assert one.kind == "base" or one.seat.town is not None


def test_every_planned_union_has_a_name_of_its_own():
    names = [one.name for one in (*planned(), *afterwards())]
    assert len(set(names)) == len(names)


def test_what_comes_afterwards_never_counts_in_the_half_year():
    done = [one for one in afterwards() if one.reaches == "established"]
    assert all(one.established_on.month == 7 for one in done)
    assert len(afterwards()) - len(done) == STILL_OPEN
