"""Takes the README's pictures from a running demo: `make demo` in one terminal, `make pictures` in another.

Each picture is a page as one of the demo's accounts sees it, in a system Chromium; `check` is the page that a citizen
opens at home with the network cut, `paper` the first page of the .pdf.
"""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
ADDRESS = f"http://localhost:{os.environ.get('PORT') or 8000}"
CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}


def page_of(browser: Browser, account: str, *, size: dict[str, int] = DESK, dark: bool = False) -> Page:
    """A page on which the account is signed in by one click."""
    context = browser.new_context(viewport=size, locale="zh-CN", color_scheme="dark" if dark else "light")
    page = context.new_page()
    page.goto(f"{ADDRESS}/accounts/login/")
    page.locator(f"button[value='{account}'], form:has(input[value='{account}']) button").first.click()
    page.wait_for_load_state("networkidle")
    return page


def keep(page: Page, name: str) -> None:
    """The visible part of the page is kept under the name."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=HERE / f"{name}.png")
    sys.stdout.write(f"{name}.png\n")


def report(page: Page) -> None:
    """The city's report of the half-year is open."""
    page.goto(f"{ADDRESS}/reports/")
    page.get_by_role("link", name="打开本单位的报告").click()
    page.wait_for_load_state("networkidle")


def number(page: Page) -> None:
    """The pane of the mutual-aid payments is open beside the report."""
    page.locator("a:has(data[data-figure='mutual_aid.payments_made'])").first.click()
    page.wait_for_selector("#pane :text('印作')")
    page.mouse.move(2, 2)
    page.evaluate("scrollTo(0, 0)")


def check(browser: Browser) -> None:
    """The published report checks itself on a citizen's own machine, offline."""
    context = browser.new_context(viewport=DESK, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{ADDRESS}/open/reports/")
    page.locator("main a[href*='/open/reports/']").first.click()
    address = page.locator("a[href$='print.html']").first.get_attribute("href")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_bytes(context.request.get(f"{ADDRESS}{address}").body())
        context.set_offline(True)
        page.goto(file.as_uri())
        page.get_by_role("heading", name="核对", exact=True).scroll_into_view_if_needed()
        page.get_by_role("heading", name="核对", exact=True).evaluate("it => it.closest('section').scrollIntoView()")
        keep(page, "check")


def paper(page: Page) -> None:
    """The first page of the .pdf, as the editor takes it."""
    leaf = pypdfium2.PdfDocument(page.context.request.get(f"{page.url}print.pdf").body())[0]
    leaf.render(scale=1.4).to_pil().save(HERE / "paper.png")
    sys.stdout.write("paper.png\n")


SPOILT = (
    "名称,层级,上级\n示例新城科技有限公司工会,基层工会,没有的街道\n示例新桥科技有限公司工会,没有的层级,朝阳区总工会\n"
)
NEW = "名称,层级,上级,英文名称\n示例新城科技有限公司工会,行业工会联合会,朝阳区总工会,Example New Town Unions\n"
OTHER = "单位叫法,哪一级,归谁管\n示例新桥行业工会联合会,行业工会联合会,朝阳区总工会\n"


def imports(browser: Browser) -> None:
    """The import desk for docs/import.md: bringing a file, its difference, its faults, its columns, taking it back."""
    page = page_of(browser, "city.org")

    def bring(words: str) -> None:
        page.goto(f"{ADDRESS}/imports/to/organisations.unions/")
        page.locator("#workbook").set_input_files(
            {"name": "名册.csv", "mimeType": "text/csv", "buffer": words.encode("gb18030")}
        )

    bring(NEW)
    keep(page, "import-bring")
    page.get_by_role("button", name="检查").click()
    keep(page, "import-checked")
    page.get_by_role("button", name="导入 1 行").click()
    page.get_by_role("link", name="撤销这次导入").click()
    keep(page, "import-undo")
    page.get_by_role("button", name="撤销这次导入").click()
    for words, name in ((SPOILT, "import-faulty"), (OTHER, "import-columns")):
        bring(words)
        page.get_by_role("button", name="检查").click()
        keep(page, name)


def main() -> None:
    """All pictures, one after the other."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for dark in (False, True):
            page = page_of(browser, "city.editor", dark=dark)
            report(page)
            number(page)
            keep(page, "report-dark" if dark else "report")
        report(page)
        paper(page)
        check(browser)
        phone = page_of(browser, "city.editor", size=PHONE)
        report(phone)
        keep(phone, "report-phone")
        reviewer = page_of(browser, "city.review")
        keep(reviewer, "today")
        reviewer.goto(f"{ADDRESS}/rounds/")
        reviewer.get_by_role("link", name="2020年7月收数").first.click()
        keep(reviewer, "matrix")
        reviewer.goto(f"{ADDRESS}/review/")
        keep(reviewer, "review")
        clerk = page_of(browser, "chaoyang.stats")
        clerk.goto(f"{ADDRESS}/returns/")
        clerk.locator("main table a").first.click()
        keep(clerk, "return")
        imports(browser)
        browser.close()


if __name__ == "__main__":
    main()
