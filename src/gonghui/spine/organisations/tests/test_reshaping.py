"""Merging, splitting, renaming and restoring: who may, on which day, what goes along, what stays findable."""

from datetime import date, timedelta

import pytest

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import entries_of
from gonghui.core.models import Kind
from gonghui.spine.organisations import actions
from gonghui.spine.organisations.actions import Founding, Part, moving
from gonghui.spine.organisations.actions.reshaping import ending_of, former_units
from gonghui.spine.organisations.models import Employer, Organisation, TreeAct, tree_differences
from gonghui.spine.organisations.models.audits import coverage_differences, entry_differences, superior_differences
from gonghui.spine.organisations.tests.builders import (
    JANUARY,
    JUNE,
    LONG_AGO,
    MARCH,
    Federation,
    a_set_up,
    an_actor,
    an_employer,
    found,
)

pytestmark = pytest.mark.django_db
AUGUST = date(2020, 8, 3)


def refused(run, *args, **given) -> str:
    with pytest.raises(Refusal) as error:
        run(*args, **given)
    return error.value.code


def fresh(organisation: Organisation) -> Organisation:
    return Organisation.objects.get(pk=organisation.pk)


def nothing_is_wrong() -> None:
    for differences in (tree_differences, superior_differences, entry_differences, coverage_differences):
        assert list(differences()) == []


def test_a_merger_takes_all_along_and_leaves_the_past(federation: Federation) -> None:
    waiting = a_set_up(federation.wangjing)
    employer = an_employer()
    union = actions.found_organisation(
        Founding("示例覆盖工会", "base", federation.wangjing, employer=employer), by=SYSTEM, on=JANUARY
    )
    other = found("亚运村街道总工会", "town", federation.chaoyang, "110105027")
    federation.second.secondary = federation.wangjing
    federation.second.save()
    stood = federation.wangjing.path
    act = actions.merge_organisations(federation.wangjing, other, by=SYSTEM, on=MARCH)
    merged = fresh(federation.wangjing)
    assert (merged.is_active, merged.closed_on, merged.successor, merged.parent) == (False, MARCH, other, other)
    assert {one.name for one in other.children.active()} == {"示例一号有限公司工会", "示例二号有限公司工会", union.name}
    assert fresh(federation.second).secondary == other
    waiting.refresh_from_db()
    assert waiting.superior == other
    assert Employer.objects.get(uscc=employer.uscc).organisation == union
    assert fresh(union).path_on(MARCH - timedelta(days=1)) == f"{stood}{union.pk}/"
    assert fresh(union).path_on(MARCH) == f"{other.path}{union.pk}/"
    assert (act.units, act.organisation, act.target) == (4, merged, other)
    kinds = [Kind.objects.get(pk=one.kind).name for one in entries_of(merged)]
    assert kinds == ["organisations.organisation_founded", "organisations.organisation_merged"]
    nothing_is_wrong()


def test_a_base_union_that_is_merged_hands_over_its_employers(federation: Federation) -> None:
    employer = an_employer()
    union = actions.found_organisation(
        Founding("示例并入工会", "base", federation.wangjing, employer=employer), by=SYSTEM, on=JANUARY
    )
    actions.merge_organisations(union, federation.first, by=SYSTEM, on=AUGUST)
    assert Employer.objects.get(uscc=employer.uscc).organisation == federation.first
    nothing_is_wrong()


def test_who_stands_one_under_the_other_is_not_merged(federation: Federation) -> None:
    for one, into in (
        (federation.chaoyang, federation.wangjing),
        (federation.wangjing, federation.chaoyang),
        (federation.wangjing, federation.wangjing),
    ):
        assert refused(actions.merge_organisations, one, into, by=SYSTEM, on=JUNE) == "organisations.merge_cycle"


def test_only_what_is_alike_is_merged(federation: Federation) -> None:
    unlike = refused(actions.merge_organisations, federation.wangjing, federation.haidian, by=SYSTEM, on=JUNE)
    assert unlike == "organisations.merge_unlike"
    joint = found("楼宇联合工会", "joint", federation.chaoyang)
    actions.merge_organisations(federation.first, joint, by=SYSTEM, on=JUNE)
    assert fresh(federation.first).successor == joint


def test_a_merger_is_dated_back_over_work_but_not_before_it_stood_there(federation: Federation) -> None:
    too_early = refused(
        actions.merge_organisations, federation.haidian, federation.chaoyang, by=SYSTEM, on=date(2014, 1, 1)
    )
    assert too_early == "organisations.move_too_early"
    early, late = a_set_up(federation.zhongguancun, on=JANUARY), a_set_up(federation.zhongguancun, on=JUNE)
    assert moving.accounted_since(federation.haidian, on=MARCH) == 1
    actions.merge_organisations(
        federation.haidian, federation.chaoyang, by=an_actor("org_officer", federation.city), on=MARCH
    )
    town = fresh(federation.zhongguancun)
    now, then = town.path, f"{federation.city.path}{federation.haidian.pk}/{town.pk}/"
    assert [entry.path for entry in entries_of(early)] == [then]
    assert [(entry.path, entry.sign, entry.why, entry.happened_on) for entry in entries_of(late)] == [
        (then, 1, None, JUNE),
        (then, -1, "placed_anew", JUNE),
        (now, 1, None, JUNE),
    ]
    nothing_is_wrong()


def test_who_came_or_was_founded_after_the_day_of_a_merger_is_the_others_from_then_on(federation: Federation) -> None:
    actions.move_organisation(federation.third, federation.wangjing, by=SYSTEM, on=MARCH + timedelta(days=9))
    young = found("新街道总工会", "town", federation.haidian, "110108028", on=JUNE)
    actions.merge_organisations(federation.haidian, federation.chaoyang, by=SYSTEM, on=MARCH)
    third, chaoyang = fresh(federation.third), federation.chaoyang.path
    assert third.parent == federation.wangjing, "it left afterwards and stays where it went"
    assert third.path_on(MARCH) == f"{chaoyang}{federation.zhongguancun.pk}/{third.pk}/", (
        "but it was merged before that"
    )
    assert fresh(young).path == fresh(young).path_on(JUNE) == f"{chaoyang}{young.pk}/"
    nothing_is_wrong()


def test_only_who_stands_above_both_merges_them(federation: Federation) -> None:
    for place, code in ((federation.chaoyang, "organisations.reach"), (federation.haidian, "organisations.reach")):
        officer = an_actor("org_officer", place)
        with pytest.raises(PowerMissing) as error:
            actions.merge_organisations(federation.haidian, federation.chaoyang, by=officer, on=JUNE)
        assert error.value.code == code
    reader = an_actor("statistician", federation.city)
    with pytest.raises(PowerMissing):
        actions.merge_organisations(federation.haidian, federation.chaoyang, by=reader, on=JUNE)
    actions.merge_organisations(
        federation.haidian, federation.chaoyang, by=an_actor("org_officer", federation.city), on=JUNE
    )


def test_a_merger_is_taken_back_by_an_act_of_its_own(federation: Federation) -> None:
    actions.merge_organisations(federation.haidian, federation.chaoyang, by=SYSTEM, on=MARCH)
    stays = found("新街道总工会", "town", fresh(federation.chaoyang), "110105028", on=JUNE)
    actions.move_organisation(federation.third, federation.wangjing, by=SYSTEM, on=JUNE)
    officer = an_actor("org_officer", federation.city)
    actions.restore_organisation(federation.haidian, by=officer, on=AUGUST)
    back = fresh(federation.haidian)
    assert (back.is_active, back.parent, back.successor, back.closed_on) == (True, federation.city, None, None)
    assert list(back.children.active()) == [federation.zhongguancun]
    assert fresh(stays).parent == federation.chaoyang
    assert fresh(federation.third).parent == federation.wangjing, "it went on by itself and stays where it went"
    town = fresh(federation.zhongguancun)
    chaoyang, haidian = f"/{federation.city.pk}/{federation.chaoyang.pk}/", back.path
    assert [town.path_on(day).rpartition(f"{town.pk}/")[0] for day in (LONG_AGO, MARCH, JUNE, AUGUST)] == [
        haidian,
        chaoyang,
        chaoyang,
        haidian,
    ]
    merger = TreeAct.objects.get(act="merge")
    assert merger.undone_by == TreeAct.objects.get(act="restore")
    assert refused(actions.restore_organisation, back, by=SYSTEM, on=AUGUST) == "organisations.stands"
    nothing_is_wrong()


def test_nobody_is_restored_before_it_ended_and_work_since_comes_along(federation: Federation) -> None:
    actions.merge_organisations(federation.haidian, federation.chaoyang, by=SYSTEM, on=MARCH)
    restore = actions.restore_organisation
    assert refused(restore, federation.haidian, by=SYSTEM, on=date(2020, 2, 1)) == "organisations.move_too_early"
    case = a_set_up(fresh(federation.zhongguancun), on=JUNE)
    restore(federation.haidian, by=SYSTEM, on=JUNE)
    assert entries_of(case).last().path == f"{fresh(federation.haidian).path}{federation.zhongguancun.pk}/"
    nothing_is_wrong()


def test_employers_and_open_set_ups_come_back_with_who_is_restored(federation: Federation) -> None:
    mine, theirs = an_employer(), an_employer()
    union = actions.found_organisation(
        Founding("示例并入工会", "base", federation.wangjing, employer=mine), by=SYSTEM, on=JANUARY
    )
    waiting = a_set_up(federation.zhongguancun)
    other = found("亚运村街道总工会", "town", federation.haidian, "110108029")
    actions.merge_organisations(union, federation.first, by=SYSTEM, on=MARCH)
    actions.merge_organisations(federation.zhongguancun, other, by=SYSTEM, on=JUNE)
    later = a_set_up(fresh(other), on=JUNE)
    covered = actions.found_organisation(
        Founding("示例另一工会", "base", federation.wangjing, employer=theirs), by=SYSTEM, on=MARCH
    )
    actions.merge_organisations(covered, federation.first, by=SYSTEM, on=JUNE)
    actions.restore_organisation(union, by=SYSTEM, on=AUGUST)
    actions.restore_organisation(federation.zhongguancun, by=SYSTEM, on=AUGUST)
    assert Employer.objects.get(uscc=mine.uscc).organisation == union
    assert Employer.objects.get(uscc=theirs.uscc).organisation == federation.first, "it came from another one"
    for case, superior in ((waiting, federation.zhongguancun), (later, other)):
        case.refresh_from_db()
        assert case.superior == superior
    nothing_is_wrong()


def test_a_closed_organisation_stands_again(federation: Federation) -> None:
    actions.close_organisation(federation.first, by=SYSTEM, on=MARCH)
    ending = ending_of(federation.first)
    assert ending is not None
    assert former_units(ending) == []
    actions.restore_organisation(federation.first, by=SYSTEM, on=JUNE)
    assert fresh(federation.first).is_active
    nothing_is_wrong()


def test_part_of_an_organisation_becomes_one_of_its_own(federation: Federation) -> None:
    part = Part(Founding("望京东街道总工会", "town", None), [federation.second])
    (new,) = actions.split_organisation(federation.wangjing, [part], by=SYSTEM, on=MARCH)
    assert (new.parent, new.level, new.founded_on) == (federation.chaoyang, "town", MARCH)
    assert list(new.children.all()) == [federation.second]
    assert list(federation.wangjing.children.active()) == [federation.first]
    assert fresh(federation.wangjing).is_active
    nothing_is_wrong()


def test_an_organisation_is_split_up_and_one_part_goes_on_for_it(federation: Federation) -> None:
    parts = [
        Part(Founding(f"望京{word}街道总工会", "town", None), [unit])
        for word, unit in (("东", federation.first), ("西", federation.second))
    ]
    east, west = actions.split_organisation(federation.wangjing, parts, by=SYSTEM, on=MARCH, successor=1)
    assert Organisation.objects.now_of(federation.wangjing.code) == west
    assert list(east.children.active()) == [federation.first]
    assert list(west.children.active()) == [federation.second]
    nothing_is_wrong()


def test_a_split_names_units_that_stand_directly_below_and_each_once(federation: Federation) -> None:
    split = actions.split_organisation
    for units in ([federation.third], [federation.first, federation.first]):
        part = Part(Founding("望京东街道总工会", "town", None), units)
        assert refused(split, federation.wangjing, [part], by=SYSTEM, on=MARCH) == "organisations.split_unit"
    nobody = Part(Founding("望京东街道总工会", "town", None), [])
    assert refused(split, federation.wangjing, [nobody], by=SYSTEM, on=MARCH) == "organisations.split_empty"
    assert refused(split, federation.wangjing, [], by=SYSTEM, on=MARCH) == "organisations.split_nothing"


def test_names_of_then_are_kept_and_found(federation: Federation) -> None:
    rename = actions.rename_organisation
    rename(federation.wangjing, "望京地区总工会", by=SYSTEM, on=MARCH)
    rename(federation.wangjing, "大望京总工会", by=SYSTEM, on=JUNE)
    one = fresh(federation.wangjing)
    assert list(one.former_names.order_by("last_on").values_list("name", "last_on")) == [
        ("望京街道总工会", date(2020, 3, 1)),
        ("望京地区总工会", date(2020, 5, 31)),
    ]
    assert Organisation.objects.all().resolved("望京街道总工会") == one
    assert refused(rename, one, "又一名", by=SYSTEM, on=MARCH) == "organisations.rename_too_early"
    rename(one, "望京总工会", by=SYSTEM, on=JUNE)
    assert one.former_names.count() == 2, "a name that stood for no day is not kept"


def test_old_codes_lead_to_what_became_of_them(federation: Federation) -> None:
    third = found("回龙观街道总工会", "town", federation.chaoyang, "110105029")
    actions.merge_organisations(federation.wangjing, third, by=SYSTEM, on=MARCH)
    last = found("天通苑街道总工会", "town", federation.chaoyang, "110105030")
    actions.merge_organisations(third, last, by=SYSTEM, on=JUNE)
    everyone = Organisation.objects.all()
    assert everyone.resolved(federation.wangjing.code) == last
    assert everyone.resolved(federation.wangjing.code.lower()) == last
    dongcheng = found("东城区总工会", "district", federation.city, "110101")
    assert everyone.resolved("110103") == dongcheng, "崇文区 went into 东城区 in 2010"
    zone = found("经济技术开发区总工会", "district", federation.city, "110115403")
    assert everyone.resolved("110115403") == zone
    assert everyone.resolved("110115") is None, "Daxing is not the development area"
    assert everyone.resolved("望京街道总工会") == last, "the name of who was merged"
    here = Organisation.objects.seen_by(an_actor("org_officer", federation.haidian))
    assert here.resolved(federation.wangjing.code) is None, "out of sight is as absent as one that never was"
    assert everyone.resolved("") is None


def test_a_second_superior_serves_and_counts_nothing(federation: Federation) -> None:
    actions.set_secondary_superior(federation.first, federation.education, by=SYSTEM, on=MARCH)
    one = fresh(federation.first)
    assert one.path == f"{federation.wangjing.path}{one.pk}/"
    assert TreeAct.objects.get(act="secondary").target == federation.education
    actions.merge_organisations(
        federation.education, found("文化工会", "industry", federation.city), by=SYSTEM, on=JUNE
    )
    assert fresh(federation.first).secondary.name == "文化工会"
