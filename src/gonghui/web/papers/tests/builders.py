"""Papers for tests."""

import io
import zlib

from PIL import Image


def a_pdf(*pages: str, compressed: bool = True) -> bytes:
    """A PDF with one line of plain text a page."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /Resources << /Font << /F1 3 0 R >> >> >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, words in enumerate(pages):
        drawing = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode()
        head = b""
        if compressed:
            drawing, head = zlib.compress(drawing), b"/Filter /FlateDecode "
        objects.append(f"<< /Type /Page /Parent 2 0 R /Contents {5 + 2 * n} 0 R >>".encode())
        objects.append(b"<< " + head + f"/Length {len(drawing)} >>\nstream\n".encode() + drawing + b"\nendstream")
    body = b"%PDF-1.7\n"
    for number, content in enumerate(objects, 1):
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    return body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def a_composite_pdf(text: str) -> bytes:
    """A PDF as most printers write it: two-byte codes that only a ToUnicode table turns into letters."""
    codes = {letter: 0x100 + n for n, letter in enumerate(sorted(set(text)))}
    table = "1 beginbfrange\n".join(["", ""]) + "".join(
        f"1 beginbfchar <{code:04X}> <{ord(letter):04X}> endbfchar\n" for letter, code in codes.items()
    )
    shown = "".join(f"{codes[letter]:04X}" for letter in text)
    half = len(shown) // 8 * 4
    drawing = f"BT /F1 12 Tf [<{shown[:half]}> -20 <{shown[half:]}>] TJ ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Resources << /Font << /F1 4 0 R >> >> /Contents 6 0 R >>",
        b"<< /Type /Font /Subtype /Type0 /ToUnicode 5 0 R >>",
        b"<< /Length 1 >>\nstream\n" + table.encode() + b"\nendstream",
        b"<< /Length 1 >>\nstream\n" + drawing + b"\nendstream",
    ]
    body = b"%PDF-1.4\n"
    for number, content in enumerate(objects, 1):
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    return body


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture with the camera that took it."""
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "camera of somebody"
    Image.new("RGB", size, "white").save(buffer, kind, exif=exif)
    return buffer.getvalue()
