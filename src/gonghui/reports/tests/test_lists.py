"""Lists of reports: acts on many rows by a selection, the list as a file, views under a name."""

import csv
import hashlib
import io
import re
from dataclasses import replace

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from gonghui.core.models import Access
from gonghui.reports import actions
from gonghui.reports.models import Line, Round
from gonghui.reports.tests.builders import (
    HOTLINE,
    JULY,
    PAYMENTS,
    Federation,
    a_draft,
    a_federation,
    a_round,
    a_submitted_return,
)
from gonghui.web.lists.declared import LISTINGS
from gonghui.web.lists.models import SavedView
from gonghui.web.tests.builders import taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def federation() -> Federation:
    """Two districts whose lines wait for the city."""
    made = a_federation()
    opened = a_round(made.city, PAYMENTS, HOTLINE)
    for unit, number in ((made.east, 40), (made.west, 30)):
        a_submitted_return(opened, unit, a_draft(PAYMENTS, number), a_draft(HOTLINE, number))
    return made


def chosen(client: Client, name: str, **sent: object) -> str:
    """The address of a selection."""
    answer = client.post(f"/lists/{name}/select/", sent)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_all_that_the_filter_finds_is_accepted_at_once(federation: Federation) -> None:
    client = federation.city.browser("reviewer")
    page = client.get(f"/review/?figure={PAYMENTS}").content.decode()
    assert f'name="query" value="figure={PAYMENTS}"' in page
    there = chosen(client, "review", act="accept", all="1", query=f"figure={PAYMENTS}")
    shown = client.get(there).content.decode()
    assert "通过 2 行" in shown
    assert client.post(there)["Location"] == f"/review/?figure={PAYMENTS}"
    assert {line.figure for line in Line.objects.filter(state="accepted")} == {PAYMENTS}
    assert Line.objects.filter(state="submitted", figure=HOTLINE).count() == 2


def test_a_selection_whose_count_changed_tells_both_counts_and_does_nothing(federation: Federation) -> None:
    client = federation.city.browser("reviewer")
    there = chosen(client, "review", act="accept", all="1", query="")
    client.get(there)
    actions.accept_lines(Line.objects.filter(figure=HOTLINE)[:1], by=federation.city.reviewer, on=JULY)
    refused = client.post(there)
    assert refused.status_code == 422
    assert "选定时是 4 行，现在是 3 行" in refused.content.decode()
    assert Line.objects.filter(state="accepted").count() == 1
    assert client.post(there).status_code == 302, "shown anew, it may be done"
    assert not Line.objects.filter(state="submitted").exists()


def test_a_selection_whose_rows_say_something_else_does_nothing(federation: Federation) -> None:
    client = federation.city.browser("reviewer")
    there = chosen(client, "review", act="accept", all="1", query="")
    client.get(there)
    Line.objects.filter(figure=PAYMENTS, number=40).update(number=41)
    refused = client.post(there)
    assert "还是 4 行，但其中有的" in refused.content.decode()
    assert not Line.objects.filter(state="accepted").exists()


def test_ticked_rows_alone_are_acted_on_and_nobody_elses_are_reached(federation: Federation) -> None:
    client = federation.city.browser("reviewer")
    opened = [a_round(unit, PAYMENTS) for unit in (federation.city, federation.city, federation.east)]
    there = chosen(client, "rounds", act="close", row=[str(one.public_id) for one in opened[1:]])
    done = client.post(there)
    assert done.status_code == 422, "shown before it is done"
    done = client.post(there)
    assert done.status_code == 200
    assert "已办成 1 行" in done.content.decode(), "another unit's round is its own to close"
    assert list(Round.objects.exclude(closed_on=None)) == [opened[1]]
    stranger = federation.east.browser("reviewer")
    assert stranger.get(there).status_code == 404, "a selection is one person's"
    back = client.post("/lists/rounds/select/", {"act": "close"}, headers={"referer": "http://testserver/rounds/"})
    assert "没有勾选任何一行" in client.get(back["Location"]).content.decode()
    assert client.post("/lists/rounds/select/", {"act": "tear"}).status_code == 404
    assert client.post("/lists/nothing/select/", {"act": "close"}).status_code == 404


def test_a_file_says_what_it_is_and_both_kinds_say_the_same(federation: Federation) -> None:
    client = federation.city.browser("reviewer")
    Line.objects.filter(number=40, figure=PAYMENTS).update(reason="=1+1")
    answer = client.get(f"/lists/review/export.csv?figure={PAYMENTS}&after=x&nonsense=1")
    assert 'filename="review-' in answer["Content-Disposition"]
    text = taken(answer).decode("utf-8-sig")
    told = [line[2:] for line in text.split("\r\n") if line.startswith("# ")]
    body = "".join(f"{line}\r\n" for line in text.split("\r\n") if line and not line.startswith("# "))
    rows = list(csv.reader(io.StringIO(body)))
    assert [row[4] for row in rows] == ["本期", "40", "30"]
    assert rows[1][6] == "'=1+1", "no formula for whoever opens it"
    digest = hashlib.sha256(body.encode()).hexdigest()
    assert told[1].startswith("筛选：数字：")
    assert re.fullmatch(r"截至：20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", told[2])
    assert told[3:] == ["范围：示范市总工会及所辖", "行数：2", f"各行的 SHA-256：{digest}"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(taken(client.get(f"/lists/review/export.xlsx?figure={PAYMENTS}"))))
    assert book.get_sheet_by_index(0).to_python() == rows
    assert book.get_sheet_by_index(1).to_python()[-1] == ["各行的 SHA-256", digest]
    assert Access.objects.filter(what="web.list_exported", subject_type="review").count() == 2


def test_a_file_holds_what_its_reader_sees_and_no_more(federation: Federation) -> None:
    a_round(federation.east, PAYMENTS)
    texts = []
    for unit in (federation.east, federation.west):
        client = unit.browser("reviewer")
        texts.append(taken(client.get("/lists/rounds/export.csv")).decode())
    assert ["东区总工会" in text for text in texts] == [True, False]
    assert federation.east.browser("unit_lead").get("/lists/review/export.csv").status_code == 403
    assert client.get("/lists/rounds/export.exe").status_code == 404


def test_the_journal_leaves_as_its_reader_sees_it(federation: Federation) -> None:
    actions.accept_lines(Line.objects.filter(state="submitted"), by=federation.city.reviewer, on=JULY)
    texts = []
    for unit in (federation.city, federation.west):
        answer = unit.browser("auditor").get("/lists/journal/export.csv?kind=reports.figure_returned")
        texts.append(taken(answer).decode())
    assert ["行数：2" in text for text in texts] == [True, True]
    assert ["东区总工会" in text for text in texts] == [True, False]
    assert ["热线" in text for text in texts] == [False, True], "a sensitive entry is its own unit's alone"


def test_a_view_is_an_address_under_a_name_and_never_widens(federation: Federation) -> None:
    client = federation.city.browser("reviewer")
    saved = client.post("/lists/review/views/", {"name": " 赔付 ", "query": f"figure={PAYMENTS}&x=1", "shared": "1"})
    assert saved["Location"] == f"/review/?figure={PAYMENTS}"
    page = client.get("/review/").content.decode()
    there = re.search(r'href="(/lists/views/[0-9a-f-]+/)">赔付', page)
    assert there is not None
    assert client.get(there[1])["Location"] == f"/review/?figure={PAYMENTS}"
    colleague, elsewhere = federation.city.browser("reviewer"), federation.east.browser("reviewer")
    assert colleague.get(there[1]).status_code == 302, "shared among the posts of the union"
    assert federation.city.browser("org_officer").get(there[1]).status_code == 403, "a view lends no power"
    assert elsewhere.get(there[1]).status_code == 404
    change = f"{there[1]}change/"
    assert colleague.post(change, {"delete": "1"}).status_code == 404, "its owner alone changes it"
    client.post(change, {"name": "互助赔付"})
    assert "互助赔付" in client.get("/lists/views/").content.decode()
    assert colleague.get(there[1]).status_code == 404, "no longer shared"
    client.post(change, {"delete": "1"})
    assert not SavedView.objects.exists()
    client.post("/lists/review/views/", {"name": "  "})
    assert not SavedView.objects.exists()


def test_a_selection_of_too_many_rows_is_refused(federation: Federation, monkeypatch: pytest.MonkeyPatch) -> None:
    client = federation.city.browser("reviewer")
    there = chosen(client, "review", act="accept", all="1", query="")
    listing = LISTINGS["review"]
    monkeypatch.setitem(LISTINGS, "review", replace(listing, acts=(replace(listing.acts[0], most=3),)))
    assert "一次最多办 3 行" in client.get(there).content.decode()
