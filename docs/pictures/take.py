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
        browser.close()


if __name__ == "__main__":
    main()
