"""A journal written as text, for tests of figures: one line an entry, `DAY PATH KIND field=value …`.

Lines may end in `about=NUMBER` for the subject. `-` before the day reverses the latest equal line.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from gonghui.core.action import action
from gonghui.core.actor import SYSTEM
from gonghui.core.facts import KINDS, amount_of, group_of, quantity_of
from gonghui.core.journal import RUNNING, Pending, canonical, reverse
from gonghui.core.models import Entry


@dataclass(frozen=True)
class TextPlace:
    """An organisation that is only a path."""

    path: str

    @property
    def id(self) -> int:
        """The last number of the path."""
        return int(self.path.rstrip("/").rpartition("/")[2])

    def path_on(self, day: date) -> str:
        """The same on every day."""
        del day
        return self.path


def _value(text: str, kind: Any, name: str) -> Any:
    if name in (kind.amount_field, kind.quantity_field):
        return int(text)
    return {"true": True, "false": False}.get(text, text)


def _pending(line: str) -> Pending:
    day, path, kind_name, *rest = line.split()
    kind = KINDS[kind_name]
    pairs = dict(pair.split("=", 1) for pair in rest)
    subject = int(pairs.pop("about", "0"))
    fact = kind(**{name: _value(text, kind, name) for name, text in pairs.items()})
    place = TextPlace(path)
    return Pending(
        kind=kind_name,
        subject_type="core.text",
        subject_id=subject,
        organisation_id=place.id,
        path=path,
        actor_id=0,
        happened_on=date.fromisoformat(day),
        group=canonical(group_of(fact)),
        quantity=quantity_of(fact),
        amount_fen=amount_of(fact),
    )


@action
def write(text: str) -> list[Pending]:
    """Record every line of the text in one action; returns what was recorded, with entry ids."""
    ledger = RUNNING.get()
    assert ledger is not None
    written = []
    for line in filter(None, (raw.strip() for raw in text.splitlines())):
        if line.startswith("-"):
            pending = _pending(line[1:].strip())
            entry = (
                Entry.objects.of_kinds(pending.kind)
                .filter(path=pending.path, happened_on=pending.happened_on, subject_id=pending.subject_id, sign=1)
                .exclude(id__in=Entry.objects.filter(reverses__isnull=False).values("reverses"))
                .latest("id")
            )
            written.append(reverse(entry, why="corrected", by=SYSTEM))
        else:
            ledger.pending.append(_pending(line))
            written.append(ledger.pending[-1])
    return written
