"""Organisations found by codes, parts of them, names of then, English words and what stands above, in scope."""

from dataclasses import replace

import pytest

from gonghui.core.actor import SYSTEM
from gonghui.spine.organisations import actions
from gonghui.spine.organisations.actions import Founding
from gonghui.spine.organisations.models import NameTerms, Organisation, find_organisations, tree_differences
from gonghui.spine.organisations.tests.builders import JUNE, LONG_AGO, MARCH, Federation, a_set_up, an_employer, found


def hits(words: str, place: Organisation, limit: int = 8) -> list[str]:
    """The names found, best first, by somebody bound to the place."""
    actor = replace(SYSTEM, path=place.path)
    return [one.name for one in find_organisations(actor, words, limit)]


def test_a_code_its_beginning_its_middle_and_its_running_number_find_the_union(federation: Federation) -> None:
    area, letters, number, check = federation.second.code.split("-")
    city, name = federation.city, federation.second.name
    for typed in (
        federation.second.code,
        federation.second.code.lower(),
        f"{area}-{letters}-{number}",
        f"{letters}-{number}-{check}",
        f"{letters}-{number}",
        f"{number}-{check}",
        f"{name[:4]}{area}",
    ):
        assert name in hits(typed, city), typed
    assert hits(f"{area}-{letters}", city)[:2] != []
    assert name not in hits(federation.second.code, federation.haidian)
    assert hits("110105-ZZ", city) == []


def test_a_running_number_is_found_without_its_zeros(federation: Federation) -> None:
    for n in range(120):
        found(f"示例其他{n}公司工会", "base", federation.zhongguancun)
    last = Organisation.objects.get(name="示例其他119公司工会")
    number = last.code.split("-")[2].lstrip("0")
    assert len(number) == 3
    assert hits(number, federation.city) == [last.name]


def test_words_and_a_code_beside_them_must_both_hold(federation: Federation) -> None:
    assert hits("总工会 110105", federation.city) == ["朝阳区总工会", "望京街道总工会"]
    assert hits("总工会110108", federation.city) == ["海淀区总工会", "中关村街道总工会"]


def test_the_first_word_may_name_what_stands_above(federation: Federation) -> None:
    assert hits("朝阳 望京", federation.city) == ["望京街道总工会"]
    assert hits("朝阳wjjd", federation.city) == hits("cyq wjjd", federation.city) == ["望京街道总工会"]
    assert hits("海淀 望京", federation.city) == []
    assert hits("朝阳 望京", federation.haidian) == []


def test_former_names_old_codes_and_abolished_areas_lead_to_what_became_of_them(federation: Federation) -> None:
    actions.rename_organisation(
        federation.wangjing, name="望京新城街道总工会", short_name="", english_name="", by=SYSTEM, on=MARCH
    )
    federation.wangjing.refresh_from_db()
    assert hits("望京街道", federation.city) == ["望京新城街道总工会"]
    actions.merge_organisations(federation.second, federation.first, by=SYSTEM, on=JUNE)
    assert hits(federation.second.code, federation.city)[0] == federation.first.name
    east = found("西城区总工会", "district", federation.city, "110102")
    assert hits("110104", federation.city)[0] == east.name
    assert hits("110104", federation.haidian) == []


def test_english_names_are_found_by_whole_words(federation: Federation) -> None:
    founding = Founding(
        name="酒仙桥街道总工会", english_name="Jiuxianqiao Subdistrict Federation", level="town",
        superior=federation.chaoyang, area_code="110105",
    )  # fmt: skip
    made = actions.found_organisation(founding, by=SYSTEM, on=LONG_AGO)
    assert hits("jiuxianqiao", federation.city) == hits("Subdistrict", federation.city) == [made.name]
    assert hits("jiuxian", federation.city) == []
    assert hits("jiuxianqiao", federation.haidian) == []


def test_an_employers_credit_code_leads_to_its_union(federation: Federation) -> None:
    employer = an_employer()
    founding = Founding(name="示例某某有限公司工会", level="base", superior=federation.wangjing, employer=employer)
    union = actions.found_organisation(founding, by=SYSTEM, on=LONG_AGO)
    assert hits(employer.uscc, federation.city) == [union.name]
    assert hits(employer.uscc.lower(), federation.chaoyang) == [union.name]
    assert hits(employer.uscc, federation.haidian) == []


@pytest.mark.parametrize("typed", ["%", "_", "'", "110105-", "-", "   ", "\\", "0", "９９９９９９", "a" * 60])
def test_strange_words_find_nothing_and_break_nothing(federation: Federation, typed: str) -> None:
    assert isinstance(hits(typed, federation.city), list)


def test_set_ups_are_found_by_initials_too(federation: Federation) -> None:
    case = a_set_up(federation.wangjing)
    assert case.search_terms
    case.name = "望京新建工会"
    case.save()
    case.refresh_from_db()
    assert "~wjx" in case.search_terms, "the terms follow the name"


def test_whoever_was_moved_is_found_in_the_district_of_now(federation: Federation) -> None:
    name = federation.second.name
    assert name in hits(name, federation.chaoyang)
    actions.move_organisation(federation.wangjing, federation.haidian, by=SYSTEM, on=JUNE)
    assert name in hits(name, federation.haidian)
    assert hits(name, federation.chaoyang) == []
    assert not list(tree_differences())


def test_the_audit_names_who_is_looked_for_in_another_district(federation: Federation) -> None:
    NameTerms.objects.filter(organisation=federation.second).update(terms=["@0"])
    [wrong] = tree_differences()
    assert federation.second.code in str(wrong)
