"""A page of a book as a workbook that says what it is: which book, narrowed by what, as of when, how many rows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from gonghui.core import access
from gonghui.core.errors import Refusal
from gonghui.core.neutral import neutral
from gonghui.spine.funds.facts import LEDGER_TAKEN
from gonghui.spine.funds.models import Book
from gonghui.spine.funds.sheets.workbook import MIME
from gonghui.web import shell
from gonghui.web.console import ConsoleRequest, attachment
from gonghui.web.lists import export
from gonghui.web.stepup import asked_again

ROWS_MOST = 200_000
_AMOUNT = re.compile(r"-?[\d,]+\.\d\d")
Cells = Sequence[export.Shown]


def taken(
    request: ConsoleRequest,
    book: Book,
    *,
    title: str,
    headings: Sequence[str],
    rows: Iterator[Cells],
    narrowed: Iterable[tuple[str, str]],
    sums: export.Statement,
    name: str,
) -> HttpResponseBase:
    """The workbook, once the reader has shown lately who they are; that it was taken is written down."""
    if (shown_again := asked_again(request, then=request.get_full_path())) is not None:
        return shown_again
    access.looked(request.actor, LEDGER_TAKEN, subject_type="funds.book", subject_id=book.pk)
    said = [_("%(title)s：%(word)s") % {"title": what, "word": word} for what, word in narrowed]
    statement = [
        (_("筛选"), "；".join(said)),
        (_("截至"), f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"),
        (_("范围"), book.organisation.title),
        *sums,
    ]
    title = f"{title} · {_(shell.DEMO_WORDS)}" if shell.is_demo() else title
    made = export.as_xlsx(title, headings, _chunks(rows), statement)
    with made:
        return attachment(made.read(), name, MIME)


def few_enough(rows: int) -> None:
    """Refused where one file holds no more."""
    if rows > ROWS_MOST:
        raise Refusal("web.list_large", "超过 %(most)s 行，一个文件装不下：请缩小筛选范围，分几次导出", most=ROWS_MOST)


def _chunks(rows: Iterator[Cells]) -> Iterator[list[list[export.Shown]]]:
    while chunk := list(islice(rows, export.CHUNK)):
        yield [[_safe(cell) for cell in row] for row in chunk]


def _safe(cell: export.Shown) -> export.Shown:
    return neutral(cell) if isinstance(cell, str) and not _AMOUNT.fullmatch(cell) else cell
