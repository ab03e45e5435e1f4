"""Reactions read settled entries in journal order and remember how far."""

import pytest

from gonghui.core import journal_text
from gonghui.core.models import Entry
from gonghui.core.reactions import REACTIONS, Reaction, pump, unknown_kinds


@pytest.mark.django_db(transaction=True)
def test_a_handler_sees_each_entry_once_in_order() -> None:
    seen: list[int] = []
    reaction = Reaction("tests.paid", "test.seen", lambda entry: seen.append(entry.amount_fen))
    journal_text.write("\n".join(f"2020-01-05 /1/ tests.paid scheme=a paid_fen={n}" for n in range(450)))
    assert pump(reaction) == 450
    assert pump(reaction) == 0
    assert seen == list(range(450))


@pytest.mark.django_db(transaction=True)
def test_a_failing_handler_is_tried_again_from_its_chunk() -> None:
    broken = True
    seen: list[int] = []

    def handler(entry: Entry) -> None:
        if broken and entry.amount_fen == 3:
            raise OSError
        seen.append(entry.amount_fen)

    reaction = Reaction("tests.paid", "test.failing", handler)
    journal_text.write("\n".join(f"2020-01-05 /1/ tests.paid scheme=a paid_fen={n}" for n in range(5)))
    with pytest.raises(OSError):
        pump(reaction, chunk=2)
    broken = False
    pump(reaction, chunk=2)
    assert sorted(set(seen)) == [0, 1, 2, 3, 4]


def test_an_unknown_kind_fails_at_start() -> None:
    wrong = Reaction("tests.never_declared", "x", lambda entry: None)
    REACTIONS.append(wrong)
    try:
        assert any("never_declared" in str(found.msg) for found in unknown_kinds())
    finally:
        REACTIONS.remove(wrong)
