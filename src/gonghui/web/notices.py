"""What is new among the things that wait: a number on every page, a mark in the list, gone when it was opened.

The things themselves are those of the desk (`web.today`); kept is only which of them an account has seen, by a hash of
where they lead, and how many were new when last counted, so that a page asks for one row and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction

from gonghui.core.actor import Actor
from gonghui.web.models import Glance

STALE = timedelta(minutes=1)


class Thing(Protocol):
    """Something that waits."""

    @property
    def key(self) -> str:
        """What tells it from others."""

    @property
    def count(self) -> int:
        """How many it is."""


@dataclass(frozen=True)
class Bell:
    """How much is new, and whether that was counted long enough ago to count again beside the page."""

    count: int
    is_stale: bool


def bell(actor: Actor, now: datetime) -> Bell:
    """The number as it was last counted; one row by its key."""
    kept = Glance.objects.filter(account_id=actor.account_id, post=actor.id).only("unseen", "counted_at").first()
    return Bell(kept.unseen, now - kept.counted_at > STALE) if kept is not None else Bell(0, True)


def new_among(actor: Actor, things: Sequence[Thing], now: datetime) -> set[str]:
    """The keys of the things the account has not seen, or fewer of; how many are new is kept for the bell."""
    kept, _made = Glance.objects.get_or_create(account_id=actor.account_id, post=actor.id)
    unseen = _unseen(things, kept.seen)
    Glance.objects.filter(pk=kept.pk).update(unseen=sum(unseen.values()), counted_at=now)
    return set(unseen)


@transaction.atomic
def see(actor: Actor, things: Sequence[Thing], key: str, now: datetime) -> None:
    """One thing was seen, or without a key all of them; what waits no more is forgotten."""
    Glance.objects.get_or_create(account_id=actor.account_id, post=actor.id)
    kept = Glance.objects.select_for_update().get(account_id=actor.account_id, post=actor.id)
    before = kept.seen
    kept.seen = {
        one.key: one.count if key in ("", one.key) else before[one.key]
        for one in things
        if key in ("", one.key) or one.key in before
    }
    kept.unseen, kept.counted_at = sum(_unseen(things, kept.seen).values()), now
    kept.save()


def _unseen(things: Sequence[Thing], seen: dict[str, int]) -> dict[str, int]:
    """How many of each thing are new, where any are."""
    return {one.key: one.count - seen.get(one.key, 0) for one in things if one.count > seen.get(one.key, 0)}
