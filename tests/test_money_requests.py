"""A request about money that comes five times acts once; one that says something else under the same key is 409."""

import pytest
from django.db import transaction

from gonghui.core.models import Entry
from gonghui.web.once import fresh_key
from tests.permissions.money import ROWS
from tests.test_every_page import address, named
from tests.world.federation import World

SENT = sorted(name for name, row in ROWS.items() if row.send and row.doers)


@pytest.mark.parametrize("name", SENT)
def test_a_request_that_comes_five_times_acts_once(world: World, name: str) -> None:
    row, branch = ROWS[name], world.branches["chaoyang"]
    path, client = address(name, row, world, branch), world.people[min(named(row.doers, branch))].client()
    key, before, answers = fresh_key(), Entry.objects.count(), []
    with transaction.atomic():
        for _ in range(5):
            answer = client.post(path, {**row.body(world, branch), "once": key})
            answers.append((answer.status_code, answer.headers.get("Location"), Entry.objects.count() - before))
        other = client.post(path, {**row.body(world, branch), "once": key, "said": "otherwise"})
        acted = Entry.objects.count() - before
        transaction.set_rollback(True)
    assert answers[0][2] > 0
    assert set(answers) == {answers[0]}
    assert (other.status_code, acted) == (409, answers[0][2])
