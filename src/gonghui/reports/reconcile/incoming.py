"""Takes the text in: what is too long, empty, or no text at all is refused before anything is read from it."""

import unicodedata
from pathlib import Path

from gonghui.core.errors import Refusal

MOST_BYTES = 1024 * 1024
MOST_SIGNS = 60_000
BLANKS, STRANGE = frozenset("\n\r\t\f\v"), frozenset({"Cc", "Cn", "Co", "Cs"})
_MARKED = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def text_of_file(path: Path) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, or GBK (GB 18030)."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise too_long(f"{path.stat().st_size:,} B")
        content = path.read_bytes()
    except OSError:
        raise Refusal("reconcile.file", "打不开文件 %(file)s，请核对路径和权限", file=str(path)[:200]) from None
    return fit(decoded(content))


def decoded(content: bytes) -> str:
    """The bytes as text; what is neither UTF-8 nor GBK text is refused."""
    marked = next((name for mark, name in _MARKED.items() if content.startswith(mark)), "")
    for encoding in (marked,) if marked else ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if not _is_garbage(text):
            return text
    raise _no_text()


def fit(text: str) -> str:
    """The text, if there is one and it is not too long."""
    if len(text) > MOST_SIGNS:
        raise too_long(f"{len(text):,}")
    if _is_garbage(text):
        raise _no_text()
    if not text.strip():
        raise Refusal("reconcile.empty", "没有文字可核对，请粘贴报告的正文")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def too_long(long: str) -> Refusal:
    """The refusal of a text beyond the limit."""
    return Refusal(
        "reconcile.too_long",
        "文字太长（%(long)s），一次最多 %(most)s 字，请分成几段核对",
        long=long,
        most=f"{MOST_SIGNS:,}",
    )


def no_numbers() -> Refusal:
    """The refusal of a text without any number."""
    return Refusal("reconcile.no_figures", "文字里没有数字，没有可核对的；请粘贴报告的正文")


def _no_text() -> Refusal:
    return Refusal("reconcile.no_text", "这不是文字：请用 UTF-8 或 GBK 编码的纯文本，PDF、图片、Word 文件请先取出文字")


def _is_garbage(text: str) -> bool:
    """Whether the signs are those of a picture or a program: control signs, private and unassigned ones."""
    strange = sum(sign not in BLANKS and unicodedata.category(sign) in STRANGE for sign in text)
    return "\0" in text or strange > max(2, len(text) // 200)
