"""What search finds of imports: those of one's own union, on lists one may import."""

import pytest
from django.urls import get_resolver, reverse

from gonghui.core.actor import Actor
from gonghui.spine.organisations.tests.builders import Federation, an_actor
from gonghui.spine.organisations.tests.test_sheets import brought, committed
from gonghui.web.imports.models import Import
from gonghui.web.palette import shelves

pytestmark = pytest.mark.django_db
ROWS = [{"名称": "示例新工会", "层级": "基层工会", "上级": "望京街道总工会"}]


@pytest.fixture
def officer(federation: Federation) -> Actor:
    return an_actor("org_officer", federation.chaoyang)


@pytest.fixture
def batch(officer: Actor) -> Import:
    """Brought on 1 July 2020."""
    return brought(ROWS, officer, name="七月新建单位.csv")


def urls(actor: Actor, words: str) -> list[str]:
    assert get_resolver().url_patterns, "every shelf registers itself with its pages"
    return [hit.url for shelf in shelves(actor, words) if shelf.label == "成批导入" for hit in shelf.found]


def test_an_import_is_found_by_its_file_its_list_its_state_and_its_day(officer: Actor, batch: Import) -> None:
    there = [reverse("import", args=[batch.public_id])]
    for words in ("七月新建", "七月 待确认", "组织 待确认", "2020-07-01", "7月1日", "2020年7月 七月新建", "qyxj"):
        assert urls(officer, words) == there, words
    for words in ("已导入", "2020-07-02", "2020年6月 七月新建", "八月新建", "2020"):
        assert urls(officer, words) == [], words
    committed(batch, officer)
    assert urls(officer, "七月 已导入") == there


def test_strangers_and_those_who_may_not_import_the_list_find_none(federation: Federation, batch: Import) -> None:
    for actor in (
        an_actor("org_officer", federation.haidian),
        an_actor("org_officer", federation.city),
        an_actor("statistician", federation.chaoyang),
    ):
        assert urls(actor, "七月新建") == []
        assert urls(actor, "2020-07-01") == []
