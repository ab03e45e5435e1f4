"""Every key that does something is said on the page of keys and in both guides."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from gonghui.project.menu import MENU

DOCS = Path(settings.ROOT) / "docs"
GUIDES = ("keyboard.md", "keyboard.zh-CN.md")


def single_keys() -> list[str]:
    """The keys of the table in keyboard.js."""
    script = Path(str(finders.find("keyboard.js"))).read_text("utf-8")
    table = script[script.index("const keys = {") : script.index("/* what is pressed */")]
    found = re.findall(r"^    \"?([^\s\":])\"?: \(\)", table, re.MULTILINE)
    assert {"j", "/", "?", "["} <= set(found)
    return [*found, "Enter", "Esc", "g"]


@pytest.mark.parametrize("guide", GUIDES)
def test_both_guides_tell_every_key_and_every_place(guide: str) -> None:
    text = (DOCS / guide).read_text("utf-8")
    [places] = re.findall(r"^\| `g` [^|]*\|(.*)$", text, re.MULTILINE)
    assert [key for key in single_keys() if f"`{key}`" not in text] == []
    letters = [desk.key for group in MENU for desk in group.desks if desk.key]
    assert len(letters) == len(set(letters)), "two places have one letter"
    assert [letter for letter in letters if f"`{letter}`" not in places] == []


def test_the_page_of_keys_tells_every_key() -> None:
    page = get_template("parts/shortcuts.html").render({"menu": []})
    assert [key for key in single_keys() if f">{key}</kbd>" not in page and key != "g"] == []
