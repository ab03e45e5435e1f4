"""The charts a form names: which row they draw, by the unions below or by months, and what stands over them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gonghui.core.errors import Refusal

WAYS = ("areas", "months")


@dataclass(frozen=True)
class Plan:
    """One chart of a form: bars of a row's parts by the unions below, or a line of its months."""

    id: str
    row: str
    way: Literal["areas", "months"]
    title: str
    title_en: str


def plans(
    tables: Sequence[Mapping[str, Any]], rows: Mapping[str, str], refuse: Callable[..., Refusal]
) -> tuple[Plan, ...]:
    """The `[[chart]]` tables of a form as plans; `rows` gives each row's clock."""
    found: list[Plan] = []
    for table in tables:
        row, way = str(table.get("row", "")), str(table.get("way", ""))
        if row not in rows:
            raise refuse("chart", "%(file)s 第 %(row)s 行：图表要画的这一行不在表里，请改成表里的编号", row or "chart")
        if way not in WAYS:
            raise refuse(
                "chart_way",
                "%(file)s 第 %(row)s 行：图表没有“%(way)s”这种画法，请用 areas（分单位）或 months（分月）",
                row,
                way=way,
            )
        if way == "months" and rows[row] != "flow":
            raise refuse("chart_way", "%(file)s 第 %(row)s 行：“%(way)s”只能画本期数，请改成 areas", row, way=way)
        titles = [str(table.get(key, "")).strip() for key in ("title", "title_en")]
        if not all(titles):
            raise refuse("chart_title", "%(file)s 第 %(row)s 行：图表缺少 title 或 title_en，请补上", row)
        found.append(Plan(f"{row}-{way}", row, "areas" if way == "areas" else "months", *titles))
    if len({one.id for one in found}) != len(found):
        raise refuse("chart", "%(file)s 第 %(row)s 行：同一行画了两张一样的图，请删去一张", found[-1].row)
    return tuple(found)
