"""Who somebody is after the request: background work acts in the post that asked for it, with its rights of now."""

from collections.abc import Callable
from datetime import date

from gonghui.core.actor import Actor

Find = Callable[[int, date], Actor | None]
_FINDING: list[Find] = []


def finds_actors(find: Find) -> Find:
    """Register how the actor of a post is found; the ring that knows posts does."""
    _FINDING.append(find)
    return find


def actor_in(post: int, on: date) -> Actor | None:
    """The actor of a post on the day; nobody where it is not held any more."""
    return next((actor for find in _FINDING if (actor := find(post, on)) is not None), None)
