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
        cursor.execute("set local plan_cache_mode = force_custom_plan")
        cursor.execute("set local max_parallel_workers_per_gather = 0")
        cursor.execute("set local random_page_cost = 0.1")
        cursor.execute("set local seq_page_cost = 0.1")
        yield
