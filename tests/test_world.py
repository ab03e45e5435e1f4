"""The small federation the whole-system tests walk through has somebody in every role and a line in every state."""

from django.conf import settings

from gonghui.reports.flow import LINE_FLOW
from gonghui.reports.models import Line
from gonghui.spine.organisations.flow import SET_UP_FLOW
from gonghui.spine.organisations.models import SetUp
from tests.world import World


def test_every_role_is_held_and_every_state_is_there(world: World) -> None:
    assert {person.role for person in world.people.values()} == set(settings.GONGHUI_ROLES)
    for branch in world.branches.values():
        assert set(Line.objects.filter(organisation=branch.district).values_list("state", flat=True)) == set(
            LINE_FLOW.states
        )
        assert set(SetUp.objects.filter(superior=branch.town).values_list("state", flat=True)) == set(
            SET_UP_FLOW.states
        )
