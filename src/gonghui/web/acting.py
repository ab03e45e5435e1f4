"""Who somebody is after the request: background work acts in the post that asked for it, with its rights of now."""

from collections.abc import Callable, Sequence
from datetime import date

from gonghui.core.actor import Actor

Find = Callable[[int, date], Actor | None]
FindAll = Callable[[int, date], Sequence[Actor]]
_FINDING: list[Find] = []
_FINDING_ALL: list[FindAll] = []


def finds_actors(find: Find) -> Find:
    """Register how the actor of a post is found; the ring that knows posts does."""
    _FINDING.append(find)
    return find


def actor_in(post: int, on: date) -> Actor | None:
    """The actor of a post on the day; nobody where it is not held any more."""
    return next((actor for find in _FINDING if (actor := find(post, on)) is not None), None)


def finds_all_actors(find: FindAll) -> FindAll:
    """Register how the posts of an account are found."""
    _FINDING_ALL.append(find)
    return find


def actors_of(account: int, on: date) -> list[Actor]:
    """An actor for every post the account holds on the day."""
    return [actor for find in _FINDING_ALL for actor in find(account, on)]
