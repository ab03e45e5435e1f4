"""Cuts beside a storm of writers: nothing slips under one, nobody waits; without the lock or with ids ahead it does."""

import psycopg

from tests.bench.measure import Result
from tests.storm import Storm, storm

NO_LOCK = "drop trigger entry_writer on core_entry"
IDS_AHEAD = "alter sequence entry_id cache 20"


def measure(address: str, cuts: int) -> list[Result]:
    """The storm with its cuts, and the same storm without any, for comparison."""
    calm = storm(address, cuts=0, seconds=max(3.0, cuts / 50))
    seen = storm(address, cuts=cuts, seconds=240)
    return [
        Result("advancing cuts beside 8 writers and a bulk writer", [seen.cuts], "at least", cuts, ""),
        Result("entries that slipped under a cut", [seen.slipped], "exactly", 0, ""),
        Result(
            "longest wait of a writer beside cuts",
            seen.waits_ms,
            "at most",
            150,
            baseline=calm.waits_ms,
            baseline_name="without cuts",
            percentile=100,
        ),
        Result("roll-up folded beside them: differences", [seen.differences + calm.differences], "exactly", 0, ""),
    ]


def control(address: str, spoil: str, name: str, cuts: int) -> Result:
    """The same storm in a spoilt database of its own: entries must slip."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(spoil)
    seen: Storm = storm(address, cuts=cuts, seconds=60)
    return Result(f"control {name}: entries that slipped", [seen.slipped], "more than", 0, "")
