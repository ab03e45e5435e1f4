"""Samples, their limits and the table they are shown in."""

import random
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from django.db import connection

Compare = Literal["at most", "at least", "ratio at most", "ratio at least", "exactly", "more than", "shown"]


@dataclass(frozen=True)
class Result:
    """One measurement beside its limit; `baseline` was sampled in the same run, shuffled with the samples."""

    name: str
    samples: Sequence[float]
    compare: Compare
    limit: float = 0
    unit: str = "ms"
    baseline: Sequence[float] = field(default=())
    baseline_name: str = ""
    percentile: int = 50

    @property
    def measured(self) -> float:
        """The median, or the percentile the limit is set for (100 is the worst)."""
        return percentile(self.samples, self.percentile)

    @property
    def ratio(self) -> float | None:
        """Measured over baseline; of speeds and of times alike."""
        return self.measured / percentile(self.baseline, self.percentile) if self.baseline else None

    @property
    def is_kept(self) -> bool:
        """Whether the limit holds."""
        match self.compare:
            case "at most":
                return self.measured <= self.limit
            case "ratio at most":
                return (self.ratio or 0) <= self.limit
            case "ratio at least":
                return (self.ratio or 0) >= self.limit
            case "at least":
                return self.measured >= self.limit
            case "exactly":
                return self.measured == self.limit
            case "more than":
                return self.measured > self.limit
        return True


def percentile(samples: Sequence[float], at: int) -> float:
    """The value that `at` percent of the samples do not exceed."""
    ordered = sorted(samples)
    return statistics.median(ordered) if at == 50 else ordered[min(len(ordered) - 1, len(ordered) * at // 100)]


def spell(value: float) -> str:
    """Three digits that matter."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def table(results: Iterable[Result]) -> str:
    """The results in columns."""
    rows = [["measurement", "measured", "min-max", "n", "baseline", "ratio", "limit", ""]]
    for one in results:
        label = {50: "median", 100: "worst"}.get(one.percentile, f"p{one.percentile}")
        base = f"{spell(percentile(one.baseline, one.percentile))} {one.baseline_name}" if one.baseline else "-"
        many = len(one.samples) > 1
        rows.append(
            [
                one.name,
                f"{spell(one.measured)} {one.unit}" + (f" {label}" if many else ""),
                f"{spell(min(one.samples))}-{spell(max(one.samples))}" if many else "-",
                str(len(one.samples)),
                base,
                f"{one.ratio:.2f}" if one.ratio is not None else "-",
                "-" if one.compare == "shown" else f"{one.compare} {spell(one.limit)}",
                "" if one.compare == "shown" else "ok" if one.is_kept else "OVER",
            ]
        )
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def shuffled(variants: Mapping[str, Callable[[], object]], rounds: int, seed: int = 3) -> dict[str, list[float]]:
    """Milliseconds of each variant, `rounds` times in an order drawn anew each round."""
    order, names = random.Random(seed), list(variants)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        order.shuffle(names)
        for name in names:
            taken[name].append(timed(variants[name]))
    return taken


def timed(call: Callable[[], object]) -> float:
    """Milliseconds one call takes."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


class Statements:
    """The statements a call sends, caught as the server would get them, to be measured on the server."""

    def __init__(self) -> None:
        self.caught: list[tuple[str, object]] = []

    def of(self, call: Callable[[], object]) -> "Statements":
        """Run the call once and keep its statements."""

        def keep(execute, sql, params, many, context):
            self.caught.append((sql, params))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(keep):
            call()
        return self

    def server_time(self) -> float:
        """Milliseconds the server plans and executes all of them."""
        return sum(explained(sql, params) for sql, params in self.caught)


def explained(sql: str, params: object) -> float:
    """Milliseconds of planning and execution by EXPLAIN ANALYZE, without reading the clock for each row."""
    with connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, timing off, buffers off, format json) {sql}", params)  # type: ignore[arg-type]
        plan = cursor.fetchone()[0][0]
    return float(plan["Planning Time"]) + float(plan["Execution Time"])
