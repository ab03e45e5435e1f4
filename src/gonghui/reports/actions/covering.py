"""Who was counted in a line before an act dated back took it elsewhere: counted there, until a correction says not."""

from collections.abc import Iterable, Mapping

from gonghui.reports import rules
from gonghui.reports.models import Covering, Line
from gonghui.spine.organisations.actions import Moved


def keep_covered(move: Moved) -> None:
    """Lines that those who were left had said of all below them go on counting whoever was below then.

    Whom another line counts already for the same days was not in this one.
    """
    lines = Line.objects.standing().exclude(clock="stock")
    said = list(lines.filter(coverage=rules.SUBTREE, organisation__in=move.how.left, last_on__gte=move.on))
    if not said:
        return
    others = Covering.objects.filter(line__in=lines, units__overlap=list(move.how.touched)).select_related("line")
    held = list(others)
    made = []
    for line in said:
        elsewhere = {unit for one in held if _meets(one.line, line) for unit in one.units}
        units = sorted(move.how.touched - elsewhere - {line.organisation_id})
        if units:
            made.append(Covering(line=line, first_on=move.on, units=units))
    Covering.objects.bulk_create(made, batch_size=200)


def _meets(one: Line, other: Line) -> bool:
    same = one.figure == other.figure and one.pk != other.pk
    return same and one.first_on <= other.last_on and one.last_on >= other.first_on


def carry_on(corrections: Iterable[Line]) -> None:
    """A correction counts whom the line it corrects counted, unless it says that it leaves them out."""
    into: Mapping[int, Line] = {
        line.corrects_id: line
        for line in corrections
        if line.corrects_id is not None and line.coverage == rules.SUBTREE and not line.leaves_out
    }
    for covering in Covering.objects.filter(line_id__in=list(into)):
        line = into[covering.line_id]
        Covering.objects.get_or_create(line=line, first_on=covering.first_on, units=covering.units)
