"""The square that carries a checkpoint's twelve groups from paper to a telephone: no address, only words to compare."""

import base64
import struct
import zlib
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET = 4
"""The white margin in modules that ISO/IEC 18004 asks for."""


def words(origin: str, blocks: int, groups: Sequence[str]) -> str:
    """What the square says: whose journal, how many blocks, the twelve groups in lines of four."""
    lines = [" ".join(groups[at : at + 4]) for at in range(0, len(groups), 4)]
    return "\n".join([origin, str(blocks), *lines])


def _square(text: str) -> QRCode:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    return code


def svg(text: str, title: str = "") -> str:
    """The square as SVG: one path of black modules on white."""
    rows = _square(text).get_matrix()
    size = len(rows)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in _runs(row))
    label = f" aria-label={quoteattr(title)}" if title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges"'
        f' role="img"{label}><rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )


def _runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """Where black begins in a row, and how long it lasts."""
    found: list[tuple[int, int]] = []
    for x, black in enumerate(row):
        if black and found and sum(found[-1]) == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        elif black:
            found.append((x, 1))
    return found


def address(drawing: str) -> str:
    """A drawing as an address within the page; a picture runs no script and obeys no style of the page."""
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()


def png(text: str, module: int = 8) -> bytes:
    """The square as PNG, one bit a pixel, so many pixels a module."""
    rows = _square(text).get_matrix()
    side = len(rows) * module
    lines = b"".join((b"\0" + _bits(row, module)) * module for row in rows)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def _bits(row: Sequence[bool], module: int) -> bytes:
    """One line of pixels: white is 1."""
    signs = "".join("0" * module if black else "1" * module for black in row)
    return int(signs.ljust((len(signs) + 7) // 8 * 8, "1"), 2).to_bytes((len(signs) + 7) // 8, "big")
