"""The words of a filed report line by line, and their hash, which the filing writes into the journal.

The hash is SHA-256 over a text that anybody can write down from the page: the format's name, the salt of the table,
the hash of the whole kept document, then every line a reader reads, in order; each ends with LF. A line is a heading,
a paragraph, a caption or the row of a table, its cells apart by TAB; last, a line for each number of the prose with
what its card says. Runs of blanks, tabs and line ends within a line count as one blank, empty lines are left out.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gonghui.reports.models.making import Erratum
from gonghui.reports.printing.paper import Paper
from gonghui.reports.printing.plain import rebuilt

FORMAT = "gonghui-paper-1"
_BLANKS = re.compile(r"[ \t\n\r\f]+")


def document_hash(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a kept document whole, with what only the machine reads: how charts are drawn, and the like."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def paper_hash(document: Mapping[str, Any], salt: str) -> str:
    """The hash of a kept paper as the filing's entry says it; a document that is no paper any more has none."""
    try:
        paper: Paper = rebuilt(Paper, document)
        lines = [FORMAT, salt, document_hash(document), *read(paper)]
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def notice_hash(erratum: Erratum) -> str:
    """The SHA-256 of a notice, one line each for its number, its day, what was said and what should be said."""
    words = (erratum.number, erratum.added_on.isoformat(), erratum.said, erratum.should_say)
    return hashlib.sha256("".join(f"{_BLANKS.sub(' ', str(one))}\n" for one in words).encode()).hexdigest()


def read(paper: Paper) -> list[str]:
    """The lines of a paper as the .html print shows them."""
    rows = ["\t".join(_BLANKS.sub(" ", cell).strip(" ") for cell in row) for row in _rows(paper)]
    return [row for row in rows if row.strip("\t")]


def _rows(paper: Paper) -> Iterator[tuple[str, ...]]:
    yield (paper.banner,)
    yield from ((line,) for line in paper.title)
    yield (paper.subtitle + paper.stand,)
    yield (paper.addressee,)
    for section in paper.sections:
        yield (section.heading.text,)
        yield from (("".join(run.text for run in runs),) for runs in section.paragraphs)
        for chart in section.charts:
            yield (chart.caption,)
            yield from (chart.head, *chart.rows)
    if paper.is_signed and not paper.is_draft:
        yield (paper.agency + paper.dated,)
    for annex in paper.annexes:
        yield (annex.title,)
        for table in annex.tables:
            yield from (table.head, *table.rows, (table.note,))
    yield from ((one.title, one.exact, one.clock_words, one.meaning) for one in paper.numbers)
