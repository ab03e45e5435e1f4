"""What is made for anybody: once in a few seconds, whoever asks."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gonghui.core.briefly import Briefly


def test_a_crowd_has_it_made_once() -> None:
    made: list[int] = []
    kept = Briefly[int](seconds=60, most=4)

    def make() -> int:
        made.append(1)
        return 7

    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda _n: kept.get("report", make), range(40)))
    assert (set(answers), made) == ({7}, [1])


def test_it_is_made_anew_when_its_seconds_are_over() -> None:
    clock = [0.0]
    kept = Briefly[float](seconds=5, most=4, now=lambda: clock[0])
    assert [kept.get("a", lambda: clock[0]) for clock[0] in (0.0, 4.9, 5.0, 9.0)] == [0.0, 0.0, 5.0, 5.0]


def test_the_oldest_goes_when_there_are_too_many_and_a_failure_is_not_kept() -> None:
    kept = Briefly[int](seconds=60, most=2)
    assert [kept.get(key, lambda n=n: n) for n, key in enumerate("abc")] == [0, 1, 2]
    assert [kept.get(key, lambda: 9) for key in "bca"] == [1, 2, 9]
    with pytest.raises(ZeroDivisionError):
        kept.get("d", lambda: 1 // 0)
    assert kept.get("d", lambda: 4) == 4
