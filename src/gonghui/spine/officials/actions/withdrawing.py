"""Taking back what an import had entered, as if it had not been: rows go, and what recorded them is reversed."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Model, QuerySet

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


def _locked(workers: Iterable[SocialWorker], *, needs: str, by: Actor) -> list[SocialWorker]:
    """The workers, locked; refused without the power, or where one lies outside the actor's subtree."""
    by.require(needs)
    held = lists.lock(workers)
    for worker in held:
        require_worker(by, worker)
    return held


def _locked_posts(posts: Sequence[Post], *, by: Actor) -> list[Post]:
    """The posts, locked; refused as the workers are."""
    by.require("officials.appoint")
    found = Post.objects.select_for_update(of=("self",)).select_related("organisation")
    held = list(found.filter(pk__in=[post.pk for post in posts]))
    for post in held:
        require_reach(by, post.organisation)
    return held


@action
def withdraw_workers(workers: Sequence[SocialWorker], *, by: Actor) -> None:
    """They were never on the roll, and never on post."""
    held = _locked(workers, needs=STAFF, by=by)
    Spell.objects.filter(worker__in=held).delete()
    # The lists first: what they said of the people is stated anew, from nothing.
    lists.settle(held, by=by, on=_long_ago(held))
    _reverse(held, by=by, but=[fact.kind for fact in FACTS.values()])
    SocialWorker.objects.filter(pk__in=[worker.pk for worker in held]).delete()


@action
def withdraw_postings(workers: Sequence[SocialWorker], *, by: Actor) -> None:
    """Their only time on a position never was: they wait for one again."""
    held = _locked(workers, needs=STAFF, by=by)
    for worker in held:
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
    _locked((one.worker for one in certificates), needs=SUBMIT, by=by)
    _reverse(certificates, by=by)
    _drop(Registration.objects.filter(certificate__in=certificates))
    Certificate.objects.filter(pk__in=[one.pk for one in certificates]).delete()


@action
def withdraw_renewals(certificates: Sequence[Certificate], *, by: Actor) -> None:
    """The longer registration was never entered; nobody had looked at it yet."""
    _locked((one.worker for one in certificates), needs=SUBMIT, by=by)
    _reverse(certificates, by=by, kinds=("officials.renewal_submitted",))
    _drop(Registration.objects.filter(certificate__in=certificates, accepted=None))


def _drop(registrations: QuerySet[Registration]) -> None:
    """They are gone, and their scans with them."""
    scans.drop(registrations)
    registrations.delete()


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
    held = _locked_posts(posts, by=by)
    _reverse(held, by=by)
    Post.objects.filter(pk__in=[post.pk for post in held]).delete()


@action
def reopen_posts(posts: Sequence[Post], *, by: Actor) -> None:
    """An end that was set by mistake was never set: the posts are held without one again."""
    held = _locked_posts(posts, by=by)
    for post in held:
        post.last_on = None
    Post.objects.bulk_update(held, ["last_on"], batch_size=500)
    _reverse(held, by=by, kinds=("officials.post_ended",))
