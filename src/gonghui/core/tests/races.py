"""Several at the same moment, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from gonghui.core.errors import Refusal


def at_once(*doings: Callable[[], Any]) -> list[Any]:
    """What each answers, started together; any error comes out here."""
    barrier = Barrier(len(doings))

    def run(doing: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return doing()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(run, doings))


def outcomes(*doings: Callable[[], Any]) -> list[str]:
    """How each ends, started together: "done", or the code of its refusal."""

    def told(doing: Callable[[], Any]) -> str:
        try:
            doing()
        except Refusal as refusal:
            return refusal.code
        return "done"

    return at_once(*(lambda doing=doing: told(doing) for doing in doings))
