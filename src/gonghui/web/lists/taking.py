"""A list on its way out: every row that the filter finds, as a file that says what it is."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.http import FileResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.web import shell
from gonghui.web.lists import export
from gonghui.web.lists.declared import Listing

DEMO_WORDS = "演示数据，由程序生成，仅总数取自公开报道"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TAKEN = "web.list_exported"
"""What the trace of a list taken away is called."""


def endings() -> list[tuple[str, str]]:
    """The kinds of file, in words."""
    return [("xlsx", _("Excel 工作簿（.xlsx）")), ("csv", _("文本表格（.csv）"))]


def rows_of(listing: Listing[Any], actor: Actor, asked: QueryDict) -> int:
    """How many rows there are to take away; refused where no file holds them."""
    rows = listing.rows(actor, asked).order_by()[: listing.rows_most + 1].count()
    if rows > listing.rows_most:
        raise Refusal(
            "web.list_large", "超过 %(most)s 行，一个文件装不下：请缩小筛选范围，分几次导出", most=listing.rows_most
        )
    return rows


def one_by_one(listing: Listing[Any], actor: Actor, asked: QueryDict) -> Iterator[Any]:
    """The rows in the order of the list, a few thousand in memory at a time, read no further than their cells say."""
    rows = listing.rows(actor, asked).only(*listing.reads).order_by(*listing.order)
    return iter(rows.iterator(chunk_size=export.CHUNK))


def file(
    listing: Listing[Any], actor: Actor, asked: QueryDict, ending: str, *, more: export.Statement | None = None
) -> FileResponse:
    """Everything the filter finds; `more` is what the file says of itself besides, on each printed page as well."""
    title = f"{_(listing.title)} · {_(DEMO_WORDS)}" if shell.is_demo() else _(listing.title)
    headings = [_(heading) for heading in listing.columns]
    statement = [*_statement(listing, actor, asked), *(more or [])]
    make = export.as_csv if ending == "csv" else partial(export.as_xlsx, mark=_mark(more))
    with transaction.atomic():
        chunks = export.in_chunks(one_by_one(listing, actor, asked), partial(listing.cells, actor))
        made = make(title, headings, chunks, statement)
    response = FileResponse(made, content_type=TYPES[ending])
    first = "demo-" if shell.is_demo() else ""
    stamp = f"{timezone.localtime():%Y%m%d-%H%M}"
    response["Content-Disposition"] = f'attachment; filename="{quote(f"{first}{listing.name}-{stamp}.{ending}")}"'
    response["Content-Security-Policy"] = "sandbox"
    return response


def _mark(more: export.Statement | None) -> str:
    return " · ".join(words for _name, words in more) if more else ""


def _statement(listing: Listing[Any], actor: Actor, asked: QueryDict) -> export.Statement:
    """What the file is: narrowed by what, as of when, in whose scope."""
    said = [_("%(title)s：%(word)s") % {"title": title, "word": word} for title, word in listing.in_words(asked)]
    return [
        (_("筛选"), "；".join(said) or _("全部")),
        (_("截至"), f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"),
        (_("范围"), _("%(name)s及所辖") % {"name": shell.place_title(actor)}),
    ]
