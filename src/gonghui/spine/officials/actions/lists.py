"""The books of the two lists behind the share: every entry follows from the tables, and is stated anew from them.

Whatever changes who is on post or whose certificate counts, on whatever day it is entered, ends in `settle`. It asks
the tables what both lists should be day by day (`rules.changes`), takes back entries that no longer follow, and writes
those that are missing, each on its own day. What lies after the day given is left for the clock.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from gonghui.core.actor import Actor
from gonghui.core.journal import Place, record, reverse
from gonghui.spine.officials.models import Position, SocialWorker, Spell
from gonghui.spine.officials.models.audits import FACTS, LEFT_BEHIND, read, standing_entries
from gonghui.spine.organisations.actions import Moved
from gonghui.spine.organisations.models import Organisation, lock_tree

RESTATED = "list_changed"
"""Why an entry was taken back."""


def lock(workers: Iterable[SocialWorker]) -> list[SocialWorker]:
    """The workers' own rows, held until the action ends, in the order of their ids; the tree stands still meanwhile."""
    lock_tree(alone=False)
    ids = {worker.pk for worker in workers}
    rows = SocialWorker.objects.select_for_update(of=("self",)).select_related("organisation", "account")
    return list(rows.filter(pk__in=ids).order_by("pk"))


def places(given: Iterable[Organisation]) -> dict[int, Organisation]:
    """The organisations as they stand now, by id; the tree stands still from here on."""
    lock_tree(alone=False)
    return Organisation.objects.in_bulk({one.pk for one in given})


def positions(given: Iterable[Position]) -> dict[int, Position]:
    """The positions held, by id, with their unions as they stand now."""
    lock_tree(alone=False)
    rows = Position.objects.select_for_update(of=("self",)).select_related("organisation")
    return {one.pk: one for one in rows.filter(pk__in={one.pk for one in given}).order_by("pk")}


def settle(workers: Sequence[SocialWorker], *, by: Actor, on: date) -> None:
    """On every day up to the day given, both lists in the books are those of the tables. The workers are locked.

    Once in an action, at its end: entries of the running action are not in the journal yet.
    """
    ids = [worker.pk for worker in workers]
    tables, books = read(ids), standing_entries(ids)
    turning = []
    for worker in workers:
        wanted, stated = tables.changes(worker.pk), books.get(worker.pk, {})
        # What is entered for a day of the past takes nothing back that the books have told of the time since.
        reached = max((on, *(change.on for change in stated)))
        due = {change for change in wanted if change.on <= reached}
        for change, entry in stated.items():
            if change not in due:
                reverse(entry, why=RESTATED, by=by)
        for change in sorted(due - stated.keys()):
            pending = record(
                FACTS[change.which](people=change.people),
                about=worker,
                by=by,
                happened_on=change.on,
                organisation=Place(change.organisation_id, change.path),
            )
            if change.left_behind:
                pending.why = LEFT_BEHIND
        turns_on = min((change.on for change in wanted if change.on > reached), default=None)
        if turns_on != worker.turns_on:
            worker.turns_on = turns_on
            turning.append(worker)
    SocialWorker.objects.bulk_update(turning, ["turns_on"], batch_size=500)


def follow_move(move: Moved) -> None:
    """Whoever is on post at the moved unions, or at one under them, counts where these stand now."""
    there = Spell.objects.filter(position__organisation__in=move.how.touched)
    workers = lock(SocialWorker.objects.filter(pk__in=there.values("worker")))
    if workers:
        settle(workers, by=move.by, on=move.on)
