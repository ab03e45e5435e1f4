"""The list of officials: many posts ended at once, and the list as a file."""

from dataclasses import replace

import pytest

from gonghui.core import clock
from gonghui.core.models import Access
from gonghui.spine.officials.console import posts
from gonghui.spine.officials.models import Post
from gonghui.spine.officials.tests.builders import a_post
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.lists.declared import LISTINGS
from gonghui.web.tests.builders import signed_in, taken

pytestmark = pytest.mark.django_db


def test_posts_are_ended_one_by_one_and_what_was_left_is_told(federation: Federation) -> None:
    mine = a_post("org_officer", federation.chaoyang)
    others = [a_post("statistician", federation.wangjing) for _ in range(2)]
    far = a_post("statistician", federation.haidian)
    client = signed_in(mine.account)
    sent = {"act": "end", "row": [str(one.public_id) for one in (mine, far, *others)]}
    there = client.post("/lists/officials/select/", sent)["Location"]
    shown = client.get(there).content.decode()
    assert "为 3 人次办理离任" in shown
    assert far.account.name not in shown, "nobody reaches a post out of sight"
    today = clock.today()
    done = client.post(there, {"on": today.isoformat()}).content.decode()
    assert "已办成 2 行" in done
    assert mine.account.name in done, "nobody ends a post of their own, and is told so"
    assert set(Post.objects.filter(last_on=today)) == set(others)


def test_ending_posts_asks_for_the_password_again(federation: Federation) -> None:
    client = signed_in(a_post("org_officer", federation.chaoyang).account, seconds_ago=3_600)
    a_post("statistician", federation.wangjing)
    there = client.post("/lists/officials/select/", {"act": "end", "all": "1"})["Location"]
    assert "/accounts/reauthenticate/" in client.get(there)["Location"]
    reader = signed_in(a_post("statistician", federation.chaoyang).account)
    assert reader.post("/lists/officials/select/", {"act": "end", "all": "1"}).status_code == 403


def test_a_list_of_people_leaves_with_a_trace_and_never_in_masses(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = a_post("org_officer", federation.chaoyang)
    client = signed_in(one.account)
    answer = client.get("/lists/officials/export.csv")
    text = taken(answer).decode()
    assert one.account.name in text
    assert Access.objects.filter(what="web.list_exported", subject_type="officials").count() == 1
    with monkeypatch.context() as smaller:
        smaller.setitem(LISTINGS, "officials", replace(posts.LISTING, rows_most=0))
        refused = client.get("/lists/officials/export.csv")
        assert "一个文件装不下" in refused.content.decode()
    later = signed_in(one.account, seconds_ago=3_600)
    assert "/accounts/reauthenticate/" in later.get("/lists/officials/export.csv")["Location"]
