"""Reads or redraws one paper in a process of its own, under the same limits as a workbook.

Run with one word and the paper on stdin. `image` answers with the redrawn picture, `scrub` with the paper without its
metadata, `pdf` and `workbook` with two parts, each behind its length: that paper, and one JSON object with the places
where personal numbers stand and whether everything could be read. A PDF's words are read last: the paper may be kept
where they bring the child down. A workbook's are read first: it is kept only with them.
"""

import io
import json
import re
import sys
import warnings
import zipfile
from collections.abc import Callable
from decimal import Decimal
from xml.parsers import expat

from gonghui.core.personal import personal_numbers
from gonghui.web.imports import inside
from gonghui.web.papers.pdf import Book, Unreadable, without_metadata

PIXELS = 40_000_000
LENGTH = 8
KEPT = 20
BESIDE = ("xl/media/", "xl/drawings/", "xl/comments", "xl/threadedComments", "xl/charts", "xl/embeddings/")
"""The parts of a workbook that show something outside its cells: pictures, text boxes, remarks. They are not read."""


def scan_pdf(content: bytes) -> dict[str, object]:
    """Where a PDF names people by number."""
    try:
        pages = Book(content).pages()
    except (Unreadable, ValueError, RecursionError):
        return {"found": [], "read": False}
    found: list[list[str]] = []
    for number, page in enumerate(pages, 1):
        kinds = set(personal_numbers("".join(page.lines))) | set(personal_numbers("\n".join(page.lines)))
        found += [[f"page {number}", kind] for kind in sorted(kinds)]
    return {"found": found[:KEPT], "read": all(page.read for page in pages)}


def scan_workbook(content: bytes) -> dict[str, object]:
    """Where a workbook names people by number, sheet by sheet and cell by cell."""
    found: list[list[str]] = []
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        if any(name.lower().endswith("vbaproject.bin") for name in book.namelist()):
            raise inside.Refused("macros")
        strings = shared_strings(book)
        for sheet, part in inside.sheets_of(book).items():
            for cell, words in cells_of(book, part, strings):
                found += [[f"{sheet}!{cell}", kind] for kind in personal_numbers(words)]
        beside = any(name.startswith(BESIDE) for name in book.namelist())
    return {"found": found[:KEPT], "read": not beside}


_WHOLE = re.compile(r"[0-9]{1,9}")
_POWER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?[Ee]\+?[0-9]{1,2}")
"""A number as 1.3812345678E10: shown as its eleven digits."""


def shared_strings(book: zipfile.ZipFile) -> list[str]:
    """The workbook's common strings."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    found: list[str] = []
    pieces: list[str] = []
    state = {"text": False}

    def start(name: str, _: dict[str, str]) -> None:
        state["text"] = inside.local(name) == "t"

    def text(words: str) -> None:
        if state["text"]:
            pieces.append(words)

    def end(name: str) -> None:
        state["text"] = False
        if inside.local(name) == "si":
            found.append("".join(pieces))
            pieces.clear()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
    inside.stream(book, "xl/sharedStrings.xml", parser)
    return found


def cells_of(book: zipfile.ZipFile, part: str, strings: list[str]) -> list[tuple[str, str]]:
    """Each cell with what it shows, for cells long enough to hold a number of a person."""
    found: list[tuple[str, str]] = []
    state = {"cell": "", "kind": "", "text": "", "inside": ""}

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = inside.local(name)
        if tag == "c":
            state.update(cell=attributes.get("r", "?"), kind=attributes.get("t", ""), text="")
        state["inside"] = tag if tag in ("v", "t") else ""

    def text(words: str) -> None:
        if state["inside"]:
            state["text"] += words

    def end(name: str) -> None:
        if inside.local(name) == "c":
            words = state["text"]
            if state["kind"] == "s":
                words = strings[int(words)] if _WHOLE.fullmatch(words) and int(words) < len(strings) else ""
            elif _POWER.fullmatch(words):
                words = f"{Decimal(words):f}"
            if len(words) >= 11:
                found.append((state["cell"], words))
        state["inside"] = ""

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end
    inside.stream(book, part, parser)
    return found


def redraw(content: bytes) -> bytes:
    """The same picture without anything that came along with it: places, devices, previews."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
        kind = picture.format
        drawn = ImageOps.exif_transpose(picture)
        buffer = io.BytesIO()
        if kind == "JPEG":
            drawn.convert("RGB").save(buffer, "JPEG", quality=90)
        else:
            drawn.convert("RGBA" if "A" in drawn.getbands() else "RGB").save(buffer, "PNG")
    return buffer.getvalue()


_XML = b'<?xml version="1.0" encoding="UTF-8"?>'
_OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/"
EMPTY = {
    "docProps/core.xml": _XML
    + b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": _XML + b'<Properties xmlns="' + _OFFICE + b'extended-properties"/>',
    "docProps/custom.xml": _XML + b'<Properties xmlns="' + _OFFICE + b'custom-properties"/>',
}
"""What stands in place of a workbook's own parts about its making."""


def scrub(content: bytes) -> bytes:
    """The same paper without author, program and dates of its making."""
    if not content.startswith(b"PK"):
        return without_metadata(content)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kept:
        for part in book.infolist():
            kept.writestr(part.filename, EMPTY.get(part.filename) or book.read(part))
    return buffer.getvalue()


def main() -> None:
    """Read stdin, answer on stdout."""
    way = sys.argv[1]
    content = sys.stdin.buffer.read()
    if way == "image":
        from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin  # noqa: F401  (before the limit on files)
    inside.limit()
    if way == "image":
        sys.stdout.buffer.write(redraw(content))
        return
    if way == "scrub":
        sys.stdout.buffer.write(scrub(content))
        return
    scan = scan_pdf if way == "pdf" else scan_workbook
    words = b"" if way == "pdf" else _answer(scan, content)
    _tell(scrub(content))
    _tell(words or _answer(scan, content))


def _answer(scan: Callable[[bytes], dict[str, object]], content: bytes) -> bytes:
    try:
        answer = scan(content)
    except inside.Refused as refused:
        answer = {"refused": refused.code, "params": refused.params}
    return json.dumps(answer, ensure_ascii=True).encode()


def _tell(part: bytes) -> None:
    sys.stdout.buffer.write(len(part).to_bytes(LENGTH, "big") + part)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
