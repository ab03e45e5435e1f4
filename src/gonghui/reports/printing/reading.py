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
from dataclasses import replace
from typing import Any

from gonghui.reports.models.making import Erratum
from gonghui.reports.printing.paper import Paper
from gonghui.reports.printing.plain import rebuilt

FORMAT = "gonghui-paper-1"
_BLANKS = re.compile(r"[ \t\n\r\f]+")


def paper_from(document: Mapping[str, Any]) -> Paper | None:
    """The paper of a kept document, with the hash of all of it; None where it is no paper any more.

    The hash covers what only the machine reads too: how charts are drawn, and the like.
    """
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        paper: Paper = rebuilt(Paper, document)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return replace(paper, document_hash=hashlib.sha256(text.encode()).hexdigest())


def paper_hash(paper: Paper | None, salt: str) -> str:
    """The hash of a kept paper as the filing's entry says it; nothing where there is none."""
    if paper is None:
        return ""
    lines = [FORMAT, salt, paper.document_hash, *read(paper)]
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
    yield from ((one.title, one.exact, one.clock_words, one.dates, one.meaning) for one in paper.numbers)
