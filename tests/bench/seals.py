"""Seals: how quickly the journal is sealed and verified, what one proof costs, and whether a writer waits for any."""

import random
import time

from django.db import connection

from gonghui.core.journal import last_position
from gonghui.core.models import Entry
from gonghui.core.seals import proofs, sealing, verify
from gonghui.core.seals.checkpoints import checkpoint
from tests.bench.measure import Result, timed
from tests.storm import WRITERS, Storm, raging, seal, wait_for, write, write_bulk

FULL = 10_000_000


def measure(draws: int) -> list[Result]:
    """Seal the whole journal, verify it, prove single entries."""
    begun = time.monotonic()
    sealed = sealing.seal_all()
    sealing_seconds = time.monotonic() - begun
    head = checkpoint()
    begun = time.monotonic()
    verdict = verify.verify()
    seconds = time.monotonic() - begun
    assert verdict.ok, verdict.first_bad
    assert (verdict.entries, verdict.blocks) == (head.entries, head.blocks)
    million = verdict.entries / 1_000_000
    name = f"verifying {million:.3g} million entries, two processes"
    limit = 35 * max(0.2, verdict.entries / FULL)  # of a small journal starting the processes is the larger part
    results = [Result(name, [seconds], "at most", limit, "s"), *_proofs(draws, head.last_id)]
    if sealed:
        results.append(Result("sealing, one process", [sealed / sealing_seconds / 1000], "shown", unit="k/s"))
    return [*results, _size()]


def _proofs(draws: int, last_id: int) -> list[Result]:
    draw = random.Random(5)
    ids = list(
        Entry.objects.filter(id__in=[draw.randint(2, last_id) for _ in range(draws)]).values_list("id", flat=True)
    )
    proofs.proof_of(ids[0])
    samples = [timed(lambda number=number: proofs.proof_of(number)) for number in ids]
    return [Result("proof of one entry", samples, "at most", 10, percentile=95)]


def _size() -> Result:
    with connection.cursor() as cursor:
        cursor.execute("select pg_total_relation_size('core_block')::float / (select sum(entries) from core_block)")
        return Result("blocks on disk, an entry", [cursor.fetchone()[0]], "shown", unit="B")


def beside_writers(address: str, seconds: float) -> list[Result]:
    """The same storm without and with a sealer; everything sealed must verify."""
    calm, seen = Storm(), Storm()
    with raging(address, [write] * WRITERS + [write_bulk], calm):
        wait_for(last_position() + 5_000)
        time.sleep(seconds / 2)
    with raging(address, [write] * WRITERS + [write_bulk, seal], seen):
        wait_for(last_position() + 5_000)
        time.sleep(seconds)
    sealing.seal_all()
    checkpoint()
    verdict = verify.verify()
    assert verdict.ok, verdict.first_bad
    return [
        Result(
            "longest wait of a writer beside the sealer",
            seen.waits_ms,
            "at most",
            250,
            baseline=calm.waits_ms,
            baseline_name="without",
            percentile=100,
        ),
        Result("entries sealed beside 8 writers and a bulk writer", [seen.sealed], "more than", 0, ""),
        Result("entries that escaped their seal", [verdict.unsealed], "exactly", 0, ""),
    ]
