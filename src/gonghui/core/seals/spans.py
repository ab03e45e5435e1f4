"""Runs of numbers as people write pages: `17-300,302-1041`. Pure Python."""

from collections.abc import Sequence

LONGEST = 1_000_000


def spans(ids: Sequence[int]) -> str:
    """Rising numbers as spans."""
    parts: list[str] = []
    first = last = ids[0]
    for number in [*ids[1:], None]:
        if number is not None and number == last + 1:
            last = number
            continue
        parts.append(f"{first}-{last}" if last > first else str(first))
        if number is not None:
            first = last = number
    return ",".join(parts)


def spelled(text: str) -> list[int]:
    """The numbers behind the spans; a span of more than a million is none of ours."""
    ids: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        run = range(int(first), int(last or first) + 1)
        if len(run) + len(ids) > LONGEST:
            raise ValueError("too long")
        ids += run
    return ids
