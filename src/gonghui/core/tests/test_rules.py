"""What a scheme may say, what it comes to, and what is said when it is refused."""

import json
from datetime import date
from pathlib import Path

import pytest

from gonghui.core import rules
from gonghui.core.errors import Refusal
from gonghui.core.rules import Scheme
from gonghui.core.rules.expressions import DEEPEST
from gonghui.core.rules.refusals import MESSAGES
from gonghui.core.tests.rules_texts import ABOVE, scheme, text

TWO = "x_fen = [-1_000_000, 1_000_000]\nn = [0, 10]\nis_new = 'yes_no'\nadmitted_on = 'date'"
GIVEN = {"x_fen": 12_345, "n": 3, "is_new": True, "admitted_on": date(2020, 3, 2)}
PARAMETERS = """
cap_fen = 20_000_000
rate_percent = "12.5"
opened_on = 2020-03-01
rates = [[100_000, 10], [500_000, 20], [2_000_000, 30]]
falling = [[0, 50], [10_000, "12.5"]]
grades = [100, "62.5", 25]
"""


def result(steps: str, **given: object) -> int:
    one = scheme(steps, inputs=TWO, parameters=PARAMETERS)
    return one.decide(GIVEN | given).result


# What steps come to -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "comes_to"),
    [
        ("a = x_fen * 30 / 100", 3_704),  # 3,703.5: half up
        ("a = 0 - x_fen * 30 / 100", -3_704),  # and away from nothing
        ("a = x_fen / 2 - x_fen / 2", 0),
        ("a = x_fen / 3 + x_fen / 3 + x_fen / 3", 12_345),  # exact inside a step
        ("b = x_fen / 2\na = b * 2", 12_346),  # rounded at its end
        ("a = round(x_fen / 2) * 2", 12_346),
        ("a = floor(0 - x_fen / 2)", -6_173),
        ("a = ceil(0 - x_fen / 2)", -6_172),
        ("a = floor((-x_fen - 1) / 2)", -6_173),
        ("a = floor(x_fen / 2) + ceil(x_fen / 2)", 12_345),
        ("a = abs(-x_fen)", 12_345),
        ("a = x_fen / max(n, 1)", 4_115),
        ("a = x_fen / (0 - max(n, 1))", -4_115),
        ("a = x_fen * n / (n + 1)", 9_259),
        ("a = x_fen * rate_percent / 100", 1_543),
        ("a = min(x_fen, 5_000, n) + max(n, 4, 2)", 7),
        ("a = 7 if 2 < n <= 3 and is_new or n == 9 else 8", 7),
        ("a = 7 if not is_new or n != 3 else 8", 8),
        ("is_late = admitted_on > opened_on\na = admitted_on - opened_on + 1 if is_late else 0", 2),
        ("a = segments(x_fen + 167_655, rates)", 8_000),
        ("a = segments(x_fen / 2 + 93_827 + 1 / 2, rates)", 0),
        ("a = segments(3_000_000, rates)", 640_000),
        ("a = segments(-5, rates)", 0),
        ("a = segments(x_fen, falling)", 5_293),  # 5,000 + 2,345 x 12.5 % = 5,293.125
        ("a = x_fen * nth(grades, min(max(n - 1, 1), 3)) / 100", 7_716),  # 62.5 % of 12,345
        ("a = 2\n# 注释\n\nb = a * a; c = b * b", 16),
    ],
)
def test_steps_come_to_what_they_say(steps: str, comes_to: int) -> None:
    assert result(steps) == comes_to


EDGES = {100_000: 0, 100_001: 0, 100_005: 1, 500_000: 40_000, 500_001: 40_000, 500_003: 40_001, 2_000_000: 340_000}


@pytest.mark.parametrize(("base_fen", "due_fen"), [*EDGES.items(), (2_000_002, 340_001)])
def test_a_segment_begins_just_above_its_edge(base_fen: int, due_fen: int) -> None:
    one = scheme("a = segments(b, rates)", inputs="b = [0, 9_000_000]", parameters=PARAMETERS)
    assert one.decide({"b": base_fen}).result == due_fen


def test_a_case_stands_on_those_before_it() -> None:
    one = scheme("sum_fen = running(x_fen)\ndue_fen = min(sum_fen, 1_000)\npays_fen = due_fen - before(due_fen)",
                 inputs="x_fen = [-9_999, 9_999]")  # fmt: skip
    found = list(one.decide_all({"x_fen": fen} for fen in (600, 600, 600, -1_000, 50)))
    assert [one.result for one in found] == [600, 400, 0, -200, 50]
    assert found[1].before == {"sum_fen": 600, "due_fen": 600}
    assert one.after(found[-1]) == {"sum_fen": 850}
    assert one.decide({"x_fen": 1}, {"sum_fen": 999}).result == 1
    assert one.decide({"x_fen": 9}, {"sum_fen": 999}).result == 1


def test_the_cap_is_the_formula_of_the_design() -> None:
    """`pay = min(cap, S) - min(cap, S - capped)`, whatever the order of gains and reversals."""
    one = scheme("sum_fen = running(x_fen)\ndue_fen = min(1_000, sum_fen)\npays_fen = due_fen - before(due_fen)",
                 inputs="x_fen = [-9_999, 9_999]")  # fmt: skip
    sums = 0
    for fen, decision in zip(
        cases := [400, 700, -300, 0, 900, -1_700], one.decide_all({"x_fen": x} for x in cases), strict=True
    ):
        sums += fen
        assert decision.result == min(1_000, sums) - min(1_000, sums - fen)


def test_two_totals_share_a_cap_and_one_may_stand_on_the_other() -> None:
    one = scheme("a_sum = running(x_fen if is_new else 0)\nb_sum = running(0 if is_new else x_fen / 2)\n"
                 "due = min(a_sum + b_sum, 100)\npays = due - before(due)\npaid = running(pays)\nleft = 100 - paid",
                 inputs=TWO)  # fmt: skip
    found = list(
        one.decide_all(GIVEN | {"x_fen": x, "is_new": new} for x, new in ((60, True), (60, False), (60, True)))
    )
    assert [one.steps["pays"] for one in found] == [60, 30, 10]
    assert [one.result for one in found] == [40, 10, 0]


# What is refused, and where ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "code", "line", "column"),
    [
        ("a = x_fen +", "syntax", 1, 12),
        ("a = 1\nb = (2", "syntax", 2, 5),
        (" a = 1", "syntax", 1, 1),
        ("", "no_steps", 1, 1),
        ("a = 1\nb = self_pad_fen", "unknown_name_alone", 2, 5),
        ("a = x_fne", "unknown_name", 1, 5),
        ("a = 1 + b\nb = 2", "unknown_name_alone", 1, 9),
        ("a = mox(1, 2)", "unknown_name", 1, 5),
        ("a = 押金 + 1", "unknown_name_alone", 1, 5),
        ("b = 1  # 押金\na = 1 + (max(1, 2) * 费用)", "unknown_name_alone", 2, 22),
        ("a = 1 / n", "no_divisor", 1, 9),
        ("a = 1 / (x_fen - 5)", "no_divisor", 1, 10),
        ("a = 5 / 0", "no_divisor", 1, 9),
        ("b = x_fen * 1_000_000\na = 1 + b * b", "too_large", 2, 9),
        ("a = 9_223_372_036_854_775_808", "too_large", 1, 5),
        ("a = 9_223_372_036_854_775_807 / 2", "too_large", 1, 5),
        ("a = x_fen * 9_223_372_036_855", "too_large", 1, 5),
        ("a = x_fen * 4_611_686_018_428 / 3", "too_large", 1, 5),
        ("a = running(x_fen * 10_000_000_000)", "too_large", 1, 5),
        ("a = segments(x_fen * 1_000_000_000_000, rates)", "too_large", 1, 5),
        ("a = 0.3", "decimal", 1, 5),
        ("a = is_new + 1", "not_a_number", 1, 5),
        ("a = 1 if x_fen else 2", "not_a_truth", 1, 10),
        ("a = 1 if is_new == True else 2", "not_a_number", 1, 10),
        ("a = rates", "is_a_table", 1, 5),
        ("a = segments(x_fen, grades)", "not_a_table", 1, 21),
        ("a = segments(x_fen, [[0, 1]])", "not_a_table", 1, 21),
        ("a = segments(x_fen, rate)", "unknown_name", 1, 21),
        ("a = segments(x_fen / max(n, 1), rates)", "own_step", 1, 14),
        ("a = nth(rates, 1)", "not_a_list", 1, 9),
        ("a = nth(grades, n)", "nth_range", 1, 17),
        ("a = min(1)", "arguments_many", 1, 5),
        ("a = abs(1, 2)", "arguments_many", 1, 5),
        ("a = max(*n, 1)", "arguments", 1, 5),
        ("a = max(1, 2, key=n)", "arguments", 1, 5),
        ("a = 1 + running(x_fen)", "running_inside", 1, 9),
        ("b = 1\na = before(1)", "before_step", 2, 12),
        ("a = before(x_fen)", "before_step", 1, 12),
        ("b = running(x_fen)\nc = before(b)\na = before(c)", "before_step", 2, 12),
        ("b = x_fen * 2\na = b - before(b)", "before_input", 2, 9),
        ("a = 1\na = 2", "twice", 2, 1),
        ("x_fen = 2", "twice", 1, 1),
        ("cap_fen = 2", "twice", 1, 1),
        ("A = 2", "name", 1, 1),
        ("_a = 2", "name", 1, 1),
        ("refused = 2", "name", 1, 1),
        (f"a{'b' * 40} = 2", "name", 1, 1),
        ("a = n > 2", "last_step", 1, 1),
        ("a = " + "-" * 60 + "n", "too_deep", 1, 43),
        ("\n".join(f"a{n} = 1" for n in range(101)), "too_many", 101, 1),
        ("a = max(" + ", ".join(["1"] * 5_000) + ")", "too_deep", 1, 1),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_where_it_stands(steps: str, code: str, line: int, column: int) -> None:
    with pytest.raises(Refusal) as caught:
        scheme(steps, inputs=TWO, parameters=PARAMETERS)
    found = (caught.value.code, caught.value.params["line"], caught.value.params["column"])
    assert found == (f"rules.{code}", ABOVE + line, column), str(caught.value)
    assert f"第 {ABOVE + line} 行第 {column} 列" in str(caught.value)


STRANGE = """x ** 2; x // 2; x % 2; x << 1; x | 1; x ^ 1; x @ x; ~x; +x; x is 1; x in (1,); None; ...; "x"; b"x"; 1j
f"{x}"; (1, 2); [1]; {1}; {1: 2}; x[0]; x.real; x.__class__; ().__class__; lambda: 1; [y for y in x]; (y := 1)
__import__("os"); open("x"); max(1, 2)(3); (max)(1, 2).real; eval("1"); max; x if x else print(1); not x; x and 1"""
STATEMENTS = """import os; a: int = 1; a += 1; a = b = 1; a, b = 1, 2; del x; x; def f(): return 1; class A: pass
if x: a = 1; for a in x: pass; while 1: pass; with x: pass; return 1; yield x; await x; global a; assert x; raise x
pass; x.y = 1; x[0] = 1; while x: break; async def f(): pass"""


@pytest.mark.parametrize("written", STRANGE.replace("\n", "; ").split("; "))
def test_nothing_but_arithmetic_is_let_in(written: str) -> None:
    with pytest.raises(Refusal, match="第 5 行") as caught:
        scheme(f"a = {written}", inputs="x = [0, 9]")
    known = ("not_allowed", "syntax", "unknown_name", "unknown_name_alone", "not_a_truth")
    assert caught.value.code.removeprefix("rules.") in known


@pytest.mark.parametrize("statement", STATEMENTS.replace("\n", "; ").split("; "))
def test_nothing_but_steps_is_let_in(statement: str) -> None:
    with pytest.raises(Refusal, match="第 5 行") as caught:
        scheme(statement, inputs="x = [0, 9]")
    assert caught.value.code in ("rules.not_a_step", "rules.syntax")


@pytest.mark.parametrize(
    "bomb", ["(" * 20_000, "-" * 20_000 + "1", "1" + "+1" * 20_000, "9" * 5_000, "[" * 300 + "]" * 300]
)
def test_bombs_are_refused(bomb: str) -> None:
    with pytest.raises(Refusal, match="第 5 行"):
        scheme(f"a = {bomb}")


BROKEN = text("a = x_fen", example="{ x_fen = 5, a = 5 }")


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("source = '示例'", "source = '示例", "toml", 3),
        ("source = '示例'", "", "no_source", 1),
        ("title = '示例'\n", "", "no_title", 1),
        ("2020-01-01", "'2020'", "no_valid_from", 2),
        ("source = '示例'", "source = '示例'\nrate = 3", "unknown_key", 4),
        ("x_fen = [0, 1_000_000]", "x_fen = 'money'", "input", 8),
        ("[inputs]\n", "[inputs.x]\n", "input", 7),
        ("[parameters.default]", "[[titles]]\nx = 1", "table", 9),
        ("x_fen = [0, 1_000_000]", "x_fen = [5, 1]", "input", 8),
        ("x_fen = [0, 1_000_000]", "x_fen = [true, 1]", "input", 8),
        ("x_fen = [0, 1_000_000]", "max = [0, 1]", "name", 8),
        ("x_fen = [0, 1_000_000]", "class = [0, 1]", "name", 8),
        ("x_fen = [0, 1_000_000]", "x_fen = [0, 1]\n'a\"b' = [0, 1]", "name", 1),
        ("[parameters.default]", "[parameters.guess]\ny = 1", "certainty", 9),
        ("[parameters.default]", "[parameters.default]\nx_fen = 1", "twice", 8),
        ("[parameters.default]", "[parameters.default]\nrate = 0.3", "number", 10),
        ("[parameters.default]", "[parameters.default]\nis_on = true", "number", 10),
        ("[parameters.default]", "[parameters.default]\nlist = []", "empty", 10),
        ("[parameters.default]", "[parameters.default]\nrates = [[5, 1], [1, 2]]", "segments_order", 10),
        ("[parameters.default]", "[titles]\nx_fen = 3", "titles", 8),
        ("[parameters.default]", "[parameters.default]\nx = 1\n[titles]\na = '甲'\ny = '乙'", "title_of_nothing", 13),
        ("[[examples]]\ntitle = '例'\ncases = [{ x_fen = 5, a = 5 }]", "", "no_examples", 1),
        ("title = '例'\n", "", "example_shape", 11),
        ("[{ x_fen = 5, a = 5 }]", "[]", "example_shape", 11),
        ("a = 5", "a = 6", "example", 11),
        ("a = 5", "a = true", "example", 11),
        ("{ x_fen = 5, a", "{ a", "example_given", 11),
        ("x_fen = 5, a", "x_fen = 5.0, a", "example_given", 11),
        ("x_fen = 5, a", "x_fen = 5_000_000, a", "example_given", 11),
        (", a = 5", "", "example_result", 11),
        ("a = 5", "a = 5, b = 5", "example_name", 11),
        ("steps = '''\na = x_fen\n'''", "steps = 'a = x_fen'", "steps_quotes", 4),
    ],
)  # fmt: skip
def test_a_broken_text_is_refused_where_it_is_broken(old: str, new: str, code: str, line: int) -> None:
    assert old in BROKEN
    assert rules.read(BROKEN).version
    with pytest.raises(Refusal) as caught:
        rules.read(BROKEN.replace(old, new, 1))
    assert (caught.value.code, caught.value.params["line"]) == (f"rules.{code}", line), str(caught.value)


def test_every_refusal_has_been_seen_here_or_is_about_what_is_given() -> None:
    """The table of messages holds none that nobody can meet."""
    source = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_rules*.py"))
    assert not [
        code for code in MESSAGES if f'"{code.removeprefix("rules.")}"' not in source and f'"{code}"' not in source
    ]


@pytest.mark.parametrize(
    ("given", "before", "code"),
    [
        ({"x_fen": None}, {}, "missing"),
        ({"x_fen": 1_000_001}, {}, "range"),
        ({"x_fen": -1_000_001}, {}, "range"),
        ({"x_fen": 1.0}, {}, "kind"),
        ({"x_fen": True}, {}, "kind"),
        ({"is_new": 1}, {}, "kind"),
        ({"admitted_on": "2020-01-01"}, {}, "kind"),
        ({"y": 1}, {}, "unknown_input"),
        ({}, {"sum_fen": 10**12}, "total_range"),
        ({}, {"sum_fen": 10**10}, "total_range"),  # with this case
    ],
)
def test_what_is_given_is_looked_at(given: dict, before: dict, code: str) -> None:
    one = scheme("sum_fen = running(x_fen)", inputs=TWO)
    with pytest.raises(Refusal) as caught:
        one.decide(GIVEN | given, before)
    assert caught.value.code == f"rules.{code}"
    assert "%" not in str(caught.value)


def test_as_deep_as_may_be_counts_and_one_more_is_refused() -> None:
    def nested(depth: int) -> Scheme:
        return scheme(f"a = {'(' * depth}x_fen{' + 1)' * depth}")

    assert nested(DEEPEST - 3).decide({"x_fen": 5}).result == 5 + DEEPEST - 3
    with pytest.raises(Refusal) as caught:
        nested(DEEPEST - 2)
    assert caught.value.code == "rules.too_deep"


def test_a_text_too_long_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        rules.read(BROKEN + "#" * 100_000)
    assert caught.value.code == "rules.too_long"


def test_names_of_our_own_functions_are_free() -> None:
    one = scheme("len = type + int\nnext = len * 2", inputs="type = [0, 9]\nint = [0, 9]")
    assert one.decide({"type": 2, "int": 3}).result == 10


# Versions, keeping, telling ---------------------------------------------------------------------------------------


def test_the_version_is_the_hash_of_the_text_whatever_the_editor_did_to_its_line_ends() -> None:
    one = rules.read(BROKEN)
    assert rules.read("\ufeff" + BROKEN.replace("\n", " \t\r\n") + "\r\n\r\n").version == one.version
    assert rules.read(BROKEN.replace("示例", "示例二", 1)).version != one.version
    assert rules.read(one.text).version == one.version


def test_a_kept_decision_is_worked_out_again_from_text() -> None:
    one = scheme(
        "sum_fen = running(x_fen)\ndue_fen = min(sum_fen, 20_000)\npays_fen = due_fen - before(due_fen)", inputs=TWO
    )
    decision = one.decide(GIVEN, {"sum_fen": 9_000})
    kept = json.loads(json.dumps(decision.kept()))
    assert one.check(kept) == decision
    assert decision.result == 20_000 - 9_000
    with pytest.raises(Refusal) as caught:
        one.check(kept | {"steps": kept["steps"] | {"due_fen": 1}})
    assert caught.value.code == "rules.differs"
    with pytest.raises(Refusal) as caught:
        one.check(kept | {"version": "0" * 64})
    assert caught.value.code == "rules.other_version"


def test_the_newest_text_that_has_begun_holds_and_old_decisions_keep_theirs() -> None:
    newer = BROKEN.replace("2020-01-01", "2021-01-01").replace("a = x_fen", "a = x_fen * 2").replace("a = 5", "a = 10")
    editions = rules.Editions([newer, BROKEN])
    days = (date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1))
    decided = [editions.on(day).decide({"x_fen": 7}) for day in days]
    assert [one.result for one in decided] == [7, 7, 14]
    assert [editions.check(one.kept()) for one in decided] == decided
    with pytest.raises(Refusal, match="2019-12-31"):
        editions.on(date(2019, 12, 31))
    with pytest.raises(Refusal, match="另一版"):
        rules.Editions([newer]).check(decided[0].kept())
    with pytest.raises(Refusal) as caught:
        rules.Editions([BROKEN, BROKEN.replace("'例'", "'例二'")])
    assert caught.value.code == "rules.same_day"


def test_a_decision_is_told_in_words_and_in_its_own_numbers() -> None:
    one = rules.read(
        text(
            "over_fen = max(x_fen - free_fen, 0)\nsum_fen = running(over_fen)\ndue_fen = segments(sum_fen, rates)\n"
            "is_late = days > 30 and not is_new\n"
            "pays_fen = 0 if is_late else (due_fen - before(due_fen)) * nth(grades, 2) / 100",
            inputs="x_fen = [0, 1_000_000]\ndays = [0, 99]\nis_new = 'yes_no'",
            parameters='free_fen = 130_000\nrates = [[100_000, 30]]\ngrades = [100, "62.5"]\n[titles]\n'
            "x_fen = ['自付一', 'Own share']\n"
            "free_fen = ['起付线', 'Deductible']\nover_fen = ['起付线以上', 'Above it']\ndue_fen = ['应得', 'Due']",
            example="{ x_fen = 864_237, days = 31, is_new = true, pays_fen = 118_919 }",
        )
    )
    decision = one.decide({"x_fen": 864_237, "days": 31, "is_new": True})
    assert [(line.title, line.worked, line.value) for line in one.explain(decision)] == [
        ("起付线以上", "取大(8,642.37 − 1,300.00，0)", "7,342.37"),
        ("sum_fen", "0.00 + 7,342.37", "7,342.37"),
        ("应得", "分段(7,342.37: 1,000.00 以上 30%)", "1,902.71"),
        ("is_late", "31 > 30 且 非 是", "否"),
        ("pays_fen", "若 否 则 0，否则 (1,902.71 − 0.00) × 第几项(2: 100，62.5) ÷ 100", "1,189.19"),
    ]
    english = one.explain(decision, english=True)
    assert english[0].formula == "max(Own share − Deductible, 0)"
    assert english[4].worked == "if no then 0, else (1,902.71 − 0.00) × item(2: 100, 62.5) ÷ 100"


def test_a_text_is_told_in_words_without_a_case() -> None:
    one = scheme(
        "b = segments(x_fen, rates) + nth(grades, max(min(n, 3), 1))\na = b", inputs=TWO, parameters=PARAMETERS
    )
    assert one.in_words(english=True) == [
        (
            "b",
            "b",
            "segments(x_fen: 10% above 1,000.00, 20% above 5,000.00, 30% above 20,000.00) "
            "+ item(max(min(n, 3), 1): 100, 62.5, 25)",
        ),
        ("a", "a", "b"),
    ]
    said = [one.parameter_in_words(name) for name in one.parameters]
    assert said == [
        "200,000.00",
        "12.5",
        "2020-03-01",
        "1,000.00 以上 10%，5,000.00 以上 20%，20,000.00 以上 30%",
        "0 以上 50%，10,000 以上 12.5%",
        "100，62.5，25",
    ]
    assert set(one.parameters) - one.used == {"cap_fen", "rate_percent", "opened_on", "falling"}
    assert one.place("rates") == (one.text[: one.text.index("rates = ")].count("\n") + 1, 1)
