"""The entries of accepted lines: one each, two for a ratio; of a stock the signed differences of its levels.

A level stands from its day on, and it stands where its unit stands: when the unit is moved, the level is taken off
the old path and put under the new one on the day of the move (`rules.shares`). Whatever changes a series of levels,
a correction, a late level or a move, its entries are stated anew from its lines and the places of its unit.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, RETURNED_KIND
from gonghui.core.journal import SUBJECT_TYPE_IDS, record, reverse, subject_type_of
from gonghui.core.models import Entry
from gonghui.core.period import Period
from gonghui.reports import checking, locks, rules
from gonghui.reports.actions.covering import keep_covered
from gonghui.reports.facts import FigureReturned
from gonghui.reports.models import FiledRow, Line, Programme, Report, StockSeries
from gonghui.reports.models.filings import ancestors
from gonghui.reports.places import spans_of
from gonghui.spine.organisations.actions import Moved
from gonghui.spine.organisations.models import Organisation

Parts = tuple[int, int]
SeriesKey = tuple[str, int, str]
CORRECTION, RESTATEMENT, MOVED = "correction", "level_before_changed", "union_moved"
"""Why an entry stands or is reversed: its line was corrected, the level before it changed, its unit was moved."""
MERGED, RESTORED = "组织合并", "恢复建制"
"""What a line says that an act on the tree made."""


def series_of(line: Line) -> SeriesKey:
    """Which running level a stock line belongs to."""
    return (line.figure, line.organisation_id, line.coverage)


def put_in_place(line: Line) -> None:
    """An open line counts where its unit stood on the line's last day, also where it was moved since the line was
    written; the caller holds the lock of the tree. A correction covers what the line it corrects was said to cover."""
    path = line.organisation.path_on(line.last_on)
    if line.path != path and line.corrects_id is None:
        line.path = path
        line.save(update_fields=["path"])


@dataclass(frozen=True)
class Place:
    """The organisation a line was returned by, where it stood on the day."""

    id: int
    path: str

    def path_on(self, day: date) -> str:
        """The path is the one given."""
        return self.path


def record_line(line: Line, share: rules.Share | None = None, *, by: Actor) -> None:
    """The line's entries: one, or numerator and denominator; a sensitive one without the reviewer's post.

    What it adds is its own number, of a stock a share of its level.
    """
    figure = line.declared
    here = line.organisation.path_on(line.last_on)
    one = share if share is not None else rules.Share(line.last_on, here, line.amount.parts)
    names = ("numerator", "denominator") if figure.is_ratio else ("",)
    place = Place(line.organisation_id, one.path)
    for part, value in zip(names, one.parts, strict=False):
        fact = (
            FigureReturned(figure=line.figure, part=part, coverage=line.coverage, amount_fen=value)
            if figure.is_money
            else FigureReturned(figure=line.figure, part=part, coverage=line.coverage, quantity=value)
        )
        pending = record(fact, about=line, by=by, happened_on=one.on, organisation=place, sensitive=figure.sensitive)
        if one.on != line.last_on:
            pending.why = MOVED


def live_entries(lines: Sequence[Line]) -> dict[int, list[Entry]]:
    """The entries of each line that no later entry has reversed, in journal order."""
    subject_type = SUBJECT_TYPE_IDS.known(subject_type_of(Line))
    if subject_type is None or not lines:
        return {}
    entries = list(
        Entry.objects.filter(subject_type=subject_type, subject_id__in=[line.pk for line in lines])
        .of_kinds(RETURNED_KIND)
        .order_by("id")
    )
    reversed_ids = {entry.reverses for entry in entries if entry.reverses is not None}
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.reverses is None and entry.id not in reversed_ids:
            found[entry.subject_id].append(entry)
    return found


def reverse_all(lines: Sequence[Line], *, by: Actor) -> None:
    """None of the lines counts any longer."""
    for entries in live_entries(lines).values():
        for entry in entries:
            reverse(entry, why=CORRECTION, by=by)


def restate(keys: set[SeriesKey], *, by: Actor) -> None:
    """Every series' entries are the shares of its accepted levels, in day order and place by place."""
    if not keys:
        return
    lines = Line.objects.filter(
        clock="stock",
        state__in=("accepted", "corrected"),
        figure__in={key[0] for key in keys},
        organisation_id__in={key[1] for key in keys},
    ).order_by("last_on", "id")
    touched = [line for line in lines if series_of(line) in keys]
    levels: dict[SeriesKey, list[Line]] = defaultdict(list)
    for line in touched:
        if line.state == "accepted":
            levels[series_of(line)].append(line)
    places = spans_of(key[1] for key in levels)
    wanted: dict[int, list[rules.Share]] = {}
    for (_figure, organisation_id, _coverage), series in levels.items():
        stated = rules.shares([(line.last_on, line.amount.parts) for line in series], places[organisation_id])
        wanted |= {line.pk: shares for line, shares in zip(series, stated, strict=True)}
    live = live_entries(touched)
    for line in touched:
        _state(line, live.get(line.pk, []), wanted.get(line.pk, []), by=by)


def _state(line: Line, stands: Sequence[Entry], wanted: Sequence[rules.Share], *, by: Actor) -> None:
    """The line's entries are the wanted shares; what stands rightly is left alone."""
    standing: dict[tuple[date, str], list[Entry]] = defaultdict(list)
    for entry in stands:
        standing[entry.happened_on, entry.path].append(entry)
    kept = {
        (share.on, share.path)
        for share in wanted
        if (entries := standing.get((share.on, share.path))) and _parts_of(line, entries) == share.parts
    }
    why = CORRECTION if line.state == "corrected" else RESTATEMENT
    for key, entries in standing.items():
        if key not in kept:
            for entry in entries:
                reverse(entry, why=why, by=by)
    for share in wanted:
        if (share.on, share.path) not in kept:
            record_line(line, share, by=by)


def _parts_of(line: Line, entries: Sequence[Entry]) -> Parts:
    """What stands in the journal for a share: its entries in the order they were recorded."""
    values = [entry.amount_fen if line.declared.is_money else entry.quantity for entry in entries]
    return (values[0], values[1] if len(values) > 1 else 0)


# Moves ----------------------------------------------------------------------------------------------------------


def follow_move(move: Moved) -> None:
    """The levels of the moved unions and of all under them stand under their present paths from the day of the move on.

    A series whose last level is nought ends here: it has nothing to take along and stands in nobody's way.
    """
    moved = Organisation.objects.filter(pk__in=move.ids)
    series = {(one.figure, one.organisation_id, one.coverage): one for one in _series(moved)}
    last = (
        Line.objects.accepted()
        .filter(clock="stock", organisation__in=moved)
        .order_by("figure", "organisation_id", "coverage", "-last_on")
        .distinct("figure", "organisation_id", "coverage")
    )
    noughts = {series_of(line) for line in last if not any(line.amount.parts)}
    StockSeries.objects.filter(pk__in=[one.pk for key, one in series.items() if key in noughts]).delete()
    going = [one for key, one in series.items() if key not in noughts]
    merged = [one for one in going if move.merged is not None and one.organisation_id == move.merged.pk]
    _check_arrival(move.to, [one for one in going if one not in merged])
    _check_filed(going, on=move.on)
    if move.how.entries:
        _check_dated_back(move)
    keep_covered(move)
    handed = _handed_over(merged, move)
    staying = [one for one in going if one not in merged]
    for one in staying:
        one.path = one.organisation.path
    StockSeries.objects.bulk_update(staying, ["path"], batch_size=1000)
    programmes = list(Programme.objects.filter(organisation__in=moved).select_related("organisation"))
    for programme in programmes:
        programme.path = programme.organisation.path
    Programme.objects.bulk_update(programmes, ["path"])
    restate(set(series) | handed | _given_back(move) | _levels_since(move), by=move.by)


def _levels_since(move: Moved) -> set[SeriesKey]:
    """The series of whoever stood elsewhere on some day than was thought: an act dated back moves their transfers."""
    if not move.how.entries:
        return set()
    levels = Line.objects.accepted().filter(clock="stock", organisation__in=move.how.touched)
    return set(levels.values_list("figure", "organisation_id", "coverage").distinct().order_by())


def _check_dated_back(move: Moved) -> None:
    """Refuse to date an act back into a filed number: of those who lose or gain by it, and of those above them whose
    filed period began under the new tree, so that their parts would no longer make the whole."""
    sides = move.how.sides
    above = {*ancestors(move.to.path)} - sides
    standing = Report.objects.standing().filter(organisation__in=sides | above).select_related("organisation")
    for report in standing.order_by("-filed_on", "id"):
        period = Period.parse(report.period)
        if (period.last if report.organisation_id in sides else period.first) >= move.on:
            raise Refusal(
                "reports.move_into_filed",
                "“%(by)s”的 %(period)s 报告已备案，这次变更会改动它的数：日期须晚于 %(last)s",
                by=report.organisation.name,
                period=report.period,
                last=(period.last if report.organisation_id in sides else period.first).isoformat(),
            )


def _handed_over(merged: Sequence[StockSeries], move: Moved) -> set[SeriesKey]:
    """The levels of a union that was merged are part of the other's from a day on: two lines say so for each.

    The merged one says nought and the other the sum of both, so the next level of the other follows on its own.
    """
    keys: set[SeriesKey] = set()
    for one in merged:
        here = list(StockSeries.objects.filter(figure=one.figure, organisation=move.to))
        if one.coverage == rules.SUBTREE and any(other.coverage == rules.OWN for other in here):
            raise _unlike_levels(one, move.to)
        coverage = here[0].coverage if here else one.coverage
        if not here:
            _check_room(one, move.to)
        key = (one.figure, one.organisation_id, one.coverage), (one.figure, move.to.pk, coverage)
        mine, theirs = (_last_level(each) for each in key)
        assert mine is not None
        # Levels said for days after the merger stand beside each other, as they were said; then they are one.
        on = max(move.on, *(level.last_on + timedelta(days=1) for level in (mine, theirs) if level is not None))
        locks.lock_families([(one.figure, move.to.path)])
        parts = [sum(level) for level in zip(mine.amount.parts, theirs.amount.parts if theirs else (0, 0), strict=True)]
        _say_level(mine, one.organisation, one.coverage, (0, 0), on, by=move.by)
        _say_level(theirs or mine, move.to, coverage, (parts[0], parts[1]), on, by=move.by)
        one.delete()
        if not here:
            StockSeries.objects.create(figure=one.figure, organisation=move.to, path=move.to.path, coverage=coverage)
        keys |= set(key)
    return keys


def _given_back(move: Moved) -> set[SeriesKey]:
    """Who stands again has the levels back that it handed over; the other keeps the rest, so the sum stays.

    Both are what is known on that day; the next levels of each say what has become of them.
    """
    if move.given_back is None:
        return set()
    keys: set[SeriesKey] = set()
    one, holder = move.given_back
    noughts = Line.objects.accepted().filter(clock="stock", organisation=one, reason=MERGED, last_on__lte=move.on)
    for nought in noughts.order_by("figure", "coverage", "-last_on").distinct("figure", "coverage"):
        before = Line.objects.accepted().filter(clock="stock", organisation=one, figure=nought.figure)
        mine = before.filter(coverage=nought.coverage, last_on__lt=nought.last_on).order_by("-last_on").first()
        held = StockSeries.objects.filter(figure=nought.figure, organisation=holder).first()
        if mine is None or held is None or (theirs := _last_level(series := _key(held))) is None:
            continue
        rest = [level - own for level, own in zip(theirs.amount.parts, mine.amount.parts, strict=True)]
        if min(rest) < 0:
            raise _too_little_left(one, holder, nought, theirs)
        on = max(move.on, theirs.last_on + timedelta(days=1))
        again = StockSeries(figure=nought.figure, organisation=one, coverage=nought.coverage, path=holder.path)
        _check_filed([again], on=on)
        _check_arrival(move.to, [again])
        again.path = one.path
        _check_room(again, one)
        _say_level(mine, one, nought.coverage, mine.amount.parts, on, by=move.by, reason=RESTORED)
        _say_level(theirs, holder, held.coverage, (rest[0], rest[1]), on, by=move.by, reason=RESTORED)
        again.save()
        keys |= {_key(again), series}
    return keys


def _key(series: StockSeries) -> SeriesKey:
    return (series.figure, series.organisation_id, series.coverage)


def _too_little_left(one: Organisation, holder: Organisation, nought: Line, theirs: Line) -> Refusal:
    return Refusal(
        "reports.restore_level_short",
        "“%(holder)s” %(last)s 的“%(title)s”存量已少于“%(name)s”并入时交来的数，转不回来："
        "请“%(holder)s”先把恢复前一日的存量报成不少于它",
        holder=holder.name,
        name=one.name,
        last=theirs.last_on.isoformat(),
        title=nought.declared.title,
    )


def _last_level(key: SeriesKey) -> Line | None:
    """The level a series stands at."""
    figure, organisation_id, coverage = key
    levels = Line.objects.accepted().filter(figure=figure, organisation_id=organisation_id, coverage=coverage)
    return levels.filter(clock="stock").order_by("-last_on").first()


def _say_level(
    like: Line, organisation: Organisation, coverage: str, parts: Parts, on: date, *, by: Actor, reason: str = ""
) -> None:
    """A line of the day, decided by the act itself."""
    Line.objects.create(
        in_return_id=like.in_return_id,
        organisation=organisation,
        path=organisation.path_on(on),
        figure=like.figure,
        clock="stock",
        coverage=coverage,
        first_on=on,
        last_on=on,
        number=parts[0],
        denominator=parts[1] if like.declared.is_ratio else None,
        reason=reason or MERGED,
        state="accepted",
        entered_by=by.id,
        entered_account=by.account_id,
        entered_on=on,
        submitted_on=on,
        reviewed_by=by.id,
        reviewed_on=on,
    )


def _unlike_levels(one: StockSeries, to: Organisation) -> Refusal:
    return Refusal(
        "reports.merge_levels_unlike",
        "“%(name)s”按“本级及所辖”报“%(title)s”的存量，“%(to)s”只报本级，合并后分不清："
        "请“%(name)s”先以合并前一日报一次 0",
        name=one.organisation.name,
        to=to.name,
        title=FIGURES[one.figure].title,
    )


def _series(moved: Iterable[Organisation]) -> list[StockSeries]:
    return list(StockSeries.objects.filter(organisation__in=moved).select_related("organisation"))


def _check_arrival(to: Organisation, going: Sequence[StockSeries]) -> None:
    """Refuse to bring a level to where another union already answers for all below it."""
    covering = StockSeries.objects.filter(
        figure__in={one.figure for one in going},
        coverage=rules.SUBTREE,
        path__in=checking.above(to.path),
    ).select_related("organisation")
    for other in covering:
        mine = next(one for one in going if one.figure == other.figure)
        raise Refusal(
            "reports.move_level_twice",
            "“%(above)s”按“本级及所辖”报“%(title)s”的存量，“%(name)s”也有自己的存量，迁入后会重复计数："
            "请“%(name)s”先以变更前一日报一次 0，此后由“%(above)s”一并填报",
            above=other.organisation.name,
            title=FIGURES[other.figure].title,
            name=mine.organisation.name,
        )


def _check_room(level: StockSeries, at: Organisation) -> None:
    """Refuse a level that comes to a union under one that answers for all below it, or above others' own levels."""
    up = StockSeries.objects.filter(coverage=rules.SUBTREE, path__in=checking.above(at.path))
    met = up | StockSeries.objects.filter(path__startswith=at.path) if level.coverage == rules.SUBTREE else up
    other = met.filter(figure=level.figure).exclude(organisation=at).select_related("organisation").first()
    if other is not None:
        raise Refusal(
            "reports.level_meets",
            "“%(name)s”的“%(title)s”存量（%(coverage)s）到“%(at)s”后，与“%(other)s”的存量重复计数："
            "请“%(name)s”先以变更前一日报一次 0",
            name=level.organisation.name,
            title=FIGURES[level.figure].title,
            coverage=rules.COVERAGES[level.coverage],
            at=at.name,
            other=other.organisation.name,
        )


def _check_filed(going: Sequence[StockSeries], *, on: date) -> None:
    """Refuse a day under which a level would leave or enter a number that is filed: only a correction moves those."""
    locks.lock_families((one.figure, path) for one in going for path in (one.path, one.organisation.path))
    changed = {key for one in going for key in {*ancestors(one.path)} ^ {*ancestors(one.organisation.path)}}
    filed = (
        FiledRow.objects.filter(
            report__organisation_id__in=changed,
            report__cut__isnull=False,
            figure__in={one.figure for one in going},
            last_on__gte=on,
        )
        .select_related("report__organisation")
        .order_by("-last_on")
        .first()
    )
    if filed is not None:
        raise Refusal(
            "reports.move_filed",
            "“%(by)s”的报告已备案到 %(last)s，“%(name)s”及所辖的“%(title)s”存量在那天已计入：变更日期须晚于 %(last)s",
            by=filed.report.organisation.name,
            last=filed.last_on.isoformat(),
            name=next(one for one in going if one.figure == filed.figure).organisation.name,
            title=FIGURES[filed.figure].title,
        )
