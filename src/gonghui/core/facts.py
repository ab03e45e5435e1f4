"""The things that can happen. A fact is a frozen class whose fields are exactly the numbers later figures need.

A field ending in `_fen` becomes the entry's amount, another int field its quantity, and every str or bool field
part of the interned group. One entry carries one quantity and one amount; a fact with two sums is two facts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform


class Fact:
    """What every fact knows about itself once `@fact` has registered it."""

    kind: ClassVar[str]
    title: ClassVar[str]
    amount_field: ClassVar[str | None]
    quantity_field: ClassVar[str | None]
    group_fields: ClassVar[tuple[str, ...]]


T = TypeVar("T", bound=type[Any])

HEAD_BITS = 20
"""Below them a subject's id says which of somebody's records it is; above, whose, where an app numbers them so."""

KINDS: dict[str, type[Any]] = {}
"""Every registered fact by kind, `<app>.<snake_name>`."""
LOOKS: dict[str, str] = {}
"""Every kind of look at what is protected, with its title; they stand in a list of their own (`core.access`)."""


def look(kind: str, title: str) -> str:
    """Register a kind of look whose Chinese title officials read in the list of looks."""
    LOOKS[kind] = title
    return kind


def kind_name(module: str, class_name: str) -> str:
    """The kind of a fact class: the app's folder name and the class name in snake case."""
    parts = module.split(".")
    app = parts[parts.index("facts") - 1] if "facts" in parts else parts[-1]
    return f"{app}.{re.sub(r'(?<!^)(?=[A-Z])', '_', class_name).lower()}"


@dataclass_transform(frozen_default=True)
def fact(*, title: str) -> Callable[[T], T]:
    """Register the class as a fact whose Chinese title officials read in the journal."""

    def register(cls: T) -> T:
        made: Any = dataclass(frozen=True, slots=False)(cls)
        amounts: list[str] = []
        quantities: list[str] = []
        group: list[str] = []
        for field in fields(made):
            if field.name in ("kind", "title"):
                raise TypeError(f"{cls.__name__}.{field.name}: every fact has a {field.name}; name the field otherwise")
            if field.type in (int, "int"):
                (amounts if field.name.endswith("_fen") else quantities).append(field.name)
            elif field.type in (str, bool, "str", "bool"):
                group.append(field.name)
            else:
                raise TypeError(f"{cls.__name__}.{field.name}: a fact holds int, str and bool only")
        if len(amounts) > 1 or len(quantities) > 1:
            raise TypeError(f"{cls.__name__}: one quantity and one amount at most; split the fact")
        made.kind = kind_name(cls.__module__, cls.__name__)
        made.title = title
        made.amount_field = amounts[0] if amounts else None
        made.quantity_field = quantities[0] if quantities else None
        made.group_fields = tuple(sorted(group))
        known = KINDS.get(made.kind)
        if known is not None and known.__module__ != cls.__module__:
            raise TypeError(f"{made.kind} is declared twice: {known.__module__} and {cls.__module__}")
        KINDS[made.kind] = made
        return made  # type: ignore[no-any-return]

    return register


def group_of(happened: Any) -> dict[str, str | bool]:
    """The low-cardinality fields of a fact, in key order."""
    return {name: getattr(happened, name) for name in happened.group_fields}


def quantity_of(happened: Any) -> int:
    """The fact's quantity; one thing happened where it names none."""
    return int(getattr(happened, happened.quantity_field)) if happened.quantity_field else 1


def amount_of(happened: Any) -> int:
    """The fact's amount in fen; zero where it carries no money."""
    return int(getattr(happened, happened.amount_field)) if happened.amount_field else 0
