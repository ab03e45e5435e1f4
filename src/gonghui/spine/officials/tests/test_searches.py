"""A search among people stands in no address, log or history as it was typed, and works as any other filter."""

import logging
import re
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client

from gonghui.core.models import Access, Entry
from gonghui.spine.officials.console.posts import LISTING
from gonghui.spine.officials.models import Post
from gonghui.spine.officials.tests.builders import a_post, an_account
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.lists.models import SavedView
from gonghui.web.tests.builders import signed_in, taken

pytestmark = pytest.mark.django_db
NAME = "诸葛示例"
ADDRESS = re.compile(r'(?:href|action|src|hx-get|hx-post)="([^"]*)"')


@pytest.fixture
def reader(federation: Federation) -> Post:
    """An officer of the city, in whose reach somebody of the name and others hold posts."""
    a_post("statistician", federation.wangjing, account=an_account(NAME))
    for _ in range(2):
        a_post("reviewer", federation.chaoyang)
    return a_post("org_officer", federation.city)


def sought(client: Client, **typed: str) -> str:
    """The address that a search leads to."""
    answer = client.post("/lists/officials/search/", typed)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_a_name_that_was_searched_stands_in_no_address_log_or_entry(
    reader: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = signed_in(reader.account)
    there = sought(client, q=NAME, role="statistician", nonsense="x")
    assert there.startswith("/officials/?role=statistician&s=g1.")
    assert NAME not in unquote(there)
    page = client.get(there).content.decode()
    assert page.count(f">{NAME}</a>") == 1
    assert "张示例" not in page.partition("<table")[2].partition("</table>")[0]
    assert f'value="{NAME}"' in page, "the form still says what is looked for"
    assert not [link for link in ADDRESS.findall(page) if NAME in unquote(link)]
    client.get(there, headers={"HX-Request": "true"})
    client.get("/officials/?after=nonsense&" + there.partition("?")[2])
    file = next(link for link in ADDRESS.findall(page) if "export.csv" in link).replace("&amp;", "&")
    answer = client.get(file)
    assert f"筛选：姓名、用户名或组织：{NAME}；岗位：统计员" in taken(answer).decode()
    assert NAME not in unquote(str(answer.headers))
    assert NAME not in caplog.text
    for model in (Entry, Access):
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) from {model._meta.db_table} x where x::text like %s", [f"%{NAME}%"])
            assert cursor.fetchone() == (0,), model


def test_a_name_in_an_address_by_hand_is_not_read(reader: Post) -> None:
    client = signed_in(reader.account)
    page = client.get(f"/officials/?q={NAME}").content.decode()
    assert page.count("张示例") >= 2, "not narrowed"
    assert not [link for link in ADDRESS.findall(page) if NAME in unquote(link)], "and not carried on"


def test_a_search_opens_for_who_typed_it_alone(reader: Post, federation: Federation) -> None:
    there = sought(signed_in(reader.account), q=NAME)
    other = signed_in(a_post("org_officer", federation.city).account)
    for address in (there, "/officials/?s=g1.x.y", "/lists/officials/export.csv?s=g1.x.y"):
        refused = other.get(address)
        assert refused.status_code == 422, address
        assert "只有当时查找的人能打开" in refused.content.decode()
    moved = there.replace("/officials/", "/social-workers/")
    assert signed_in(reader.account).get(moved).status_code == 422, "and on its own list"
    away = Client().get(there)
    assert NAME not in unquote(away["Location"]), "signing in comes first, and leads back there"


def test_a_saved_search_opens_for_each_reader_sealed_anew(reader: Post, federation: Federation) -> None:
    client = signed_in(reader.account)
    page = client.get(sought(client, q=NAME, past="1")).content.decode()
    query = re.search(r'name="query" value="([^"]*)"', page)
    assert query is not None
    sent = {"name": "诸葛", "query": query[1].replace("&amp;", "&"), "shared": "1"}
    assert NAME not in unquote(client.post("/lists/officials/views/", sent)["Location"])
    opened = f"/lists/views/{SavedView.objects.get().public_id}/"
    for somebody in (client, signed_in(a_post("org_officer", federation.city).account)):
        there = somebody.get(opened)["Location"]
        assert there.startswith("/officials/?past=1&s=g1.")
        assert somebody.get(there).content.decode().count(f">{NAME}</a>") == 1
    assert f"姓名、用户名或组织：{NAME}" in client.get("/lists/views/").content.decode()


def test_all_that_a_search_finds_is_acted_on_and_too_long_a_one_is_refused_not_cut(reader: Post) -> None:
    client = signed_in(reader.account)
    page = client.get(sought(client, q=NAME)).content.decode()
    assert 'name="query" value="q=' in page
    there = client.post("/lists/officials/select/", {"act": "end", "all": "1", "query": f"q={NAME}"})["Location"]
    assert "为 1 人次办理离任" in client.get(there).content.decode()
    long = {"act": "end", "all": "1", "query": f"role=statistician&q={'诸' * 90}"}
    answer = client.post("/lists/officials/select/", long, headers={"referer": "http://testserver/officials/"})
    assert "筛选条件太长" in client.get(answer["Location"]).content.decode()


def test_pages_of_people_are_turned_by_sealed_keys(reader: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LISTING.__dict__, "size", 2)
    client = signed_in(reader.account)
    first = client.get("/officials/").content.decode()
    onward = re.search(r'rel="next" href="([^"]*)"', first)
    assert onward is not None
    assert onward[1].startswith("?after=g1.")
    second = client.get("/officials/" + onward[1].replace("&amp;", "&")).content.decode()
    names = [re.findall(r'/officials/[0-9a-f-]{36}/">([^<]*)</a>', page) for page in (first, second)]
    assert len(names[0]) == 2
    assert names[1]
    assert not set(names[0]) & set(names[1])
