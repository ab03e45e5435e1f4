"""What the tests of reports share."""

import pytest

from gonghui.reports.tests.builders import Federation, a_federation


@pytest.fixture
def federation(db: None) -> Federation:
    """The smallest tree in which coverage can clash."""
    return a_federation()
