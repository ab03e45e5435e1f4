"""The guide for staff says what is so: its text is a scheme, its sums are the schemes' own."""

import re

import pytest

from gonghui.core import rules
from gonghui.core.rules.document import FUNCTIONS, KEYS
from gonghui.web.guides import docs, guide_of
from gonghui.work.mutual_aid.rules.plans import SETTLED_INPUTS
from gonghui.work.mutual_aid.tests.scheme_texts import text_of


@pytest.fixture(name="guide", scope="module")
def _guide() -> str:
    return (docs() / "schemes.md").read_text(encoding="utf-8")


def test_the_text_of_the_guide_is_a_scheme_whose_example_comes_out(guide: str) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert rules.read(text).title == "住院津贴互助保障"


def test_the_guide_names_every_key_function_and_input(guide: str) -> None:
    missing = [key for key in KEYS - {"examples", "inputs", "parameters", "titles"} if f"`{key}`" not in guide]
    missing += [key for key in ("inputs", "parameters", "titles", "examples") if f"[{key}" not in guide]
    missing += [name for name in FUNCTIONS if f"`{name}(" not in guide]
    missing += [name for name in SETTLED_INPUTS if f"`{name}`" not in guide]
    assert not missing


@pytest.mark.parametrize("plan", ["universal", "hospital_allowance", "womens_diseases"])
def test_what_is_worked_out_by_hand_is_what_the_schemes_pay(guide: str, plan: str) -> None:
    scheme = rules.read(text_of(plan))
    said = guide.partition("## 手工验算")[2].partition("## 起草")[0]
    examples = [one for one in scheme.examples if one.title.startswith("例")]
    assert examples
    for example in examples:
        for case in example.cases:
            yuan = f"{case['pays_fen'] / 100:,.2f}".removesuffix(".00")
            assert re.search(rf"(?<![\d,.]){re.escape(yuan)}(?![\d.])", said), (example.title, yuan)


def test_the_guide_is_a_page() -> None:
    found = guide_of("schemes")
    assert found.title == "互助方案怎么写"
    assert "<table" in found.body
