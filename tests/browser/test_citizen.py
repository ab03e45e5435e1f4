"""A citizen takes a published report home, and checks it there without a network or an account."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from gonghui.core.models import Checkpoint
from gonghui.core.seals import note
from tests.browser.conftest import Served
from tests.browser.tour import DESKTOP, Tour

pytestmark = pytest.mark.browser


def test_a_citizen_checks_a_published_report_at_home(
    served: Served, tour: Tour, browser: Browser, tmp_path: Path
) -> None:
    world = served.world
    tour.become(None)
    tour.page.set_viewport_size(DESKTOP)
    tour.open("/open/reports/")
    tour.page.goto(f"{served.address}/open/reports/{world.branches['chaoyang'].published.public_id}/")
    with tour.page.expect_download() as taken:
        tour.page.get_by_role("link", name="下载可核对的 .html").click()
    file = tmp_path / taken.value.suggested_filename
    taken.value.save_as(file)
    assert taken.value.suggested_filename.endswith(".html")
    assert tour.heard() == []

    home = browser.new_context(offline=True)
    tab = home.new_page()
    tab.goto(file.as_uri())
    tab.wait_for_selector("html[data-checked=good]")
    assert f"与检查点 {world.checkpoint:,} 一致" in tab.inner_text("#verdict")
    assert tab.locator("#steps > li.good").count() == 7
    tab.locator("a.n").first.hover()
    assert "朝阳区总工会" in tab.locator("#card-1").inner_text()
    kept = note.groups(Checkpoint.objects.get(stream="entries", blocks=world.checkpoint).text)
    tab.locator("#kept").fill(" ".join(kept))
    assert "完全相同" in tab.locator("#kept-said").inner_text()

    text = file.read_text(encoding="utf-8")
    number = tab.locator("#table tbody tr [data-k=value]").filter(has_text=re.compile(r"\d")).first.inner_text()
    head, mark, script = text.partition("<script>")
    file.write_text(head.replace(f'"value">{number}', f'"value">9{number}', 1) + mark + script, encoding="utf-8")
    tab.goto(file.as_uri())
    tab.wait_for_selector("html[data-checked=bad]")
    home.close()
