"""The scheme desk's pages: what is refused stands marked in the text, nothing typed is lost, two people publish."""

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gonghui.core import money
from gonghui.core.actor import Actor
from gonghui.core.rules import refusals
from gonghui.spine.funds.tests import conftest as acting
from gonghui.web.models import Account
from gonghui.web.tests.builders import signed_in
from gonghui.work.mutual_aid.actions import drafts, replays
from gonghui.work.mutual_aid.console.schemes import to_decide
from gonghui.work.mutual_aid.models import Edition, Replay, edition_on
from gonghui.work.mutual_aid.rules.drafts import MESSAGES
from gonghui.work.mutual_aid.tests.scheme_texts import changed, lower
from gonghui.work.mutual_aid.tests.test_editions import TODAY, Desk
from gonghui.work.mutual_aid.tests.test_editions import desk as _desk
from gonghui.work.mutual_aid.tests.test_replays import released as _released
from gonghui.work.mutual_aid.tests.test_replays import work

desk, released = _desk, _released
Browse = Callable[..., Client]
STEPS = "pays_fen = entitled_fen - before(entitled_fen)"


@pytest.fixture
def browse(settings: Any) -> Browse:
    """The browser of an actor, in Chinese or English."""
    settings.MIDDLEWARE = [
        f"{acting.__name__}.acting" if name.endswith("project.middleware.actor") else name
        for name in settings.MIDDLEWARE
    ]

    def opened(actor: Actor, *, english: bool = False) -> Client:
        account, _made = Account.objects.get_or_create(
            pk=actor.account_id, defaults={"username": f"person{actor.account_id}", "name": "示例员"}
        )
        acting.ACTING[account.pk] = actor
        client = signed_in(account)
        if english:
            client.cookies["gonghui_language"] = "en"
        return client

    return opened


def text_of(response: Any) -> str:
    """What the page says beside its menu, without markup."""
    page = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", f"<main{page}")))


def address(edition: Edition, name: str = "aid_scheme") -> str:
    return reverse(name, args=[edition.public_id])


def sent(client: Client, edition: Edition, text: str, step: str = "save", **more: str) -> Any:
    """What the editor answers to a text."""
    said = {"text": text, "base": edition.version, "step": step, **more}
    return client.post(address(edition, "aid_scheme_text"), said)


def broken(old: str, new: str) -> str:
    return changed("universal", (old, new))


def test_the_desk_shows_every_plan_with_what_holds_and_what_comes(desk: Desk, browse: Browse) -> None:
    desk.published("accident")
    desk.draft("critical_illness")
    said = text_of(browse(desk.officer).get(reverse("aid_schemes")))
    for words in ("在职职工医疗互助保障计划", "正在执行 意外伤害互助保障", "已发布，未开始", "草案", "年度封顶"):
        assert words in said
    assert "200,000.00 元 已核实" in said
    assert "1,300.00 以上 30%，10,000.00 以上 40%，50,000.00 以上 50% 暂定" in said
    assert "每份保费 premium_fen 30.00 元 暂定 参保和受理用" in said
    english = text_of(browse(desk.officer, english=True).get(reverse("aid_schemes")))
    assert "Yearly cap yearly_cap_fen 200,000.00" in english
    assert not re.search("[一-鿿]", english.replace("示例员", ""))


def test_a_draft_is_begun_from_the_desk_and_opens_in_the_editor(desk: Desk, browse: Browse) -> None:
    client = browse(desk.officer)
    answer = client.post(reverse("aid_scheme_new", args=["universal"]))
    edition = Edition.objects.get(state="draft")
    assert answer["Location"] == address(edition, "aid_scheme_text")
    assert "valid_from = 2021-01-01" in client.get(answer["Location"]).content.decode()
    again = client.post(reverse("aid_scheme_new", args=["universal"]), {"copied": str(edition.public_id)})
    assert again.status_code == 302
    other = {"copied": str(edition_on("accident", TODAY).public_id)}
    assert client.post(reverse("aid_scheme_new", args=["universal"]), other).status_code == 404
    assert client.post(reverse("aid_scheme_new", args=["strange"])).status_code == 404


REFUSED = [
    (broken(STEPS, "pays_fen = entitled_fen - befor(entitled_fen)"), "rules.not_allowed", 15, 27),
    (broken(STEPS, "pays_fen = entitled - before(entitled_fen)"), "rules.unknown_name", 15, 12),
    (broken("yearly_cap_fen = 20_000_000", "yearly_cap_fen = 1.5"), "rules.number", 23, 1),
    (broken("[inputs]", "[inputs"), "rules.toml", 18, 8),
    (broken('source = "', 'sauce = "'), "rules.unknown_key", 4, 1),
    (broken("pays_fen = 7_905", "pays_fen = 7_904"), "rules.example", 52, 1),
    (changed("universal", begins="2021-03-01"), "mutual_aid.begins_january", 3, 1),
    (changed("universal", begins="2020-01-01"), "mutual_aid.begins_late", 3, 1),
    (broken('yearly_cap_fen = ["年度封顶", "Yearly cap"]\n', ""), "mutual_aid.untitled", 23, 1),
]


@pytest.mark.parametrize(("text", "code", "line", "column"), REFUSED, ids=[row[1] for row in REFUSED])
def test_what_is_refused_is_marked_in_the_text_and_nothing_is_lost(
    desk: Desk, browse: Browse, text: str, code: str, line: int, column: int
) -> None:
    edition = desk.draft()
    answer = sent(browse(desk.officer), edition, "\n\n" + text)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"第 {line} 行第 {column} 列" in page
    assert f'data-line="{line}" data-column="{column}"' in page
    here = re.search(rf'<li value="{line}" class="here" aria-current="true">(.*?)<mark>(.*?)</mark>(.*?)</li>', page)
    assert here is not None
    shown = unescape("".join(here.groups()))
    assert shown.replace("␤", "") == text.split("\n")[line - 1]
    assert len(unescape(here[1])) == column - 1
    kept = re.search(r'<textarea id="text".*?>\n(.*?)</textarea>', page, re.DOTALL)
    assert kept is not None
    assert unescape(kept[1]) == text
    assert Edition.objects.get(pk=edition.pk).text == edition.text
    english = text_of(sent(browse(desk.officer, english=True), edition, text))
    assert re.search(rf"[Ll]ine {line}, column {column}", english)
    assert code in (refusals.MESSAGES | MESSAGES)


def test_a_text_is_tried_out_without_being_kept(desk: Desk, browse: Browse) -> None:
    edition = desk.draft()
    case = {"is_inpatient": "yes", "self_pay1_fen": "3,000.00"}
    answer = sent(browse(desk.officer), edition, lower(), "try", **case)
    said = text_of(answer)
    assert "5 个都算对" in said
    assert "本次互助金 600.00" in said  # (3,000 - 1,000) at 30%
    assert "本年应得累计 − 此前的本年应得累计 = 600.00 − 0.00" in said
    assert "1,300.00 以上 30%，10,000.00 以上 40%，50,000.00 以上 50% 1,000.00 以上 30%" in said
    assert "还没有存" in said
    assert Edition.objects.get(pk=edition.pk).version == edition.version


def test_a_case_stands_on_the_totals_typed_beside_it(desk: Desk, browse: Browse) -> None:
    edition = edition_on("universal", TODAY)
    case = {"step": "try", "is_inpatient": "no", "self_pay1_fen": "1010.05", "before-outpatient_sum_fen": "780.40"}
    said = text_of(browse(desk.lead).post(address(edition), case))
    assert "本次互助金 79.05" in said
    negative = {**case, "self_pay1_fen": "-780.40"}
    assert "本年门诊自付一累计 此前的本年门诊自付一累计 + 本次门诊自付一 = 780.40 + -780.40 0.00" in text_of(
        browse(desk.lead).post(address(edition), negative)
    )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("abc", "不是数字"),
        ("", "必填"),
        ("200000000", "应在 -100,000,000.00 至 100,000,000.00 之间"),
    ],
)
def test_a_case_that_cannot_be_is_refused_beside_what_was_typed(
    desk: Desk, browse: Browse, typed: str, words: str
) -> None:
    case = {"step": "try", "is_inpatient": "no", "self_pay1_fen": typed}
    answer = browse(desk.lead).post(address(edition_on("universal", TODAY)), case)
    assert words in text_of(answer)
    assert f'value="{typed}"' in answer.content.decode() or not typed


def test_only_its_author_finds_the_editor(desk: Desk, browse: Browse) -> None:
    edition = desk.draft()
    assert browse(desk.colleague).get(address(edition, "aid_scheme_text")).status_code == 302
    assert browse(desk.lead).get(address(edition, "aid_scheme_text")).status_code == 403
    elsewhere = replace(desk.officer, account_id=399, path="/999/")
    assert browse(elsewhere).get(address(edition)).status_code == 404
    assert browse(elsewhere).get(address(edition_on("universal", TODAY))).status_code == 200


def test_a_draft_changed_in_another_window_keeps_what_was_typed_here(desk: Desk, browse: Browse) -> None:
    edition = desk.draft()
    client, stood = browse(desk.officer), edition.version
    assert sent(client, edition, lower()).status_code == 302
    edition.version = stood
    answer = sent(client, edition, changed("universal") + "# 另一窗口\n")
    assert answer.status_code == 422
    assert "# 另一窗口" in answer.content.decode()


def test_the_publisher_sees_what_changes_and_publishes_by_the_hash(released: Desk, browse: Browse) -> None:
    edition = released.draft()
    drafts.write_draft(edition, lower(), base=edition.version, by=released.officer, on=TODAY)
    author, client = browse(released.officer), browse(released.lead)
    own = text_of(author.get(address(edition)))
    assert "1,300.00 以上 30%" in own
    assert "发布的就是这一页的条文" not in own
    assert "起草人还没有提请发布" in text_of(client.get(address(edition)))
    assert not [one for one in to_decide(released.lead) if one.url == address(edition)]
    offered = author.post(address(edition), {"step": "offer", "content": edition.version})
    assert offered.status_code == 302
    assert [one.url for one in to_decide(released.lead)] == [address(edition)]
    assert to_decide(released.officer) == []
    shown = text_of(client.get(address(edition)))
    for words in ("还没有重放过", "为什么不重放就发布", edition.version, "5 个算例都算对", "例 1：住院自付一", "改了"):
        assert words in shown
    bare = client.post(address(edition), {"step": "publish", "content": edition.version})
    assert (bare.status_code, "请先重放" in text_of(bare)) == (422, True)
    work(replays.ask_replay(edition, year=2020, by=released.lead, on=TODAY))
    seen, change = text_of(client.get(address(edition))), edition.replays.get().found.whole.change_fen
    assert "请看过结果再发布" in seen
    assert change
    assert f"比现行条文多（元） {money.yuan(change)} 多得的人" in seen
    stale = client.post(address(edition), {"step": "publish", "content": "0" * 64})
    assert (stale.status_code, "与您看到的不一致" in text_of(stale)) == (422, True)
    assert client.post(address(edition), {"step": "publish", "content": edition.version}).status_code == 302
    assert "已发布" in text_of(client.get(address(edition)))
    assert to_decide(released.lead) == []


def test_an_author_with_both_powers_is_told_why_not(desk: Desk, browse: Browse) -> None:
    edition = desk.offered()
    both = replace(desk.officer, powers=desk.officer.powers | desk.lead.powers)
    assert "起草人不能发布自己起草的方案" in text_of(browse(both).get(address(edition)))
    answer = browse(both).post(address(edition), {"step": "publish", "content": edition.version, "why": "急"})
    assert answer.status_code == 422


def test_withdrawing_takes_two(desk: Desk, browse: Browse) -> None:
    edition = desk.published()
    first, second = browse(desk.lead), browse(desk.second_lead)
    first.post(address(edition), {"step": "ask_withdrawal", "why": "写错了"})
    assert "提出撤回的人不能自己决定" in text_of(first.get(address(edition)))
    assert [len(to_decide(one)) for one in (desk.lead, desk.second_lead)] == [0, 1]
    assert first.post(address(edition), {"step": "withdraw"}).status_code == 422
    assert "写错了" in text_of(second.get(address(edition)))
    assert second.post(address(edition), {"step": "withdraw"}).status_code == 302
    assert Edition.objects.get(pk=edition.pk).state == "withdrawn"


def test_a_replay_is_asked_for_waited_for_and_read(released: Desk, browse: Browse) -> None:
    edition = released.draft()
    drafts.write_draft(edition, lower(), base=edition.version, by=released.officer, on=TODAY)
    client = browse(released.officer)
    place = client.post(address(edition), {"step": "replay", "year": "2020"})["Location"]
    assert "正在重放" in text_of(client.get(place))
    one = work(Replay.objects.get())
    answer = client.get(place, headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    said, whole = text_of(answer), one.found.whole
    assert whole.draft_fen is not None
    assert whole.change_fen is not None
    assert money.yuan(whole.draft_fen) in said
    assert f"+{money.yuan(whole.change_fen)}" in said
    assert "按 360 笔重算" in said
    assert "住院" in said
    assert "示范市总工会" in said
    beside = drafts.begin_draft("universal", by=released.officer, on=TODAY)
    other = work(replays.ask_replay(beside, year=2020, by=released.officer, on=TODAY))
    compared = text_of(client.get(place, {"with": str(other.public_id)}))
    assert "两稿对照" in compared
    assert "比现行条文多（元）" in compared
    assert client.get(place.replace(str(edition.public_id), str(beside.public_id))).status_code == 404
    english = text_of(browse(released.officer, english=True).get(place))
    assert "360" in english


def test_a_year_without_settlements_is_refused(released: Desk, browse: Browse) -> None:
    edition, client = released.draft(), browse(released.officer)
    for year in ("", "x", "1999", "2019", "99999999999999999999"):
        answer = client.post(address(edition), {"step": "replay", "year": year})
        assert (answer.status_code, "没有放行过的结算或给付过的申请" in text_of(answer)) == (422, True), year


def test_a_draft_is_dropped_from_its_page(desk: Desk, browse: Browse) -> None:
    edition = desk.draft()
    assert browse(desk.officer).post(address(edition), {"step": "drop"})["Location"] == reverse("aid_schemes")
    assert browse(desk.officer).get(address(edition)).status_code == 404
