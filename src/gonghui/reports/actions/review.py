"""What the level above does: accept lines, one or thousands in one action, or refuse one with its reason.

An accepted line is one entry `reports.figure_returned`, two for a ratio; of a stock the entries are signed
differences (`actions/levels.py`), and whatever changes a level states those after it anew in the same action.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal, StepRefused
from gonghui.core.figures import FIGURES
from gonghui.core.journal import record
from gonghui.reports import checking, locks, parameters, rules
from gonghui.reports.actions.covering import carry_on
from gonghui.reports.actions.levels import SeriesKey, put_in_place, record_line, restate, reverse_all, series_of
from gonghui.reports.facts import LineCorrected, LineRefused
from gonghui.reports.flow import LINE_FLOW
from gonghui.reports.models import Line, StockSeries
from gonghui.spine.organisations.models import lock_tree

NOT_ASKED: Mapping[str, str] = MappingProxyType({})
APART = ("reports_line_reach", "reports_series_reach", "line_level_once")
"""The constraints that keep accepted lines apart."""


def reviewer_check(line: Line, *, by: Actor) -> None:
    """Refuse a reviewer who is not the level directly above, or had a hand in the line."""
    by.require("reports.review")
    parent_id = line.organisation.parent_id
    own = parent_id is None and by.organisation_id == line.organisation_id
    if not own and parent_id != by.organisation_id:
        raise PowerMissing("reports.not_directly_below", "只审核直接下级报来的数，请由其上一级审核")
    if by.account_id in (line.entered_account, line.signed_account):
        raise StepRefused("reports.self_review", "填报、签发与审核不能是同一人：请由另一位审核员办理")


@action
def accept_lines(lines: Iterable[Line], *, by: Actor, on: date, seen: Mapping[str, str] = NOT_ASKED) -> int:
    """All the lines count from now on, or none: tables and entries in one transaction, however many they are.

    `seen` holds the digests of lines as the reviewer had them on the page; one that says something else is refused.
    """
    by.require("reports.review")
    lock_tree(alone=False)
    locked = _locked(lines)
    if not locked:
        raise Refusal("reports.nothing_chosen", "没有选中要通过的行")
    for line in locked:
        LINE_FLOW.check("accept", line, by=by)
        reviewer_check(line, by=by)
        if seen.get(str(line.public_id), line.digest) != line.digest:
            raise Refusal(
                "reports.changed_since_seen",
                "“%(unit)s”的“%(title)s”在您打开页面后改过：请刷新看过再通过",
                unit=line.organisation.name,
                title=line.declared.title,
            )
        put_in_place(line)
    locks.lock_programme({line.declared.app for line in locked}, alone=False)
    locks.lock_families((line.figure, line.path) for line in locked)
    _check_filed(locked)
    _check_programmes(locked)
    corrected = _take_out([line for line in locked if line.corrects_id is not None], by=by, on=on)
    _set_accepted(locked, by=by, on=on)
    carry_on(locked)
    plain = [line for line in locked if line.clock != "stock"]
    reverse_all([line for line in corrected if line.clock != "stock"], by=by)
    for line in plain:
        record_line(line, by=by)
    restate({series_of(line) for line in (*locked, *corrected) if line.clock == "stock"}, by=by)
    return len(locked)


def _locked(lines: Iterable[Line]) -> list[Line]:
    keys = [line.pk for line in lines]
    return list(
        Line.objects.filter(pk__in=keys)
        .select_related("organisation", "in_return")
        .select_for_update(of=("self",))
        .order_by("id")
    )


def _check_filed(lines: Sequence[Line]) -> None:
    """New lines stay out of a filed period; a correction is the one door."""
    asked: set[tuple[str, str, date, date]] = set()
    for line in lines:
        key = (line.figure, line.path, line.first_on, line.last_on)
        if line.corrects_id is None and key not in asked:
            asked.add(key)
    if len(asked) > locks.MANY and not checking.anything_filed({line.figure for line in lines}):
        return
    for figure, path, first_on, last_on in sorted(asked):
        checking.check_open(FIGURES[figure], rules.Span(path, rules.OWN, first_on, last_on))


def _check_programmes(lines: Sequence[Line]) -> None:
    apps = {line.declared.app for line in lines}
    running = checking.running(apps)
    for line in lines:
        if line.corrects_id is None and line.declared.app in running:
            checking.check_programme(line.declared, line.span)


_OVERLAP = """
with standing as not materialized (
  select l.id, l.figure, l.state, l.clock, l.organisation_id, l.coverage, l.first_on, l.last_on,
    case when l.clock = 'stock' then o.path::text else l.path end as path
  from reports_line l join organisations_organisation o on o.id = l.organisation_id
)
select b.id, a.id from standing a join standing b on b.figure = a.figure and b.id <> a.id
  and (b.state = 'accepted' or b.id = any(%(ids)s))
  and not b.id = any(%(gone)s)
  and case when a.clock = 'stock'
        then not (b.organisation_id = a.organisation_id and b.coverage = a.coverage and b.last_on <> a.last_on)
        else a.first_on <= b.last_on and b.first_on <= a.last_on end
  and (b.path = a.path
    or (b.coverage = 'subtree' and b.path = any(
         select '/' || array_to_string((string_to_array(trim('/' from a.path), '/'))[1:n], '/') || '/'
         from generate_series(1, array_length(string_to_array(trim('/' from a.path), '/'), 1)) n))
    or (a.coverage = 'subtree' and b.path >= a.path and b.path < left(a.path, -1) || '0'))
where a.id = any(%(ids)s) limit 1
"""


def _overlap(lines: Sequence[Line]) -> Refusal:
    """The refusal that names what the batch counts twice, within itself or beside what is accepted."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OVERLAP,
            {"ids": [x.pk for x in lines], "gone": [x.corrects_id for x in lines if x.corrects_id is not None]},
        )
        row = cursor.fetchone()
    if row is None:
        return Refusal("reports.overlap_meanwhile", "所选的行与刚刚通过的行重复计数：请刷新后重选")
    other = Line.objects.select_related("organisation").get(pk=row[0])
    return checking.clash_refusal(other.declared, other)


def _take_out(corrections: Sequence[Line], *, by: Actor, on: date) -> list[Line]:
    """The lines that the corrections replace count no longer."""
    olds = list(
        Line.objects.filter(pk__in=[line.corrects_id for line in corrections]).select_for_update().order_by("id")
    )
    for old in olds:
        LINE_FLOW.take("correct", old, by=by)
        record(LineCorrected(figure=old.figure), about=old, by=by, happened_on=on)
    return olds


def _set_accepted(lines: Sequence[Line], *, by: Actor, on: date) -> None:
    """The rows are accepted; that nothing is counted twice is the database's own constraint, asked row by row."""
    series = {series_of(line): line for line in lines if line.clock == "stock"}
    try:
        with transaction.atomic():
            _drop_empty_series([line for line in lines if line.corrects_id is not None and line.clock == "stock"])
            Line.objects.filter(pk__in=[line.pk for line in lines]).update(
                state="accepted", reviewed_by=by.id, reviewed_on=on
            )
            StockSeries.objects.bulk_create(
                StockSeries(
                    figure=figure, organisation_id=organisation_id, coverage=coverage, path=line.organisation.path
                )
                for (figure, organisation_id, coverage), line in _without_rows(series).items()
            )
    except IntegrityError as error:
        if not any(name in str(error) for name in APART):
            raise
        raise _overlap(lines) from error
    for line in lines:
        line.state = "accepted"


def _without_rows(series: dict[SeriesKey, Line]) -> dict[SeriesKey, Line]:
    """The series that have no row yet."""
    figures = {key[0] for key in series}
    organisations = {key[1] for key in series}
    known = set(
        StockSeries.objects.filter(figure__in=figures, organisation_id__in=organisations).values_list(
            "figure", "organisation_id", "coverage"
        )
    )
    return {key: line for key, line in series.items() if key not in known}


def _drop_empty_series(corrections: Sequence[Line]) -> None:
    """A series whose every level was corrected into another coverage stands in nobody's way."""
    if not corrections:
        return
    levels = Line.objects.accepted().filter(
        clock="stock",
        figure=OuterRef("figure"),
        organisation_id=OuterRef("organisation_id"),
        coverage=OuterRef("coverage"),
    )
    StockSeries.objects.filter(
        ~Exists(levels),
        figure__in={line.figure for line in corrections},
        organisation_id__in={line.organisation_id for line in corrections},
    ).delete()


@action
def refuse_line(line: Line, *, reason: str, by: Actor, on: date) -> None:
    """The unit has the line back with the reason."""
    reviewer_check(line, by=by)
    reason = rules.check_text(reason, where="退回原因", parameters=parameters.on(on))
    if not reason:
        raise Refusal("reports.why_missing", "请写明退回的原因")
    LINE_FLOW.take("refuse", line, by=by)
    Line.objects.filter(pk=line.pk).update(refusal=reason, reviewed_by=by.id, reviewed_on=on)
    line.refusal = reason
    record(LineRefused(figure=line.figure), about=line, by=by, happened_on=on)
