"""Lists taken away whole: they fetch what they say, and nothing row by row."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from gonghui.spine.organisations.console import directory, set_ups
from gonghui.spine.organisations.tests.builders import Federation, a_set_up, an_actor
from gonghui.web.lists.declared import Listing


@pytest.mark.parametrize("listing", [set_ups.LISTING, directory.LISTING], ids=lambda one: one.name)
def test_a_list_taken_whole_asks_once_and_fetches_what_its_cells_say(
    federation: Federation, listing: Listing[Any]
) -> None:
    for superior in (federation.wangjing, federation.wangjing, federation.zhongguancun):
        a_set_up(superior)
    actor = an_actor("org_officer", federation.city)
    asked = QueryDict("state=all")
    shown = list(listing.cells(actor, list(listing.rows(actor, asked).order_by(*listing.order))))
    with transaction.atomic(), CaptureQueriesContext(connection) as told:
        cells = list(listing.cells(actor, list(listing.one_by_one(actor, asked))))
    assert listing.reads
    assert len(cells) >= 3
    assert cells == shown
    asked_for = [one["sql"] for one in told if one["sql"].startswith(("SELECT", "DECLARE"))]
    assert len(asked_for) == 1, asked_for
    assert "search_terms" not in asked_for[0]
