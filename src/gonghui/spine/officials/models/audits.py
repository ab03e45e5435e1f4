"""The two lists behind the share as the tables give them, and as the books tell them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gonghui.core.audit import Difference, audited
from gonghui.core.journal import KIND_IDS, SUBJECT_TYPE_IDS, subject_type_of
from gonghui.core.models import Entry
from gonghui.spine.officials.facts import OnPostChanged, QualifiedChanged
from gonghui.spine.officials.models.social_workers import Registration, SocialWorker, Spell
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.officials.rules.social_workers import ON_POST, QUALIFIED, Change, Days, Stay
from gonghui.spine.organisations.models import PathSpan

FACTS: Mapping[str, Any] = {ON_POST: OnPostChanged, QUALIFIED: QualifiedChanged}
LEFT_BEHIND = "union_moved"
"""Why an entry stands under a path that its union left on that very day."""
SHOWN, CHUNK = 100, 2_000


@dataclass(frozen=True)
class Tables:
    """What the tables say of some workers: where they were on post, when a certificate counted, where unions stood."""

    stays: Mapping[int, Sequence[Stay]]
    counting: Mapping[int, Sequence[Days]]
    places: rules.Places

    def changes(self, worker_id: int) -> list[Change]:
        """What one of them does to the lists."""
        return rules.changes(self.stays.get(worker_id, ()), self.counting.get(worker_id, ()), self.places)


def read(worker_ids: Iterable[int]) -> Tables:
    """Three questions, whatever the number of workers."""
    ids = set(worker_ids)
    stays: dict[int, list[Stay]] = defaultdict(list)
    on_post = Spell.objects.filter(worker__in=ids, state="on_post").order_by("first_on")
    for worker, place, first_on, last_on in on_post.values_list(
        "worker_id", "position__organisation_id", "first_on", "last_on"
    ):
        stays[worker].append(Stay(place, Days(first_on, last_on)))
    counting: dict[int, list[Days]] = defaultdict(list)
    accepted = Registration.objects.filter(certificate__worker__in=ids, accepted=True)
    for one in accepted.select_related("certificate"):
        if (days := one.days) is not None:
            counting[one.certificate.worker_id] += rules.counting_days(one.certificate.kind, [days])
    places: dict[int, list[tuple[date, str]]] = defaultdict(list)
    units = {stay.organisation_id for found in stays.values() for stay in found}
    spans = PathSpan.objects.filter(organisation__in=units).order_by("first_on")
    for unit, first_on, path in spans.values_list("organisation_id", "first_on", "path"):
        places[unit].append((first_on, path))
    return Tables(stays, counting, places)


def standing_entries(worker_ids: Iterable[int]) -> dict[int, dict[Change, Entry]]:
    """What the books say of each worker: the entries nothing has taken back, by what they change."""
    subject_type = SUBJECT_TYPE_IDS.known(subject_type_of(SocialWorker))
    kinds = {KIND_IDS.known(fact.kind): which for which, fact in FACTS.items()}
    if subject_type is None:
        return {}
    entries = list(
        Entry.objects.filter(
            subject_type=subject_type,
            subject_id__in=set(worker_ids),
            kind__in=[number for number in kinds if number is not None],
        ).order_by("id")
    )
    taken_back = {entry.reverses for entry in entries if entry.reverses is not None}
    found: dict[int, dict[Change, Entry]] = defaultdict(dict)
    for entry in entries:
        if entry.reverses is None and entry.id not in taken_back:
            change = Change(
                entry.happened_on,
                kinds[entry.kind],
                entry.organisation_id,
                entry.path,
                entry.quantity,
                entry.why == LEFT_BEHIND,
            )
            found[entry.subject_id][change] = entry
    return found


@audited("社工两份名单与台账一致")
def share_differences() -> Iterable[Difference]:
    """The books of each social worker are what follows from the tables, up to the day before the next turn."""
    shown = 0
    ids = list(SocialWorker.objects.order_by("pk").values_list("pk", "turns_on"))
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        tables, books = read(pk for pk, _turns in chunk), standing_entries(pk for pk, _turns in chunk)
        for pk, turns_on in chunk:
            wanted = {change for change in tables.changes(pk) if turns_on is None or change.on < turns_on}
            for change in sorted(wanted ^ books.get(pk, {}).keys()):
                kept = change.people if change in wanted else 0
                yield Difference(
                    f"{change.which} {pk} {change.on} organisation={change.organisation_id}",
                    kept=str(kept),
                    counted=str(change.people - kept),
                )
                if (shown := shown + 1) == SHOWN:
                    return
