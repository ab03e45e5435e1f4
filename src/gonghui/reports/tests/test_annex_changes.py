"""The annex of a print says how each compared number moved, union by union, where the form wants it."""

from dataclasses import replace

import pytest
from django.utils import translation

from gonghui.core.errors import Refusal
from gonghui.reports.filling import Filling, filled_report
from gonghui.reports.printing.annexes import annex_of, side_by_side
from gonghui.reports.printing.tables import Table
from gonghui.reports.report_forms import form, parse
from gonghui.reports.tests.builders import H1, Federation, a_federation
from gonghui.reports.tests.test_comparing import H1_BEFORE, HALF, returned


@pytest.fixture
def federation(db: None) -> Federation:
    return a_federation()


def filling_of(federation: Federation) -> Filling:
    _kept, filling = filled_report(form(HALF), federation.city.organisation, H1)
    return filling


def tables(filling: Filling, *, english: bool = False) -> tuple[Table, ...]:
    with translation.override("en" if english else "zh-hans"):
        found = annex_of(filling, "附表", english=english)
    return found.tables if found is not None else ()


def column(filling: Filling, of: str, *, english: bool = False) -> tuple[str, ...]:
    """The head and the words of a column, the sum first."""
    [(table, n)] = [
        (table, n) for table in tables(filling, english=english) for n, one in enumerate(table.of, 1) if one == of
    ]
    return (table.head[n], *(row[n] for row in table.rows))


def test_each_union_has_its_change_beside_its_number(federation: Federation) -> None:
    returned(federation.east, federation.city, H1_BEFORE, H10=200_000_00)
    returned(federation.east, federation.city, H1, H10=250_000_00)
    returned(federation.west, federation.city, H1, H10=50_000_00)
    filling = filling_of(federation)
    assert column(filling, "H10|yoy") == ("同比", "+50%", "+25%", "—", "—")
    assert column(filling, "H10|yoy", english=True)[0] == "Year on year"
    [table] = [table for table in tables(filling) if "H10|yoy" in table.of]
    assert table.of.index("H10|yoy") == table.of.index("H10") + 1
    assert "没有可比的数写 —" in table.note
    assert "隐私" not in table.note, "nothing is hidden here"


def test_who_may_not_see_a_number_or_its_base_sees_no_change(federation: Federation) -> None:
    returned(federation.east, federation.city, H1_BEFORE, H10=200_000_00)
    returned(federation.east, federation.city, H1, H10=250_000_00)
    [table] = [table for table in tables(filling_of(federation)) if "H10" in table.of]
    for hidden, left in (("H10|yoy", {"H10"}), ("H10", set())):
        shown = table.without(frozenset({hidden}))
        assert (set(shown.of) & {"H10", "H10|yoy"} if shown is not None else set()) == left


def test_where_the_form_wants_none_or_nothing_can_be_compared_there_is_no_column(federation: Federation) -> None:
    returned(federation.east, federation.city, H1, H9=50, H10=250_000_00)
    assert not any("|" in of for table in tables(filling_of(federation)) for of in table.of)
    returned(federation.east, federation.city, H1_BEFORE, H10=200_000_00)
    filling = filling_of(federation)
    assert any("|" in of for table in tables(filling) for of in table.of)
    without = replace(filling, form=replace(filling.form, annex_changes=False))
    assert not any("|" in of for table in tables(without) for of in table.of)


@pytest.mark.parametrize(
    ("widths", "most", "expected"),
    [
        ([1] * 7, 5, [3, 4]),
        ([1] * 5, 5, [5]),
        ([2, 1, 2, 1, 2], 5, [5, 3]),
        ([2, 2, 2, 2], 5, [4, 4]),
        ([2, 2, 2], 4, [4, 2]),
        ([3, 3], 4, [3, 3]),
        ([2, 1, 1, 2], 4, [3, 3]),
    ],
)
def test_a_number_and_its_change_stand_in_one_table(widths: list[int], most: int, expected: list[int]) -> None:
    groups = [[n] * width for n, width in enumerate(widths)]
    found = side_by_side(groups, most)
    assert [group for table in found for group in table] == groups
    assert [sum(map(len, table)) for table in found] == expected


def test_the_option_is_yes_or_no() -> None:
    words = "".join(f'{key} = "x"\n' for key in ("form", "title", "title_en", "headline", "headline_en"))
    with pytest.raises(Refusal) as refused:
        parse(f'annex_changes = "yoy"\nperiod = "2020H1"\n{words}', file="x.toml")
    assert refused.value.code == "reports.form_yes"
