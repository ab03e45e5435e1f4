"""The bench's own arithmetic: a limit is kept at it and passed just beyond, a ratio compares like with like."""

import pytest

from tests.bench.measure import Result, percentile, shuffled, spell, table


def test_a_limit_is_kept_up_to_itself() -> None:
    assert Result("x", [1.0], "at most", 1.0).is_kept
    assert not Result("x", [1.01], "at most", 1.0).is_kept
    assert Result("x", [0], "exactly", 0).is_kept
    assert not Result("x", [0], "more than", 0).is_kept
    assert Result("x", [100], "at least", 100).is_kept
    assert Result("x", [9], "shown").is_kept


def test_a_ratio_compares_medians() -> None:
    slow = Result("x", [30, 10, 20], "ratio at most", 2.0, baseline=[10, 11, 90])
    assert slow.ratio == pytest.approx(20 / 11)
    assert slow.is_kept
    assert not Result("x", [5], "ratio at least", 0.6, baseline=[10]).is_kept


def test_the_worst_is_compared_with_the_worst() -> None:
    assert Result("x", [1, 80], "at most", 150, baseline=[1, 40], percentile=100).ratio == 2


def test_percentiles_of_few_samples() -> None:
    assert percentile([3, 1, 2], 50) == 2
    assert percentile(range(100), 95) == 95
    assert percentile([7], 95) == 7


def test_variants_are_shuffled_and_each_runs_as_often() -> None:
    order: list[str] = []
    taken = shuffled({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 20)
    assert order.count("a") == order.count("b") == len(taken["a"]) == 20
    assert order not in (["a", "b"] * 20, ["b", "a"] * 20)


def test_the_table_says_what_is_over() -> None:
    text = table([Result("quick", [1], "at most", 2), Result("slow", [3.0, 4.0], "at most", 2)])
    assert [line.split()[-1] for line in text.splitlines()[1:]] == ["ok", "OVER"]
    assert spell(1234.5) == "1,234"
    assert spell(0.98765) == "0.988"
