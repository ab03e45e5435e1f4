"""A search among people in a real browser, scripts switched off: what was typed stands in no address and no history."""

from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Served

pytestmark = pytest.mark.browser


def test_a_name_stands_in_no_address_and_no_history(browser: Browser, served: Served) -> None:
    branch = served.world.branches["chaoyang"]
    context = browser.new_context(java_script_enabled=False)
    session = served.world.people["chaoyang.org"].session
    context.add_cookies([{"name": "sessionid", "value": session, "url": served.address}])
    page, sent = context.new_page(), []
    page.on("request", lambda request: sent.append(f"{request.url} {request.headers.get('referer', '')}"))
    page.goto(f"{served.address}/officials/")
    page.fill("#q", branch.canary)
    page.press("#q", "Enter")
    page.wait_for_url("**/officials/?s=*")
    assert page.input_value("#q") == branch.canary
    assert page.locator("table tbody tr").count() > 3
    page.locator("table tbody a").first.click()
    page.wait_for_url("**/officials/*-*/")
    page.go_back()
    assert page.input_value("#q") == branch.canary, "the way back needs nothing typed anew"
    visits = context.new_cdp_session(page).send("Page.getNavigationHistory")["entries"]
    assert len(visits) >= 3
    told = [unquote(words) for words in (*sent, *(f"{visit['url']} {visit['title']}" for visit in visits))]
    assert not [words for words in told if branch.canary in words]
    context.close()
