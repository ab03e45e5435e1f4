"""What a text must be to follow the one that holds, and how two texts differ."""

from datetime import date

import pytest

from gonghui.core import rules
from gonghui.core.errors import Refusal
from gonghui.work.mutual_aid.actions import deciding
from gonghui.work.mutual_aid.rules import comparing, drafts
from gonghui.work.mutual_aid.rules.plans import PLANS, SETTLED_INPUTS
from gonghui.work.mutual_aid.tests.scheme_texts import changed, lower, text_of, universal

TODAY = date(2020, 8, 10)
PREMIUM = 'premium_fen = ["每份保费", "Premium a share"]'
LIGHT = 'light_percent = ["轻症比例", "Percent of light illness"]'
GRADED = "graded_fen = full_fen * nth(grade_percents, grade) / 100"
SHARES = "shares = [1, 10]"


def refused(plan: str, text: str, on: date = TODAY) -> tuple[str, str]:
    """The code, and the line it points to from the place in it."""
    scheme, held = rules.read(text), rules.read(text_of(plan))
    with pytest.raises(Refusal) as caught:
        drafts.check(PLANS[plan], scheme, held=held, on=on)
    line, column = caught.value.params["line"], caught.value.params["column"]
    assert str(caught.value).startswith(f"第 {line} 行第 {column} 列：")
    return caught.value.code.partition(".")[2], scheme.text.split("\n")[int(str(line)) - 1][int(str(column)) - 1 :]


def test_the_next_text_of_each_plan_may_follow_from_a_day_ahead() -> None:
    for plan in PLANS.values():
        held = rules.read(text_of(plan.key))
        begins = plan.next_day(TODAY)
        drafts.check(plan, rules.read(changed(plan.key, begins=str(begins))), held=held, on=TODAY)


@pytest.mark.parametrize(
    ("plan", "on", "next_day"),
    [
        ("universal", date(2020, 12, 31), date(2021, 1, 1)),
        ("universal", date(2021, 1, 1), date(2022, 1, 1)),
        ("accident", date(2020, 8, 1), date(2020, 9, 1)),
        ("accident", date(2020, 12, 31), date(2021, 1, 1)),
    ],
)
def test_a_text_begins_on_the_next_first_of_a_month_or_of_a_year(plan: str, on: date, next_day: date) -> None:
    assert PLANS[plan].next_day(on) == next_day


@pytest.mark.parametrize(
    ("plan", "begins", "code"),
    [
        ("universal", "2021-02-01", "begins_january"),
        ("universal", "2020-01-01", "begins_late"),
        ("accident", "2020-08-10", "begins_late"),
    ],
)
def test_a_text_begins_ahead_and_by_the_year_on_a_first_of_january(plan: str, begins: str, code: str) -> None:
    assert refused(plan, changed(plan, begins=begins)) == (code, f"valid_from = {begins}")


def test_of_the_other_plans_it_may_begin_tomorrow() -> None:
    text = changed("accident", begins="2020-08-11")
    drafts.check(PLANS["accident"], rules.read(text), held=rules.read(text_of("accident")), on=TODAY)


def test_no_two_texts_on_a_day() -> None:
    scheme = rules.read(changed("accident", begins="2020-09-01"))
    drafts.check_free(scheme, {date(2020, 10, 1)})
    with pytest.raises(Refusal) as caught:
        drafts.check_free(scheme, {date(2020, 9, 1)})
    assert (caught.value.code, caught.value.params["line"]) == ("mutual_aid.begins_taken", 3)


@pytest.mark.parametrize(
    ("plan", "pairs", "code", "place"),
    [
        ("critical_illness", [(SHARES, SHARES + "\nage = [0, 120]")], "input_strange", "age = [0, 120]"),
        ("critical_illness", [('is_light = "yes_no"', "is_light = [0, 1]")], "input_kind", "is_light = [0, 1]"),
        ("critical_illness", [(SHARES, "shares = [1, 9]")], "input_narrow", "shares = [1, 9]"),
        ("hospital_allowance", [(SHARES, "shares = [2, 10]")], "input_narrow", "shares = [2, 10]"),
        ("critical_illness", [(SHARES, ""), (" * shares if", " if")], "input_missing", "inputs]"),
        ("critical_illness", [("pays_fen = share", "sum_fen = share")], "result", "steps = '''"),
        ("critical_illness", [("premium_fen = 5_000", ""), (PREMIUM, "")], "parameter_missing", "parameters.default]"),
        ("critical_illness", [("= 5_000", "= [5_000, 4_000]")], "parameter_kind", "premium_fen = [5_000, 4_000]"),
        ("critical_illness", [(LIGHT, "")], "untitled", "light_percent = 20"),
        ("accident", [('["按等级", "By grade"]', '"按等级"')], "untitled", GRADED),
    ],
)  # fmt: skip
def test_what_the_work_gives_and_takes_stays(plan: str, pairs: list[tuple[str, str]], code: str, place: str) -> None:
    text = changed(plan, *pairs)
    if code in ("input_strange", "input_missing", "input_kind", "input_narrow", "result"):
        text = _examples_follow(plan, code, text)
    assert refused(plan, text) == (code, place)


def _examples_follow(plan: str, code: str, text: str) -> str:
    """The worked examples say what the changed text needs."""
    head, _, examples = text.partition("[[examples]]")
    match code:
        case "input_strange":
            examples = examples.replace("shares = ", "age = 40, shares = ")
        case "input_missing":
            head = head.replace('shares = ["份数", "Shares"]\n', "")
            examples = examples.replace(", shares = 1", "").replace(", shares = 2", "").replace("800_000", "400_000")
        case "input_kind":
            head = head.replace("if is_light else", "if is_light == 1 else")
            examples = examples.replace("is_light = true", "is_light = 1").replace("is_light = false", "is_light = 0")
        case "result":
            head = head.replace('pays_fen = ["', 'sum_fen = ["')
            examples = examples.replace("pays_fen", "sum_fen")
        case "input_narrow" if plan == "hospital_allowance":
            examples = examples.replace("shares = 1, ", "shares = 2, ")
            for old in ("56_000", "680_000", "40_000"):
                examples = examples.replace(f"pays_fen = {old} ", f"pays_fen = {2 * int(old)} ")
    return f"{head}[[examples]]{examples}"


MORE = (
    ("[inputs]", '[inputs]\nis_emergency = "yes_no"\ntotal_fen = [-10_000_000_000, 10_000_000_000]'),
    ("[titles]", '[titles]\nis_emergency = ["急诊", "Emergency"]\ntotal_fen = ["总金额", "Total"]'),
)


def settled(*pairs: tuple[str, str]) -> str:
    """A text of the universal plan that asks for more of a settlement."""
    text = changed("universal", *MORE)
    text = text.replace("{ is_inpatient", "{ is_emergency = false, total_fen = 0, is_inpatient")
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def test_a_text_of_a_settled_plan_may_ask_for_all_that_a_settlement_tells() -> None:
    drafts.check(PLANS["universal"], rules.read(settled()), held=universal(), on=TODAY)
    assert set(deciding.INPUTS) == {*SETTLED_INPUTS, "settled_on"}
    narrow = settled(("total_fen = [-10_000_000_000, 10_000_000_000]", "total_fen = [0, 10_000_000_000]"))
    assert refused("universal", narrow)[0] == "input_narrow"
    assert refused("universal", settled(("is_emergency", "is_at_night")))[0] == "input_strange"


def test_a_text_of_a_settled_plan_need_not_ask_for_what_the_one_before_did() -> None:
    held = rules.read(settled().replace("valid_from = 2021-01-01", "valid_from = 2018-01-01"))
    drafts.check(PLANS["universal"], rules.read(changed("universal")), held=held, on=TODAY)


def test_what_two_texts_say_otherwise_is_told_in_words() -> None:
    held, draft = universal(), rules.read(lower())
    found = comparing.changes(held, draft)
    assert [(one.title, one.old, one.new, one.is_default) for one in found.parameters] == [
        (
            "住院分段比例",
            "1,300.00 以上 30%，10,000.00 以上 40%，50,000.00 以上 50%",
            "1,000.00 以上 30%，10,000.00 以上 40%，50,000.00 以上 50%",
            True,
        )
    ]
    assert (found.none, found.steps_differ, found.inputs) == (False, False, [])
    assert [mark for _, mark in found.examples] == ["~"] * 4
    assert [line for mark, line in found.text if mark == "+"][:2] == [
        "valid_from = 2021-01-01",
        "inpatient_segments = [[100_000, 30], [1_000_000, 40], [5_000_000, 50]]",
    ]
    assert comparing.changes(held, draft, english=True).parameters[0].title == "Inpatient segments"


def test_a_text_that_only_begins_later_says_nothing_else() -> None:
    found = comparing.changes(universal(), rules.read(changed("universal")))
    assert (found.none, found.parameters, found.examples) == (True, [], [])


def test_steps_inputs_and_parameters_that_come_and_go_are_named() -> None:
    pairs = (
        ("pays_fen = entitled_fen", "extra_fen = most_fen\npays_fen = entitled_fen"),
        ("[parameters.default]", "[parameters.default]\nmost_fen = 100"),
        ("grade = [1, 10]", "grade = [1, 12]"),
        ("60, 50, 40, 30, 20, 10]", "60, 50, 40, 30, 20, 10, 0, 0]"),
    )
    found = comparing.changes(rules.read(text_of("accident")), rules.read(changed("accident", *pairs)))
    assert [(one.name, one.old, one.new) for one in found.parameters if one.name == "most_fen"] == [
        ("most_fen", "", "1.00")
    ]
    assert [(one.name, one.old, one.new) for one in found.inputs] == [("grade", "1 … 10", "1 … 12")]
    assert [line for mark, line in found.steps if mark == "+"] == ["extra_fen = most_fen"]


def test_lines_are_marked_once_each() -> None:
    assert list(comparing.lines("a\nb\nc", "a\nx\nc\nd")) == [
        (" ", "a"), ("-", "b"), ("+", "x"), (" ", "c"), ("+", "d"),
    ]  # fmt: skip


def test_texts_of_very_many_lines_are_told_apart_at_once() -> None:
    old, new = "a\n" + "#\n" * 30_000 + "z", "a\n" + "#\n!\n" * 20_000 + "z"
    found = list(comparing.lines(old, new))
    assert [line for mark, line in found if mark != "+"] == old.split("\n")
    assert [line for mark, line in found if mark != "-"] == new.split("\n")
    assert list(comparing.lines("a\na", "a")) == [(" ", "a"), ("-", "a")]
    assert list(comparing.lines("a", "a")) == [(" ", "a")]
