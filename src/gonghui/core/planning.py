"""Statements whose best plan lies in what they ask for: how many are called so, how large the subtree is."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def planned_anew() -> Iterator[None]:
    """Inside, the server plans each statement for its own values, never once for all, and in one process.

    A plan made without the word walks 1.6 million members for two hundred; to start a second process takes longer
    than any of these questions.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select set_config('plan_cache_mode', 'force_custom_plan', true), "
            "set_config('max_parallel_workers_per_gather', '0', true)"
        )
        yield


@contextmanager
def as_in_memory() -> Iterator[None]:
    """Inside such a transaction, statements are planned as if no page came from the disk, as few do of a busy table.

    One that fears the disk would rather ask the index of words again for each union than read the union's rows.
    """
    costs = "select set_config('seq_page_cost', %s, true), set_config('random_page_cost', %s, true)"
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('seq_page_cost'), current_setting('random_page_cost')")
        before = cursor.fetchone()
        cursor.execute(costs, ["0.1", "0.1"])
        yield
        cursor.execute(costs, list(before))
