"""Stamped papers: what is taken, what is scanned, what is refused and where, and how a paper leaves again."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.urls import reverse
from openpyxl.comments import Comment
from PIL import Image

from gonghui.core.errors import Refusal
from gonghui.core.models import Access
from gonghui.reports import actions
from gonghui.reports.models import Evidence, Return
from gonghui.reports.tests.builders import (
    HOTLINE,
    JULY,
    PAYMENTS,
    Federation,
    a_draft,
    a_federation,
    a_round,
    return_of,
)
from gonghui.web.papers import keeping
from gonghui.web.papers.pdf import Book
from gonghui.web.papers.tests.builders import a_composite_pdf, a_pdf, a_picture

LARGEST = 10 * 2**20
PAPER, MOBILE = "990101198503070017", "13812345678"


def a_workbook(**cells: object) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "汇总"
    for cell, value in cells.items():
        sheet[cell] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def refused(content: bytes, name: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        keeping.checked(content, name, largest=LARGEST)
    return caught.value


def test_a_pdf_without_personal_numbers_is_taken_as_read() -> None:
    paper = keeping.checked(a_pdf("2020H1 sum 2060012", "page two"), "stamped.pdf", largest=LARGEST)
    assert (paper.content_type, paper.scanned) == ("application/pdf", True)


@pytest.mark.parametrize("compressed", [True, False])
def test_a_personal_number_in_a_pdf_is_refused_by_its_page_and_never_repeated(compressed: bool) -> None:
    refusal = refused(a_pdf("fine", f"holder {PAPER}", compressed=compressed), "stamped.pdf")
    assert refusal.code == "papers.personal"
    assert "第 2 页" in str(refusal)
    assert PAPER not in str(refusal)
    assert "手机号" in str(refused(a_pdf(f"tel {MOBILE}"), "stamped.pdf"))


def test_codes_of_composite_fonts_are_turned_into_letters() -> None:
    [page] = Book(a_composite_pdf(f"电话{MOBILE}")).pages()
    assert (page.lines, page.read) == ([f"电话{MOBILE}"], True)
    assert refused(a_composite_pdf(f"电话{MOBILE}"), "stamped.pdf").code == "papers.personal"


def test_a_scanned_pdf_is_taken_and_honestly_called_unread() -> None:
    pictures = a_pdf("x").replace(b"/Filter /FlateDecode ", b"/Filter /DCTDecode ")
    assert keeping.checked(pictures, "scan.pdf", largest=LARGEST).scanned is False
    locked = a_pdf("x") + b"trailer << /Encrypt 9 0 R >>"
    assert keeping.checked(locked, "scan.pdf", largest=LARGEST).scanned is False


def test_a_personal_number_in_a_workbook_is_refused_by_its_cell() -> None:
    assert keeping.checked(a_workbook(A1="合计", B1=2060012), "汇总.xlsx", largest=LARGEST).scanned is True
    assert "汇总!C7" in str(refused(a_workbook(C7=f"联系人 {MOBILE}"), "汇总.xlsx"))
    assert "汇总!C8" in str(refused(a_workbook(C8=int(MOBILE)), "汇总.xlsx"))


def test_a_workbook_with_remarks_is_honestly_called_unread() -> None:
    book = openpyxl.load_workbook(io.BytesIO(a_workbook(A1="合计")))
    sheet = book.active
    assert sheet is not None
    sheet["A1"].comment = Comment(MOBILE, "somebody")
    buffer = io.BytesIO()
    book.save(buffer)
    assert keeping.checked(buffer.getvalue(), "汇总.xlsx", largest=LARGEST).scanned is False


def rewritten(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with something else written in one of its parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in book.namelist():
            words = book.read(name)
            assert name != part or old in words
            made.writestr(name, words.replace(old, new) if name == part else words)
    return buffer.getvalue()


def test_a_workbook_that_brings_the_scan_down_is_refused_not_kept_unread() -> None:
    sheet = "xl/worksheets/sheet1.xml"
    odd = rewritten(a_workbook(A1=f"联系人 {MOBILE}"), sheet, b"</row>", '<c r="B1" t="s"><v>²</v></c></row>'.encode())
    assert refused(odd, "汇总.xlsx").code == "papers.personal"
    packed = bytearray(a_workbook(A1="合计"))
    at = packed.index(b"xl/worksheets/sheet1.xml") - 30
    packed[at + 8 : at + 10] = (12).to_bytes(2, "little")  # another way of packing than the directory names
    directory = packed.rindex(b"PK\x01\x02", 0, packed.rindex(b"xl/worksheets/sheet1.xml"))
    packed[directory + 10 : directory + 12] = (99).to_bytes(2, "little")
    assert refused(bytes(packed), "汇总.xlsx").code == "papers.unread"


def test_a_number_written_as_a_power_is_read_as_its_digits() -> None:
    content = rewritten(a_workbook(C8=int(MOBILE)), "xl/worksheets/sheet1.xml", MOBILE.encode(), b"1.3812345678E10")
    assert "汇总!C8" in str(refused(content, "汇总.xlsx"))


def test_a_paper_is_kept_without_who_made_it() -> None:
    named = (
        a_pdf("sum") + b"9 0 obj\n<< /Author (Somebody) /Producer <536F6D65> >>\nendobj\ntrailer << /Info 9 0 R >>\n"
    )
    paper = keeping.checked(named, "stamped.pdf", largest=LARGEST)
    assert len(paper.content) == len(named)
    assert b"Somebody" not in paper.content
    assert b"536F6D65" not in paper.content
    sealed = named + b"<< /ByteRange [0 1 2 3] >>"
    assert keeping.checked(sealed, "stamped.pdf", largest=LARGEST).content == sealed
    book = openpyxl.Workbook()
    book.properties.creator = "Somebody"
    buffer = io.BytesIO()
    book.save(buffer)
    kept = openpyxl.load_workbook(io.BytesIO(keeping.checked(buffer.getvalue(), "a.xlsx", largest=LARGEST).content))
    assert kept.properties.creator != "Somebody"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_drawn_anew_without_what_came_along(kind: str) -> None:
    name = "stamped.jpg" if kind == "JPEG" else "stamped.png"
    paper = keeping.checked(a_picture(kind), name, largest=LARGEST)
    assert paper.scanned is False
    drawn = Image.open(io.BytesIO(paper.content))
    assert (drawn.size, dict(drawn.getexif())) == ((60, 40), {})
    assert b"camera" not in paper.content


def test_ending_and_content_must_agree_and_the_size_has_a_limit() -> None:
    assert refused(b"<html>", "page.html").code == "papers.type"
    assert refused(b"<svg/>", "picture.svg").code == "papers.type"
    assert refused(a_picture("PNG"), "stamped.pdf").code == "papers.content"
    assert refused(a_pdf("x"), "stamped.png").code == "papers.content"
    assert refused(b"MZ" + b"\0" * 100, "stamped.pdf").code == "papers.content"
    assert refused(b"", "stamped.pdf").code == "papers.size"
    assert refused(b"%PDF" + b"x" * LARGEST, "stamped.pdf").code == "papers.size"
    broken = a_picture("PNG")[:60]
    assert refused(broken, "stamped.png").code == "papers.picture"


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_drawn() -> None:
    buffer = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(buffer, "PNG")
    assert refused(buffer.getvalue(), "stamped.png").code == "papers.picture"


@pytest.fixture
def federation(db: None, tmp_path: Path, settings: object) -> Federation:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return a_federation()


@pytest.fixture
def east(federation: Federation) -> Return:
    return return_of(a_round(federation.city, PAYMENTS, HOTLINE), federation.east)


def kept(federation: Federation, east: Return, content: bytes, name: str = "盖章汇总.pdf") -> Evidence:
    drafts = list(east.lines.filter(state="draft"))
    return actions.add_evidence(east, content, name, by=federation.east.clerk, on=JULY, lines=drafts)


def test_one_paper_stands_behind_many_lines_and_the_same_paper_is_kept_once(
    federation: Federation, east: Return
) -> None:
    drafts = [a_draft(PAYMENTS, 5), a_draft(HOTLINE, 6)]
    actions.enter_lines(east, drafts, by=federation.east.clerk, on=JULY)
    evidence = kept(federation, east, a_pdf("sum"))
    assert set(east.lines.values_list("evidence_id", flat=True)) == {evidence.pk}
    assert kept(federation, east, a_pdf("sum")).pk == evidence.pk
    stored = list(keeping.folder().iterdir())
    assert [path.name for path in stored] == [evidence.stored_name]
    assert stored[0].stat().st_mode & 0o077 == 0
    assert "盖章" not in evidence.stored_name


def test_a_paper_leaves_as_an_attachment_with_a_trace_and_for_those_who_see_it(
    federation: Federation, east: Return
) -> None:
    actions.enter_line(east, a_draft(PAYMENTS, 5), by=federation.east.clerk, on=JULY)
    evidence = kept(federation, east, a_pdf("sum"))
    address = reverse("evidence", args=[evidence.public_id])
    taken = federation.city.browser("reviewer").get(address)
    assert taken.content == a_pdf("sum")
    assert taken["Content-Disposition"].startswith("attachment")
    assert taken["X-Content-Type-Options"] == "nosniff"
    assert taken["Content-Security-Policy"].startswith("sandbox")
    assert taken["Cache-Control"] == "no-store"
    assert Access.objects.filter(what="reports.evidence_taken", subject_id=evidence.pk).count() == 1
    assert federation.west.browser("statistician").get(address).status_code == 404
    assert federation.street.browser("statistician").get(address).status_code == 404
    assert Access.objects.filter(what="reports.evidence_taken").count() == 1


def test_a_failed_action_leaves_no_file_behind(federation: Federation, east: Return) -> None:
    with pytest.raises(Refusal):
        actions.add_evidence(
            east,
            a_pdf("sum"),
            "盖章.pdf",
            by=federation.east.clerk,
            on=JULY,
            lines=list(return_of(east.round, federation.west).lines.all()) or [_a_foreign_line(federation, east)],
        )
    assert list(keeping.folder().iterdir()) == []


def _a_foreign_line(federation: Federation, east: Return):
    west = return_of(east.round, federation.west)
    return actions.enter_line(west, a_draft(PAYMENTS, 1), by=federation.west.clerk, on=JULY)
