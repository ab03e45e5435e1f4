"""The scene the platform was built for, walked in a browser by the people in it, from the workbook to the mark △."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import conftest as browsing
from tests.browser.conftest import Served
from tests.browser.tour import DESKTOP, Tour
from tests.world.plan import ADMITTED, FORM, H1
from tests.world.returns import a_summary, filled

pytestmark = pytest.mark.browser
served, tour = browsing.served, browsing.tour
TITLE, PAPER = "2020年上半年补充收数", "盖章汇总表.xlsx"
ROOMS, WARMTH = "places.mother_baby_units", "assistance.warmth_fen"
NUMBER, CORRECTED = "4,312", "4,350"


class Scene:
    """People taking turns at one browser; every page they stop at is whole."""

    def __init__(self, served: Served, tour: Tour) -> None:
        self.world, self.tour, self.page = served.world, tour, tour.page
        tour.page.set_viewport_size(DESKTOP)
        tour.page.on("dialog", lambda dialog: dialog.accept())

    @contextmanager
    def at(self, username: str, path: str = "/") -> Iterator[Page]:
        """Somebody sits down and opens a page; afterwards nothing may be wrong with where they stopped."""
        self.tour.become(self.world.people[username])
        self.tour.open(path)
        yield self.page
        assert self.tour.violations() + self.tour.heard() == [], self.page.url

    def press(self, name: str) -> None:
        """Press the button or follow the link of this name, and arrive."""
        door = self.page.get_by_role("button", name=name, exact=True)
        door = door.or_(self.page.get_by_role("link", name=name, exact=True))
        with self.page.expect_navigation():
            door.first.click()

    def says(self, words: str) -> None:
        """The page says this."""
        expect(self.page.locator("main")).to_contain_text(words)


@pytest.fixture(scope="module")
def scene(served: Served, tour: Tour) -> Scene:
    """The small federation with its people."""
    return Scene(served, tour)


def test_from_the_workbook_to_the_marked_number(scene: Scene, tmp_path: Path) -> None:
    the_reviewer_asks(scene)
    the_statistician_fills_the_workbook_and_sends_it(scene, tmp_path)
    the_leader_signs(scene)
    the_reviewer_refuses_one_line_and_accepts_the_rest(scene)
    the_editor_opens_the_number_down_to_its_evidence(scene)
    the_owner_signs_what_changed_and_nothing_else(scene)
    two_people_file_the_report(scene)
    a_correction_leaves_the_filed_number_standing(scene)
    the_neighbour_sees_nothing_of_it(scene)


def the_reviewer_asks(scene: Scene) -> None:
    with scene.at("city.review", f"/rounds/open/?period={H1.key}") as page:
        page.get_by_label("标题").fill(TITLE)
        page.get_by_label("截止日期").fill("2020-08-12")
        page.get_by_label("全选").uncheck()
        for figure in (ADMITTED, ROOMS, WARMTH):
            page.locator(f"input[name=figure][value='{figure}']").check()
        scene.press("开始收数")
        scene.says("未报")


def the_statistician_fills_the_workbook_and_sends_it(scene: Scene, folder: Path) -> None:
    with scene.at("chaoyang.stats") as page:
        scene.press(TITLE)
        with page.expect_download() as taken:
            page.get_by_role("link", name="下载上报表").click()
        pre_filled = folder / "上报表.xlsx"
        taken.value.save_as(pre_filled)
        answers: dict[str, dict[str, object]] = {
            ADMITTED: {"number": 4_312},
            ROOMS: {"number": 187},
            WARMTH: {"number": 1_250_000.5, "note": "含街道"},
        }
        pre_filled.write_bytes(filled(pre_filled.read_bytes(), answers))
        (folder / PAPER).write_bytes(a_summary("盖章汇总"))
        scene.press("导入")
        page.get_by_label("上报表文件").set_input_files(pre_filled)
        scene.press("检查")
        scene.says("新增 3")
        scene.press("导入 3 行")
        scene.says("已导入 3 行")
        page.get_by_label("佐证文件").set_input_files(folder / PAPER)
        scene.press("上传并附到全部草稿")
        scene.says("佐证 3 行")
        scene.press("送签")
        scene.says("已送签")


def the_leader_signs(scene: Scene) -> None:
    with scene.at("chaoyang.lead"):
        scene.press(f"签发：{TITLE}")
        scene.says("1,250,000.50")
        scene.press("签发报送")
        scene.says("已签发 3 行，报送上级")


def the_reviewer_refuses_one_line_and_accepts_the_rest(scene: Scene) -> None:
    with scene.at("city.review", "/rounds/") as page:
        scene.press(TITLE)
        row = page.get_by_role("row").filter(has_text="朝阳区")
        expect(row).to_contain_text("已报")
        expect(page.get_by_role("row").filter(has_text="海淀区")).to_contain_text("未报")
        scene.press("去审核")
        page.get_by_role("link", name="送温暖资金投入").click()
        pane = page.locator("#pane")
        pane.locator("summary", has_text="退回重填").click()
        pane.get_by_label("退回的原因").fill("请附资金拨付的汇总表")
        with page.expect_navigation():
            pane.locator("details").get_by_role("button", name="退回重填").click()
        scene.says("已退回")
        page.get_by_label("全选本页").check()
        scene.press("通过所选")
        scene.says("已通过 2 行")
    with scene.at("chaoyang.stats") as page:
        expect(page.get_by_role("row").filter(has_text=TITLE)).to_contain_text("退回")
        scene.press(TITLE)
        scene.says("请附资金拨付的汇总表")


def the_editor_opens_the_number_down_to_its_evidence(scene: Scene) -> None:
    with scene.at("city.editor", f"/reports/{FORM}/{H1.key}/{scene.world.city.code}/") as page:
        number = page.locator("article data[data-row=F53]")
        expect(number).to_have_text(re.compile(r"^0\.43万人$|^4,?312人$"))
        assert number.get_attribute("data-figure") == ADMITTED
        number.click()
        pane = page.locator("#pane")
        expect(pane).to_contain_text(NUMBER)
        expect(pane).to_contain_text("朝阳区")
        assert page.url.endswith("/F53/")
        assert scene.tour.violations() == []
        pane.get_by_role("link", name="打开 1 条记录").click()
        scene.says(f"这些记录加起来就是 {NUMBER}")
        row = page.get_by_role("row").filter(has_text="朝阳区")
        expect(row).to_contain_text(NUMBER)
        with page.expect_navigation():
            row.get_by_role("link").last.click()
        scene.says("台账第")
        scene.press("打开所据的记录")
        scene.says(PAPER)
        with page.expect_download() as taken:
            page.get_by_role("link", name=PAPER).click()
        assert taken.value.suggested_filename == PAPER


def the_owner_signs_what_changed_and_nothing_else(scene: Scene) -> None:
    """The report was signed and approved before these two lines came in: only their figures wait again."""
    with scene.at("city.editor", f"/reports/{FORM}/{H1.key}/{scene.world.city.code}/"):
        scene.press("提请备案")
        scene.says("还有 2 个数字没有会签，或会签后又有变动")
    with scene.at("city.owner") as page:
        page.get_by_role("row").filter(has_text="待会签").get_by_role("link").click()
        scene.says("已会签 31 / 33")
        expect(page.locator("input[name=row]")).to_have_count(2)
        expect(page.get_by_role("row").filter(has_text="签后有变，待重签")).to_have_count(2)
        scene.press("会签所选")
        scene.says("已会签 33 / 33")


def two_people_file_the_report(scene: Scene) -> None:
    report = f"/reports/{FORM}/{H1.key}/{scene.world.city.code}/"
    with scene.at("city.editor", report) as page:
        scene.press("提请备案")
        scene.says("已提请备案")
        expect(page.get_by_role("button", name="确认备案")).to_be_disabled()
    with scene.at("city.lead") as page:
        page.get_by_role("row").filter(has_text="待确认备案").get_by_role("link").click()
        scene.press("确认备案")
        scene.says("数字停在台账第")


def a_correction_leaves_the_filed_number_standing(scene: Scene) -> None:
    with scene.at("chaoyang.stats", "/returns/") as page:
        scene.press(TITLE)
        page.locator(f"[id='row-{ADMITTED}'] th a").click()
        page.get_by_label("应为（人）").fill("4350")
        page.get_by_label("更正的原因").fill("漏计六月最后两天")
        scene.press("写成更正草稿")
        scene.says("更正已写成草稿")
        page.locator("main").get_by_role("link", name=TITLE).click()
        scene.press("送签")
    with scene.at("chaoyang.lead"):
        scene.press(f"签发：{TITLE}")
        scene.press("签发报送")
    with scene.at("city.review", "/rounds/") as page:
        scene.press(TITLE)
        scene.press("去审核")
        expect(page.get_by_role("row").filter(has_text=CORRECTED)).to_contain_text("更正")
        page.get_by_label("全选本页").check()
        scene.press("通过所选")
        scene.says("已通过 1 行")
    with scene.at("city.editor", f"/reports/{FORM}/{H1.key}/{scene.world.city.code}/F53/") as page:
        number = page.locator("article data[data-row=F53]")
        expect(number).to_have_class(re.compile("moved"))
        mark = number.evaluate("node => getComputedStyle(node, '::after').content")
        assert mark == '"△"'
        expect(page.locator("#pane .big")).to_contain_text(NUMBER)
        expect(page.locator("#pane")).to_contain_text(f"现在{CORRECTED}")


def the_neighbour_sees_nothing_of_it(scene: Scene) -> None:
    with scene.at("haidian.stats") as page:
        page.keyboard.press("Control+k")
        page.keyboard.type("朝阳")
        expect(page.locator("#hits")).to_contain_text("没有找到")
