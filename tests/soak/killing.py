"""Acts in processes of their own that die before, after or amid their statements."""

import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

from django.db import connection, connections, transaction


def killed(act: Callable[[], object], *, at: int = 0, late: float = 0) -> bool:
    """The act in a process of its own, which dies before (odd) or after (even) a statement; if it did.

    Where it dies `late`, an alarm kills it so many seconds after the moment, whatever it does then.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        number = 0

        def fall() -> None:
            nonlocal number
            number += 1
            if number == at and late:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.setitimer(signal.ITIMER_REAL, late)
            elif number == at:
                os.kill(os.getpid(), signal.SIGKILL)

        def falling(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
            fall()
            done = execute(sql, params, many, context)
            fall()
            return done

        try:
            with connection.execute_wrapper(falling):
                act()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    _pid, status = os.waitpid(child, 0)
    assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0, "the act failed by itself"
    _gone()
    return os.WIFSIGNALED(status)


_OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""


def _gone() -> None:
    """The server has noticed: what the dead had sent to be committed stands, or never will."""
    for _ in range(1_000):
        with connection.cursor() as cursor:
            cursor.execute(_OTHERS)
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.01)
    raise AssertionError("a connection of the dead stays")


def moments(act: Callable[[], object]) -> int:
    """How many moments before and after statements the act has: it is done once, and taken back."""
    seen = 0

    def count(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal seen
        seen += 2
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(count):
            act()
        transaction.set_rollback(True)
    return seen


def at_random_moments(
    act: Callable[[], object],
    is_done: Callable[[], bool],
    draw: random.Random,
    times: int,
    *,
    latest: float = 0.004,
) -> int:
    """The act is killed so often at moments that chance chooses; how often, for at its last moments it may get by."""
    many = moments(act)
    for kills in range(times):
        if not killed(act, at=draw.randint(1, many), late=draw.uniform(0.00001, latest)):
            assert is_done()
            return kills
        if is_done():  # it died between its commit and its answer
            return kills + 1
    return times


def at_every_statement(act: Callable[[], object], is_done: Callable[[], bool]) -> None:
    """The act is killed before and after each of its statements; nothing of it stands until it was let through."""
    at = 1
    while killed(act, at=at):
        assert not is_done(), f"half of it stands after the kill at {at}"
        at += 1
    assert is_done()
