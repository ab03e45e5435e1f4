"""What the attack suites share."""

import pytest

from gonghui.core.seals import sealing, verify
from gonghui.core.tests import attacks
from gonghui.core.tests.attacks import Sealed


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of six entries, checked two at a time, so that forty entries are many blocks."""
    monkeypatch.setattr(sealing, "BLOCK_ENTRIES", 6)
    monkeypatch.setattr(verify, "CHUNK_BLOCKS", 2)


@pytest.fixture
def sealed(db: None, small_blocks: None) -> Sealed:
    """A sealed journal in small blocks."""
    return attacks.sealed_journal()
