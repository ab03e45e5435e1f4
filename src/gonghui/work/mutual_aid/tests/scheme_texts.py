"""Texts of plans for tests: the ones that came with the platform, and drafts that differ from them."""

from pathlib import Path

from gonghui.core import rules
from gonghui.core.rules import Scheme
from gonghui.work import mutual_aid

FOLDER = Path(mutual_aid.__file__).parent / "schemes"


def text_of(plan: str) -> str:
    """The text that came with the platform."""
    return max(FOLDER.glob(f"{plan}_[0-9]*.toml")).read_text(encoding="utf-8")


def changed(plan: str, *pairs: tuple[str, str], begins: str = "2021-01-01") -> str:
    """The text from another day on, each first piece in the place of what is there; all of them are there."""
    found = text_of(plan)
    held = rules.read(found)
    for old, new in (f"valid_from = {held.valid_from}", f"valid_from = {begins}"), *pairs:
        assert old in found, old
        found = found.replace(old, new, 1)
    return found


LOWER = (
    ("[[130_000, 30]", "[[100_000, 30]"),
    ("inpatient_due_fen = 220_271, pays_fen = 220_271", "inpatient_due_fen = 229_271, pays_fen = 229_271"),
    ("inpatient_due_fen = 415_433, pays_fen = 195_162", "inpatient_due_fen = 424_433, pays_fen = 195_162"),
    ("inpatient_due_fen = 24_361_000", "inpatient_due_fen = 24_370_000"),
    ("inpatient_due_fen = 20_000_000", "inpatient_due_fen = 20_009_000"),
    ("self_pay1_fen = 864_237, pays_fen = 220_271", "self_pay1_fen = 864_237, pays_fen = 229_271"),
    ("pays_fen = -220_271", "pays_fen = -229_271"),
)
"""A lower deductible for inpatients, and the worked examples as they come out then."""


def lower() -> str:
    """The universal plan with a deductible of 1,000 yuan for inpatients, from 2021 on."""
    return changed("universal", *LOWER)


def universal() -> Scheme:
    """The universal plan as it came with the platform."""
    return rules.read(text_of("universal"))
