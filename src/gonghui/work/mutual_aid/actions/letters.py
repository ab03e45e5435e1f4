"""Why this amount: a settlement worked out again by the text it was decided by, line by line, from its sealed piece."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from gonghui.core import columns
from gonghui.core.columns import Columns
from gonghui.core.errors import Refusal
from gonghui.core.rules import Decision, Scheme
from gonghui.core.rules.explaining import Explained
from gonghui.spine.funds.models import PaymentLine, PaymentOrder
from gonghui.spine.members.models import Person
from gonghui.work.mutual_aid.actions import pieces
from gonghui.work.mutual_aid.flow import PURPOSE
from gonghui.work.mutual_aid.models import Edition, Participant, PlanMoney, Settlement, SettlementPiece
from gonghui.work.mutual_aid.rules import numbers

SETTLEMENT = "mutual_aid.settlement"
ARRIVED, ON_ITS_WAY, NO_ACCOUNT, CAME_BACK, NOTHING = "arrived", "on_its_way", "no_account", "came_back", "nothing"
"""What became of a payment, as its member is told."""


@dataclass(frozen=True)
class Paid:
    """What became of a settlement's money: on which day, to which account."""

    state: str
    on: date | None = None
    account: str = ""


@dataclass(frozen=True)
class Told:
    """A settlement in a list: when it was, of what kind, what became of its money."""

    settlement: Settlement
    settled_on: date
    benefit: str
    paid: Paid


@dataclass(frozen=True)
class Letter:
    """What a member is told of one settlement."""

    settlement: Settlement
    edition: Edition
    settled_on: date
    benefit: str
    amounts: dict[str, int]
    """The bureau's sums in fen: total, insurer, self_pay1, self_pay2, outside."""
    decision: Decision
    offset_fen: int
    paid: Paid

    @property
    def scheme(self) -> Scheme:
        """The text it was decided by."""
        return self.edition.scheme

    def lines(self, *, english: bool) -> list[Explained]:
        """The steps in words and numbers."""
        return self.scheme.explain(self.decision, english=english)


class Reading:
    """Pieces and texts opened while letters are written: each once, however many settlements of one person it holds."""

    def __init__(self) -> None:
        self._contents: dict[int, Columns] = {}
        self._editions: dict[tuple[str, str], Edition] = {}

    def content(self, piece: SettlementPiece) -> Columns:
        """What a piece holds; whoever shows it to somebody else than its members has written an access."""
        if piece.pk not in self._contents:
            self._contents[piece.pk] = pieces.opened(piece)
        return self._contents[piece.pk]

    def settled_on(self, settlement: Settlement) -> date:
        """The day of the settlement."""
        return columns.day(self.content(settlement.piece)["settled_on"][settlement.place])

    def edition(self, plan: str, version: str) -> Edition:
        """The text of a plan by its version."""
        if (plan, version) not in self._editions:
            found = Edition.objects.filter(version=version, plan=plan).exclude(state="draft")
            self._editions[plan, version] = found.get()
        return self._editions[plan, version]


def letter_of(settlement: Settlement, paid: Paid | None = None, *, reading: Reading | None = None) -> Letter:
    """The letter of a settlement; a refusal where the text does not give what was decided, as an audit would say too.

    Whoever shows it to somebody else than its member has written an access.
    """
    reading = reading or Reading()
    piece, at = settlement.piece, settlement.place
    content, day = reading.content(piece), reading.settled_on(settlement)
    edition = reading.edition(piece.file.plan, piece.texts[str(day.year)])
    scheme = edition.scheme
    benefit = int(content["benefit"][at])
    known: dict[str, int | bool | date] = {
        "is_inpatient": benefit == pieces.INPATIENT,
        "is_emergency": benefit == 2,
        "is_special_outpatient": benefit == 4,
        "settled_on": day,
        **{name: int(content[name][at]) for name in pieces.READ if name.endswith("_fen")},
    }
    before = {name: int(content[f"before_{name}"][at]) for name in scheme.totals}
    decision = scheme.decide({name: known[name] for name in scheme.inputs}, before)
    if decision.result != settlement.decided_fen:
        raise Refusal("mutual_aid.letter_differs", "按条文重算与当时的结果不一致：请告诉系统管理员核对")
    return Letter(
        settlement,
        edition,
        day,
        pieces.BENEFITS[benefit],
        {name: int(content[name][at]) for name in pieces.READ if name.endswith("_fen")},
        decision,
        int(content["offset_fen"][at]),
        paid or paid_of([settlement])[settlement.pk],
    )


# A person's own ------------------------------------------------------------------------------------------------------


def settlements_of(person: Person) -> QuerySet[Settlement]:
    """A person's settlements; they lie together."""
    participant = Participant.objects.filter(person=person).values_list("pk", flat=True).first()
    if participant is None:
        return Settlement.objects.none()
    first = participant << numbers.HEAD_BITS
    return Settlement.objects.filter(pk__gte=first, pk__lt=first + (1 << numbers.HEAD_BITS))


def years_of(person: Person) -> list[int]:
    """The years of which the person may have settlements, the newest first, by the months of their files."""
    months = settlements_of(person).values_list("piece__file__month", flat=True).distinct()
    return sorted({month // 100 for month in months}, reverse=True)


def told_of(person: Person, year: int) -> list[Told]:
    """What a person's year came to, settlement by settlement, the newest first."""
    reading = Reading()
    found = list(_of_year(person, year, reading))
    paid = paid_of(found)
    rows = [Told(one, reading.settled_on(one), pieces.BENEFITS[one.benefit], paid[one.pk]) for one in found]
    return sorted(rows, key=lambda one: (one.settled_on, one.settlement.pk), reverse=True)


def letters_of(person: Person, year: int | None = None) -> list[Letter]:
    """A member's letters, of a year or all, the newest first."""
    reading = Reading()
    years = years_of(person) if year is None else [year]
    found = [one for each in years for one in _of_year(person, each, reading)]
    paid = paid_of(found)
    letters = [letter_of(one, paid[one.pk], reading=reading) for one in found]
    return sorted(letters, key=lambda one: (one.settled_on, one.settlement.pk), reverse=True)


def _of_year(person: Person, year: int, reading: Reading) -> Iterator[Settlement]:
    """The settlements of a calendar year; a file brings those of its month and what was late for the year before."""
    rows = settlements_of(person).filter(piece__file__month__range=(year * 100 + 1, (year + 1) * 100 + 12))
    found = list(rows)
    opened = SettlementPiece.objects.select_related("file").in_bulk({one.piece_id for one in found})
    for one in found:
        one.piece = opened[one.piece_id]
        if reading.settled_on(one).year == year:
            yield one


def paid_of(settlements: Sequence[Settlement]) -> dict[int, Paid]:
    """What became of the money of each: by the list it went in, or by an order of its own."""
    lines = {one.pk: one for one in _lines().filter(pk__in=[one.line for one in settlements if one.line])}
    split = {one.from_line_id: one for one in PaymentOrder.objects.filter(from_line__in=list(lines))}
    alone = _alone([one for one in settlements if one.ordered_fen > 0 and not one.line])
    orders = [*split.values(), *alone.values()]
    standing = {one.order_id: one for one in _lines().filter(order__in=[one.pk for one in orders], is_live=True)}
    told = {}
    for one in settlements:
        order = split.get(one.line) if one.line else alone.get(one.pk)
        line = standing.get(order.pk) if order is not None else lines.get(one.line)
        told[one.pk] = _paid(one, order, line)
    return told


def _lines() -> QuerySet[PaymentLine]:
    return PaymentLine.objects.select_related("account")


def _alone(settlements: Iterable[Settlement]) -> dict[int, PaymentOrder]:
    """The orders of settlements that could not go with their list."""
    keys = {f"{PURPOSE}.settlement.{one.pk}": one.pk for one in settlements}
    if not keys:
        return {}
    books = PlanMoney.objects.values("fund__book")
    found = PaymentOrder.objects.filter(book__in=books, request_key__in=list(keys))
    return {keys[one.request_key]: one for one in found}


_BACK = dict.fromkeys(("failed", "returned", "cancelled", "dropped"), CAME_BACK)


def _paid(settlement: Settlement, order: PaymentOrder | None, line: PaymentLine | None) -> Paid:
    if settlement.ordered_fen <= 0:
        return Paid(NOTHING)
    if line is None:
        return Paid(_BACK.get(order.state, ON_ITS_WAY) if order is not None else NO_ACCOUNT)
    state = ARRIVED if line.state == "succeeded" else _BACK.get(line.state, ON_ITS_WAY)
    return Paid(state, line.settled_on if state == ARRIVED else None, line.account.last4)


@dataclass(frozen=True)
class Arrived:
    """What reached a person within some days: how many payments, how much, the last day."""

    payments: int
    fen: int
    last_on: date | None
    last_fen: int = 0


def arrived_in(person: Person, year: int) -> Arrived:
    """The payments of settlements that the bank says reached the person in a year; nothing sealed is opened."""
    mine = list(settlements_of(person).filter(ordered_fen__gt=0))
    lines = [one.line for one in mine if one.line]
    split = list(PaymentOrder.objects.filter(from_line__in=lines).values_list("pk", flat=True))
    orders = [*split, *(one.pk for one in _alone([one for one in mine if not one.line]).values())]
    live = PaymentLine.objects.filter(is_live=True, state="succeeded", settled_on__year=year)
    found = [
        one
        for rows in (live.filter(pk__in=lines), live.filter(order__in=orders))
        for one in rows.values_list("settled_on", "pk", "amount_fen")
    ]
    last_on, _line, last_fen = max(found, default=(None, 0, 0))
    return Arrived(len(found), sum(fen for _on, _pk, fen in found), last_on, last_fen)


def person_of(settlement: Settlement) -> Person:
    """Whose settlement it is."""
    participant = Participant.objects.select_related("person__organisation")
    return participant.get(pk=numbers.participant_of(settlement.pk)).person
