"""Splits a whole among units by weights, so that the parts add up to the whole exactly (largest remainder)."""

from collections.abc import Sequence
from random import Random


def split(whole: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to `whole`; ties go to whoever stands first."""
    if whole < 0 or any(weight < 0 for weight in weights):
        raise ValueError("a whole and its weights are never below zero")
    total = sum(weights)
    if total == 0:
        if whole:
            raise ValueError(f"nobody has a weight to take a part of {whole}")
        return [0] * len(weights)
    parts = [whole * weight // total for weight in weights]
    remainders = [whole * weight % total for weight in weights]
    left = whole - sum(parts)
    for place in sorted(range(len(weights)), key=lambda n: (-remainders[n], n))[:left]:
        parts[place] += 1
    return parts


def split_ratio(numerator: int, denominator: int, weights: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs whose first and second numbers add up to the two given, no first above its second."""
    if not 0 <= numerator <= denominator:
        raise ValueError(f"{numerator} is no part of {denominator}")
    wholes = split(denominator, weights)
    return list(zip(split(numerator, wholes), wholes, strict=True))


def uneven(weights: Sequence[int], *, seed: str, spread_percent: int = 15) -> list[int]:
    """The weights a hundredfold, each moved by up to the spread, the same way for the same seed; zero stays zero."""
    chance = Random(seed)
    return [weight * (100 + chance.randint(-spread_percent, spread_percent)) for weight in weights]


def split_unevenly(whole: int, weights: Sequence[int], *, seed: str, spread_percent: int = 15) -> list[int]:
    """Like `split`, with each weight moved a little so that no two figures have the same shares."""
    return split(whole, uneven(weights, seed=seed, spread_percent=spread_percent))
