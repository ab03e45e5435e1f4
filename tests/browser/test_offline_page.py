"""The .html print alone in Chromium, as a file with the network cut: it reads, checks itself, and is not fooled."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from gonghui.core.period import Period
from gonghui.reports.printing import page
from gonghui.reports.printing.paper import Paper, Words
from gonghui.reports.printing.table import table_hash
from gonghui.reports.tests.paper_builders import (
    FORM,
    PERIOD,
    a_drawn_paper,
    a_paper,
    a_proof,
    a_table,
    as_kept,
    numbers,
)
from tests.browser.tour import BROKEN, FIND, SEEN_WORDS
from tests.conftest import RULES, TELL

pytestmark = pytest.mark.browser
PROOF = a_proof()
OLDER = a_proof(facts={"form": FORM, "period": PERIOD, "table": table_hash(a_table())})
GROUPS = PROOF["checkpoint"]["groups"]
Opened = Callable[[str], Page]


@pytest.fixture(scope="module")
def whole() -> str:
    """The page of a filed and sealed report."""
    return page.render(a_paper(), a_table(), PROOF).decode()


@pytest.fixture(scope="module")
def older() -> str:
    """The page of a report filed before the words had a hash."""
    return page.render(a_paper(), a_table(), OLDER).decode()


def rendered(paper: Paper) -> str:
    """The page of a report that was filed with these words."""
    kept = as_kept(paper)
    return page.render(kept, a_table(), a_proof(kept)).decode()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without a network."""
    made = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    made.add_init_script(TELL)
    yield made
    made.close()


@pytest.fixture
def opened(context: BrowserContext, tmp_path: Path) -> Iterator[Opened]:
    """Opens a text as a file and waits until it has checked itself; nothing is asked for but the file."""
    tab, asked, said = context.new_page(), list[str](), list[str]()
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))

    def open_(text: str) -> Page:
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        tab.goto(path.as_uri(), wait_until="commit")
        tab.wait_for_selector("html[data-checked]", state="attached", timeout=30_000)
        return tab

    yield open_
    tab.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert said == []


def state(tab: Page) -> dict[str, str]:
    """How each step came out."""
    steps = tab.evaluate("[...document.querySelectorAll('#steps > li')].map((x) => [x.id.slice(5), x.className])")
    return dict(steps)


def edited(text: str, old: str, new: str, times: int = 1) -> str:
    """The page after somebody edited it."""
    assert old in text
    return text.replace(old, new, times)


def test_a_whole_page_agrees_with_its_checkpoint_and_never_says_it_is_true(opened: Opened, whole: str) -> None:
    tab = opened(whole)
    assert set(state(tab).values()) == {"good"}, tab.inner_text("#steps")
    assert len(state(tab)) == 7
    assert "与检查点 3 一致" in tab.inner_text("#verdict")
    assert hashlib.sha256(a_table()).hexdigest() in tab.text_content("#table-hash")  # type: ignore[operator]
    ours = tab.inner_text("#verdict") + tab.inner_text("[aria-labelledby=proof-title]")
    assert "真" not in ours
    for unknown in ("不证明数字加得对", "签名的钥匙在谁手里", "有没有更正", "仿造"):
        assert unknown in ours


def _entry_says_another_table(text: str) -> str:
    """A forger who also writes the hash of his table into the entry."""
    forged = a_table().replace(b"2060012", b"2070012")
    text = text.replace(hashlib.sha256(a_table()).hexdigest(), hashlib.sha256(forged).hexdigest())
    return _prose_and_table(text)


def _prose_and_table(text: str) -> str:
    return text.replace("2,060,012", "2,070,012").replace('value="2060012"', 'value="2070012"')


def _swap(old: str, new: str, times: int = 1) -> Callable[[str], str]:
    return lambda text: edited(text, old, new, times)


def _flipped(found: str) -> Callable[[str], str]:
    """One hexadecimal sign of the first place that matches is another."""

    def flip(text: str) -> str:
        place = re.search(found, text)
        assert place is not None
        at = place.start(1)
        return text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :]

    return flip


NOTE = PROOF["checkpoint"]["text"]
SIGNATURE = PROOF["checkpoint"]["signature"]
EDITS: dict[str, tuple[Callable[[str], str], set[str], str]] = {
    "a sentence": (_swap("；挽回损失", "；追回损失"), {"words"}, "字句改过"),
    "a title": (_swap("<span>2020年上半年工作报告", "<span>2020年下半年工作报告"), {"words"}, "字句改过"),
    "the meaning of a number": (_swap("向会员成功付款的互助给付笔数", "互助给付笔数"), {"words"}, "字句改过"),
    "the banner": (_swap("演示数据，由程序生成，仅总数取自公开报道", "公开数据"), {"words"}, "字句改过"),
    "the hash of the kept document": (_flipped(r'data-p="document">(.)'), {"words"}, "字句改过"),
    "a paragraph put in": (_swap("</article>", "<p>另有300万人次。</p></article>"), {"words"}, "字句改过"),
    "a sheet put in": (
        _swap('<section class="sheet"', '<section class="sheet"><p>订正</p></section><section class="sheet"'),
        {"words"},
        "字句改过",
    ),
    "a picture put in": (_swap("</article>", '<img src="data:," alt="300"></article>'), {"words"}, "不该在这里：img"),
    "a field put in": (_swap("</article>", '<input value="300"></article>'), {"words"}, "不该在这里：input"),
    "a sentence called later": (_swap("<section><h2>一、", "<section data-later><h2>一、"), {"words"}, "字句改过"),
    "words hidden": (_swap("<h2>一、服务职工", "<h2 hidden>一、服务职工"), {"words"}, "看不见"),
    "the words of the entry": (_flipped(r"&quot;paper&quot;:&quot;(.)"), {"words", "block"}, "字句改过"),
    "a number in the prose": (_swap(">206万人次</data>", ">260万人次</data>"), {"prose"}, "260万人次"),
    "its value in the markup": (_swap('value="2060012"', 'value="2600012"'), {"prose"}, "2600012"),
    "its days": (_swap('data-first="2020-01-01"', 'data-first="2019-01-01"'), {"prose"}, "2019-01-01"),
    "its organisation": (_swap('data-organisation="110100', 'data-organisation="110105'), {"prose"}, "110105"),
    "its cut": (_swap('data-cut="7412903"', 'data-cut="7412904"'), {"prose"}, "7412904"),
    "another row behind it": (_swap('data-row="F35"', 'data-row="F99"'), {"prose"}, "F99"),
    "the exact number of its card": (_swap('exact">2,060,012', 'exact">2,600,012'), {"prose"}, "2,600,012"),
    "the share of a card": (_swap('exact">46.6087%', 'exact">64.6087%'), {"prose"}, "64.6087"),
    "the money of a card": (_swap('exact">150,318,600.05', 'exact">150,318,600.50'), {"prose"}, "600.50"),
    "the days of a card": (_swap('"days">2020-01-01', '"days">2020-02-01'), {"prose"}, "2020-02-01"),
    "a number hidden, another shown": (
        _swap('<span class="live"><a class="n" href="#r-F35"', '三百万<span hidden><a class="n" href="#r-F35"'),
        {"prose"},
        "看不见",
    ),
    "a row hidden, another shown": (
        _swap('<tr id="r-F35">', '<tr><td colspan="5">F35 2,600,012</td></tr><tr id="r-F35" hidden>'),
        {"prose"},
        "读不懂",
    ),
    "a value hidden, another shown": (
        _swap('<span data-k="value">2,060,012', '<span>2,600,012</span><span data-k="value" hidden>2,060,012'),
        {"prose"},
        "F35 行看不见",
    ),
    "a number hidden within itself": (
        _swap(">206万人次</data>", "><span hidden>206万人次</span></data>二百六十万人次"),
        {"prose"},
        "看不见",
    ),
    "a row hidden": (_swap('<tr id="r-F35">', '<tr id="r-F35" hidden>'), {"prose"}, "F35 行看不见"),
    "a value in the table": (_swap('"value">2,060,012', '"value">2,600,012'), {"prose", "entry"}, "2600012"),
    "printed words in the table": (
        _swap('lang="zh-Hans">1.5亿元', 'lang="zh-Hans">1.6亿元'),
        {"prose", "entry"},
        "1.6亿元",
    ),
    "the English words in the table": (_swap(">2.06 million<", ">2.60 million<"), {"entry"}, "指纹"),
    "a definition's version": (_swap('"version">1<', '"version">2<'), {"prose", "entry"}, "版本"),
    "the form": (_swap('"form">beijing_2020h1', '"form">beijing_2021h1'), {"entry"}, "beijing_2021h1"),
    "the place in the tree": (_swap('"path">/1/', '"path">/1/2/'), {"entry"}, "/1/2/"),
    "prose and table alike": (_prose_and_table, {"entry"}, "指纹"),
    "prose, table and entry alike": (_entry_says_another_table, {"block"}, "块根"),
    "the entry": (_swap("&quot;quantity&quot;:33", "&quot;quantity&quot;:34"), {"block"}, "块根"),
    "another kind of entry": (
        _swap("reports.report_filed", "reports.report_began"),
        {"entry", "block"},
        "report_began",
    ),
    "the salt": (_flipped(r'data-p="salt">(.)'), {"block"}, "块根"),
    "a step to the block's root": (_flipped(r'data-p="path">.*?<code>(.)'), {"block"}, "块根"),
    "a side of a step": (_swap('data-side="left"', 'data-side="right"'), {"block"}, "块根"),
    "the block's root": (_swap(PROOF["block"]["root"], "0" * 64), {"block", "tree"}, "块根"),
    "the block's number": (_swap("&quot;number&quot;:2", "&quot;number&quot;:1"), {"tree"}, "树根"),
    "a step to the tree's root": (_flipped(r'data-p="tree">.*?<code>(.)'), {"tree"}, "树根"),
    "the checkpoint's blocks": (_swap("\n3\n", "\n4\n"), {"groups", "signature"}, "签名"),
    "the checkpoint's root": (
        _swap(NOTE.split("\n")[3], "A" * 43 + "="),
        {"tree", "groups", "signature"},
        "签名",
    ),
    "the name of a row": (_swap('<span data-k="title">职工医疗', '<span data-k="title">职工'), {"prose"}, "名称"),
    "groups of another journal shown, its own hidden": (
        _swap('<ol id="groups">', '<ol><li>D87Y</li></ol><div hidden><ol id="groups">'),
        {"groups"},
        "看不见",
    ),
    "a note shown, another read": (
        _swap('<pre data-p="note">', '<pre>gonghui</pre><pre data-p="note" hidden>'),
        {"groups"},
        "看不见",
    ),
    "two notes": (
        _swap('<pre data-p="note">', '<pre data-p="note">gonghui</pre><pre data-p="note">'),
        {"groups"},
        "读不懂",
    ),
    "a group": (_swap(f"<li>{GROUPS[4]}</li>", "<li>0000</li>"), {"groups"}, "第 5 组"),
    "a group too many": (_swap(f"<li>{GROUPS[11]}</li>", f"<li>{GROUPS[11]}</li><li>0000</li>"), {"groups"}, "13 组"),
    "the block's end": (_swap("quot;last_id&quot;:7413000", "quot;last_id&quot;:7412940"), {"block", "tree"}, "起止"),
    "a group left out": (_swap(f"<li>{GROUPS[11]}</li>", ""), {"groups"}, "第 12 组"),
    "the signature": (
        _swap(SIGNATURE, "B" + SIGNATURE[1:] if SIGNATURE[0] != "B" else "C" + SIGNATURE[1:]),
        {"signature"},
        "签名",
    ),
    "the key": (_swap(PROOF["checkpoint"]["public_key"], "A" * 43 + "="), {"signature"}, "公钥"),
    "no key at all": (_swap(PROOF["checkpoint"]["public_key"], ""), {"signature"}, "公钥"),
    "something that is no number": (_swap('"value">2,060,012', '"value">many'), {"prose"}, "many"),
    "something that is no entry": (_swap("{&quot;actor", "[&quot;actor"), {"entry"}, "读不懂"),
    "something that is no checkpoint": (_swap("gonghui checkpoint v1", "checkpoint"), {"groups"}, "读不懂"),
}


def test_each_edit_is_reported(opened: Opened, whole: str) -> None:
    wrong = []
    for name, (edit, steps, words) in EDITS.items():
        head, mark, script = whole.partition("<script>")
        tab = opened(edit(head) + mark + script)
        found = {step for step, kind in state(tab).items() if kind == "bad"}
        verdict, said = tab.evaluate("['#verdict', '#steps'].map((x) => document.querySelector(x).innerText)")
        if not steps <= found:
            wrong.append(f"{name}: {found or 'nothing'} reported, not {steps}")
        if not verdict.startswith("不一致"):
            wrong.append(f"{name}: {verdict}")
        if words not in said:
            wrong.append(f"{name}: {words!r} is not said: {said}")
    assert wrong == []


def test_a_number_without_a_row_is_pointed_at(opened: Opened, older: str) -> None:
    start = older.index('<span class="live"><a class="n" href="#r-F35"')
    end = older.index("</span></span></span>", start) + len("</span></span></span>")
    tab = opened(older[:start] + "300万人次" + older[end:])
    assert state(tab)["prose"] == "open"
    said = tab.inner_text("#step-prose")
    assert "300万人次" in said
    assert "F35" in said
    assert "没有凭据" in tab.inner_text("#verdict")
    assert tab.get_attribute("html", "data-checked") == "open"


def test_a_number_like_a_year_or_like_one_of_the_table_is_pointed_at(opened: Opened, older: str) -> None:
    tab = opened(edited(older, "2020年上半年，互助付款", "2020年上半年，2020人领走5.36亿元和536亿元，互助付款"))
    said = tab.inner_text("#step-prose")
    assert [one for one in ("2020人", "5.36亿元", "536亿元") if one not in said] == []
    assert "没有凭据" in tab.inner_text("#verdict")


def with_the_year_before() -> Paper:
    """A paper that names a number of other days than the table has."""
    paper = a_paper()
    (section,) = paper.sections
    first, *rest = section.paragraphs
    year_before = replace(numbers()[0], text="188万人次", period=Period.parse("2019H1"), value=(1_880_000,))
    return replace(paper, sections=(replace(section, paragraphs=((*first, Words("上年同期"), year_before), *rest)),))


def test_a_number_of_other_days_is_no_lie_but_has_no_proof(opened: Opened, older: str) -> None:
    tab = opened(page.render(with_the_year_before(), a_table(), OLDER).decode())
    assert state(tab)["prose"] == "open"
    assert "188万人次" in tab.inner_text("#step-prose")
    assert {kind for step, kind in state(tab).items() if step not in ("prose", "words")} == {"good"}
    assert state(tab)["words"] == ""
    assert "没有核对" in tab.inner_text("#step-words")
    tab = opened(edited(older, ' data-row="F35"', ""))
    assert "206万人次" in tab.inner_text("#step-prose")
    assert "F35" in tab.inner_text("#step-prose")


def test_an_honest_page_raises_no_alarm(opened: Opened) -> None:
    """Numbers that are words of the filing, and rows that no sentence names, are told calmly."""
    paper = with_the_year_before()
    (section,) = paper.sections
    shorter = replace(section, paragraphs=(section.paragraphs[0], (Words("另建300个点。"),)))
    tab = opened(rendered(replace(paper, sections=(shorter,))))
    assert set(state(tab).values()) == {"good"}, tab.inner_text("#steps")
    assert tab.get_attribute("html", "data-checked") == "good"
    said = tab.inner_text("#step-prose")
    assert [one for one in ("188万人次", "300个", "F12", "F34") if one not in said] == []
    assert "没有凭据" not in tab.inner_text("#verdict") + said


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_charts_and_annexes_are_read_and_notices_of_later_say_so(opened: Opened, english: bool) -> None:
    paper = a_drawn_paper(english=english)
    text = page.render(paper, a_table(), a_proof(paper)).decode()
    tab = opened(text)
    assert set(state(tab).values()) == {"good"}, tab.inner_text("#steps")
    assert ("after the filing" if english else "备案以后加的") in tab.inner_text("[data-later]")
    assert "300" not in tab.inner_text("#step-prose")
    assert [tab.text_content(f"#card-{n} [data-k=days]") for n in (2, 3)] == ["2020-01-01 – 2020-06-30", "2020-06-30"]
    assert tab.locator("details[open]").count() == 0
    note = "Smaller than ten" if english else "少于十的不显示"
    for old, new in (("1,060,012</td>", "1,160,012</td>"), (note, "…"), ('<td class="num r">—', '<td class="num r">5')):
        assert state(opened(edited(text, old, new)))["words"] == "bad", old


def test_another_script_does_not_run(context: BrowserContext, whole: str, tmp_path: Path) -> None:
    path = tmp_path / "forged.html"
    path.write_text(edited(whole, 'state.failed ? "bad"', 'state.failed ? "same"'), encoding="utf-8")
    tab = context.new_page()
    tab.goto(path.as_uri())
    tab.wait_for_timeout(100)
    assert tab.get_attribute("html", "data-checked") is None
    assert "没有核对" in tab.inner_text("#verdict")
    tab.close()


def test_without_webcrypto_the_hashes_are_still_checked(opened: Opened, context: BrowserContext, whole: str) -> None:
    tab = opened(whole)
    tab.add_init_script("Object.defineProperty(globalThis, 'crypto', {value: undefined})")
    tab.reload()
    tab.wait_for_selector("html[data-checked=open]")
    assert "此浏览器无法核对签名" in tab.inner_text("#step-signature")
    assert {kind for step, kind in state(tab).items() if step != "signature"} == {"good"}
    assert "无法核对签名" in tab.inner_text("#verdict")
    tab = opened(edited(whole, '"value">2,060,012', '"value">2,600,012'))
    assert "此浏览器无法核对签名" in tab.inner_text("#step-signature")
    assert state(tab)["entry"] == "bad"


def test_kept_groups_are_compared_sign_by_sign(opened: Opened, whole: str) -> None:
    tab = opened(whole)
    field, said = tab.locator("#kept"), tab.locator("#kept-said")
    field.fill(" ".join(GROUPS).lower())
    assert "完全相同" in said.inner_text()
    field.fill("-".join(GROUPS).replace("0", "O").replace("1", "l"))
    assert "完全相同" in said.inner_text()
    field.fill(" ".join([*GROUPS[:6], "ZZZZ", *GROUPS[7:]]))
    assert "第 7 组不同" in said.inner_text()
    field.fill(" ".join(GROUPS[:3]))
    assert "3 组" in said.inner_text()
    field.fill(" ".join(GROUPS) + " 0")
    assert "不同" in said.inner_text()


def test_our_sha_256_is_that_of_everybody(opened: Opened, whole: str) -> None:
    texts = ["", "abc", *("工会a" * n for n in range(1, 40)), *("x" * n for n in range(50, 130)), "𠀀" * 5_000]
    hashes = opened(whole).evaluate("(texts) => texts.map(gonghui.sha256)", texts)
    assert hashes == [hashlib.sha256(text.encode()).hexdigest() for text in texts]


def test_a_card_opens_by_mouse_keyboard_and_tap_and_closes_by_escape(opened: Opened, whole: str) -> None:
    tab = opened(whole)
    number, card = tab.locator("a.n").first, tab.locator("#card-1")
    assert not card.is_visible()
    number.hover()
    said = card.inner_text()
    assert all(
        words in said for words in ("2,060,012", "期间发生", "2020-01-01", "示范市总工会", "7,412,903", "给付笔数")
    )
    tab.mouse.move(0, 0)
    assert not card.is_visible()
    number.focus()
    assert card.is_visible()
    tab.keyboard.press("Escape")
    assert not card.is_visible()
    tab.mouse.click(2, 2)
    number.click()
    tab.mouse.move(0, 0)
    assert card.is_visible()


def test_it_reads_without_javascript_and_says_what_was_not_checked(
    browser: Browser, whole: str, tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    path.write_text(whole, encoding="utf-8")
    quiet = browser.new_context(offline=True, java_script_enabled=False)
    tab = quiet.new_page()
    tab.goto(path.as_uri())
    assert "还没有核对" in tab.inner_text("#verdict")
    assert "没有运行脚本" in tab.inner_text("body")
    assert "206万人次" in tab.inner_text("#report")
    assert GROUPS[0] in tab.inner_text("#groups")
    assert tab.locator("#steps .out").first.inner_text() == "尚未核对"
    quiet.close()


@pytest.mark.parametrize("english", [False, True], ids=["zh", "en"])
def test_it_is_whole_on_desk_and_phone_in_light_and_dark(opened: Opened, english: bool) -> None:
    tab = opened(page.render(a_paper(english=english), a_table(), PROOF).decode())
    assert set(state(tab).values()) == {"good"}, tab.inner_text("#steps")
    tab.evaluate(AXE_SCRIPT)
    wrong: list[str] = []
    for width, scheme in ((1280, "light"), (360, "dark")):
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found = tab.evaluate(FIND, RULES)
        wrong += [f"{width} {one['id']}: {node['html'][:150]}" for one in found["violations"] for node in one["nodes"]]
        wrong += [f"{width} over two lines: {words}" for words in tab.evaluate(BROKEN)]
        if tab.evaluate("document.scrollingElement.scrollWidth") > width:
            wrong.append(f"wider than {width}")
    if english:
        words = [text.replace("示范市总工会", "") for text in tab.evaluate(SEEN_WORDS)]
        left = [text for text in words if re.search("[㐀-鿿]", text) and not tab.locator("pre", has_text=text).count()]
        wrong += [f"not in English: {text[:80]}" for text in left]
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.emulate_media(color_scheme="light")
    assert wrong == []


def test_a_draft_carries_no_proof_and_says_so(opened: Opened) -> None:
    tab = opened(page.render(replace(a_paper(), filed_at=None, filed_on=None), a_table(), PROOF).decode())
    assert "草稿" in tab.inner_text(".strip")
    assert "没有凭据" in tab.inner_text("#verdict")
    assert tab.locator("#groups").count() == 0
    assert tab.locator("[data-p]").count() == 0
