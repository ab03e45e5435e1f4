"""A record with a flow and its action: what one step of real work costs, against the same rows by bare psycopg."""

import uuid
from datetime import date

import psycopg
from django.db import connection, models

from gonghui.core.action import action
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.flow import Flow, Step
from gonghui.core.journal import GROUP_IDS, KIND_IDS, SUBJECT_TYPE_IDS, canonical, record
from gonghui.core.journal_text import TextPlace
from gonghui.core.models import Record, random_id
from tests.bench.facts import ClaimPaid
from tests.bench.measure import Result, shuffled

ERRAND_FLOW = Flow(
    Step("pay", "open", "paid", needs="bench.pay", title="支付"),
    states={"open": "待办", "paid": "已付"},
)
DAY = date(2020, 6, 30)


class Errand(Record):
    """A claim in small: a state, a place, a sum."""

    state = models.CharField(max_length=12, choices=ERRAND_FLOW.choices, default="open")
    path = models.TextField(db_collation="C")
    scheme = models.CharField(max_length=20)
    payout_fen = models.BigIntegerField()
    happened_on = models.DateField()
    paid_on = models.DateField(null=True)
    objects = models.Manager["Errand"]()

    class Meta:
        app_label = "bench"
        db_table = "bench_errand"
        indexes = [models.Index(fields=["state", "-happened_on", "-id"], name="errand_state")]

    @property
    def organisation(self) -> TextPlace:
        """The union the errand belongs to."""
        return TextPlace(self.path)


COLUMNS = ["id", "public_id", "state", "path", "scheme", "payout_fen", "happened_on"]


def row(path: str, n: int) -> tuple[object, ...]:
    """One errand as the bulk path writes it."""
    return (random_id(), uuid.uuid4(), "open", path, "abcd"[n % 4], 100 + n, DAY)


def make_table() -> None:
    """The errands' table is there and empty."""
    with connection.schema_editor() as editor:
        editor.create_model(Errand)


@action
def pay_errand(errand: Errand, *, by: Actor, on: date) -> None:
    """The errand is paid and the journal says so."""
    ERRAND_FLOW.take("pay", errand, by=by)
    record(ClaimPaid(scheme=errand.scheme, payout_fen=errand.payout_fen), about=errand, by=by, happened_on=on)


@action
def pay_and_note(errand: Errand, *, by: Actor, on: date) -> None:
    """The same, as actions are written that save more than the state: a second UPDATE by the ORM."""
    ERRAND_FLOW.take("pay", errand, by=by)
    errand.paid_on = on
    errand.save(update_fields=["paid_on"])
    record(ClaimPaid(scheme=errand.scheme, payout_fen=errand.payout_fen), about=errand, by=by, happened_on=on)


_ENTRY = """insert into core_entry (subject_id, amount_fen, quantity, organisation_id, actor_id, happened_on,
  group_id, kind, subject_type, sign, reverses, path, why)
  values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id"""


class Bare:
    """The same row and the same entry by psycopg alone: nothing is checked, every id is known beforehand."""

    def __init__(self, address: str) -> None:
        self.connection = psycopg.connect(address)
        self.connection.prepare_threshold = 1
        self.kind, self.subject = KIND_IDS.of("bench.claim_paid"), SUBJECT_TYPE_IDS.of("bench.errand")
        self.groups = {scheme: GROUP_IDS.of(self.kind, canonical({"scheme": scheme})) for scheme in "abcd"}

    def pay(self, errand: Errand) -> None:
        """Lock, update, insert, commit."""
        cursor = self.connection.cursor()
        cursor.execute('select "state" from "bench_errand" where "id" = %s for update', [errand.id])
        cursor.fetchone()
        cursor.execute(
            'update "bench_errand" set "state" = %s, "paid_on" = %s where "id" = %s', ["paid", DAY, errand.id]
        )
        place, group = errand.organisation.id, self.groups[errand.scheme]
        places = [errand.id, errand.payout_fen, 1, place, 0, DAY, group, self.kind, self.subject, 1, None]
        cursor.execute(_ENTRY, [*places, errand.path, None])
        cursor.fetchone()
        self.connection.commit()

    def synchronous(self, on: bool) -> None:
        """Whether a commit waits for the disk."""
        self.connection.execute(f"set synchronous_commit = {'on' if on else 'off'}")
        self.connection.commit()


def measure(address: str, rounds: int) -> list[Result]:
    """All variants in shuffled order, without and with the wait for the disk that would hide the difference."""
    drawn = iter(range(10**9))
    errands = [an_errand(next(drawn)) for _ in range(rounds * 6 + 120)]
    Errand.objects.bulk_create(errands)
    bare = Bare(address)
    variants = {
        "bare": lambda: bare.pay(errands.pop()),
        "step": lambda: pay_errand(errands.pop(), by=SYSTEM, on=DAY),
        "saved": lambda: pay_and_note(errands.pop(), by=SYSTEM, on=DAY),
    }
    results = []
    for waits, name in ((False, "without the disk's wait"), (True, "committed to disk")):
        bare.synchronous(waits)
        with connection.cursor() as cursor:
            cursor.execute(f"set synchronous_commit = {'on' if waits else 'off'}")
        shuffled(variants, 20)
        taken = shuffled(variants, rounds)
        for variant, title in (
            ("step", "one action with its entry"),
            ("saved", "the same, other columns saved by the ORM"),
        ):
            results.append(
                Result(
                    f"{title}, {name}",
                    taken[variant],
                    "shown" if waits else "ratio at most",
                    3.0,
                    baseline=taken["bare"],
                    baseline_name="bare psycopg",
                )
            )
    bare.connection.close()
    return results


def an_errand(n: int) -> Errand:
    """An open errand of one base union."""
    return Errand(state="open", path="/1/3/40/500/", scheme="abcd"[n % 4], payout_fen=n, happened_on=DAY)
