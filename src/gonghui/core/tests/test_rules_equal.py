"""One text, three readings: the function, the SQL and a plain one with fractions come to the same fen."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from gonghui.core.errors import Refusal
from gonghui.core.rules import batch
from gonghui.core.rules.scheme import Scheme
from gonghui.core.tests.rules_texts import scheme

INPUTS = {"x_fen": (-50_000, 900_000), "n": (1, 5), "begun_on": "date", "is_a": "yes_no"}
RATES: list[list[Any]] = [[0, "0.5"], [1_000, 10], [50_000, 30], [300_000, 20]]
LIST = [100, "62.5", 25, 10, 0]
PARAMETERS = f"rates = {RATES}\nlist = {LIST}\ncap_fen = 120_000\nrate_percent = '12.5'".replace("'", '"')
CONSTANTS = {"cap_fen": Fraction(120_000), "rate_percent": Fraction(25, 2)}
Row = dict[str, Any]


# A plain reading --------------------------------------------------------------------------------------------------


def half_up(value: Fraction) -> int:
    """To the whole number, as accountants do it; checked against decimal where that can say it."""
    found = floor(abs(value) + Fraction(1, 2)) * (1 if value >= 0 else -1)
    if value.denominator in (1, 2, 4, 5, 8, 10, 100):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        assert found == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return found


def in_segments(amount: Fraction, rows: list[list[Any]]) -> Fraction:
    """Segment by segment, lower edge exclusive."""
    ends = [Fraction(start) for start, _ in rows[1:]] + [None]
    parts = (
        max(Fraction(0), (amount if end is None else min(amount, end)) - start) * Fraction(str(rate)) / 100
        for (start, rate), end in zip(rows, ends, strict=True)
    )
    return sum(parts, Fraction(0))


FUNCTIONS = {
    "min": min,
    "max": max,
    "abs": abs,
    "round": lambda one: Fraction(half_up(one)),
    "floor": lambda one: Fraction(floor(one)),
    "ceil": lambda one: Fraction(ceil(one)),
    "segments": lambda one, _: in_segments(one, RATES),
    "nth": lambda _, place: Fraction(str(LIST[half_up(place) - 1])),
}


class Plain:
    """Reads the steps with fractions, step after step, a person's cases in order."""

    def __init__(self, steps: str) -> None:
        self.steps = [line.split(" = ", 1) for line in steps.split("\n")]
        self.totals: dict[str, int] = {}

    def decide(self, row: Row) -> dict[str, Any]:
        was = self.walk({}, dict(self.totals), {})
        given = {name: Fraction(one.toordinal()) if isinstance(one, date) else one for name, one in row.items()}
        given = {name: one if isinstance(one, bool) else Fraction(one) for name, one in given.items()}
        return self.walk(given, self.totals, was)

    def walk(self, known: dict[str, Any], totals: dict[str, int], was: dict[str, Any]) -> dict[str, Any]:
        """The steps; without anything given, as they stood before: those that need something given are left out."""
        found: dict[str, Any] = {}
        for name, written in self.steps:
            names = (
                CONSTANTS
                | known
                | {one: step if isinstance(step, bool) else Fraction(step) for one, step in found.items()}
            )
            names |= {f"before_{one}": step for one, step in was.items()} | {"rates": 0, "list": 0}
            if written.startswith("running("):
                if known:
                    totals[name] = totals.get(name, 0) + half_up(self.value(written[7:], names))
                found[name] = totals.get(name, 0)
                continue
            try:
                value = self.value(written, names)
            except NameError:
                continue
            found[name] = value if isinstance(value, bool) else half_up(value)
        return found

    def value(self, written: str, names: dict[str, Any]) -> Any:
        exact = re.sub(r"\b(\d[\d_]*)\b", r"F(\1)", re.sub(r"before\((\w+)\)", r"before_\1", written))
        return eval(exact, {"F": Fraction, **FUNCTIONS}, names)


# Random schemes ---------------------------------------------------------------------------------------------------


@st.composite
def numbers(draw: st.DrawFn, names: tuple[str, ...], truths: tuple[str, ...], depth: int) -> str:
    """An expression that is a number; divisors are never nothing, as the compiler demands."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from([*names, "cap_fen", "rate_percent", "0", "1", "7", "3_000"]))
    one, other = (numbers(names, truths, depth - 1) for _ in range(2))
    divisors = ["3", "7", "100", *(["(0 - n)", "(n / 2 + 1)"] if "n" in names else [])]
    shapes = {
        "({} + {})": (one, other), "({} - {})": (one, other), "({} * {} / 100)": (one, st.just("rate_percent")),
        "({} * n)": (one,), "({} / n)": (one,), "({} / {})": (one, st.sampled_from(divisors)),
        "min({}, {})": (one, other), "max({}, {}, 0)": (one, other), "abs({})": (one,), "(-{})": (one,),
        "round({})": (one,), "floor({})": (one,), "ceil({})": (one,),
        "segments(round({}), rates)": (one,), "segments({} / 4, rates)": (st.sampled_from(names),),
        "nth(list, min(max(round({}), 1), 5))": (one,),
        "({} if {} else {})": (one, conditions(names, truths, depth - 1), other),
    }  # fmt: skip
    shape = draw(st.sampled_from([shape for shape in shapes if "n" in names or "n)" not in shape]))
    return shape.format(*(draw(part) for part in shapes[shape]))


CONDITIONS = ["({0} {2} {1})", "(not {0} {2} {1})", "({0} {2} {1} <= {0})", "({0} {2} {1} or {0} > 0 and {1} < 9)"]


@st.composite
def conditions(draw: st.DrawFn, names: tuple[str, ...], truths: tuple[str, ...], depth: int) -> str:
    """An expression that is yes or no."""
    if truths and (depth <= 0 or draw(st.booleans())):
        return draw(st.sampled_from(truths))
    one, other = (draw(numbers(names, truths, max(depth - 1, 0))) for _ in range(2))
    sign = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    shape = draw(st.sampled_from(CONDITIONS))
    return shape.format(one, other, sign)


@st.composite
def steps(draw: st.DrawFn) -> str:
    """Two to six steps: running totals, what stands on them alone and can be asked for as before, and the rest."""
    lines: list[str] = []
    names: tuple[str, ...] = ("x_fen", "n", "begun_on")
    truths: tuple[str, ...] = ("is_a",)
    sums: tuple[str, ...] = ()
    for number in range(draw(st.integers(0, 2))):
        lines.append(f"sum{number} = running({draw(numbers(names, truths, 2))})")
        names, sums = (*names, f"sum{number}"), (*sums, f"sum{number}")
    if sums:
        lines.append(f"due = {draw(numbers(sums, (), 2))}")
        names, truths = (*names, "due", "before(due)", f"before({sums[0]})"), truths
    for number in range(draw(st.integers(0, 2))):
        lines.append(f"is_b{number} = {draw(conditions(names, truths, 2))}")
        truths = (*truths, f"is_b{number}")
        lines.append(f"s{number} = {draw(numbers(names, truths, 3))}")
        names = (*names, f"s{number}")
    lines.append(f"pays = {draw(numbers(names, truths, 3))}")
    return "\n".join(lines)


SOME_DAY = st.integers(0, 9_000).map(lambda days: date(2000, 1, 1) + timedelta(days))
ROWS = st.lists(
    st.fixed_dictionaries({
        "x_fen": st.one_of(st.integers(-50_000, 900_000),
                           st.sampled_from([0, 1_000, 50_000, 300_000, 900_000, -50_000])),
        "n": st.integers(1, 5), "begun_on": SOME_DAY, "is_a": st.booleans(),
    }), min_size=1, max_size=6)  # fmt: skip


def by_sql(
    connection: duckdb.DuckDBPyConnection, one: Scheme, rows: list[Row], opening: Row | None = None
) -> list[tuple[Any, ...]]:
    """What the batch says of one person's cases in order: refused, then the steps."""
    opening = opening or {}
    columns = "number bigint, person integer, x_fen integer, n tinyint, begun_on date, is_a boolean"
    connection.execute(f"create or replace table cases ({columns}{''.join(f', {name} bigint' for name in opening)})")
    marks = ", ".join("?" * (6 + len(opening)))
    for person in (1, 2):  # a second person with the same cases: nothing leaks from one to the other
        values = [
            (number, person, *(row[name] for name in INPUTS), *opening.values()) for number, row in enumerate(rows)
        ]
        connection.executemany(f"insert into cases values ({marks})", values)
    found = batch.adjudicate(
        connection, one, "cases", keep=["person", "number"], per=["person"], order=["number"]
    ).fetchall()
    by_person = [[row[2:] for row in sorted(found) if row[0] == person] for person in (1, 2)]
    assert by_person[0] == by_person[1]
    return by_person[0]


INPUT_TEXT = "x_fen = [-50_000, 900_000]\nn = [1, 5]\nbegun_on = 'date'\nis_a = 'yes_no'"


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as found:
        yield found


def agree(connection: duckdb.DuckDBPyConnection, written: str, rows: list[Row]) -> str:
    """All three readings of the steps come to the same, in every step of every case."""
    try:
        one = scheme(written, inputs=INPUT_TEXT, parameters=PARAMETERS)
    except Refusal as refusal:
        if refusal.code in ("rules.too_large", "rules.own_step"):
            return refusal.code
        raise
    plain = Plain(written)
    wanted = [plain.decide(row) for row in rows]
    decided = list(one.decide_all(rows))
    assert [dict(decision.steps) for decision in decided] == wanted, written
    assert by_sql(connection, one, rows) == [(None, *row.values()) for row in wanted], written
    assert all(one.check(decision.kept()) == decision for decision in decided)
    assert all(len(one.explain(decision)) == len(one.steps) for decision in decided)
    return "agreed"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(written=steps(), rows=ROWS)
def test_three_readings_agree(connection: duckdb.DuckDBPyConnection, written: str, rows: list[Row]) -> None:
    event(agree(connection, written, rows))


@pytest.mark.soak
@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(written=steps(), rows=ROWS)
def test_three_readings_agree_of_many(connection: duckdb.DuckDBPyConnection, written: str, rows: list[Row]) -> None:
    event(agree(connection, written, rows))


# The cap ----------------------------------------------------------------------------------------------------------

CAPPED = "sum_fen = running(x_fen)\ndue_fen = min(sum_fen, cap_fen)\npays_fen = due_fen - before(due_fen)"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=ROWS, opened=st.integers(-100_000, 10_000_000))
def test_the_cap_needs_no_loop(connection: duckdb.DuckDBPyConnection, rows: list[Row], opened: int) -> None:
    """`pay = min(cap, S) - min(cap, S - capped)`, from wherever the year stands, reversals with it."""
    one = scheme(CAPPED, inputs=INPUT_TEXT, parameters=PARAMETERS)
    wanted, sums, stood = [], opened, {"sum_fen": opened}
    for row in rows:
        sums += row["x_fen"]
        decision = one.decide(row, stood)
        stood = one.after(decision)
        wanted.append(min(120_000, sums) - min(120_000, sums - row["x_fen"]))
        assert decision.result == wanted[-1]
    assert [row[-1] for row in by_sql(connection, one, rows, {"sum_fen": opened})] == wanted
    assert sum(wanted) == min(120_000, sums) - min(120_000, opened)


@pytest.mark.parametrize("name", ["x_fen", "n", "begun_on", "is_a"])
@pytest.mark.parametrize("value", [None, 900_001, -50_001])
def test_a_case_that_cannot_be_decided_is_named_in_its_place_and_adds_nothing(
    connection: duckdb.DuckDBPyConnection, name: str, value: int | None
) -> None:
    if value is not None and name != "x_fen":
        value = None
    good = {"x_fen": 70_000, "n": 1, "begun_on": date(2020, 1, 1), "is_a": True}
    one = scheme(CAPPED, inputs=INPUT_TEXT, parameters=PARAMETERS)
    with pytest.raises(Refusal) as caught:
        one.decide(good | {name: value})
    assert caught.value.params["name"] == name
    found = by_sql(connection, one, [good, good | {name: value}, good])
    assert found == [(None, 70_000, 70_000, 70_000), (name, None, None, None), (None, 140_000, 120_000, 50_000)]


def test_a_total_beyond_its_range_is_refused_in_both(connection: duckdb.DuckDBPyConnection) -> None:
    row: Row = {"x_fen": 900_000, "n": 1, "begun_on": date(2020, 1, 1), "is_a": True}
    one = scheme(CAPPED, inputs=INPUT_TEXT, parameters=PARAMETERS)
    most = one.program.totals["sum_fen"][1]
    for opened, x_fen, refused in (
        (most - 900_000, 900_000, None),
        (most - 899_999, 900_000, "sum_fen"),
        (most + 1, -50_000, "sum_fen"),
    ):
        row["x_fen"] = x_fen
        assert [found[0] for found in by_sql(connection, one, [row], {"sum_fen": opened})] == [refused]
        if refused:
            with pytest.raises(Refusal, match="累计到"):
                one.decide(row, {"sum_fen": opened})
        else:
            assert one.decide(row, {"sum_fen": opened}).steps["sum_fen"] == most
    row["x_fen"] = 900_000
    assert by_sql(connection, one, [row], {"sum_fen": None})[0][1] == 900_000


def test_a_row_of_the_batch_can_be_worked_out_again(connection: duckdb.DuckDBPyConnection) -> None:
    """Inputs, what stood before and the steps are what a decision keeps."""
    one = scheme(CAPPED, inputs="x_fen = [-50_000, 900_000]", parameters=PARAMETERS)
    connection.execute(
        "create or replace table year as select i as n, i * 50000 as x_fen, 9 as sum_fen from range(4) t(i)"
    )
    connection.execute("alter table year add person integer default 1")
    show = [*one.steps, "before(sum_fen)"]
    found = batch.adjudicate(connection, one, "year", keep=["x_fen"], per=["person"], order=["n"], show=show).fetchall()
    assert [row[-1] for row in found] == [9, 9, 50_009, 150_009]
    for x_fen, _, *steps, before in found:
        kept = {"version": one.version, "given": {"x_fen": x_fen}, "before": {"sum_fen": before}}
        assert one.check(kept | {"steps": dict(zip(one.steps, steps, strict=True))}).result == steps[-1]


# The statement ----------------------------------------------------------------------------------------------------


def test_the_largest_numbers_are_still_counted(connection: duckdb.DuckDBPyConnection) -> None:
    """What the compiler lets through fits into the 64 bits of the database, at both ends."""
    given = {"n": 5, "begun_on": date.max, "is_a": True}
    rows = [{"x_fen": -50_000, **given}, {"x_fen": 900_000, **given}]
    for written in (
        "x_fen * 10_248_191_152_060",
        "x_fen * 1_708_031_858_676 / 3",
        "x_fen * 102_481_911_520_608 / 100 / 7",
    ):
        assert agree(connection, f"a = {written}", rows) == ("rules.too_large" if written.endswith("7") else "agreed")
    assert agree(connection, "a = begun_on - n\nb = running(x_fen * 1_024_819_115)", rows) == "agreed"


def test_columns_are_asked_for_by_name_and_kind(connection: duckdb.DuckDBPyConnection) -> None:
    one = scheme("pays_fen = x_fen * 30 / 100")
    connection.execute('create or replace table "odd "" name" ("at" integer, "refused" integer, x_fen double)')
    with pytest.raises(Refusal) as caught:
        batch.adjudicate(connection, one, 'odd " name', keep=["at"])
    assert (caught.value.code, caught.value.params["found"]) == ("rules.column_kind", "DOUBLE")
    with pytest.raises(Refusal) as caught:
        batch.adjudicate(connection, one, 'odd " name', keep=["at", "number"])
    assert (caught.value.code, caught.value.params["columns"]) == ("rules.column_missing", "number")
    connection.execute('alter table "odd "" name" alter x_fen type utinyint')
    connection.execute('insert into "odd "" name" values (7, 8, 99)')
    assert batch.adjudicate(connection, one, 'odd " name', keep=["at", "x_fen"]).fetchall() == [(7, 99, None, 30)]
    with pytest.raises(ValueError, match="pays_fen"):
        batch.statement(one, "cases", keep=["pays_fen"])
    with pytest.raises(ValueError, match="before"):
        batch.statement(one, "cases", keep=[], show=["before(x_fen)"])
    with pytest.raises(ValueError, match="whose"):
        batch.statement(scheme("a = running(x_fen)"), "cases", keep=[])


@pytest.mark.parametrize(
    "written", ["segments(x_fen, rates)", "segments(x_fen / 4, rates)", "nth(list, n) - x_fen / 2"]
)
def test_edges_are_the_same_in_all_readings(connection: duckdb.DuckDBPyConnection, written: str) -> None:
    edges = {start * times + more for start, _ in RATES for times in (1, 4) for more in (-3, -2, -1, 0, 1, 2, 3, 9, 99)}
    rows = [
        {"x_fen": x, "n": 1 + x % 5, "begun_on": date(2020, 1, 1), "is_a": False}
        for x in edges
        if -50_000 <= x <= 900_000
    ]
    assert agree(connection, f"a = {written}", rows) == "agreed"


def test_a_long_scheme_is_still_one_statement(connection: duckdb.DuckDBPyConnection) -> None:
    written = "\n".join(
        f"s{n} = min(max({f's{n - 1}' if n else 'x_fen'} * 3 / 2, 5) / 3, {1_000 + n}) + n / 7" for n in range(25)
    )
    rows = [{"x_fen": x, "n": 1 + x % 5, "begun_on": date(2020, 1, 1), "is_a": False} for x in range(0, 9_000, 450)]
    assert agree(connection, written, rows) == "agreed"
