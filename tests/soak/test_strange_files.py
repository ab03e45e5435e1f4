"""Broken workbooks, texts, papers and pictures by the hundred: each is read, or refused in words."""

import io
import random
import zipfile
from collections.abc import Callable

import pytest

from gonghui.core.errors import Refusal
from gonghui.reports.tests.test_sheets import row_of, with_header_and
from gonghui.web.imports.opening import open_upload
from gonghui.web.papers import keeping
from gonghui.web.papers.tests.builders import a_composite_pdf, a_pdf, a_picture

pytestmark = pytest.mark.soak
LARGEST = 10 * 2**20
FILES = 400


def broken(content: bytes, draw: random.Random) -> bytes:
    """The bytes with a few of them changed, lost, doubled or cut off."""
    changed = bytearray(content)
    for _ in range(draw.choice([1, 1, 3, 20])):
        at = draw.randrange(len(changed))
        way = draw.random()
        if way < 0.5:
            changed[at] = draw.randrange(256)
        elif way < 0.7:
            del changed[at : at + draw.randrange(40)]
        elif way < 0.85:
            changed[at:at] = draw.randbytes(draw.randrange(30))
        else:
            del changed[at:]
        changed = changed or bytearray(b"x")
    return bytes(changed)


def broken_inside(content: bytes, draw: random.Random) -> bytes:
    """A whole archive with one broken part."""
    book = zipfile.ZipFile(io.BytesIO(content))
    victim = draw.choice(book.namelist())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in book.namelist():
            part = book.read(name)
            kept.writestr(name, broken(part, draw) if name == victim else part)
    return buffer.getvalue()


def test_strange_files_are_read_or_refused_in_words() -> None:
    draw = random.Random(20200630)
    workbook = with_header_and(row_of("mutual_aid.payments_made", 5))
    text = ",".join(str(value) for value in row_of("mutual_aid.payments_made", "5")).encode("gbk")
    papers = [a_pdf("tel 123", "two"), a_composite_pdf("abc"), a_pdf("x", compressed=False)]
    doings: list[Callable[[], object]] = [
        lambda: open_upload(broken(workbook, draw), "a.xlsx", largest=LARGEST),
        lambda: open_upload(broken_inside(workbook, draw), "a.xlsx", largest=LARGEST),
        lambda: open_upload(broken(text, draw), "a.csv", largest=LARGEST),
        lambda: keeping.checked(broken(draw.choice(papers), draw), "a.pdf", largest=LARGEST),
        lambda: keeping.checked(broken_inside(workbook, draw), "a.xlsx", largest=LARGEST),
        lambda: keeping.checked(broken(a_picture("PNG"), draw), "a.png", largest=LARGEST),
    ]
    codes, sentences = set(), set()
    for _ in range(FILES):
        try:
            draw.choice(doings)()
            codes.add("read")
        except Refusal as refusal:
            sentences.add(str(refusal))
            codes.add(refusal.code)
    assert all(sentences)
    assert codes >= {"read", "imports.not_a_workbook", "imports.broken_xml", "papers.picture"}
