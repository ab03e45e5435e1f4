"""The text of a section as people write it: a line is a paragraph, `{F35}` stands where a live number is printed.

`{F35@2020H1}` says which period is meant, `{F45|over:2000 突破}` prints the number another way; `{scope}` and
`{period}` are words. Nothing of the journal is known here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PLACE = re.compile(r"\{([^{}\n]*)\}")
FREE_PLACES = frozenset({"scope", "period"})
LONGEST = 8_000


@dataclass(frozen=True)
class Place:
    """One placeholder: the row it names, the period and the style it asks for, where it stands in its paragraph."""

    row: str
    period: str
    style: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it stands for a word and not for a number."""
        return self.row in FREE_PLACES


def places(paragraph: str) -> Iterator[Place]:
    """The placeholders of a paragraph in order."""
    for match in PLACE.finditer(paragraph):
        name, _, style = match[1].partition("|")
        row, _, period = name.partition("@")
        yield Place(row.strip(), period.strip(), style.strip(), match.start(), match.end())


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: its lines without the empty ones."""
    return [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
