"""A flow is a table of steps. `take` locks the row, checks the power, the state and the guard, and moves it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

from gonghui.core.actor import Actor
from gonghui.core.errors import StepRefused

Guard = Callable[[Any, Actor], str | None]
"""The Chinese reason why the step may not be taken on this record by this actor, or None."""


@dataclass(frozen=True)
class Step:
    """One arrow: its name, the state or states it leaves, the state it reaches, the power it needs, its button."""

    name: str
    before: str | tuple[str, ...]
    after: str
    needs: str | None = None
    title: str = ""
    guard: Guard | None = None

    @property
    def leaves(self) -> tuple[str, ...]:
        """The states the step may be taken from."""
        return (self.before,) if isinstance(self.before, str) else self.before


@dataclass(frozen=True)
class Offer:
    """A step as the pane shows it: allowed, or greyed with its reason."""

    step: Step
    allowed: bool
    why: str = ""


class Flow:
    """The whole state machine of a kind of record, readable at one look."""

    def __init__(self, *steps: Step, states: Mapping[str, str], column: str = "state") -> None:
        self.steps = {step.name: step for step in steps}
        self.states = dict(states)
        self.column = column
        if len(self.steps) != len(steps):
            raise ValueError("two steps of one name")
        for step in steps:
            for state in (*step.leaves, step.after):
                if state not in self.states:
                    raise ValueError(f"step {step.name}: unknown state {state}")

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The states with their Chinese labels, for model fields."""
        return list(self.states.items())

    def check(self, name: str, record: Model, *, by: Actor) -> Step:
        """The step, or a refusal that says which state or power stands in the way."""
        step = self.steps[name]
        state = getattr(record, self.column)
        if step.needs is not None:
            by.require(step.needs)
        if state not in step.leaves:
            raise StepRefused(
                "flow.state",
                "当前状态“%(state)s”不能执行“%(step)s”，请刷新后再看可办的步骤",
                state=self.states.get(state, state),
                step=step.title or name,
            )
        if step.guard is not None and (why := step.guard(record, by)) is not None:
            raise StepRefused("flow.guard", "不能执行“%(step)s”：%(why)s", step=step.title or name, why=why)
        return step

    def take(self, name: str, record: Model, *, by: Actor) -> None:
        """Lock the record's row, re-read its state, check, and move it."""
        lock(record, self.column)
        step = self.check(name, record, by=by)
        setattr(record, self.column, step.after)
        table, key = record._meta.db_table, record._meta.pk.column
        with connection.cursor() as cursor:
            cursor.execute(f'update "{table}" set "{self.column}" = %s where "{key}" = %s', [step.after, record.pk])  # noqa: S608

    def offers(self, record: Model, *, by: Actor) -> list[Offer]:
        """Each step that leaves the present state, allowed or greyed with its reason."""
        state = getattr(record, self.column)
        found = []
        for step in self.steps.values():
            if state not in step.leaves:
                continue
            if step.needs is not None and not by.may(step.needs):
                found.append(Offer(step, False, "您现在的岗位没有这项权限"))
            elif step.guard is not None and (why := step.guard(record, by)) is not None:
                found.append(Offer(step, False, why))
            else:
                found.append(Offer(step, True))
        return found


def lock(record: Model, *columns: str) -> None:
    """Lock the record's row until the action ends and re-read the named columns into it."""
    table, key = record._meta.db_table, record._meta.pk.column
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'select {names} from "{table}" where "{key}" = %s for update', [record.pk])  # noqa: S608
        row = cursor.fetchone()
    if row is None:
        raise StepRefused("flow.gone", "这条记录已不存在，请返回列表")
    for name, now in zip(columns, row, strict=True):
        setattr(record, name, now)
