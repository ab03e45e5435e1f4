"""The forms in which a word may stand in a dump: as it is, in hexadecimal, base64, escaped, in an address."""

import base64
import json
from urllib.parse import quote


def forms_of(word: str) -> list[bytes]:
    """All that a person with a dump and an afternoon would look for."""
    raw = word.encode()
    escaped = json.dumps(word)[1:-1]
    wide = word.encode("utf-16-le")
    forms = {raw, escaped.encode(), escaped.upper().encode(), quote(word).encode(), word.encode("gb18030"), wide}
    for content in (raw, wide):
        forms |= {content.hex().encode(), content.hex().upper().encode(), *_base64(content)}
    return sorted(forms)


def _base64(content: bytes) -> set[bytes]:
    """Its letters in base64, wherever in a longer text it begins: what depends on neighbours is left out."""
    found = set()
    for before in range(3):
        padded = bytes(before) + content
        whole = padded[: len(padded) - len(padded) % 3]
        letters = base64.b64encode(whole)[4 if before else 0 :]
        found |= {letters, letters.translate(bytes.maketrans(b"+/", b"-_"))}
    return {one for one in found if len(one) >= 8}
