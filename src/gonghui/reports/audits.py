"""What filed reports keep and the journal must give again: every number at its cut, and the hash of its table."""

from collections.abc import Iterable

from gonghui.core.audit import Difference, audited
from gonghui.core.figures import Ask, answer
from gonghui.core.journal import entries_of
from gonghui.core.models import FactGroup
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.models import Report
from gonghui.reports.places import paths_of
from gonghui.reports.printing.table import FILED, figure_table, table_hash


@audited("备案的数字按切点重算一致")
def filed_numbers_at_their_cut() -> Iterable[Difference]:
    """Every filed number is still what its figure comes to at the cut, unless the figure counts something else now."""
    for report in Report.objects.standing().select_related("organisation").order_by("id").iterator():
        form = report_forms.form(report.form) if report.form in report_forms.codes() else None
        kept = [(row, one) for one in report.rows.order_by("id") if form and (row := form.row(one.row)) is not None]
        kept = [(row, one) for row, one in kept if row.figure.version == one.version and row.figure.name == one.figure]
        path, paths = report.organisation.path, paths_of([report.organisation]).get(report.organisation_id, ())
        asks = [Ask(row.figure, path, Period(one.first_on, one.last_on), paths) for row, one in kept]
        for (row, one), again in zip(kept, answer(asks, report.cut), strict=True):
            if again != one.value:
                where = f"report {report.public_id} {row.id} {one.figure}"
                yield Difference(where, str(one.value.whole), str(again.whole))


@audited("备案的数据表与台账里的散列值一致")
def filed_tables_under_their_hash() -> Iterable[Difference]:
    """The table of every filed report gives the hash that its filing's entry says."""
    for report in Report.objects.standing().select_related("organisation").order_by("id").iterator():
        group = entries_of(report).of_kinds(FILED).values_list("group_id", flat=True).first()
        said = FactGroup.objects.get(pk=group).facts.get("table", "") if group is not None else ""
        for kept in {report.table_hash, table_hash(figure_table(report))} - {said}:
            yield Difference(f"report {report.public_id}", kept, said)
