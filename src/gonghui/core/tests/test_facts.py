"""Facts: one quantity and one amount, everything else is the group."""

import pytest

from gonghui.core import access
from gonghui.core.actor import SYSTEM
from gonghui.core.facts import KINDS, amount_of, fact, group_of, kind_name, quantity_of
from gonghui.core.tests.facts import Counted, Paid


def test_the_kind_is_the_apps_folder_and_the_snake_name() -> None:
    assert kind_name("gonghui.work.mutual_aid.facts", "ClaimPaid") == "mutual_aid.claim_paid"
    assert KINDS["tests.paid"] is Paid


def test_fen_fields_are_amounts_other_whole_numbers_quantities_words_the_group() -> None:
    paid = Paid(scheme="x", paid_fen=12)
    assert (amount_of(paid), quantity_of(paid), group_of(paid)) == (12, 1, {"scheme": "x"})
    assert quantity_of(Counted(people=4)) == 4


def test_two_sums_in_one_fact_are_refused() -> None:
    with pytest.raises(TypeError):

        @fact(title="")
        class Twice:
            one_fen: int
            two_fen: int


def test_a_field_may_not_hide_what_every_fact_has() -> None:
    with pytest.raises(TypeError):

        @fact(title="")
        class Hiding:
            kind: str


def test_a_fact_holds_no_floats() -> None:
    with pytest.raises(TypeError):

        @fact(title="")
        class Wrong:
            share: float


def test_a_look_that_no_app_declares_is_not_written_down() -> None:
    with pytest.raises(KeyError, match=r"tests\.unheard_of"):
        access.looked(SYSTEM, "tests.unheard_of")
