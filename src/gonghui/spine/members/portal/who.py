"""Whose pages these are."""

from gonghui.spine.members.models import Person
from gonghui.web.console import ConsoleRequest


def myself(request: ConsoleRequest) -> Person:
    """The member who is signed in."""
    return Person.objects.select_related("organisation").get(own_account=request.actor.id)
