"""Keys of sealed columns: bound to their place, changed while all runs, and refused where they are another's."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from gonghui.core import keyring
from gonghui.core.crypto import Unreadable
from gonghui.core.errors import Refusal
from gonghui.core.keyring import Found, Sealed
from gonghui.core.models import KeyCheck

PAPER, PHONE = Sealed("tests.person.paper"), Sealed("tests.person.phone")


@pytest.fixture
def ring(tmp_path: Path, settings) -> Path:
    settings.GONGHUI_KEYRING = tmp_path / "keyring"
    keyring.make(settings.GONGHUI_KEYRING)
    keyring.current(again=True)
    yield settings.GONGHUI_KEYRING
    settings.GONGHUI_KEYRING = None
    keyring._held.ring = None


def test_a_value_opens_in_its_own_place_alone(ring: Path) -> None:
    row, other = uuid4(), uuid4()
    sealed = PAPER.seal("990101198503070017", row)
    assert PAPER.open(sealed, row) == "990101198503070017"
    assert sealed != PAPER.seal("990101198503070017", row), "a nonce of its own"
    for column, place in ((PAPER, other), (PHONE, row)):
        with pytest.raises(Unreadable):
            column.open(sealed, place)
    with pytest.raises(Unreadable):
        PAPER.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), row)


def test_many_values_have_nonces_of_their_own(ring: Path) -> None:
    seal, row = PAPER.sealer(), UUID(int=7)
    assert len({seal("x", row)[6:18] for _ in range(1_500)}) == 1_500


def test_each_use_finds_by_a_key_of_its_own(ring: Path) -> None:
    assert Found("a").of("1") == Found("a").of("1") != Found("b").of("1")
    assert len(Found("a").of("1")) == keyring.FOUND_BYTES


@pytest.mark.django_db
def test_keys_change_while_all_runs(ring: Path) -> None:
    """A value sealed before opens afterwards; what is sealed afterwards is under the new key; hashes stay."""
    row, found = uuid4(), Found("a").of("1")
    before = PAPER.seal("x", row)
    assert keyring.rotate() == keyring.current().newest.id.hex()
    after = PAPER.seal("x", row)
    assert before[2:6] != after[2:6]
    assert PAPER.open(before, row) == PAPER.open(after, row) == "x"
    assert Found("a").of("1") == found


def test_a_key_that_another_process_added_is_found_at_once(ring: Path) -> None:
    row, mine = uuid4(), keyring.current()
    keyring.add_key(ring)
    theirs = keyring.read(ring)
    assert keyring.current() is mine, "not looked at again yet"
    keyring._held.ring = theirs
    sealed = PAPER.seal("x", row)
    keyring._held.ring = mine
    assert PAPER.open(sealed, row) == "x"


@pytest.mark.django_db
def test_keys_that_are_not_this_databases_are_refused_at_start(ring: Path, settings, tmp_path: Path) -> None:
    keyring.check()
    keyring.check()
    assert KeyCheck.objects.count() == 2
    kept = ring.read_text()

    def another() -> None:
        ring.unlink()
        keyring.make(ring)

    spoils: list[tuple[Callable[[], object], str]] = [
        (ring.unlink, "missing"),
        (lambda: ring.write_text("{}"), "broken"),
        (another, "lacking"),
    ]
    for spoil, code in spoils:
        spoil()
        keyring._held.ring = None
        settings.GONGHUI_PROFILE = "production"
        with pytest.raises(Refusal) as caught:
            keyring.check()
        assert caught.value.code in (f"keyring.{code}", "keyring.other"), code
        ring.write_text(kept)
    settings.GONGHUI_MASTER_KEY = "another"
    keyring._held.ring = None
    with pytest.raises(Refusal) as caught:
        keyring.check()
    assert caught.value.code == "keyring.wrapped"
