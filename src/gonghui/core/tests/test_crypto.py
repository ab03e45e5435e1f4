"""A sealed text opens under its own key, purpose and place only."""

import pytest
from django.test import override_settings

from gonghui.core.crypto import Unreadable, digest, seal, unseal


def test_a_sealed_text_opens_again_and_is_never_sealed_alike() -> None:
    one, two = (seal("密", purpose="factor", place="a") for _ in range(2))
    assert one != two
    assert unseal(one, purpose="factor", place="a") == unseal(two, purpose="factor", place="a") == "密"


@pytest.mark.parametrize(("purpose", "place"), [("factor", "b"), ("card", "a")])
def test_a_value_moved_elsewhere_does_not_open(purpose: str, place: str) -> None:
    with pytest.raises(Unreadable):
        unseal(seal("x", purpose="factor", place="a"), purpose=purpose, place=place)


def test_another_master_key_does_not_open_it() -> None:
    sealed = seal("x", purpose="factor")
    with override_settings(GONGHUI_MASTER_KEY="another"), pytest.raises(Unreadable):
        unseal(sealed, purpose="factor")


def test_a_changed_value_does_not_open() -> None:
    sealed = seal("x", purpose="factor")
    changed = sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:]
    with pytest.raises(Unreadable):
        unseal(changed, purpose="factor")


def test_a_digest_finds_the_same_text_under_its_own_purpose_and_key_alone() -> None:
    found = digest("A-1", purpose="card")
    assert found == digest("A-1", purpose="card")
    assert found not in (digest("A-2", purpose="card"), digest("A-1", purpose="paper"))
    with override_settings(GONGHUI_MASTER_KEY="another"):
        assert found != digest("A-1", purpose="card")
