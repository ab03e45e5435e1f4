"""Reading a published report's text: ten thousand signs of damaged prose, and the most that is taken at all."""

import random

from gonghui.reports import report_forms
from gonghui.reports.reconcile.against import catalogue
from gonghui.reports.reconcile.aside import Around
from gonghui.reports.reconcile.incoming import MOST_SIGNS
from gonghui.reports.reconcile.reading import read
from gonghui.reports.reconcile.tests import damage
from tests.bench.measure import Result, timed


def measure(rounds: int) -> list[Result]:
    """Damaged texts of different seeds, mended, their numbers found and joined to the catalogue."""
    figures = catalogue(report_forms.form("beijing_2020h1"))
    around = Around(frozenset({2020}))

    def times(signs: int, many: int) -> list[float]:
        texts = [_text(seed, signs) for seed in range(many)]
        return [timed(lambda text=text: read(text, figures, around)) for text in texts]

    return [
        Result("reconcile: 10,000 signs read and joined", times(10_000, rounds), "at most", 2_000, percentile=100),
        Result(f"reconcile: {MOST_SIGNS:,} signs, the most taken", times(MOST_SIGNS, max(1, rounds // 8)), "shown"),
    ]


def _text(seed: int, signs: int) -> str:
    chance, text = random.Random(seed), ""
    while len(text) < signs:
        text += damage.make(chance, damage.blocks()).text + "\n"
    return text[:signs]
