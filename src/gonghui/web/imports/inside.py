"""Opens one workbook in a process of its own: limited memory, time and files, no database, no network, no writing.

Run as `python -I inside.py <engine> <sheet>…`, workbook on stdin, lines of JSON on stdout: what the file says about the
first sheet of those names (or, with `*`, about its first one), then a list for each row. It imports nothing of ours.
Extents are read by stream before any library allocates a table: a 4.8 KB file can ask for 512 GB.
"""

import contextlib
import ctypes
import io
import json
import math
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers import expat

ROWS, COLUMNS, CELLS = 100_030, 200, 3_000_000  # a hundred thousand below what may stand above them
READ_COLUMNS = 60
ANY = "*"
MEMORY, SECONDS, FILES = 600 * 1024 * 1024, 40, 32
CHUNK = 1 << 18
LISTED = 2_000
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
_REF = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class Refused(Exception):
    """The workbook is turned away with a code and its values."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def limit() -> None:
    """The process can no longer grow, run long or write, nor reach the network where the kernel allows that."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def column_number(letters: str) -> int:
    """A is 1, XFD is 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def stream(book: zipfile.ZipFile, name: str, parser: Any) -> None:
    """Feed one part to the parser; document types, and with them entities, are refused."""

    def no_doctype(*_: object) -> None:
        raise Refused("xml_doctype", part=name)

    parser.StartDoctypeDeclHandler = no_doctype
    try:
        with book.open(name) as part:
            while chunk := part.read(CHUNK):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused("broken_xml", part=name, why=str(error)) from None


def local(name: str) -> str:
    """A tag or attribute without its namespace prefix."""
    return name.rpartition(":")[2]


def sheets_of(book: zipfile.ZipFile) -> dict[str, str]:
    """The parts of the worksheets by the names people see."""
    found: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "sheet":
            relation = next((value for key, value in attributes.items() if local(key) == "id"), "")
            found.append((attributes.get("name", ""), relation))
        if local(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if part not in book.namelist():
            raise Refused("not_a_workbook")
        parser = expat.ParserCreate()
        parser.StartElementHandler = start
        stream(book, part, parser)
    parts = {}
    for name, relation in found:
        target = targets.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in book.namelist():
            parts[name] = part
    return parts


def percent_styles(book: zipfile.ZipFile) -> set[str]:
    """The cell styles that show a number as percent."""
    if "xl/styles.xml" not in book.namelist():
        return set()
    percent_formats = {"9", "10"}
    styles: set[str] = set()
    state = {"in_cells": False, "at": 0}

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "numFmt" and "%" in attributes.get("formatCode", ""):
            percent_formats.add(attributes.get("numFmtId", ""))
        if tag == "cellXfs":
            state["in_cells"] = True
        if tag == "xf" and state["in_cells"]:
            if attributes.get("numFmtId") in percent_formats:
                styles.add(str(state["at"]))
            state["at"] += 1

    def end(name: str) -> None:
        if local(name) == "cellXfs":
            state["in_cells"] = False

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    stream(book, "xl/styles.xml", parser)
    return styles


class Extent:
    """What a sheet's stream says: how far it reaches, its formulas, merged ranges, percents and error cells.

    Called for each of millions of tags, so it looks at as little as it can: a cell in the row it stands in costs one
    look-up of its letters.
    """

    def __init__(self, percents: set[str]) -> None:
        self.rows = self.columns = 0
        self.formulas: list[list[object]] = []
        self.merged: list[str] = []
        self.percents: list[str] = []
        self.errors: list[str] = []
        self.percent_styles = percents
        self._row = self._column = 0
        self._digits = ""
        self._cell: dict[str, str] = {}
        self._letters: dict[str, int] = {}
        self._formula: list[object] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name if ":" not in name else local(name)
        if tag == "c":
            self._cell = attributes
            self._formula = None
            self._cell_starts(attributes.get("r", ""))
            if attributes.get("t") == "e" and len(self.errors) < LISTED:
                self.errors.append(attributes.get("r", ""))
        elif tag == "v" or tag == "t":
            if self._formula is not None:
                self._formula[1] = True
            elif self.percent_styles and self._is_percent() and len(self.percents) < LISTED:
                self.percents.append(self._cell.get("r", ""))
        elif tag == "f":
            self._formula = [self._cell.get("r", ""), False]
            if len(self.formulas) < LISTED:
                self.formulas.append(self._formula)
        elif tag == "row":
            self._digits = attributes.get("r", "")
            self._reach(row=int(self._digits or self._row + 1))
            self._column = 0
        elif tag == "mergeCell" and len(self.merged) < LISTED:
            self.merged.append(attributes.get("ref", ""))

    def _is_percent(self) -> bool:
        return self._cell.get("s", "") in self.percent_styles and self._cell.get("t", "n") == "n"

    def _cell_starts(self, reference: str) -> None:
        digits = self._digits
        if digits and reference.endswith(digits):
            letters = reference[: -len(digits)]
            column = self._letters.get(letters)
            if column is not None:
                self._column = column
                return
        match = _REF.fullmatch(reference)
        if match is None:
            self._column += 1
            self._reach(column=self._column)
            return
        self._column = self._letters[match[1]] = column_number(match[1])
        self._reach(row=int(match[2]), column=self._column)

    def _reach(self, *, row: int = 0, column: int = 0) -> None:
        self._row = row or self._row
        self.rows, self.columns = max(self.rows, self._row), max(self.columns, column)
        if self.rows > ROWS:
            raise Refused("too_many_rows", rows=self.rows, most=ROWS)
        if self.columns > COLUMNS:
            raise Refused("too_many_columns", columns=self.columns, most=COLUMNS)


def extent_of(book: zipfile.ZipFile, part: str, percents: set[str]) -> Extent:
    """The extent of one sheet, read by stream."""
    found = Extent(percents)
    parser = expat.ParserCreate()
    parser.StartElementHandler = found.start
    stream(book, part, parser)
    return found


def plain(value: Any) -> Any:
    """A cell as JSON carries it."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # no number to JSON nor to anybody who counts
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value.replace("\x00", "") if isinstance(value, str) else value


def by_calamine(content: bytes, sheet: str) -> Iterator[list[Any]]:
    """The rows by calamine; fast, and it may take its process down."""
    from python_calamine import CalamineWorkbook

    table = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(sheet)
    left = [""] * (table.start[1] if table.start else 0)  # it begins at the first column in use
    for row in table.iter_rows():
        yield [*left, *(plain(value) for value in row)][:READ_COLUMNS]


def by_openpyxl(content: bytes, sheet: str, rows: int) -> Iterator[list[Any]]:
    """The rows by openpyxl's reader that keeps one row at a time; slow and safe."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    for row in book[sheet].iter_rows(max_row=max(rows, 1), max_col=READ_COLUMNS, values_only=True):
        yield ["" if value is None else plain(value) for value in row]


def answers(content: bytes, engine: str, wanted: list[str]) -> Iterator[Any]:
    """What the file says about the sheet, then each of its rows, then how many they were."""
    try:
        book = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise Refused("not_a_workbook") from None
    with book:
        if any(name.lower().endswith("vbaproject.bin") for name in book.namelist()):
            raise Refused("macros")
        parts = sheets_of(book)
        percents = percent_styles(book)
        extents = {name: extent_of(book, part, percents) for name, part in parts.items()}
    sheet = next((name for name in wanted if name in extents), None)
    if sheet is None and ANY in wanted:
        sheet = next(iter(extents), None)
    if sheet is None:
        yield {"sheets": list(parts), "sheet": None}
        return
    extent = extents[sheet]
    yield {
        "sheets": list(parts),
        "sheet": sheet,
        "formulas": extent.formulas,
        "merged": extent.merged,
        "percents": extent.percents[:LISTED],
        "errors": extent.errors,
    }
    if engine == "openpyxl" or extent.rows * extent.columns > CELLS:
        rows = by_openpyxl(content, sheet, extent.rows)
    else:
        rows = by_calamine(content, sheet)
    written = 0
    for row in rows:
        yield row
        written += 1
    yield {"end": written}


def main() -> None:
    """Read stdin, write one line of JSON for each answer."""
    engine, wanted = sys.argv[1], sys.argv[2:]
    content = sys.stdin.buffer.read()
    if engine == "openpyxl":
        import openpyxl  # noqa: F401  (before the limit on files)
    else:
        import python_calamine  # noqa: F401
    limit()
    say = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
    try:
        for answer in answers(content, engine, wanted):
            sys.stdout.write(say(answer) + "\n")
    except Refused as refused:
        sys.stdout.write(say({"refused": refused.code, "params": refused.params}) + "\n")
    except Exception as error:  # whatever a library makes of a strange file: the other one may do better
        sys.stdout.write(say({"failed": type(error).__name__}) + "\n")


if __name__ == "__main__":
    main()
