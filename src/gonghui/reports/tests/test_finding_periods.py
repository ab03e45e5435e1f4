"""A period among the words leads to figures, reports, rounds and checkpoints of that period."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from gonghui.core.actor import Actor
from gonghui.core.models import Checkpoint
from gonghui.reports.models import Round
from gonghui.reports.tests.builders import Federation, a_round
from gonghui.reports.tests.test_finding import found
from gonghui.spine.officials.tests.builders import an_official


@pytest.fixture
def city(federation: Federation) -> Actor:
    return an_official("reviewer", federation.city.organisation)


@pytest.fixture
def east(federation: Federation) -> Actor:
    return an_official("statistician", federation.east.organisation)


@pytest.fixture
def town(federation: Federation) -> Actor:
    return an_official("statistician", federation.street.organisation)


def urls(actor: Actor, words: str, shelf: str = "数字") -> list[str]:
    return [hit.url for hit in found(actor, words).get(shelf, [])]


def figure(actor: Actor, federation: Federation, form: str, period: str, row: str) -> str:
    code = {federation.city.organisation.pk: federation.city, federation.east.organisation.pk: federation.east}
    return reverse("report_figure", args=[form, period, code[actor.organisation_id].organisation.code, row])


@pytest.mark.parametrize("words", ["12351-2020", "12351 2020", "12351热线 2020年", "12351 2020H1", "hotline 2020"])
def test_the_beginning_of_a_hotline_number_leads_to_the_hotlines_figure_and_to_nothing_else(
    city: Actor, federation: Federation, words: str
) -> None:
    assert {shelf: [hit.url for hit in hits] for shelf, hits in found(city, words).items()} == {
        "数字": [figure(city, federation, "beijing_2020h1", "2020H1", "F42")]
    }


def test_who_may_not_see_the_figure_of_the_hotline_finds_nothing(town: Actor) -> None:
    assert found(town, "12351-2020") == {}


@pytest.mark.parametrize(
    ("words", "form", "period", "row"),
    [
        ("F35 2020H1", "beijing_2020h1", "2020H1", "F35"),
        ("F35", "beijing_2020h1", "2020H1", "F35"),
        ("F35 2019年下半年", "beijing_2020h1", "2019H2", "F35"),
        ("F35 2019", "beijing_2020h1", "2019", "F35"),
        ("H9", "half_year", "2020H1", "H9"),
        ("H9 2019年下半年", "half_year", "2019H2", "H9"),
        ("F35 first half of 2020", "beijing_2020h1", "2020H1", "F35"),
    ],
)
def test_a_figure_is_found_at_the_period_that_was_said(
    city: Actor, federation: Federation, words: str, form: str, period: str, row: str
) -> None:
    assert urls(city, words) == [figure(city, federation, form, period, row)]


def test_of_two_forms_with_the_figure_the_one_of_that_period_comes_and_alone(
    city: Actor, federation: Federation
) -> None:
    assert urls(city, "mutual_aid.payments_made 2019H2") == [figure(city, federation, "half_year", "2019H2", "H9")]
    assert urls(city, "mutual_aid.payments_made 2020H1") == [
        figure(city, federation, "beijing_2020h1", "2020H1", "F35")
    ]


def test_the_reports_of_a_period_are_found_before_anybody_began_them(
    city: Actor, east: Actor, federation: Federation
) -> None:
    code = federation.east.organisation.code
    assert reverse("report", args=["half_year", "2019H2", code]) in urls(east, "2019年下半年 报告", "工作报告")
    assert reverse("report", args=["beijing_2020h1", "2020H1", code]) in urls(east, "2020年上半年 报告", "工作报告")
    assert reverse("report", args=["half_year", "2019H2", code]) in urls(city, "东区 2019H2", "工作报告")
    assert urls(city, "东区 季度 2020Q1", "工作报告") == [reverse("report", args=["quarter", "2020Q1", code])]
    assert "工作报告" not in found(city, "西东 2019H2")


def test_a_stranger_finds_no_report_of_others_by_its_period(east: Actor, federation: Federation) -> None:
    own = federation.east.organisation.code
    assert all(f"/{own}/" in url for url in urls(east, "2020年上半年 报告", "工作报告"))
    assert "工作报告" not in found(east, "西区 2020H1")


def test_rounds_are_found_by_their_period(city: Actor, federation: Federation) -> None:
    opened: Round = a_round(federation.city)
    there = [reverse("round", args=[opened.public_id])]
    assert urls(city, opened.days.label, "统计上报") == there
    assert urls(city, f"{opened.period} {opened.title[-2:]}", "统计上报") == there
    assert urls(city, "2018H1", "统计上报") == []


def test_checkpoints_are_found_by_their_day(city: Actor, east: Actor, federation: Federation) -> None:
    row = Checkpoint.objects.create(
        stream="entries", blocks=7, root=b"r" * 32, last_id=1, entries=1, text="a\n7\nb\n", key_id="k",
        signature=b"s" * 64, at=datetime(2020, 8, 9, 17, 0, tzinfo=UTC),
    )  # fmt: skip
    there = [reverse("checkpoint", args=[row.blocks])]
    assert urls(city, "2020-08-10", "检查点") == there, "a day of Shanghai, not of London"
    assert urls(city, "检查点 2020年8月", "检查点") == there
    assert urls(city, "2020年8月", "检查点") == []
    assert urls(city, "2020-08-09", "检查点") == []
    assert urls(replace(city, powers=city.powers - {"journal.see"}), "2020-08-10", "检查点") == []
