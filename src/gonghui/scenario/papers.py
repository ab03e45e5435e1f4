"""Stamped summaries as a unit would scan them: one plain PDF page each, drawn without any library."""

from collections.abc import Sequence
from datetime import date

from gonghui.web.shell import DEMO_WORDS

WIDTH, HEIGHT = 595, 842


def stamped_summary(unit: str, title: str, rows: Sequence[tuple[str, str]], *, on: date) -> bytes:
    """A page with the unit's name, the numbers in two columns, the day, and a red seal drawn as a circle."""
    drawn = [_text(70, 780, 15, unit), _text(70, 754, 12, title), _text(70, 734, 8, DEMO_WORDS)]
    height = 700
    for label, value in rows:
        drawn += [_text(70, height, 10, label), _text(380, height, 10, value), _rule(height - 6)]
        height -= 21
    drawn += [_text(380, height - 60, 11, f"{on.year}年{on.month}月{on.day}日"), _seal(430, height - 45, unit)]
    words = "".join([unit, title, DEMO_WORDS, *(label + value for label, value in rows), "年月日0123456789"])
    return _document("\n".join(drawn).encode("ascii"), _letters(words))


def _text(x: int, y: int, size: int, text: str) -> str:
    return f"BT /F1 {size} Tf 0.2 0.2 0.2 rg {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET"


def _rule(y: int) -> str:
    return f"0.8 G 0.5 w 70 {y} m 525 {y} l S"


def _seal(x: int, y: int, unit: str) -> str:
    """A circle with the unit's name across it; our own mark, no emblem."""
    size, pull = 46, 25.4
    curves = (
        f"{x + size} {y} m {x + size} {y + pull:.1f} {x + pull:.1f} {y + size} {x} {y + size} c "
        f"{x - pull:.1f} {y + size} {x - size} {y + pull:.1f} {x - size} {y} c "
        f"{x - size} {y - pull:.1f} {x - pull:.1f} {y - size} {x} {y - size} c "
        f"{x + pull:.1f} {y - size} {x + size} {y - pull:.1f} {x + size} {y} c S"
    )
    short = unit[-8:]
    words = f"BT /F1 10 Tf 0.75 0.15 0.15 rg {x - len(short) * 5} {y - 4} Td <{short.encode('utf-16-be').hex()}> Tj ET"
    return f"0.75 0.15 0.15 RG 2 w {curves}\n{words}"


def _letters(words: str) -> bytes:
    """The table by which readers turn the page's codes back into words, so that it can be searched and scanned."""
    codes = sorted({letter.encode("utf-16-be").hex() for letter in words})
    blocks = [codes[start : start + 100] for start in range(0, len(codes), 100)]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Words def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
        *(
            f"{len(block)} beginbfchar\n" + "\n".join(f"<{code}> <{code}>" for code in block) + "\nendbfchar"
            for block in blocks
        ),
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    ]
    return "\n".join(lines).encode("ascii")


def _document(content: bytes, letters: bytes) -> bytes:
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>".encode("ascii"),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [6 0 R] "
        b"/ToUnicode 8 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 7 0 R "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 /W [1 95 500] >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(letters), letters),
    ]
    written = b"%PDF-1.4\n"
    places = []
    for number, part in enumerate(parts, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(written), len(parts) + 1
    written += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return written + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
