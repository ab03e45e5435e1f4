"""`gonghui messages`: every Chinese text people see has its English, in the catalogue of the innermost ring using it.

Texts are the Chinese string literals of Python files (docstrings, tests and the scenario apart), the translate tags
of templates, and the titles of roles and schemes. A line that ends in `# zh` keeps its Chinese out: tables, patterns.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

SOURCES = Path(__file__).resolve().parents[1]
# Innermost first.
RINGS = (
    "core",
    "web",
    "spine/organisations",
    "spine/officials",
    "spine/members",
    "spine/funds",
    "reports",
    "work",
    "project",
)
CHINESE = re.compile(r"[\u3400-\u9fff]")
QUOTED = r"(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*u?({QUOTED}(?:\s*,\s*u?{QUOTED})?)")
PLACE = re.compile(r"%\((\w+)\)[sd]|\{(\w*)[^{}]*\}")
COUNTED = ("ngettext", "ngettext_lazy")
OPENING = ("blocktranslate", "blocktrans")
TRANSLATED = re.compile(r"^(translate|trans)\s|_\(")
# Our own tags that translate the words written in them.
SAYING = ("state",)
SAID = re.compile(r'"([^"]*)"')
HEADER = {
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


@dataclass(frozen=True)
class Text:
    """One text as it stands in a source: its Chinese, its plural if it has one, its ring and its place."""

    chinese: str
    plural: str
    ring: str
    place: str


def catalogue(ring: str) -> Path:
    """The English catalogue of a ring."""
    return SOURCES / ring / "locale/en/LC_MESSAGES/django.po"


def _files(ring: str, pattern: str) -> Iterator[tuple[Path, str]]:
    for path in sorted((SOURCES / ring).rglob(pattern)):
        parts = path.relative_to(SOURCES).parts
        if not {"tests", "migrations", "static"} & set(parts):
            yield path, "/".join(parts)


def _docstrings(tree: ast.Module) -> set[int]:
    """The ids of constants that are statements by themselves: docstrings."""
    return {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def in_python(source: str, ring: str, place: str) -> Iterator[Text]:
    """The Chinese literals of a Python file."""
    tree, lines = ast.parse(source), source.splitlines()
    apart = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            apart |= {id(part) for part in node.values}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in COUNTED:
            forms = [part for part in node.args[:2] if isinstance(part, ast.Constant)]
            apart |= {id(part) for part in forms}
            if len(forms) == 2 and CHINESE.search(str(forms[0].value)):
                yield Text(str(forms[0].value), str(forms[1].value), ring, f"{place}:{node.lineno}")
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in apart:
            continue
        marked = any(line.endswith("# zh") for line in lines[node.lineno - 1 : node.end_lineno])
        if CHINESE.search(node.value) and not marked:
            yield Text(node.value, "", ring, f"{place}:{node.lineno}")


def in_template(source: str, ring: str, place: str) -> Iterator[Text]:
    """The texts of a template's translate tags."""
    for found in CALL.finditer(templatize(source, origin=place)):
        words = ast.literal_eval(f"({found[2]},)")
        plural = words[1] if found[1] == "ngettext" and len(words) > 1 else ""
        if CHINESE.search(words[0]):
            yield Text(words[0], plural, ring, place)
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK and token.contents.startswith(SAYING):
            yield from (Text(word, "", ring, place) for word in SAID.findall(token.contents) if CHINESE.search(word))


def in_titles(value: object, ring: str, place: str) -> Iterator[Text]:
    """The titles in a TOML document that do not carry their own English beside them."""
    if isinstance(value, dict):
        title = value.get("title")
        if isinstance(title, str) and "title_en" not in value and CHINESE.search(title):
            yield Text(title, "", ring, place)
        for inner in value.values():
            yield from in_titles(inner, ring, place)
    elif isinstance(value, list):
        for inner in value:
            yield from in_titles(inner, ring, place)


def texts() -> list[Text]:
    """Every text of the sources, each once, in the innermost ring that uses it."""
    found: dict[str, Text] = {}
    for ring in RINGS:
        every: list[Text] = []
        for path, place in _files(ring, "*.py"):
            every += in_python(path.read_text(), ring, place)
        for suffix in ("*.html", "*.txt"):
            for path, place in _files(ring, suffix):
                every += in_template(path.read_text(), ring, place)
        for pattern in ("roles.toml", "schemes/*.toml"):
            for path, place in _files(ring, pattern):
                every += in_titles(tomllib.loads(path.read_text()), ring, place)
        for text in every:
            if text.chinese not in found or (text.plural and not found[text.chinese].plural):
                found[text.chinese] = text
    return list(found.values())


def bare_chinese(source: str) -> list[int]:
    """The lines of a template where Chinese stands outside translate tags."""
    inside, lines = "", []
    for token in Lexer(source).tokenize():
        words = token.contents.split()
        first = words[0] if words else ""
        if token.token_type == TokenType.BLOCK and first in (*OPENING, "comment"):
            inside = f"end{first}"
        elif token.token_type == TokenType.BLOCK and first == inside:
            inside = ""
        elif inside or token.token_type == TokenType.COMMENT or not CHINESE.search(token.contents):
            continue
        elif first not in SAYING and (token.token_type == TokenType.TEXT or not TRANSLATED.search(token.contents)):
            lines.append(token.lineno or 0)
    return lines


def _known() -> dict[str, polib.POEntry]:
    """Every English already written, in whichever catalogue."""
    known: dict[str, polib.POEntry] = {}
    for ring in reversed(RINGS):
        if catalogue(ring).exists():
            known |= {entry.msgid: entry for entry in polib.pofile(str(catalogue(ring))) if _complete(entry)}
    return known


def _complete(entry: polib.POEntry) -> bool:
    if entry.msgid_plural:
        return bool(entry.msgstr_plural) and all(entry.msgstr_plural.values())
    return bool(entry.msgstr)


def _written(text: Text, known: polib.POEntry | None) -> polib.POEntry:
    entry = polib.POEntry(msgid=text.chinese, msgstr="")
    if text.plural:
        entry.msgid_plural, entry.msgstr_plural = text.plural, {0: "", 1: ""}
    if known is not None and bool(known.msgid_plural) == bool(text.plural):
        entry.msgstr, entry.msgstr_plural = known.msgstr, known.msgstr_plural
    if re.search(r"%\(\w+\)", text.chinese):
        entry.flags = ["python-format"]
    return entry


def add_missing(only: str = "") -> int:
    """Each catalogue (or the `only` one) holds its ring's texts, sorted, with the English known so far."""
    known, lacking = _known(), 0
    by_ring: dict[str, list[Text]] = {}
    for text in texts():
        by_ring.setdefault(text.ring, []).append(text)
    for ring in RINGS:
        path = catalogue(ring)
        wanted = sorted(by_ring.get(ring, []), key=lambda text: text.chinese)
        if (only and ring != only) or (not wanted and not path.exists()):
            continue
        made = polib.POFile(wrapwidth=0)
        made.metadata = HEADER
        made.extend(_written(text, known.get(text.chinese)) for text in wanted)
        path.parent.mkdir(parents=True, exist_ok=True)
        made.save(str(path))
        empty = sum(not _complete(entry) for entry in made)
        lacking += empty
        print(f"{ring}: {len(made)} texts, {empty} without English")
    return 0 if not lacking else 1


def _places(text: str) -> list[str]:
    return sorted(a or b for a, b in PLACE.findall(text))


def check() -> int:
    """0 when every text has its English with the same places, and no template shows bare Chinese."""
    wrong: list[str] = []
    known = _known()
    for text in texts():
        entry = known.get(text.chinese)
        if entry is None:
            wrong.append(f"{text.place}: no English for {text.chinese!r}")
        elif not text.plural and _places(text.chinese) != _places(entry.msgstr):
            wrong.append(f"{text.place}: the places differ in {text.chinese!r} and {entry.msgstr!r}")
    for ring in RINGS:
        for path, place in _files(ring, "*.html"):
            wrong += [f"{place}:{line}: Chinese outside a translate tag" for line in bare_chinese(path.read_text())]
    print("\n".join(wrong))
    print(f"{len(wrong)} of the texts need care" if wrong else "Every text has its English.")
    return 1 if wrong else 0


def compile_all() -> int:
    """Each catalogue is compiled beside itself, the one written by hand for the demo's accounts too."""
    for ring in (*RINGS, "scenario"):
        if catalogue(ring).exists():
            polib.pofile(str(catalogue(ring))).save_as_mofile(str(catalogue(ring).with_suffix(".mo")))
    return 0
