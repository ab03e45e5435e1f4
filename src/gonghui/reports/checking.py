"""Whether a line may stand: asked when it is typed, imported, signed and accepted. Reads tables, writes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, Figure
from gonghui.reports import parameters, rules
from gonghui.reports.models import Covering, Line, Programme, Return, RoundFigure, StockSeries
from gonghui.reports.models.filings import STANDING, FiledRow, ancestors, filed_over
from gonghui.reports.models.returns import HIGH_LEVELS, LineQuerySet
from gonghui.reports.places import spans_since
from gonghui.spine.organisations.models import Organisation, PathSpan
from gonghui.web.templatetags.gonghui import yuan


@dataclass(frozen=True)
class Draft:
    """What somebody wants a line to say."""

    figure: str
    amount: rules.Amount
    coverage: str = ""
    note: str = ""
    reason: str = ""
    unit: str = ""


def title_of(code: str) -> str:
    """The Chinese title of a figure; an unknown code as it is."""
    return FIGURES[code].title if code in FIGURES else code[:60]


def shown_unit(figure: Figure) -> str:
    """The unit people write: money is written in yuan and kept in fen."""
    return "元" if figure.is_money else figure.unit


def amount_text(amount: rules.Amount | None, figure: Figure) -> str:
    """The number without its unit: 2,060,012, 536 / 1,150, 无此项, or — where nothing is known."""
    if amount is None:
        return "—"
    if amount.nothing:
        return _("无此项")
    if amount.number is None:
        return "—"
    if figure.is_money:
        return yuan(amount.number)
    if amount.denominator is not None:
        return f"{amount.number:,} / {amount.denominator:,}"
    return f"{amount.number:,}"


def default_coverages(organisation: Organisation, codes: Iterable[str]) -> dict[str, str]:
    """As the unit last did; else one with others below it returns for all of them, the city its own work only."""
    wanted = list(codes)
    alone = organisation.level in ("city", "base", "joint", "branch")
    found = {code: rules.OWN if alone or FIGURES[code].returned_by == "city" else rules.SUBTREE for code in wanted}
    if not alone:
        last = (
            Line.objects.accepted()
            .filter(organisation=organisation, figure__in=wanted)
            .order_by("figure", "-last_on")
            .distinct("figure")
        )
        found |= dict(last.values_list("figure", "coverage"))
    return found


class Checker:
    """The checks of one return on one day."""

    def __init__(self, in_return: Return, *, on: date) -> None:
        self.in_return = in_return
        self.organisation = in_return.organisation
        self.on = on
        self.parameters = parameters.on(on)
        self.asked = {asked.figure: asked for asked in in_return.round.figures.all()}
        self._answered: dict[str, set[str]] = {}

    def figure(self, code: str) -> RoundFigure:
        """The figure as this round asks for it."""
        asked = self.asked.get(code)
        if asked is None:
            raise Refusal(
                "reports.figure_not_asked",
                "本次收数没有“%(figure)s”这一项：请用本次下载的表",
                figure=title_of(code),
            )
        check_returned_by(asked.declared, self.organisation)
        return asked

    def problems(self, draft: Draft) -> list[Refusal]:
        """Everything that keeps the draft from standing, all at once."""
        try:
            asked = self.figure(draft.figure)
        except Refusal as refusal:
            return [refusal]
        figure = asked.declared
        found: list[Refusal] = []
        for check in (
            lambda: check_unit(figure, draft.unit),
            lambda: rules.check_amount(draft.amount, title=figure.title, ratio=figure.is_ratio, money=figure.is_money),
            lambda: rules.check_days(
                asked.first_on,
                asked.last_on,
                clock=figure.clock,
                on=self.on,
                parameters=self.parameters,
                title=figure.title,
            ),
            lambda: self._text(draft.note, "备注", figure.title),
            lambda: self._text(draft.reason, "变动原因", figure.title),
            lambda: self._place(draft, asked),
        ):
            try:
                check()
            except Refusal as refusal:
                found.append(refusal)
        return found

    def _text(self, text: str, where: str, title: str) -> str:
        return rules.check_text(text, where=where, title=title, parameters=self.parameters)

    def _place(self, draft: Draft, asked: RoundFigure) -> None:
        figure = asked.declared
        coverage = draft.coverage or self.coverages[figure.name]
        path = self.organisation.path_on(asked.last_on)
        span = rules.Span(path, coverage, asked.first_on, asked.last_on)
        check_coverage(figure, self.organisation, coverage)
        if figure.name in self._filed_near:
            check_open(figure, span)
        if figure.app in self._running:
            check_programme(figure, span)
        if figure.name in self._answered_near(coverage):
            other = clashing(figure, span)
            if other is not None:
                raise clash_refusal(figure, other, span)

    @cached_property
    def coverages(self) -> dict[str, str]:
        """What a line covers where nobody says: asked once for all rows of the return."""
        return default_coverages(self.organisation, self.asked)

    @cached_property
    def _filed_near(self) -> set[str]:
        """The figures that a filed report may close: asked once for all rows, so that few are asked one by one."""
        return filed_near(self.organisation, list(self.asked.values()))

    def _answered_near(self, coverage: str) -> set[str]:
        """The figures that another line may answer already: asked once for all rows of a coverage."""
        if coverage not in self._answered:
            self._answered[coverage] = answered_near(self.organisation, list(self.asked.values()), coverage)
        return self._answered[coverage]

    @cached_property
    def _running(self) -> set[str]:
        """The apps asked for that record on the platform anywhere."""
        return running({asked.declared.app for asked in self.asked.values()})


def check_unit(figure: Figure, unit: str) -> None:
    """Refuse a unit that is not the figure's own: 件 is not 人次."""
    wanted = shown_unit(figure)
    if unit and unit != wanted:
        raise Refusal(
            "reports.unit",
            "“%(title)s”的单位写成“%(unit)s”，应为“%(wanted)s”：请按该单位核对数后改正",
            title=figure.title,
            unit=unit[:20],
            wanted=wanted,
        )


def check_returned_by(figure: Figure, organisation: Organisation) -> None:
    """Refuse a figure this unit does not return: city only, or kept at district rank and above."""
    if figure.returned_by == "city" and organisation.level != "city":
        raise Refusal("reports.city_only", "“%(title)s”只由市总工会填报：请清空该行", title=figure.title)
    if figure.sensitive and organisation.level not in HIGH_LEVELS:
        raise Refusal("reports.rank_only", "“%(title)s”只由区、产业和市级工会填报：请清空该行", title=figure.title)


def check_coverage(figure: Figure, organisation: Organisation, coverage: str) -> None:
    """Refuse a coverage the unit cannot answer for."""
    if coverage not in rules.COVERAGES:
        raise Refusal("reports.coverage", "“%(title)s”的填报范围应为“本级”或“本级及所辖”，请改正", title=figure.title)
    if figure.returned_by == "city" and coverage != rules.OWN:
        raise Refusal("reports.coverage_city", "“%(title)s”由市级部门填报，范围只能是“本级”", title=figure.title)


def check_place(figure: Figure, span: rules.Span, *, corrects: Line | None = None) -> None:
    """Refuse a line for days that are filed, recorded on the platform, or returned by another line."""
    if corrects is None:
        check_open(figure, span)
        check_programme(figure, span)
    other = clashing(figure, span, corrects=corrects)
    if other is not None:
        raise clash_refusal(figure, other, span)


def check_open(figure: Figure, span: rules.Span) -> None:
    """Refuse a new line for a period whose report is filed; a level also where its unit was moved to since."""
    filed = filed_over(span.path, [figure.name], span.first_on, span.last_on)
    if filed is None and figure.clock == "stock":
        for place in spans_since(ancestors(span.path)[-1], span.last_on):
            since = max(place.first_on, span.first_on)
            filed = filed or filed_over(place.path, [figure.name], since, max(since, span.last_on))
    if filed is not None:
        raise Refusal(
            "reports.filed",
            "“%(title)s”这段时间已由“%(by)s”备案，不再收新数：已通过的数有误请走更正",
            title=figure.title,
            by=filed.report.organisation.name,
        )


def check_programme(figure: Figure, span: rules.Span) -> None:
    """Refuse a line that ends on or after the day its work began to be recorded here."""
    runs = (
        Programme.objects.filter(app=figure.app, first_on__lte=span.last_on)
        .filter(_meets(span))
        .select_related("organisation")
        .order_by("first_on")
        .first()
    )
    if runs is not None:
        raise Refusal(
            "reports.programme_runs",
            "“%(title)s”自 %(since)s 起在平台办理（%(where)s），由业务记录得出，不用填报：请清空该行",
            title=figure.title,
            since=runs.first_on.isoformat(),
            where=runs.organisation.name,
        )


def above(path: str) -> list[str]:
    """The path itself and the paths of all organisations above it."""
    steps = [step for step in path.split("/") if step]
    return ["/" + "/".join(steps[: n + 1]) + "/" for n in range(len(steps))]


def _meets(span: rules.Span) -> Q:
    """Programmes whose subtree shares an organisation with the span, wherever their own unit was moved since."""
    condition = Q(organisation_id__in=ancestors(span.path))
    return condition | Q(path__startswith=span.path) if span.coverage == rules.SUBTREE else condition


def clashing(figure: Figure, span: rules.Span, *, corrects: Line | None = None) -> Line | None:
    """The line of another return, or an undecided or accepted one of our own, that counts the same thing."""
    lines = Line.objects.standing().filter(figure=figure.name).select_related("organisation")
    if figure.clock == "stock":
        lines = _levels_meeting(lines, span)
    else:
        reach = Q(organisation_id=ancestors(span.path)[-1]) | Q(path__in=above(span.path), coverage=rules.SUBTREE)
        if span.coverage == rules.SUBTREE:
            reach |= Q(path__startswith=span.path)
        lines = lines.filter(first_on__lte=span.last_on, last_on__gte=span.first_on)
        if corrects is None or corrects.coverage != span.coverage:  # else it covers what it was said to cover
            reach |= _sharing_days(span) | Q(pk__in=_still_counting(lines, span))
        lines = lines.filter(reach)
    if corrects is not None:
        lines = lines.exclude(pk=corrects.pk).exclude(corrects=corrects)
    return lines.order_by("-state", "id").first()


def _sharing_days(span: rules.Span) -> Q:
    """Lines of the same days by whom the span's unit stood under then, and, of a subtree, by who stood under it then.

    Place by place as the unit was moved: where it stands on the last day says nothing of the days before.
    """
    found = Q(pk__in=[])
    for place in _places(ancestors(span.path)[-1], span.first_on, span.last_on):
        first, last = max(place.first_on, span.first_on), min(place.last_on or span.last_on, span.last_on)
        sharing = Q(organisation_id__in=ancestors(place.path), coverage=rules.SUBTREE)
        if span.coverage == rules.SUBTREE:
            ends_late = Q(last_on=None) | (Q(last_on__gte=first) & Q(last_on__gte=OuterRef("first_on")))
            under = PathSpan.objects.filter(ends_late, path__startswith=place.path, first_on__lte=last)
            under = under.filter(organisation_id=OuterRef("organisation_id"), first_on__lte=OuterRef("last_on"))
            sharing |= Q(Exists(under))
        found |= Q(first_on__lte=last, last_on__gte=first) & sharing
    return found


def _places(organisation: int, first: date, last: date) -> QuerySet[PathSpan]:
    """Where a unit stood on some of the days."""
    its = PathSpan.objects.filter(organisation_id=organisation, first_on__lte=last)
    return its.filter(Q(last_on=None) | Q(last_on__gte=first))


def _still_counting(lines: LineQuerySet, span: rules.Span) -> list[int]:
    """Those of the lines that count one of the span's units since before an act dated back took it elsewhere."""
    coverings = list(Covering.objects.filter(line__in=lines))
    if not coverings:
        return []
    units = {ancestors(span.path)[-1]}
    if span.coverage == rules.SUBTREE:
        there = PathSpan.objects.filter(Q(last_on=None) | Q(last_on__gte=span.last_on), path__startswith=span.path)
        units |= set(there.filter(first_on__lte=span.last_on).values_list("organisation_id", flat=True))
    return [one.line_id for one in coverings if not units.isdisjoint(one.units)]


def _levels_meeting(lines: LineQuerySet, span: rules.Span) -> LineQuerySet:
    """The levels that stand beside one of ours on some day, place by place as the units were moved.

    A level stands from its day on, where its unit stands. Levels of one series follow each other and meet on the
    same day only; those of a series that has ended stand no longer.
    """
    own = ancestors(span.path)[-1]
    places = spans_since(own, span.last_on)
    near = {key for place in places for key in ancestors(place.path)}
    reach = Q(organisation_id__in=near)
    if span.coverage == rules.SUBTREE:
        for place in places:
            below = PathSpan.objects.filter(path__startswith=place.path)
            reach |= Q(organisation_id__in=below.values("organisation_id"))
    beside = Q(pk__in=[])
    for place in places:
        there = PathSpan.objects.filter(
            Q(last_on=None) | Q(last_on__gte=max(place.first_on, span.last_on)),
            Q(last_on=None) | Q(last_on__gte=OuterRef("last_on")),
            organisation_id=OuterRef("organisation_id"),
        )
        in_time = Q()
        if place.last_on is not None:
            there, in_time = there.filter(first_on__lte=place.last_on), Q(last_on__lte=place.last_on)
        under = Q(path__startswith=place.path) if span.coverage == rules.SUBTREE else Q(path=place.path)
        covered = Q(coverage=rules.SUBTREE) & Q(Exists(there.filter(path__in=above(place.path))))
        beside |= in_time & (Q(Exists(there.filter(under))) | covered)
    running = StockSeries.objects.filter(
        figure=OuterRef("figure"), organisation_id=OuterRef("organisation_id"), coverage=OuterRef("coverage")
    )
    return (
        lines.filter(reach)
        .filter(beside)
        .filter(Q(state="submitted") | Exists(running))
        .exclude(Q(organisation_id=own, coverage=span.coverage) & ~Q(last_on=span.last_on))
    )


def answered_near(organisation: Organisation, asked: Sequence[RoundFigure], coverage: str) -> set[str]:
    """The figures for which `clashing` may find a line, all of them and perhaps some more, in two questions."""
    found: set[str] = set()
    own, whole = organisation.pk, coverage == rules.SUBTREE
    flows = [one for one in asked if one.declared.clock != "stock"]
    levels = [one for one in asked if one.declared.clock == "stock"]
    lines = Line.objects.standing()
    if flows:
        first, last = min(one.first_on for one in flows), max(one.last_on for one in flows)
        paths = {organisation.path_on(one.last_on) for one in flows}
        steps = {step for path in paths for step in above(path)}
        paths |= {place.path for place in _places(own, first, last)}
        near = {key for path in paths for key in ancestors(path)}
        reach = Q(organisation_id=own) | Q(Q(path__in=steps) | Q(organisation_id__in=near), coverage=rules.SUBTREE)
        for path in paths if whole else ():
            reach |= Q(path__startswith=path)
        days = Q(first_on__lte=last, last_on__gte=first)
        if whole:
            below = PathSpan.objects.filter(under_any(paths))
            reach |= Q(organisation_id__in=below.values("organisation_id"))
        reach |= Q(pk__in=Covering.objects.values("line_id"))
        found |= _figures(lines.filter(reach, days), flows)
    if levels:
        places = spans_since(own, min(one.last_on for one in levels))
        near = {key for place in places for key in ancestors(place.path)}
        reach = Q(organisation_id=own) | Q(organisation_id__in=near, coverage=rules.SUBTREE)
        for place in places if whole else ():
            below = PathSpan.objects.filter(path__startswith=place.path)
            reach |= Q(organisation_id__in=below.values("organisation_id"))
        series = Q(organisation_id=own, coverage=coverage) & ~Q(last_on__in={one.last_on for one in levels})
        found |= _figures(lines.filter(reach).exclude(series), levels)
    return found


def under_any(paths: Iterable[str]) -> Q:
    """The rows whose path is one of the paths or under it."""
    found = Q(pk__in=[])
    for path in paths:
        found |= Q(path__startswith=path)
    return found


def _figures(lines: LineQuerySet, asked: Sequence[RoundFigure]) -> set[str]:
    return set(lines.filter(figure__in=[one.figure for one in asked]).values_list("figure", flat=True).distinct())


def filed_near(organisation: Organisation, asked: Sequence[RoundFigure]) -> set[str]:
    """The figures that a report filed by a union at or above one of the organisation's places may close."""
    figures, first_on = [one.figure for one in asked], min((one.first_on for one in asked), default=date.max)
    places = spans_since(organisation.pk, first_on)
    near = {key for place in places for key in ancestors(place.path)}
    filed = FiledRow.objects.filter(report__state__in=STANDING, report__organisation_id__in=near, last_on__gte=first_on)
    return set(filed.filter(figure__in=figures).values_list("figure", flat=True).distinct())


def clash_refusal(figure: Figure, other: Line, span: rules.Span | None = None) -> Refusal:
    """The refusal that names the line in the way; where it counts who stands elsewhere by now, how to free them."""
    elsewhere = span is not None and other.path not in above(span.path) and not other.path.startswith(span.path)
    if span is not None and elsewhere and _still_counting(Line.objects.filter(pk=other.pk), span):
        first = other.coverings.order_by("first_on").values_list("first_on", flat=True)[0]
        return Refusal(
            "reports.counted_there",
            "“%(title)s”已计入“%(unit)s”本级及所辖 %(first)s 至 %(last)s 的填报（%(state)s），"
            "%(since)s 起的划转是后来补记的：请先由“%(unit)s”更正那一行，并注明不再计入划出的组织",
            title=figure.title,
            unit=other.organisation.name,
            first=other.first_on.isoformat(),
            last=other.last_on.isoformat(),
            state=Line.FLOW.states[other.state],
            since=first.isoformat(),
        )
    return Refusal(
        "reports.overlap",
        "“%(title)s”与“%(unit)s”%(coverage)s %(first)s 至 %(last)s 的填报（%(state)s）重复："
        "请改范围，或先由对方撤回、更正",
        title=figure.title,
        unit=other.organisation.name,
        coverage=rules.COVERAGES[other.coverage],
        first=other.first_on.isoformat(),
        last=other.last_on.isoformat(),
        state=Line.FLOW.states[other.state],
    )


def before(organisation: Organisation, asked: Iterable[RoundFigure]) -> dict[str, rules.Amount]:
    """What the organisation's accepted lines said for the period before, by figure; of a stock the last level."""
    wanted = list(asked)
    found: dict[str, rules.Amount] = {}
    lines = (
        Line.objects.accepted()
        .filter(organisation=organisation, figure__in=[one.figure for one in wanted])
        .order_by("last_on")
    )
    kept: dict[str, list[Line]] = {}
    for line in lines:
        kept.setdefault(line.figure, []).append(line)
    for one in wanted:
        amount = amount_before(kept.get(one.figure, []), one)
        if amount is not None:
            found[one.figure] = amount
    return found


def amount_before(lines: Sequence[Line], asked: RoundFigure | Line) -> rules.Amount | None:
    """What a unit's accepted lines of one figure, in day order, said for the days before those asked for."""
    if asked.declared.clock == "stock":
        earlier = [line for line in lines if line.last_on < asked.last_on][-1:]
    else:
        first_on = comparable_first(asked)
        earlier = [line for line in lines if line.last_on < asked.first_on and line.first_on >= first_on]
    return _sum([line.amount for line in earlier]) if earlier else None


def comparable_first(asked: RoundFigure | Line) -> date:
    """The first day of the days before that are as many as the days asked for, from the first of a month."""
    length = asked.last_on - asked.first_on
    earliest = asked.first_on - length
    return earliest.replace(day=1)


def _sum(amounts: Sequence[rules.Amount]) -> rules.Amount:
    if all(amount.nothing for amount in amounts):
        return rules.Amount(None, None, True)
    numbers = [amount for amount in amounts if not amount.nothing]
    denominators = [amount.denominator for amount in numbers if amount.denominator is not None]
    return rules.Amount(sum(a.number or 0 for a in numbers), sum(denominators) if denominators else None)


def anything_filed(figures: Iterable[str]) -> bool:
    """Whether any report with one of the figures is filed at all; spares a large batch one question a line."""
    return FiledRow.objects.filter(report__state__in=STANDING, figure__in=list(figures)).exists()


def running(apps: Iterable[str]) -> set[str]:
    """Which of the apps record on the platform anywhere."""
    return set(Programme.objects.filter(app__in=list(apps)).values_list("app", flat=True))
