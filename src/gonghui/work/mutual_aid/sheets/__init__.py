"""A roll as a workbook or a .csv brings it: the columns that count, told by their headings, as lines to be checked."""

from collections.abc import Sequence
from typing import Any

from gonghui.core.errors import Refusal
from gonghui.web.imports.kinds import as_text
from gonghui.web.imports.opening import open_upload

LARGEST = 4 * 2**20
WHO = ("会员编号", "证件号码", "身份证号", "身份证号码", "会员号", "member number", "paper")  # zh
SHARES = ("份数", "参保份数", "shares")  # zh


def lines_of(content: bytes, name: str) -> str:
    """The rows of a file as a pasted roll has them, each on the line of its row, so that a fault names the row."""
    rows = open_upload(content, name, largest=LARGEST).rows
    head, who, shares = _headings(rows)
    return "\n".join("" if at <= head else _line(row, who, shares) for at, row in enumerate(rows)).rstrip()


def _headings(rows: Sequence[Sequence[Any]]) -> tuple[int, int, int | None]:
    """Where the headings stand, and the columns of who and how many."""
    for at, row in enumerate(rows[:20]):
        titles = [as_text(cell).strip().lower() for cell in row]
        who = next((titles.index(one) for one in WHO if one in titles), None)
        if who is not None:
            return at, who, next((titles.index(one) for one in SHARES if one in titles), None)
    raise Refusal("mutual_aid.roll_headings", "文件里找不到“会员编号”或“证件号码”这一列：请补上表头再传")


def _line(row: Sequence[Any], who: int, shares: int | None) -> str:
    key = as_text(row[who]).strip() if who < len(row) else ""
    many = as_text(row[shares]).strip() if shares is not None and shares < len(row) else ""
    return f"{''.join(key.split())} {many}".strip() if key else ""
