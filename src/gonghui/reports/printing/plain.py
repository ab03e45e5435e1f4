"""A paper as plain values and back: frozen dataclasses of numbers, words, days and tuples, whatever they nest."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


def plain(value: Any) -> Any:
    """The value as JSON holds it; a dataclass says which one it is."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"": type(value).__name__, **{one.name: plain(getattr(value, one.name)) for one in fields(value)}}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def rebuilt(kind: Any, value: Any) -> Any:
    """The value of a type from its plain form; what is missing takes the field's default."""
    if value is None:
        return None
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        kinds = [one for one in get_args(kind) if one is not type(None)]
        named = [one for one in kinds if isinstance(value, dict) and value.get("") == getattr(one, "__name__", "")]
        return rebuilt((named or kinds)[0], value)
    if origin is tuple:
        inner = get_args(kind)[0]
        return tuple(rebuilt(inner, one) for one in value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        known = {one.name for one in fields(kind) if one.init} & value.keys()
        return kind(**{name: rebuilt(hints[name], value[name]) for name in known})
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    return value
