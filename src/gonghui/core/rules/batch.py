"""A scheme over a relation of millions of cases: one SQL statement for DuckDB.

The relation holds a column for each input. Where the scheme has running totals, `per` says whose they are (a person and
a benefit year) and `order` in which order, which must be total; a column named like a total holds what it stood at
before the first row. A row that cannot be decided keeps its place: `refused` names the input or total that is missing
or beyond its range, and its steps are null; it adds nothing to the totals.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from gonghui.core.rules.document import Input
from gonghui.core.rules.expressions import Line
from gonghui.core.rules.refusals import refusal
from gonghui.core.rules.scheme import Scheme

Engine = Any
"""A DuckDB connection. The library is loaded by who makes one, so that the web starts without it."""
WHOLE = {f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")}
TYPES = {"whole": WHOLE, "yes_no": {"BOOLEAN"}, "date": {"DATE"}}
NAMED = re.compile(r'"(\w+)"')
FIRST = "date '0001-01-01'"


def adjudicate(
    connection: Engine,
    scheme: Scheme,
    relation: str,
    *,
    keep: Sequence[str],
    per: Sequence[str] = (),
    order: Sequence[str] = (),
    show: Sequence[str] = (),
) -> Any:
    """The kept columns, `refused`, and the steps (those of `show`, or all) of every row of a table or view.

    `show` may name a total as it stood before the row too, as the scheme would: `before(sum_fen)`.
    """
    columns = {
        str(name): str(kind) for name, kind, *_ in connection.execute(f"describe {_quoted(relation)}").fetchall()
    }
    _check(scheme, columns, (*keep, *per, *order))
    opening = [name for name in scheme.totals if name in columns]
    return connection.sql(statement(scheme, relation, keep=keep, per=per, order=order, show=show, opening=opening))


def statement(
    scheme: Scheme,
    relation: str,
    *,
    keep: Sequence[str],
    per: Sequence[str] = (),
    order: Sequence[str] = (),
    show: Sequence[str] = (),
    opening: Sequence[str] = (),
) -> str:
    """The one statement; every name in it is quoted."""
    if scheme.totals and not (per and order):
        raise ValueError("running totals need to know whose they are and in which order")
    if unknown := sorted(set(show) - {*scheme.steps, *(f"before({name})" for name in scheme.totals)}):
        raise ValueError(f"no step to show: {unknown[0]}")
    if clash := sorted(set(keep) & {*scheme.steps, "refused"}):
        raise ValueError(f"a kept column would stand beside a step of its name: {clash[0]}")
    parts = list(
        _parts(scheme, _quoted(relation), [*keep, *per, *order], opening, _window(len(keep), len(per), len(order)))
    )
    past = {f"before({name})": f"_before_{name}" for name in scheme.totals}
    steps = [
        f'case when refused is null then "{past.get(name, name)}" end as {_quoted(name)}'
        for name in show or scheme.steps
    ]
    columns = [*(f'"_keep {n}" as {_quoted(name)}' for n, name in enumerate(keep)), "refused", *steps]
    chain = ",\n".join(f"_{number} as not materialized ({part})" for number, part in enumerate(parts))
    return f"with {chain}\nselect {', '.join(columns)} from _{len(parts) - 1}"


def _window(kept: int, per: int, order: int) -> str:
    names = [f'"_keep {n}"' for n in range(kept, kept + per + order)]
    return (
        f"over (partition by {', '.join(names[:per])} order by {', '.join(names[per:])} "
        "rows between unbounded preceding and current row)"
    )


def _parts(scheme: Scheme, relation: str, keep: Sequence[str], opening: Sequence[str], window: str) -> Iterator[str]:
    """Each select stands on the one before: the inputs, what is wrong with them, then line after line."""
    inputs, totals = scheme.inputs.values(), scheme.program.totals
    wrong = [f"when \"{one.name}\" is null or not {_within_range(one)} then '{one.name}'" for one in inputs]
    wrong += [
        f"when not \"{name}\" between {low} and {high} then '{name}'"
        for name, (low, high) in totals.items()
        if name in opening
    ]
    refused = f"case {' '.join(wrong)} end" if wrong else "null::varchar"
    raw = [f'{_quoted(name)} as "_keep {n}"' for n, name in enumerate(keep)]
    raw += [f'"{name}" as "_raw {name}"' for name in (*scheme.inputs, *opening)]
    yield f"select {', '.join(raw)}, {refused} as refused from {relation}"  # noqa: S608
    read = [f'case when refused is null then {_read(one)} else {_safe(one)} end as "{one.name}"' for one in inputs]
    for name in totals:
        stood = f'case when refused is null then coalesce("_raw {name}", 0)::bigint else 0::bigint end'
        read.append(f'{stood if name in opening else "0::bigint"} as "_opening_{name}"')
    kept = [f'"_keep {n}"' for n in range(len(keep))]
    yield f"select {', '.join([*kept, 'refused', *read])} from _0"  # noqa: S608
    number = 1
    for lines in _levels(scheme.program.lines):
        plain = [f'{line.sql} as "{line.name}"' for line in lines if line.running is None]
        running = [line for line in lines if line.running]
        ones = [
            f'case when refused is null then {line.sql} else 0::bigint end as "_one_{line.name}"' for line in running
        ]
        yield f"select *, {', '.join(plain + ones)} from _{number}"  # noqa: S608
        number += 1
        if running:
            yield _summed(running, window, number)
            yield _within(running, number + 1)
            number += 2


def _levels(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that need only earlier ones, together: fewer steps, and one sort for all totals that stand side by side."""
    level: dict[str, int] = {}
    for line in lines:
        needed = max((level.get(name, 0) for name in NAMED.findall(line.sql)), default=0)
        level[line.name] = needed + 1
        if line.running:
            level[f"_before_{line.name}"] = needed + 1
    for number in range(1, max(level.values()) + 1):
        yield [line for line in lines if level[line.name] == number]


def _summed(running: Sequence[Line], window: str, number: int) -> str:
    sums = [f'"_opening_{line.name}" + sum("_one_{line.name}") {window} as "_sum_{line.name}"' for line in running]
    return f"select *, {', '.join(sums)} from _{number}"  # noqa: S608


def _within(running: Sequence[Line], number: int) -> str:
    """The totals as they are and were; a row whose total passes its range is refused."""
    beyond, columns = "", []
    for line in running:
        low, high = line.running or (0, 0)
        name, total = line.name, f'"_sum_{line.name}"'
        within = f"{total} between {low} and {high}"
        beyond += f" when not ({within}) then '{name}'"
        columns.append(f'case when {within} then {total}::bigint else 0::bigint end as "{name}"')
        columns.append(
            f'case when {within} then ({total} - "_one_{name}")::bigint else 0::bigint end as "_before_{name}"'
        )
    return (
        f"select * exclude (refused), case when refused is not null then refused{beyond} end as refused, "  # noqa: S608
        f"{', '.join(columns)} from _{number}"
    )


def _within_range(one: Input) -> str:
    match one.kind:
        case "yes_no":
            return "true"
        case "date":
            return f"\"{one.name}\" between {FIRST} and date '9999-12-31'"
    return f'"{one.name}" between {one.low} and {one.high}'


def _read(one: Input) -> str:
    match one.kind:
        case "yes_no":
            return f'"_raw {one.name}"'
        case "date":
            return f"(datediff('day', {FIRST}, \"_raw {one.name}\") + 1)::bigint"
    return f'"_raw {one.name}"::bigint'


def _safe(one: Input) -> str:
    """What stands in for an input that cannot be used: its row is refused, but its arithmetic must run."""
    return "false" if one.kind == "yes_no" else f"({one.low})::bigint"


def _check(scheme: Scheme, columns: dict[str, str], others: Sequence[str]) -> None:
    if missing := [name for name in (*scheme.inputs, *others) if name not in columns]:
        raise refusal("rules.column_missing", columns="、".join(missing))
    for name, one in scheme.inputs.items():
        if columns[name] not in TYPES[one.kind]:
            raise refusal(
                "rules.column_kind",
                column=name,
                found=columns[name],
                kind={"whole": "BIGINT", "yes_no": "BOOLEAN", "date": "DATE"}[one.kind],
            )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
