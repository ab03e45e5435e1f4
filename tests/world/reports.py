"""Reports on every stage of their way, and a checkpoint kept for somebody else."""

from gonghui.core.models import Entry
from gonghui.core.period import Period
from gonghui.core.seals import witness
from gonghui.reports.actions import circulating, filings, making, signing
from gonghui.reports.filling import fill_report
from gonghui.reports.models import Report
from gonghui.reports.tests.paper_builders import a_foreign_checkpoint
from gonghui.spine.organisations.models import Organisation
from tests.world import returns
from tests.world.federation import Branch, World
from tests.world.plan import AUGUST, EARLIER, FORM, H1, PAST, QUARTERS, SUMMER, TODAY


def make_reports(world: World, branch: Branch) -> None:
    """Reports on every stage of their way: the half-year before filed and moved since, the half-year at its draft."""
    filed = made(world, branch.key, branch.district, FORM, PAST, asks=[branch.town])
    branch.filed = _filed(world, branch.key, filed)
    returns.corrected(world, branch.key, branch.lines["filed"], 4_260, branch.marked("补计五十人"), on=AUGUST)
    branch.draft = made(world, branch.key, branch.district, FORM, H1, until="draft")
    branch.circulated = made(
        world, branch.key, branch.district, "half_year", EARLIER, asks=[branch.town], until="round"
    )
    lead = world.actor(f"{branch.key}.town.lead")
    branch.remark = circulating.comment_report(branch.circulated, branch.marked("请写明"), by=lead, on=SUMMER)
    branch.ready = made(world, branch.key, branch.district, "quarter", QUARTERS["ready"])
    branch.proposed = made(world, branch.key, branch.district, "quarter", QUARTERS["proposed"])
    filings.propose_filing(
        "quarter", branch.district, QUARTERS["proposed"], by=world.actor(f"{branch.key}.editor"), on=AUGUST
    )
    _filed(world, branch.key, made(world, branch.key, branch.district, "quarter", QUARTERS["filed"]))
    branch.published = _filed(
        world, branch.key, made(world, branch.key, branch.district, "quarter", QUARTERS["published"])
    )
    filings.publish_report(branch.published, by=world.actor(f"{branch.key}.lead"), on=AUGUST)
    branch.entry = Entry.objects.filter(organisation_id=branch.district.pk).order_by("-id")[0]


def made(
    world: World,
    key: str,
    organisation: Organisation,
    form: str,
    period: Period,
    *,
    asks: list[Organisation] | None = None,
    until: str = "ready",
) -> Report:
    """A report made by its own editor, owner and head until its figures are sent, its round is open, or all is done."""
    editor, owner, head = (world.actor(f"{key}.{word}") for word in ("editor", "owner", "lead"))
    report = making.begin_report(form, organisation, period, by=editor, on=SUMMER)
    if report.state == "outlined":
        making.move_report(report, "collect", by=editor, on=SUMMER)
        making.move_report(report, "write", by=editor, on=SUMMER)
    signing.ask_signatures(report, by=editor, on=SUMMER)
    if until == "draft":
        return report
    filling = fill_report(report)
    signing.sign_figures(report, signing.chosen(list(filling.rows), filling), by=owner, on=SUMMER)
    if "circulated" in report.way:
        circulating.ask_comments(report, asks or [], by=editor, on=SUMMER)
        if until == "round":
            return report
        making.move_report(report, "revise", by=editor, on=SUMMER)
        making.move_report(report, "approve", by=head, on=SUMMER)
    return report


def _filed(world: World, key: str, report: Report) -> Report:
    """The report proposed by its editor and filed by the head of the union."""
    period = Period.parse(report.period)
    filings.propose_filing(report.form, report.organisation, period, by=world.actor(f"{key}.editor"), on=AUGUST)
    mark = filings.pressed_now()
    filings.settle(mark)
    return filings.confirm_filing(report, by=world.actor(f"{key}.lead"), on=AUGUST, mark=mark)


def keep_checkpoint(world: World, branch: Branch) -> None:
    """Each district keeps a checkpoint of another federation."""
    text, keys = a_foreign_checkpoint(3 if branch.key == "chaoyang" else 4)
    auditor = world.actor(f"{branch.key}.audit")
    kept = witness.keep(
        text, keys=keys, given_by=branch.marked("示例省总工会"), by=auditor, on=TODAY, organisation=branch.district
    )
    branch.kept = kept.row
