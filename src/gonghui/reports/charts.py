"""Charts of a report: one ECharts option document each, with a table of the same numbers behind it.

The same document draws on the page (ECharts in the browser) and in prints (SVG by `printing.drawing`). It holds plain
values only: no functions, no colours of text or ground (a theme lays them over), no HTML.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from gonghui.core import money
from gonghui.core.figures import Ask, Figure, Value, answer
from gonghui.core.period import MONTHS_EN, Period
from gonghui.reports.breakdown import areas, disclosure
from gonghui.reports.filling import Filled, Filling
from gonghui.reports.places import paths_of, short_name
from gonghui.reports.report_forms.drawn import Plan
from gonghui.reports.standing import KNOWN, standings
from gonghui.spine.organisations.models import Organisation

HIDDEN = "—"
MOST_BARS = 30
WAN, YI = 10**4, 10**8
MONEY = {"zh": "元", "en": "CNY"}  # zh


@dataclass(frozen=True)
class Chart:
    """One chart: its option document, and the numbers it draws as a table for whoever does not see it."""

    id: str
    row: str
    title: str
    option: Mapping[str, Any]
    height: int
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    @property
    def place(self) -> str:
        """The name of its document on a page."""
        return f"chart-{self.id}"

    @property
    def caption(self) -> str:
        """The title with what has to be said of it."""
        return " · ".join(filter(None, (self.title, self.note)))


@dataclass(frozen=True)
class _Mark:
    """One bar or point: its name and its value, which is None where it may not be shown; some stand in words only."""

    name: str
    whole: tuple[int, ...] | None
    is_drawn: bool = True


@dataclass(frozen=True)
class _Scale:
    """What one unit of the axis is worth, how it is called, how many decimals a label shows."""

    size: int
    unit: str
    places: int

    def of(self, whole: tuple[int, ...]) -> Decimal:
        """The value at this scale, rounded once."""
        step = Decimal(1).scaleb(-self.places)
        number = Decimal(100 * whole[0]) / Decimal(whole[1]) if len(whole) == 2 else Decimal(whole[0]) / self.size
        return number.quantize(step, ROUND_HALF_UP)


def charts_of(filling: Filling, *, english: bool = False) -> list[Chart]:
    """The charts of the form that can be drawn for this report, all bars asked in one go."""
    plans = [plan for plan in filling.form.charts if _is_known(filling, plan)]
    with translation.override("en" if english else "zh-hans"):
        marks = {**_by_area(filling, plans, english=english), **_by_month(filling, plans, english=english)}
        drawn = [plan for plan in plans if marks.get(plan.id)]
        return [_chart(plan, filling.rows[plan.row], marks[plan.id], english=english) for plan in drawn]


def _is_known(filling: Filling, plan: Plan) -> bool:
    filled = filling.rows.get(plan.row)
    return filled is not None and filled.is_known and any(filled.value.whole)


def _by_area(filling: Filling, plans: Sequence[Plan], *, english: bool) -> dict[str, list[_Mark]]:
    """Each part of a row by the unions below, the longest first, then what the organisation has itself."""
    wanted = [plan for plan in plans if plan.way == "areas" and areas.is_divided(filling.rows[plan.row].figure)]
    children = areas.below(filling.organisation, filling.period) if wanted else []
    if len(children) > MOST_BARS:  # the longest in an order of their own would tell of hidden ones
        wanted = [plan for plan in wanted if not filling.rows[plan.row].figure.sensitive]
    if not children or not wanted:
        return {}
    rows = [(filling.rows[plan.row].row, filling.rows[plan.row].period) for plan in wanted]
    cells = areas.cells(rows, filling.organisation, children, filling.cut)
    return {plan.id: _ranked(cells[plan.row], filling.rows[plan.row].figure, english=english) for plan in wanted}


def _ranked(cells: Sequence[areas.Cell], figure: Figure, *, english: bool) -> list[_Mark]:
    """The longest bars, the others summed up in words, and what the organisation has itself.

    Of a distinct figure neither of these: the first would count twice, the second is what two unions share.
    """
    below = [cell for cell in areas.ranked(cells) if any(cell.value.whole) or not cell.is_open]
    shown, others = below[:MOST_BARS], below[MOST_BARS:]
    marks = [_Mark(_name(cell.organisation, english=english), _open(cell.value, cell.is_open)) for cell in shown]
    if not any(mark.whole is not None for mark in marks):
        return []
    if others and not (figure.is_distinct or figure.is_ratio):
        whole = (sum(cell.value.whole[0] for cell in others),)
        marks.append(_Mark(_("其余 %(n)s 个") % {"n": len(others)}, whole, is_drawn=False))
    own = next(cell for cell in cells if cell.organisation is None)
    if (any(own.value.whole) or not own.is_open) and not figure.is_distinct:
        marks.append(_Mark(_("本级"), _open(own.value, own.is_open)))
    return marks


def _name(organisation: Organisation | None, *, english: bool) -> str:
    return short_name(organisation, english=english) if organisation is not None else ""


def _open(value: Value, is_open: bool) -> tuple[int, ...] | None:
    return value.whole if is_open else None


def _by_month(filling: Filling, plans: Sequence[Plan], *, english: bool) -> dict[str, list[_Mark]]:
    """Each month of a row's days, all asked in one go; a row that was returned for longer than a month has none."""
    organisation = filling.organisation
    paths = paths_of([organisation]).get(organisation.pk, ()) if plans else ()
    asked: dict[str, list[Ask]] = {}
    for plan in plans:
        filled = filling.rows[plan.row]
        months = filled.period.months or []
        if plan.way == "months" and len(months) > 1:
            asks = [Ask(filled.figure, organisation.path, Period.month(month), paths) for month in months]
            asked[plan.id] = asks
    values = iter(answer([ask for asks in asked.values() for ask in asks], filling.cut))
    found = {}
    for plan in plans:
        asks = asked.get(plan.id, [])
        parts = [next(values) for _ask in asks]
        if asks and _are_apart(filling.rows[plan.row], asks, parts):
            found[plan.id] = _months(asks, parts, english=english)
    return found


def _are_apart(filled: Filled, asks: Sequence[Ask], parts: Sequence[Value]) -> bool:
    """Whether the books can tell the months apart: nothing returned, or each line within its month."""
    if not any(filled.value.returned):
        return filled.figure.fold.kind is not None or bool(filled.figure.fold.parts)
    return all(standing == KNOWN for standing in standings(asks, parts))


def _months(asks: Sequence[Ask], parts: Sequence[Value], *, english: bool) -> list[_Mark]:
    wholes = [part.whole for part in parts]
    is_open = disclosure.shown([whole[0] for whole in wholes]) if asks[0].figure.sensitive else [True] * len(wholes)
    months = [ask.period.first.month for ask in asks]
    return [
        _Mark(MONTHS_EN[month][:3] if english else f"{month}月", whole if may else None)  # zh
        for month, whole, may in zip(months, wholes, is_open, strict=True)
    ]


# The document ---------------------------------------------------------------------------------------------------


def _chart(plan: Plan, filled: Filled, marks: Sequence[_Mark], *, english: bool) -> Chart:
    figure = filled.figure
    unit = _unit(filled, english=english)
    scale = _scale(
        figure, [mark.whole for mark in marks if mark.is_drawn and mark.whole is not None], unit, english=english
    )
    title = plan.title_en if english else plan.title
    exact_unit = MONEY["en" if english else "zh"] if figure.is_money else unit
    first = _("各单位") if plan.way == "areas" else _("月份")
    drawn = [mark for mark in marks if mark.is_drawn]
    notes = [
        _("未画出：%(name)s，共 %(value)s。") % {"name": mark.name, "value": exact(figure, mark.whole)}
        for mark in marks
        if not mark.is_drawn
    ]
    if any(mark.whole is None for mark in marks):
        notes.append(_("—：少于 10 的隐私数字，或会泄露它的数字，不显示。"))
    return Chart(
        id=plan.id,
        row=plan.row,
        title=f"{title} ({scale.unit})" if english else f"{title}（{scale.unit}）",  # zh
        option=_bars(drawn, scale) if plan.way == "areas" else _line(drawn, scale),
        height=16 * len(drawn) + 16 if plan.way == "areas" else 200,
        head=(first, exact_unit[:1].upper() + exact_unit[1:]),
        rows=tuple((mark.name, exact(figure, mark.whole)) for mark in marks),
        note=(" " if english else "").join(notes),
    )


def _unit(filled: Filled, *, english: bool) -> str:
    if filled.figure.is_ratio:
        return "%"
    if filled.figure.is_money:
        return MONEY["en" if english else "zh"]
    if english:
        return filled.row.unit_en.rpartition("|")[2] or filled.row.unit_en
    return filled.row.unit


def exact(figure: Figure, whole: tuple[int, ...] | None) -> str:
    """A part to the last digit, as its table shows it."""
    if whole is None:
        return HIDDEN
    if len(whole) == 2:
        return f"{whole[0]:,} / {whole[1]:,}"
    if figure.is_money:
        return money.yuan(whole[0])
    return f"{whole[0]:,}"


def _scale(figure: Figure, wholes: Sequence[tuple[int, ...]], unit: str, *, english: bool) -> _Scale:
    """One scale for the whole chart, so that its labels compare."""
    if figure.is_ratio:
        return _Scale(1, "%", 1)
    most = max((abs(whole[0]) for whole in wholes), default=0)
    one = 100 if figure.is_money else 1
    steps = (("million", 10**6), ("thousand", 10**3)) if english else (("亿", YI), ("万", WAN))  # zh
    for word, size in steps:
        if most >= (100 if word == "thousand" else 10) * size * one:
            return _Scale(size * one, f"{word} {unit}" if english else word + unit, 1)
        if most >= size * one and word != "thousand":
            return _Scale(size * one, f"{word} {unit}" if english else word + unit, 2)
    return _Scale(one, unit, 0)


def _points(marks: Sequence[_Mark], scale: _Scale) -> list[dict[str, Any]]:
    """The values of a series; a hidden one is an empty place with a dash."""
    points: list[dict[str, Any]] = []
    for mark in marks:
        if mark.whole is None:
            points.append(
                {"value": 0, "label": {"formatter": HIDDEN}, "tooltip": {"formatter": f"{mark.name} {HIDDEN}"}}
            )
            continue
        value = scale.of(mark.whole)
        said = f"{value:,f}"
        tip = {"formatter": f"{mark.name}  {said} {scale.unit}"}
        points.append({"value": float(value), "label": {"formatter": said}, "tooltip": tip})
    return points


_PLAIN: dict[str, Any] = {
    "animation": False,
    "tooltip": {"trigger": "item", "renderMode": "richText", "confine": True},
    "aria": {"enabled": False},  # the table beside the drawing says it in words
}


def _bars(marks: Sequence[_Mark], scale: _Scale) -> dict[str, Any]:
    return {
        **_PLAIN,
        "grid": {"left": 8, "right": 72, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [mark.name for mark in marks],
            "axisTick": {"show": False},
            "axisLabel": {"interval": 0},
        },
        "series": [
            {"type": "bar", "barWidth": 10, "label": {"show": True, "position": "right"}, "data": _points(marks, scale)}
        ],
    }


def _line(marks: Sequence[_Mark], scale: _Scale) -> dict[str, Any]:
    return {
        **_PLAIN,
        "grid": {"left": 8, "right": 24, "top": 28, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "category", "data": [mark.name for mark in marks], "axisTick": {"show": False}},
        "yAxis": {"type": "value", "min": 0, "splitNumber": 4},
        "series": [
            {
                "type": "line",
                "symbol": "circle",
                "symbolSize": 7,
                "lineStyle": {"width": 2},
                "label": {"show": True, "position": "top", "distance": 8},
                "data": _points(marks, scale),
            }
        ],
    }
