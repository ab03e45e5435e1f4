"""A thousand spoilt files brought to the import desk: each is read, asked about or refused; the list stands."""

import random
from collections import Counter
from datetime import date

import pytest

from gonghui.core.errors import Refusal
from gonghui.spine.organisations.models import Organisation, tree_differences
from gonghui.spine.organisations.tests.builders import Federation, an_actor
from gonghui.web.imports import actions, workbooks
from gonghui.web.imports.models import Import
from gonghui.web.imports.sheet import SHEETS, Scope
from tests.soak.test_strange_files import broken, broken_inside

pytestmark = [pytest.mark.soak, pytest.mark.django_db]
FILES = 1_000
JULY = date(2020, 7, 1)
UNIONS = SHEETS["organisations.unions"]


def text(federation: Federation, encoding: str) -> bytes:
    rows = [
        "组织代码,名称,层级,上级组织,英文名称",
        f",示例新一公司工会,基层工会,{federation.wangjing.code},One",
        f"{federation.first.code},示例改名公司工会,基层工会,望京街道总工会,Two",
    ]
    return "\n".join(rows).encode(encoding)


def test_a_thousand_spoilt_files_leave_the_list_as_it_is_or_as_they_say() -> None:
    draw, federation = random.Random(1949), Federation()
    by = an_actor("org_officer", federation.city)
    scope = Scope(by, 0, JULY)
    workbook = workbooks.layout(UNIONS, UNIONS.rows(scope))
    outcomes: Counter[str] = Counter()
    for number in range(FILES):
        way = number % 4
        if way == 0:
            content, name = broken_inside(workbook, draw), "a.xlsx"
        elif way == 1:
            content, name = broken(workbook, draw), "a.xlsx"
        else:
            content, name = broken(text(federation, ("utf-8", "gb18030")[way - 2]), draw), "a.csv"
        before = Organisation.objects.active().count()
        try:
            batch = actions.bring_file(UNIONS, content, name, scope=scope, on=JULY)
        except Refusal as refusal:
            outcomes[refusal.code if str(refusal) else "silent"] += 1
            continue
        batch.refresh_from_db()
        outcomes[batch.state] += 1
        assert Organisation.objects.active().count() == before
        if batch.state == Import.State.CHECKED and batch.added + batch.changed:
            actions.commit_import(batch, by=by, on=JULY)
            assert Organisation.objects.active().count() == before + batch.added
            actions.undo_import(batch, by=by, on=JULY)
            assert Organisation.objects.active().count() == before
            outcomes["committed and taken back"] += 1
    assert list(tree_differences()) == []
    assert "silent" not in outcomes
    assert {"faulty", "checked", "committed and taken back", "imports.not_a_workbook"} <= set(outcomes), outcomes
