"""What an app does when a fact appears: one pump for each handler, in journal order, up to the watermark.

An action that recorded a kind somebody waits for enqueues the pump in its own transaction; a timer catches what a
killed worker left. A handler and its position commit together, and it must be safe to run twice.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.core import checks
from django.db import transaction
from procrastinate.contrib.django import app

from gonghui.core.facts import KINDS
from gonghui.core.models import Entry, ReactionPosition

Handler = Callable[[Entry], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reaction:
    """One handler and the kind it waits for."""

    kind: str
    name: str
    handler: Handler


REACTIONS: list[Reaction] = []


def when(kind: str) -> Callable[[Handler], Handler]:
    """Register a handler for entries of a kind; an unknown kind fails at start."""

    def register(handler: Handler) -> Handler:
        REACTIONS.append(Reaction(kind, f"{handler.__module__}.{handler.__qualname__}", handler))
        return handler

    return register


def unknown_kinds(**_: object) -> list[checks.CheckMessage]:
    """System check: every reaction waits for a declared kind."""
    return [
        checks.Error(f"{one.name} waits for {one.kind}, which no app declares", id="gonghui.E001")
        for one in REACTIONS
        if one.kind not in KINDS
    ]


def wake(kinds: set[str]) -> None:
    """Enqueue the pump, in the running transaction, if somebody waits for one of the kinds."""
    if any(one.kind in kinds for one in REACTIONS):
        pump_job.defer()


@app.task(name="gonghui.reactions", lock="gonghui.reactions")
def pump_job() -> None:
    """Run every handler over the settled entries it has not seen."""
    for one in REACTIONS:
        pump(one)


def pump(reaction: Reaction, chunk: int = 200) -> int:
    """Call the handler for each settled entry after its position; how many entries it was given.

    The entry and the position move in one transaction. A failing handler stops at its entry, is logged by number
    and is tried again at the next wake.
    """
    from gonghui.core.journal import KIND_IDS, watermark

    kind = KIND_IDS.known(reaction.kind)
    if kind is None:
        return 0
    settled = watermark()
    ReactionPosition.objects.get_or_create(handler=reaction.name, defaults={"position": 0})
    done = 0
    while True:
        with transaction.atomic():
            place = ReactionPosition.objects.select_for_update(skip_locked=True).filter(handler=reaction.name).first()
            if place is None:
                return done
            found = list(Entry.objects.filter(kind=kind, id__gt=place.position, id__lte=settled).order_by("id")[:chunk])
            for entry in found:
                reaction.handler(entry)
                place.position = entry.id
                done += 1
            place.save(update_fields=["position"])
        if len(found) < chunk:
            return done
