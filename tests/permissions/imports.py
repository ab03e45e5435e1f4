"""Addresses of the import desk: an import is its own organisation's, for those who may change that list."""

from typing import Any

from tests.permissions.row import ACCOUNTING, ENTERING, ORGANISING, ROSTERING, SECURITY, STAFFING, Row, file
from tests.world.federation import Branch, World

IMPORTING = ORGANISING
"""Who may import the list of unions, which the examples are of."""
ANY_SHEET = ORGANISING | STAFFING | ROSTERING | ENTERING | SECURITY | ACCOUNTING
"""Who may import any list, and so may ask for an import by its number."""


def _csv(world: World, branch: Branch) -> dict[str, Any]:
    words = f"名称,层级,上级\n示例新导入工会,基层工会,{branch.town.code}\n"
    return {"workbook": file("名册.csv", words.encode()), "on": "2020-08-01"}


ROWS: dict[str, Row] = {
    "imports": Row(read=ANY_SHEET),
    "import_new": Row(
        "unions", read=IMPORTING, send=IMPORTING, doers=("city.org", "{b}.org", "{b}.town.org"), body=_csv
    ),
    "import_layout": Row("unions", read=IMPORTING),
    "import": Row("import_checked", "district", read=IMPORTING, own=True, knock=ANY_SHEET),
    "import_columns": Row(
        "import_mapping",
        "district",
        read=IMPORTING,
        send=IMPORTING,
        doers=("{b}.org",),
        own=True,
        knock=ANY_SHEET,
        body=lambda world, branch: {"column-0": "code", "column-1": "english_name"},
    ),
    "import_undo": Row("import_committed", "district", read=IMPORTING, own=True, knock=ANY_SHEET),
    "import_marked": Row("import_faulty", "district", read=IMPORTING, own=True, knock=ANY_SHEET),
    "import_step": Row(
        "import_checked commit", "district", send=IMPORTING, doers=("{b}.org",), own=True, knock=ANY_SHEET
    ),
}
