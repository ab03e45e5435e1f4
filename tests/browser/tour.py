"""A visitor who goes through many pages as many people, in one browser."""

import re
from collections.abc import Iterable

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ViewportSize

from tests.conftest import RULES, Walk
from tests.world.federation import Person

DESKTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=360, height=740)
HAN = re.compile(r"[㐀-鿿]+")
SEEN_WORDS = """() => {
  const own = (element) => !element.closest('[lang^="zh"], script, style');
  const texts = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (own(walker.currentNode.parentElement)) texts.push(walker.currentNode.data);
  const named = ['title', 'aria-label', 'placeholder', 'alt', 'data-confirm', 'label'];
  for (const element of document.querySelectorAll('*')) if (own(element)) {
    for (const name of named) if (element.hasAttribute(name)) texts.push(element.getAttribute(name));
    if (element.matches('input[type=submit], input[type=button]')) texts.push(element.value);
  }
  return texts.filter((text) => /[\\u3400-\\u9fff]/.test(text)).map((text) => text.trim());
}"""
WIDER = """() => [...document.querySelectorAll('body *')]
  .filter((x) => x.getBoundingClientRect().right > innerWidth + 1 && !x.closest('.scroll, .wide, [tabindex]'))
  .slice(0, 3).map((x) => x.outerHTML.slice(0, 120))"""
BROKEN = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.data.trim();
    if (!/^[−-]?[\\d,]+(\\.\\d+)?$/.test(words)) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const tops = new Set([...range.getClientRects()].filter((x) => x.width > 1).map((x) => Math.round(x.top)));
    if (tops.size > 1) found.push(words);
  }
  return found;
}"""
FIND = "(rules) => axe.run(document, {...rules, resultTypes: ['violations'], preload: false})"


class Tour(Walk):
    """Opens pages as people, and says what is wrong with each."""

    def __init__(self, browser: Browser, address: str) -> None:
        super().__init__(browser, address)
        self.context.add_init_script(AXE_SCRIPT)
        self.page.set_default_timeout(15_000)

    def become(self, person: Person | None, language: str = "zh-hans") -> None:
        """From now on this person looks, in this language; nobody is a visitor without an account."""
        self.context.clear_cookies()
        cookies = {"gonghui_language": language}
        if person is not None:
            cookies["sessionid"] = person.session
        self.context.add_cookies([{"name": k, "value": v, "url": self.address} for k, v in cookies.items()])

    def violations(self) -> list[str]:
        """What axe finds on the page open now, WCAG 2.2 AA."""
        found = self.page.evaluate(FIND, RULES)
        return [f"axe {one['id']}: {node['html'][:200]}" for one in found["violations"] for node in one["nodes"]]

    def too_wide(self) -> list[str]:
        """What makes the page scroll sideways, once its charts have followed the window's width."""
        for _ in range(60):
            if self.page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"):
                return []
            self.page.wait_for_timeout(100)
        return [f"wider than the screen: {html}" for html in self.page.evaluate(WIDER) or ["?"]]

    def broken_numbers(self) -> list[str]:
        """Numbers that run over the end of a line."""
        return [f"a number over two lines: {words}" for words in self.page.evaluate(BROKEN)]

    def untranslated(self, data: Iterable[str]) -> list[str]:
        """Chinese words on an English page that are not somebody's data."""
        kept = sorted(filter(None, data), key=len, reverse=True)
        left = []
        for text in self.page.evaluate(SEEN_WORDS):
            for word in kept:
                text = text.replace(word, "")
            if HAN.search(text):
                left.append(f"not in English: {text[:80]}")
        return left

    def heard(self) -> list[str]:
        """What the console has said since last asked: refused content, script errors."""
        said, self.complaints[:] = list(self.complaints), []
        return said
