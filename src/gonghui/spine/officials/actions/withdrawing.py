"""Taking back what an import had entered, as if it had not been: rows go, and what recorded them is reversed."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Model

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.journal import SUBJECT_TYPE_IDS, reverse, subject_type_of
from gonghui.core.models import Entry
from gonghui.spine.officials.actions import lists, scans
from gonghui.spine.officials.actions.posts import require_reach
from gonghui.spine.officials.actions.social_workers import require_worker
from gonghui.spine.officials.flow import STAFF, SUBMIT
from gonghui.spine.officials.models import Certificate, Position, Post, Registration, SocialWorker, Spell
from gonghui.spine.officials.models.audits import FACTS

TAKEN_BACK = "import_undone"
"""Why the entries are reversed."""


def _reverse(records: Sequence[Model], *, by: Actor, kinds: Iterable[str] = (), but: Iterable[str] = ()) -> None:
    """Every entry about the records that stands, of the kinds or of all but some."""
    if not records:
        return
    subject = SUBJECT_TYPE_IDS.known(subject_type_of(records[0])) or -1
    found = Entry.objects.filter(subject_type=subject, subject_id__in=[one.pk for one in records]).order_by("id")
    taken_back = set(found.exclude(reverses=None).values_list("reverses", flat=True))
    wanted = found.of_kinds(*kinds) if kinds else found
    skipped = set(found.of_kinds(*but).values_list("id", flat=True)) if but else set()
    for entry in wanted.filter(reverses=None):
        if entry.id not in taken_back | skipped:
            reverse(entry, why=TAKEN_BACK, by=by)


@action
def withdraw_workers(workers: Sequence[SocialWorker], *, by: Actor) -> None:
    """They were never on the roll, and never on post."""
    by.require(STAFF)
    held = lists.lock(workers)
    for worker in held:
        require_worker(by, worker)
    Spell.objects.filter(worker__in=held).delete()
    # The lists first: what they said of the people is stated anew, from nothing.
    lists.settle(held, by=by, on=_long_ago(held))
    _reverse(held, by=by, but=[fact.kind for fact in FACTS.values()])
    SocialWorker.objects.filter(pk__in=[worker.pk for worker in held]).delete()


@action
def withdraw_postings(workers: Sequence[SocialWorker], *, by: Actor) -> None:
    """Their only time on a position never was: they wait for one again."""
    by.require(STAFF)
    held = lists.lock(workers)
    for worker in held:
        require_worker(by, worker)
        worker.state = "hired"
    Spell.objects.filter(worker__in=held).delete()
    SocialWorker.objects.bulk_update(held, ["state"], batch_size=500)
    _reverse(held, by=by, kinds=("officials.social_worker_posted",))
    lists.settle(held, by=by, on=_long_ago(held))


def _long_ago(workers: Sequence[SocialWorker]) -> date:
    """The first day of all: `settle` goes on to what the books have told since."""
    return min(worker.born_on for worker in workers)


@action
def withdraw_certificates(certificates: Sequence[Certificate], *, by: Actor) -> None:
    """They were never entered; nobody had looked at them yet."""
    by.require(SUBMIT)
    held = list(certificates)
    for worker in lists.lock(one.worker for one in held):
        require_worker(by, worker)
    _reverse(held, by=by)
    found = Registration.objects.filter(certificate__in=held)
    scans.drop(found)
    found.delete()
    Certificate.objects.filter(pk__in=[one.pk for one in held]).delete()


@action
def withdraw_renewals(certificates: Sequence[Certificate], *, by: Actor) -> None:
    """The longer registration was never entered; nobody had looked at it yet."""
    by.require(SUBMIT)
    held = list(certificates)
    for worker in lists.lock(one.worker for one in held):
        require_worker(by, worker)
    _reverse(held, by=by, kinds=("officials.renewal_submitted",))
    found = Registration.objects.filter(certificate__in=held, accepted=None)
    scans.drop(found)
    found.delete()


@action
def withdraw_positions(positions: Sequence[Position], *, by: Actor) -> None:
    """The positions were never opened; nobody has held them."""
    by.require(STAFF)
    held = list(lists.positions(positions).values())
    for position in held:
        require_reach(by, position.organisation)
    _reverse(held, by=by)
    Position.objects.filter(pk__in=[position.pk for position in held]).delete()


@action
def withdraw_posts(posts: Sequence[Post], *, by: Actor) -> None:
    """Nobody was appointed; nobody has acted in the posts."""
    by.require("officials.appoint")
    held = list(
        Post.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk__in=[p.pk for p in posts])
    )
    for post in held:
        require_reach(by, post.organisation)
    _reverse(held, by=by)
    Post.objects.filter(pk__in=[post.pk for post in held]).delete()


@action
def reopen_posts(posts: Sequence[Post], *, by: Actor) -> None:
    """An end that was set by mistake was never set: the posts are held without one again."""
    by.require("officials.appoint")
    held = list(
        Post.objects.select_for_update(of=("self",)).select_related("organisation").filter(pk__in=[p.pk for p in posts])
    )
    for post in held:
        require_reach(by, post.organisation)
        post.last_on = None
    Post.objects.bulk_update(held, ["last_on"], batch_size=500)
    _reverse(held, by=by, kinds=("officials.post_ended",))
