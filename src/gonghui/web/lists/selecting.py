"""Acts on many rows: the server knows which by filter or ticks, count and hash, and refuses when they have changed."""

import hashlib
from typing import Any
from uuid import UUID

from django.http import Http404

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.web.lists.declared import LISTINGS, Act, Listing
from gonghui.web.lists.models import Selection


def found(selection: Selection) -> tuple[Listing[Any], Act[Any]]:
    """The list and the act of a selection."""
    listing = LISTINGS.get(selection.listing)
    act = listing.act(selection.act) if listing is not None else None
    if listing is None or act is None:
        raise Http404
    return listing, act


def rows_of(selection: Selection, by: Actor) -> list[Any]:
    """The rows as they are now, in the order of the list."""
    listing, act = found(selection)
    rows = listing.rows(by, selection.asked).order_by(*listing.order)
    if selection.ticked:
        rows = rows.filter(public_id__in=selection.ticked)
    chosen = list(rows[: act.most + 1])
    if len(chosen) > act.most:
        raise Refusal(
            "web.selection_large", "一次最多办 %(most)s 行，现在选了更多：请缩小筛选范围，分几次办", most=act.most
        )
    return chosen


def digest(selection: Selection, rows: list[Any]) -> str:
    """One hash of what all the rows say."""
    listing, _act = found(selection)
    whole = hashlib.sha256()
    for row in rows:
        whole.update(f"{row.pk} {listing.fingerprint(row)}\n".encode())
    return whole.hexdigest()


def show(selection: Selection, by: Actor) -> list[Any]:
    """The rows as they are about to be shown; only these may be acted on afterwards."""
    rows = rows_of(selection, by)
    Selection.objects.filter(pk=selection.pk).update(rows=len(rows), digest=digest(selection, rows))
    return rows


def unchanged(selection: Selection, by: Actor) -> list[Any]:
    """The rows, refused where they are not those that were shown."""
    rows = rows_of(selection, by)
    if len(rows) != selection.rows:
        raise Refusal(
            "web.selection_changed",
            "选定时是 %(then)s 行，现在是 %(now)s 行，都没有办：请看过下面的再办",
            then=selection.rows,
            now=len(rows),
        )
    if digest(selection, rows) != selection.digest:
        raise Refusal(
            "web.selection_rewritten",
            "还是 %(now)s 行，但其中有的在您看过以后改过，都没有办：请看过下面的再办",
            now=len(rows),
        )
    return rows


def choose(listing: Listing[Any], act: Act[Any], by: Actor, *, query: str, ticked: list[str] | None) -> Selection:
    """A selection of everything the filter finds, or of the rows ticked."""
    if ticked is not None and not (ticked := [word for word in ticked if _is_uuid(word)]):
        raise Refusal("web.selection_empty", "没有勾选任何一行：请先勾选，或对筛选出的全部办理")
    return Selection.objects.create(
        account_id=by.account_id, post_id=by.id, listing=listing.name, act=act.key, query=query, ticked=ticked or []
    )


def _is_uuid(word: str) -> bool:
    try:
        UUID(word)
    except ValueError:
        return False
    return True
