"""Facts for core's own tests."""

from gonghui.core.facts import fact, look

OPENED = look("tests.opened", "Test")


@fact(title="试付")
class Paid:
    """Money was paid in a test."""

    scheme: str
    paid_fen: int


@fact(title="试办")
class Counted:
    """Something happened in a test."""

    people: int = 1
    kind_of: str = ""


@fact(title="试存")
class Level:
    """A level changed in a test."""

    change: int
