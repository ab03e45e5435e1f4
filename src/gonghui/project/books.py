"""The ledger for other programs, from the command line."""

import argparse
from pathlib import Path

from gonghui.core.errors import Refusal
from gonghui.core.period import Period
from gonghui.spine.funds.models import Book
from gonghui.spine.funds.sheets import beancount
from gonghui.spine.organisations.models import Organisation


def export(words: argparse.Namespace) -> str:
    """The file stands; how many lines it has."""
    code = words.org or Organisation.objects.city().code
    book = Book.objects.select_related("organisation").filter(organisation__code=code).first()
    if book is None:
        raise Refusal("project.no_book", "组织 %(code)s 没有账簿，请用 --org 写明", code=code)
    period = Period.parse(words.period) if words.period else None
    lines = 0
    with Path(words.output).open("w", encoding="utf-8", newline="\n") as out:
        for line in beancount.export(book, period):
            out.write(line)
            lines += line.count("\n")
    return f"{words.output}  {lines:,} lines"
