"""A flow moves a locked row by a named step, or says why not."""

from dataclasses import replace

import pytest

from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import PowerMissing, StepRefused
from gonghui.core.flow import Flow, Step
from gonghui.core.models import CalendarDay

FLOW = Flow(
    Step("check", "draft", "checked", needs="test.check", title="核对"),
    Step(
        "close",
        ("draft", "checked"),
        "closed",
        title="关闭",
        guard=lambda day, by: None if day.name else "没有名称",
    ),
    states={"draft": "草稿", "checked": "已核对", "closed": "已关闭"},
    column="source",
)
CLERK = replace(SYSTEM, powers=frozenset())


def a_day(state: str = "draft", name: str = "x") -> CalendarDay:
    return CalendarDay.objects.create(date="1990-01-01", is_workday=True, source=state, name=name)


@pytest.mark.django_db
def test_a_step_moves_the_row() -> None:
    day = a_day()
    FLOW.take("check", day, by=SYSTEM)
    assert day.source == "checked"
    assert CalendarDay.objects.get(pk=day.pk).source == "checked"


@pytest.mark.django_db
def test_a_stale_copy_cannot_take_a_step_twice() -> None:
    day = a_day()
    stale = CalendarDay.objects.get(pk=day.pk)
    FLOW.take("check", day, by=SYSTEM)
    with pytest.raises(StepRefused):
        FLOW.take("check", stale, by=SYSTEM)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["draft", "checked", "closed"])
@pytest.mark.parametrize("step", ["check", "close"])
@pytest.mark.parametrize("by", [SYSTEM, CLERK])
def test_each_step_from_each_state_is_taken_or_refused_as_the_table_says(state: str, step: str, by: Actor) -> None:
    day = a_day(state)
    allowed = state in FLOW.steps[step].leaves and (step == "close" or by is SYSTEM)
    if allowed:
        FLOW.take(step, day, by=by)
        assert CalendarDay.objects.get(pk=day.pk).source == FLOW.steps[step].after
    else:
        with pytest.raises((StepRefused, PowerMissing)):
            FLOW.take(step, day, by=by)
        assert CalendarDay.objects.get(pk=day.pk).source == state


@pytest.mark.django_db
def test_an_offer_says_why_a_step_is_greyed() -> None:
    offers = {one.step.name: one for one in FLOW.offers(a_day(name=""), by=CLERK)}
    assert not offers["check"].allowed
    assert offers["check"].why
    assert offers["close"].why == "没有名称"


def test_a_flow_names_only_its_states() -> None:
    with pytest.raises(ValueError):
        Flow(Step("go", "here", "there"), states={"here": "这"})
