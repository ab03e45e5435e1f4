"""The pairing of numbers and figures that is best as a whole, and how much worse the next best would be."""

from collections.abc import Mapping, Sequence
from math import inf

Pair = tuple[int, int]


def components(weights: Mapping[Pair, float]) -> list[dict[Pair, float]]:
    """The pairs, split where no number and no figure are shared."""
    group: dict[tuple[str, int], int] = {}
    parts: dict[int, dict[Pair, float]] = {}
    for n, ((row, column), weight) in enumerate(weights.items()):
        touching = {group[key] for key in (("row", row), ("column", column)) if key in group}
        merged: dict[Pair, float] = {(row, column): weight}
        for old in touching:
            merged.update(parts.pop(old))
        parts[n] = merged
        for one, other in merged:
            group["row", one] = group["column", other] = n
    return list(parts.values())


def best(weights: Mapping[Pair, float]) -> tuple[float, dict[int, int]]:
    """The heaviest pairing of rows with columns, each used once, none needed."""
    rows = sorted({row for row, _column in weights})
    columns = sorted({column for _row, column in weights})
    matrix = [[-weights.get((row, column), 0.0) for column in columns] + [0.0] * len(rows) for row in rows]
    chosen = _cheapest(matrix)
    pairs = {
        rows[n]: columns[column]
        for n, column in enumerate(chosen)
        if column < len(columns) and (rows[n], columns[column]) in weights
    }
    return sum(weights[pair] for pair in pairs.items()), pairs


def _cheapest(costs: Sequence[Sequence[float]]) -> list[int]:
    """The Hungarian method by shortest augmenting paths; as many columns as rows, or more."""
    height, width = len(costs), len(costs[0]) if costs else 0
    row_price, column_price = [0.0] * (height + 1), [0.0] * (width + 1)
    taken, came_from = [0] * (width + 1), [0] * (width + 1)
    for row in range(1, height + 1):
        taken[0], column = row, 0
        least, seen = [inf] * (width + 1), [False] * (width + 1)
        while taken[column]:
            seen[column] = True
            here, step, nearest = taken[column], inf, 0
            for other in range(1, width + 1):
                if seen[other]:
                    continue
                reduced = costs[here - 1][other - 1] - row_price[here] - column_price[other]
                if reduced < least[other]:
                    least[other], came_from[other] = reduced, column
                if least[other] < step:
                    step, nearest = least[other], other
            for other in range(width + 1):
                if seen[other]:
                    row_price[taken[other]] += step
                    column_price[other] -= step
                else:
                    least[other] -= step
            column = nearest
        while column:
            taken[column] = taken[came_from[column]]
            column = came_from[column]
    chosen = [-1] * height
    for column in range(1, width + 1):
        if taken[column]:
            chosen[taken[column] - 1] = column - 1
    return chosen
