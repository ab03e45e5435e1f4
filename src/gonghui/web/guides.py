"""Guides for users, shown from the very texts of `docs/`: one source, read there as files and here as pages.

Only what stands in the table of tags is shown as itself; everything else of a text is words.
"""

import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.palette import Found, Sought, commanding

TAGS = {
    "heading": "",
    "paragraph": "p",
    "strong": "strong",
    "em": "em",
    "code_inline": "code",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "table": "table",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "th": "th",
    "td": "td",
    "code_block": "pre",
    "fence": "pre",
}
GUIDES = {
    "imports": {"zh": "import.md"},
    "my": {"zh": "my.zh-CN.md"},
    "accounting": {"zh": "accounting.zh-CN.md"},
    "members": {"zh": "members.zh-CN.md"},
    "schemes": {"zh": "schemes.md"},
    "backup": {"zh": "backup.zh-CN.md"},
    "keys": {"zh": "keyboard.zh-CN.md", "en": "keyboard.md"},
    "verify": {"zh": "verify.zh-CN.md", "en": "verify.md"},
}
"""Each guide by its name in the address, in the languages it is written in."""
NAMES = {
    "imports": gettext_lazy("成批导入"),
    "my": gettext_lazy("会员怎么用"),
    "accounting": gettext_lazy("账簿和付款"),
    "members": gettext_lazy("会员资料的保护"),
    "schemes": gettext_lazy("互助方案怎么写"),
    "backup": gettext_lazy("备份与恢复"),
}
"""What a guide is called in a language it is not written in."""
_PICTURE = re.compile(r"pictures/([a-z-]+)\.png\Z")
_HAN = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")  # zh


@dataclass(frozen=True)
class Guide:
    """A guide as its page shows it."""

    title: str
    body: SafeString
    language: str


def docs() -> Path:
    """Where the texts lie: beside the code, in the checkout that was installed."""
    return Path(settings.ROOT) / "docs"


def guide_of(name: str, language: str = "") -> Guide:
    """The guide in a language, else the reader's, else the one it is written in."""
    written = GUIDES.get(name)
    if written is None:
        raise Http404
    wanted = (language, (get_language() or "")[:2], *written)
    language = next(one for one in wanted if one in written)
    file = docs() / written[language]
    if not file.is_file():
        raise Http404
    return _read(file, file.stat().st_mtime_ns, language)


def title_of(name: str, guide: Guide) -> str:
    """The guide's title, in the reader's language."""
    return guide.title if guide.language[:2] == (get_language() or "")[:2] else str(NAMES.get(name, guide.title))


@lru_cache(maxsize=8)
def _read(file: Path, _changed: int, language: str) -> Guide:
    tree = SyntaxTreeNode(MarkdownIt("commonmark", {"html": False}).enable("table").parse(file.read_text("utf-8")))
    first, *rest = tree.children
    body = format_html_join("\n", "{}", ((_shown(node),) for node in rest))
    return Guide(_words(first), body, {"zh": "zh-Hans"}.get(language, language))


def _words(node: Any) -> str:
    return node.content if not node.children else "".join(_words(child) for child in node.children)


def _inside(node: Any) -> SafeString:
    return format_html_join("", "{}", ((_shown(child),) for child in node.children))


def _shown(node: Any) -> SafeString:
    """The node and what is in it as markup."""
    match node.type:
        case "softbreak":
            return _break(node)
        case "image":
            return _picture(node)
        case "link":
            return _link(node)
        case "table":
            return format_html('<div class="wide"><table class="t">{}</table></div>', _inside(node))
        case "heading":
            return format_html("<h{0}>{1}</h{0}>", node.tag[1:], _inside(node))
        case "paragraph" if _is_picture(node):
            return _inside(node)
    tag = "" if node.hidden else TAGS.get(node.type, "")
    inside = _inside(node) if node.children else format_html("{}", node.content)
    return format_html("<{0}>{1}</{0}>", tag, inside) if tag else inside


def _break(node: Any) -> SafeString:
    """A line that ends in the source: between two Chinese signs nothing, else a blank."""
    before, after = node.previous_sibling, node.next_sibling
    ends = _words(before)[-1:] if before is not None else ""
    begins = _words(after)[:1] if after is not None else ""
    return format_html("{}", "" if _HAN.match(ends) or _HAN.match(begins) else " ")


def _is_picture(node: Any) -> bool:
    return [child.type for inline in node.children for child in inline.children] == ["image"]


def _picture(node: Any) -> SafeString:
    found = _PICTURE.match(node.attrs.get("src", ""))
    if found is None:
        return format_html("{}", node.content)
    address, (width, height) = reverse("guide_picture", args=[found[1]]), _size(found[1])
    markup = '<figure><img src="{}" alt="{}" width="{}" height="{}" loading="lazy"></figure>'
    return format_html(markup, address, node.content, width, height)


def _size(picture: str) -> tuple[int, int]:
    """How large a picture is, so that the page keeps its place while it comes."""
    file = docs() / "pictures" / f"{picture}.png"
    head = file.open("rb").read(24) if file.is_file() else b"".ljust(24, b"\0")
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _link(node: Any) -> SafeString:
    """Another guide, or this one in another language; what lies elsewhere in `docs/` has no page and is words."""
    places = {file: (name, language) for name, written in GUIDES.items() for language, file in written.items()}
    place = places.get(node.attrs.get("href", ""))
    if place is None:
        return _inside(node)
    name, language = place
    return format_html('<a href="{}?in={}">{}</a>', reverse("guide", args=[name]), language, _inside(node))


@commanding
def guides(_sought: Sought) -> list[Found]:
    """The guides, by their titles."""
    titles = [(name, title_of(name, guide_of(name))) for name in GUIDES]
    return [Found(title, reverse("guide", args=[name]), _("使用说明"), (name,)) for name, title in titles]


@page(acting=False)
def guide(request: ConsoleRequest, name: str) -> HttpResponseBase:
    """One guide as a page."""
    found = guide_of(name, request.GET.get("in", ""))
    return render(request, "web/guide.html", {"guide": found, "title": title_of(name, found)})


@page(acting=False, members=True)
def picture(request: ConsoleRequest, name: str) -> HttpResponseBase:
    """A picture of the guides."""
    file = docs() / "pictures" / f"{name}.png"
    if not file.is_file():
        raise Http404
    return FileResponse(file.open("rb"), content_type="image/png")
