"""What the tests of members share."""

import pytest

from gonghui.spine.organisations.tests.builders import Federation


@pytest.fixture
def federation(db: None) -> Federation:
    """A small federation."""
    return Federation()
