"""What cells are read as: the same words mean the same whoever reads them, and what is no value says so."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from gonghui.core.errors import Refusal
from gonghui.web.imports.kinds import Choice, Code, Day, Kind, Money, Whole, YesNo

STATES = Choice({"draft": "草稿", "sent": "已退回"}, also={"退": "sent"})


@pytest.mark.parametrize("first", ["zh-hans", "en"])
@pytest.mark.parametrize("then", ["zh-hans", "en"])
def test_a_choice_is_read_by_key_and_title_in_either_language_whichever_is_spoken(first: str, then: str) -> None:
    kind = Choice({"draft": "草稿"})
    with translation.override("en"):
        english = translation.gettext("草稿")
    assert english != "草稿"
    with translation.override(first):
        assert kind.read("草 稿", title="状态") == "draft"
    with translation.override(then):
        assert {kind.read(words, title="状态") for words in ("draft", "草稿", english, english.upper())} == {"draft"}


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (STATES, "退", "sent"),
        (Day(), "2020年6月30日", date(2020, 6, 30)),
        (Day(), "20200630", date(2020, 6, 30)),
        (Day(), 44012, date(2020, 6, 30)),
        (Code(), "ａ 1b", "A1B"),
        (Whole(), "１,234", 1234),
        (Money(), 12.5, 1250),
        (YesNo(), "是", True),
        (YesNo(), 0, False),
    ],
)
def test_a_cell_is_read_however_it_was_typed(kind: Kind, cell: Any, value: Any) -> None:
    assert kind.read(cell, title="某列") == value


@pytest.mark.parametrize(
    ("kind", "cell", "code"),
    [
        (STATES, "别的", "imports.choice"),
        (Day(), "2020-02-30", "imports.day"),
        (Day(), True, "imports.day"),
        (Code(), 1.1e15, "imports.code_mangled"),
        (Whole(least=1), 0, "imports.number_range"),
        (Whole(), "约三千", "imports.not_a_number"),
        (Money(), 1.001, "imports.not_whole"),
        (YesNo(), "也许", "imports.yes_no"),
    ],
)
def test_what_is_no_value_is_refused(kind: Kind, cell: Any, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        kind.read(cell, title="某列")
    assert refused.value.code == code
