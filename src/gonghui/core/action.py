"""Actions are the only code that writes: one transaction, at least one entry, or it fails."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from gonghui.core import reactions
from gonghui.core.journal import RUNNING, Ledger, flush

P = ParamSpec("P")
R = TypeVar("R")
BEGINNING: ContextVar[Callable[[], None] | None] = ContextVar("gonghui_beginning", default=None)
"""What the transaction of an outermost action does first: a face notes there which form it was."""


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run the function in one transaction with its entries; actions called inside join it, without savepoint.

    An exception of an inner action dooms the outer one even if it is caught: nothing is half-saved.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = RUNNING.get()
        if outer is not None:
            try:
                return function(*args, **kwargs)
            except BaseException:
                outer.doomed = True
                raise
        ledger = Ledger()
        token = RUNNING.set(ledger)
        try:
            with transaction.atomic():
                if (begin := BEGINNING.get()) is not None:
                    begin()
                result = function(*args, **kwargs)
                if ledger.doomed:
                    raise RuntimeError(f"{function.__qualname__}: an inner action failed and its error was swallowed")
                if not ledger.pending:
                    raise RuntimeError(f"{function.__qualname__}: an action leaves at least one entry")
                flush(ledger.pending)
                reactions.wake({one.kind for one in ledger.pending})
            return result
        finally:
            RUNNING.reset(token)

    return run
