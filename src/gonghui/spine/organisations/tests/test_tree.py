"""Founding, renaming, moving and closing organisations."""

from contextlib import AbstractContextManager
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.utils import translation

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import KIND_IDS, entries_of
from gonghui.spine.organisations import actions, rules
from gonghui.spine.organisations.actions import Founding
from gonghui.spine.organisations.models import Employer, Organisation, PathSpan, tree_differences
from gonghui.spine.organisations.models.audits import entry_differences
from gonghui.spine.organisations.tests.builders import (
    JUNE,
    LONG_AGO,
    MARCH,
    Federation,
    a_set_up,
    an_actor,
    an_employer,
    an_established_set_up,
    found,
)

pytestmark = pytest.mark.django_db


def refused(code: str) -> AbstractContextManager[object]:
    """A refusal with the code, whose sentence can be filled."""
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code and bool(str(refusal)))


def kinds(record: object) -> list[str]:
    return [KIND_IDS.name(entry.kind) for entry in entries_of(record)]  # type: ignore[arg-type]


def test_an_organisation_stands_under_its_superior_with_its_own_code(federation: Federation) -> None:
    assert federation.first.path == f"{federation.wangjing.path}{federation.first.id}/"
    assert federation.first.depth == 4
    assert federation.first.code.startswith("110105-BA-00001-")
    assert federation.second.code.startswith("110105-BA-00002-")
    assert federation.city.code.startswith("110000-CI-00001-")
    assert kinds(federation.first) == ["organisations.organisation_founded"]
    assert list(tree_differences()) == []


def test_the_area_follows_the_superior_when_left_out(federation: Federation) -> None:
    assert federation.first.area_code == "110105026"
    assert federation.education.area_code == "110000"


def test_the_economic_technological_zone_stands_alone_and_its_streets_under_it(federation: Federation) -> None:
    zone = found("经济技术开发区总工会", "district", federation.city, "110115403")
    street = found("荣华街道总工会", "town", zone, "110115403")
    assert zone.code.startswith("110115-DI-")
    assert street.path.startswith(zone.path)


@pytest.mark.parametrize("area", ["110103", "110100", "999999", "11010502"])
def test_unknown_and_abolished_areas_are_refused(federation: Federation, area: str) -> None:
    with pytest.raises(Refusal):
        found("某区总工会", "district", federation.city, area)


def test_a_street_of_another_district_is_refused(federation: Federation) -> None:
    with refused("organisations.area_elsewhere"):
        found("中关村街道总工会", "town", federation.chaoyang, "110108003")


def test_there_is_one_city(federation: Federation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        found("又一个市总工会", "city", None, "110000")


def test_only_the_system_founds_the_city() -> None:
    officer = an_actor("org_officer", Organisation(id=1, path="/1/", level="city", name="市总工会"))
    with pytest.raises(PowerMissing):
        actions.found_organisation(Founding("市总工会", "city", None, area_code="110000"), by=officer, on=LONG_AGO)


def test_founding_needs_the_power_and_the_reach(federation: Federation) -> None:
    founding = Founding("新企业工会", "base", federation.wangjing)
    with pytest.raises(PowerMissing):
        actions.found_organisation(founding, by=an_actor("statistician", federation.chaoyang), on=JUNE)
    with pytest.raises(PowerMissing):
        actions.found_organisation(founding, by=an_actor("org_officer", federation.haidian), on=JUNE)
    made = actions.found_organisation(founding, by=an_actor("org_officer", federation.chaoyang), on=JUNE)
    assert made.parent_id == federation.wangjing.id


def test_founding_under_a_closed_organisation_or_before_it_stood_is_refused(federation: Federation) -> None:
    with refused("organisations.date_order"):
        found("早", "base", federation.wangjing, on=date(2014, 1, 1))
    actions.close_organisation(federation.third, by=SYSTEM, on=MARCH)
    with refused("organisations.superior_closed"):
        found("分会", "branch", federation.third, on=JUNE)


def test_founding_with_an_employer_covers_it(federation: Federation) -> None:
    entry = an_employer()
    founding = Founding("带单位的工会", "base", federation.wangjing, employer=entry)
    union = actions.found_organisation(founding, by=SYSTEM, on=MARCH)
    employer = Employer.objects.get(uscc=entry.uscc)
    assert employer.organisation_id == union.id
    assert kinds(employer) == ["organisations.employer_covered"]


def test_a_unions_own_code_starts_with_eight(federation: Federation) -> None:
    with refused("codes.uscc_of_employer"):
        actions.found_organisation(
            Founding("某工会", "base", federation.wangjing, uscc=an_employer().uscc), by=SYSTEM, on=JUNE
        )


def test_a_rename_keeps_code_and_place(federation: Federation) -> None:
    code, path = federation.first.code, federation.first.path
    actions.rename_organisation(federation.first, "改名有限公司工会", by=SYSTEM, on=JUNE)
    federation.first.refresh_from_db()
    assert (federation.first.code, federation.first.path) == (code, path)
    assert "改名" in federation.first.found_by.terms
    with refused("organisations.same_name"):
        actions.rename_organisation(federation.first, "改名有限公司工会", by=SYSTEM, on=JUNE)


def test_a_move_takes_the_subtree_along_and_the_past_stays(federation: Federation) -> None:
    before = federation.first.path
    actions.move_organisation(federation.wangjing, federation.haidian, by=SYSTEM, on=MARCH)
    federation.first.refresh_from_db()
    assert federation.first.path == f"{federation.haidian.path}{federation.wangjing.id}/{federation.first.id}/"
    assert federation.first.path_on(date(2020, 3, 1)) == before
    assert federation.first.path_on(MARCH) == federation.first.path
    assert federation.first.code.startswith("110105-BA-")
    assert list(tree_differences()) == []


def test_two_moves_on_one_day_leave_the_last_place(federation: Federation) -> None:
    before = federation.wangjing.path
    actions.move_organisation(federation.wangjing, federation.haidian, by=SYSTEM, on=MARCH)
    actions.move_organisation(federation.wangjing, federation.chaoyang, by=SYSTEM, on=MARCH)
    assert federation.wangjing.path == before
    assert federation.wangjing.path_on(MARCH) == before
    assert list(tree_differences()) == []


def test_a_move_under_itself_or_its_own_is_refused(federation: Federation) -> None:
    park = found("望京园区总工会", "town", federation.wangjing)
    for below in (federation.wangjing, park):
        with refused("organisations.cycle"):
            actions.move_organisation(federation.wangjing, below, by=SYSTEM, on=JUNE)


def test_the_tree_has_a_deepest_level(federation: Federation) -> None:
    below = [federation.first]
    while below[-1].depth < rules.deepest():
        below.append(found(f"{below[-1].depth}", "base", below[-1]))
    with refused("organisations.depth"):
        found("太深", "base", below[-1])
    with refused("organisations.depth"):
        actions.move_organisation(below[0], federation.second, by=SYSTEM, on=JUNE)
    actions.move_organisation(below[1], federation.second, by=SYSTEM, on=JUNE)


def test_a_move_to_where_it_stands_or_out_of_place_is_refused(federation: Federation) -> None:
    with refused("organisations.same_superior"):
        actions.move_organisation(federation.wangjing, federation.chaoyang, by=SYSTEM, on=JUNE)
    with refused("organisations.place"):
        actions.move_organisation(federation.wangjing, federation.education, by=SYSTEM, on=JUNE)


def test_a_move_dated_before_the_last_one_is_refused(federation: Federation) -> None:
    actions.move_organisation(federation.wangjing, federation.haidian, by=SYSTEM, on=JUNE)
    with refused("organisations.move_too_early"):
        actions.move_organisation(federation.wangjing, federation.chaoyang, by=SYSTEM, on=MARCH)


def test_work_recorded_since_the_day_of_a_move_comes_along(federation: Federation) -> None:
    case = an_established_set_up(federation.wangjing, on=JUNE)
    actions.move_organisation(federation.wangjing, federation.haidian, by=SYSTEM, on=JUNE)
    assert list(tree_differences()) == list(entry_differences()) == []
    assert entries_of(case).last().path.startswith(f"{federation.haidian.path}{federation.wangjing.pk}/")


def test_a_move_needs_reach_over_both_ends(federation: Federation) -> None:
    officer = an_actor("org_officer", federation.chaoyang)
    with pytest.raises(PowerMissing):
        actions.move_organisation(federation.first, federation.zhongguancun, by=officer, on=JUNE)
    with pytest.raises(PowerMissing):
        actions.move_organisation(federation.third, federation.wangjing, by=officer, on=JUNE)
    actions.move_organisation(federation.first, federation.catering, by=officer, on=JUNE)
    assert federation.first.parent_id == federation.catering.id


def test_founding_dated_before_the_superior_moved_follows_where_it_stood(federation: Federation) -> None:
    actions.move_organisation(federation.wangjing, federation.haidian, by=SYSTEM, on=JUNE)
    late = found("补录企业工会", "base", federation.wangjing, on=MARCH)
    assert late.path_on(MARCH).startswith(federation.chaoyang.path)
    assert late.path_on(JUNE).startswith(federation.haidian.path)
    assert list(tree_differences()) == []


def test_before_it_was_founded_an_organisation_has_no_path(federation: Federation) -> None:
    with refused("organisations.not_yet"):
        federation.first.path_on(date(2015, 1, 4))


def test_closing_waits_for_children_and_set_ups_and_frees_employers(federation: Federation) -> None:
    with refused("organisations.children_open"):
        actions.close_organisation(federation.wangjing, by=SYSTEM, on=JUNE)
    union = an_established_set_up(federation.wangjing, on=MARCH).union
    assert union is not None
    actions.close_organisation(union, by=SYSTEM, on=JUNE)
    employer = Employer.objects.get(set_ups__union=union)
    assert (employer.organisation_id, employer.uncovered_on) == (None, JUNE)
    with refused("organisations.closed_before"):
        actions.close_organisation(union, by=SYSTEM, on=JUNE)
    a_set_up(federation.catering, on=JUNE)
    with refused("organisations.set_ups_open"):
        actions.close_organisation(federation.catering, by=SYSTEM, on=JUNE)


def test_closing_before_founding_and_closing_oneself_are_refused(federation: Federation) -> None:
    with refused("organisations.date_order"):
        actions.close_organisation(federation.first, by=SYSTEM, on=date(2015, 1, 4))
    with pytest.raises(PowerMissing):
        actions.close_organisation(federation.catering, by=an_actor("org_officer", federation.catering), on=JUNE)


def test_a_second_superior_is_never_below(federation: Federation) -> None:
    actions.set_secondary_superior(federation.first, federation.education, by=SYSTEM, on=JUNE)
    federation.first.refresh_from_db()
    assert federation.first.secondary_id == federation.education.id
    assert federation.first.path.startswith(federation.wangjing.path)
    with refused("organisations.cycle"):
        actions.set_secondary_superior(federation.wangjing, federation.first, by=SYSTEM, on=JUNE)
    with refused("organisations.same_superior"):
        actions.set_secondary_superior(federation.first, federation.wangjing, by=SYSTEM, on=JUNE)
    actions.set_secondary_superior(federation.first, None, by=SYSTEM, on=JUNE)


def test_industries_are_rows_the_city_edits(federation: Federation) -> None:
    city = an_actor("org_officer", federation.city)
    made = actions.edit_industry("indu-01", "教育", order=1, is_active=True, by=city, on=JUNE)
    again = actions.edit_industry("INDU-01", "教育科技", order=2, is_active=True, by=city, on=JUNE)
    assert (made.pk, again.name) == (again.pk, "教育科技")
    with translation.override("en"):
        assert str(again) == "教育科技"
        again = actions.edit_industry(
            "INDU-01", "教育科技", order=2, is_active=True, by=city, on=JUNE, english_name=" Education  and Science"
        )
        assert str(again) == "Education and Science"
    assert str(again) == "教育科技"
    with refused("organisations.industry_code"):
        actions.edit_industry("X1", "教育", order=1, is_active=True, by=city, on=JUNE)
    with pytest.raises(PowerMissing):
        actions.edit_industry(
            "INDU-02", "建筑", order=1, is_active=True, by=an_actor("org_officer", federation.chaoyang), on=JUNE
        )


def test_an_actor_sees_its_subtree_and_nothing_else(federation: Federation) -> None:
    seen = Organisation.objects.seen_by(an_actor("org_officer", federation.chaoyang))
    assert {one.name for one in seen} == {
        "朝阳区总工会",
        "望京街道总工会",
        "餐饮行业工会联合会",
        "示例一号有限公司工会",
        "示例二号有限公司工会",
    }


@pytest.mark.parametrize(
    "change",
    [
        "update organisations_organisation set path = '/1/' || id || '/' where id = %s",
        "update organisations_organisation set parent_id = (select id from organisations_organisation"
        " where level = 'industry') where id = %s",
        "update organisations_organisation set code = '110105-BA-00009-9' where id = %s",
        "update organisations_organisation set depth = 9 where id = %s",
        "update organisations_organisation set closed_on = '2014-01-01', is_active = false where id = %s",
        "update organisations_organisation set secondary_id = id where id = %s",
    ],
)
def test_the_database_itself_refuses_a_broken_tree(federation: Federation, change: str) -> None:
    def broken() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change, [federation.first.id])
            cursor.execute("set constraints all immediate")

    with pytest.raises(IntegrityError):
        broken()


def test_the_database_refuses_a_new_union_that_does_not_stand_under_its_superior(federation: Federation) -> None:
    new = actions.found_organisation(Founding("新企业工会", "base", federation.wangjing), by=SYSTEM, on=JUNE)
    row = {field.attname: getattr(new, field.attname) for field in new._meta.concrete_fields}
    elsewhere = {"id": 999_999, "public_id": uuid4(), "code": "X", "path": f"{federation.haidian.path}9/999999/"}
    with pytest.raises(IntegrityError, match="does not follow its superior"), transaction.atomic():
        Organisation(**row | elsewhere).save(force_insert=True)


def test_the_database_refuses_overlapping_spans(federation: Federation) -> None:
    def broken() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            PathSpan.objects.create(organisation=federation.first, path="/9/", first_on=JUNE)
            cursor.execute("set constraints all immediate")

    with pytest.raises(IntegrityError):
        broken()
