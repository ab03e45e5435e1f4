"""What filed reports keep and the journal must give again: every number at its cut, and the hash of its table."""

from collections.abc import Iterable

from gonghui.core.audit import Difference, audited
from gonghui.core.errors import Refusal
from gonghui.core.figures import Ask, answer
from gonghui.core.models import Entry
from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.models import Report
from gonghui.reports.places import paths_of
from gonghui.reports.printing.kept import FACTS, altered_notices, hashes, shown_otherwise
from gonghui.reports.printing.table import FILED, figure_table, filed_facts, table_hash


@audited("备案的数字按切点重算一致")
def filed_numbers_at_their_cut() -> Iterable[Difference]:
    """Every filed number, and what it was compared with, is still what its figure comes to at the cut.

    Unless the figure counts something else now.
    """
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
        for row, said in ((row, said) for row, one in kept for said in one.compared if said["value"]):
            base = Ask(row.figure, path, Period.parse(f"{said['first']}..{said['last']}"), paths)
            whole = list(answer([base], said["cut"])[0].whole)
            if said["version"] == row.figure.version and whole != said["value"]:
                yield Difference(f"report {report.public_id} {row.id} {said['way']}", str(said["value"]), str(whole))


@audited("备案的数据表与台账里的散列值一致")
def filed_tables_under_their_hash() -> Iterable[Difference]:
    """The table of every filed report gives the hash that its filing's entry says."""
    for report in Report.objects.standing().select_related("organisation").order_by("id").iterator():
        said = filed_facts(report).get("table", "")
        for kept in {report.table_hash, table_hash(figure_table(report))} - {said}:
            yield Difference(f"report {report.public_id}", kept, said)


@audited("备案时留下的报告文字与台账里的指纹一致")
def filed_papers_under_their_hash() -> Iterable[Difference]:
    """The words kept at the filing, in both languages, give the hashes its entry says; filings of before say none."""
    for report in Report.objects.standing().order_by("id").iterator():
        facts = filed_facts(report)
        wanted = {name: str(facts[name]) for name in FACTS.values() if facts.get(name)}
        found = hashes(report) if wanted else {}
        for name, said in wanted.items():
            if found.get(name, "") != said:
                yield Difference(f"report {report.public_id} {name}", found.get(name, ""), said)


@audited("页面上的报告文字与备案时留下的一致")
def words_on_pages() -> Iterable[Difference]:
    """Pages print the text as it was written: it still says what was filed."""
    for report in Report.objects.standing().select_related("organisation").order_by("id").iterator():
        for english in (False, True):
            try:
                found = shown_otherwise(report, english=english)
            except Refusal:  # the kept paper itself was changed; another check says so
                continue
            if found is not None:
                yield Difference(f"report {report.public_id} {FACTS[english]}", *found)


@audited("勘误与台账里的指纹一致")
def notices_under_their_hash() -> Iterable[Difference]:
    """No notice beside a published report was changed, removed or put in."""
    for report in Report.objects.standing().order_by("id").iterator():
        for number, kept, said in altered_notices(report):
            yield Difference(f"report {report.public_id} erratum {number}", kept, said)


@audited("台账里备案过的报告都还在")
def filings_that_stand() -> Iterable[Difference]:
    """Whatever the journal says was filed is there and still stands: neither deleted nor set back to a draft."""
    filed = Entry.objects.of_kinds(FILED).values("subject_id")
    standing = set(Report.objects.standing().filter(pk__in=filed).values_list("pk", flat=True))
    for entry, subject in Entry.objects.of_kinds(FILED).order_by("id").values_list("id", "subject_id"):
        if subject not in standing:
            state = Report.objects.filter(pk=subject).values_list("state", flat=True).first()
            yield Difference(f"entry {entry}", state or "", "filed")
