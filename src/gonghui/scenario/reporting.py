"""The city's reports: that of 2019's second half filed and published, this half-year's approved and left to be filed.

What came in late for 2019 shows in this half-year's report. Filing it is the visitor's.
"""

from collections.abc import Iterable
from datetime import date

from gonghui.core.period import Period
from gonghui.reports import actions, rules
from gonghui.reports.actions import circulating, filings, making, signing
from gonghui.reports.filling import fill_report
from gonghui.reports.making import signatures
from gonghui.reports.models import Line, Report
from gonghui.scenario import posts, returns, rounds
from gonghui.scenario.places import answering
from gonghui.scenario.stage import DEMO_TODAY, Stage
from gonghui.scenario.tree import Item, Items

PAST, HALF_YEAR = Period.parse("2019H2"), Period.parse("2020H1")
PAST_FORM, FORM = "half_year", "beijing_2020h1"
WINTER, FILED_ON, PUBLISHED_ON = date(2020, 1, 14), date(2020, 1, 20), date(2020, 1, 21)
OUTLINED, COLLECTING, DRAFTED, SIGNED = date(2020, 6, 22), date(2020, 7, 1), date(2020, 7, 27), date(2020, 8, 7)

SHORTER = {
    1: (
        "专职社会工作者持证的占 {H3}。",
        "Of the professional social workers {H3} hold a qualification.",
    ),
    4: (
        "到期末，{scope}建成职工之家 {H11}、暖心驿站 {H12}；母婴关爱室挂牌单位 {H13}。",
        "At the end {scope} had {H11} and {H12}; {H13} had a mother-and-baby room.",
    ),
}
"""What the editor left of two sections, to keep the report on one page."""
ERRATUM = ("母婴关爱室挂牌单位", "已挂牌母婴关爱室的用人单位")
LATE = ("before.units", "changping", "refunds.employers_refunded")
LATE_MORE, LATE_REASON, LATE_ON = 12, "年底前返还的 12 家漏报，银行回单二月才到", date(2020, 2, 19)
REMARKS = (
    ("chaoyang", "“帮企业一把”建议写明返还的是哪一段的经费", True, "已在说明里写明"),
    ("haidian", "建议加上各区驿站名单", False, "名单在附表，正文不列"),
)
HALF_YEAR_REMARKS = (
    ("chaoyang", "服务职工一段的驿站数与我区上报一致，没有意见", True, ""),
    ("education", "“就业服务”里的岗位数请注明是发布数", True, "口径里已写明是发布的岗位"),
    ("xicheng", "建议加上与去年同期的对比", False, "报告页上可以对比上年同期，正文不写增减"),
)


def past(stage: Stage) -> Items:
    """The report of 2019's second half, from its first line to its erratum; and what came in late for it."""
    return [
        lambda: _drafted(stage, PAST_FORM, PAST, (WINTER, WINTER, WINTER)),
        lambda: _shortened(stage),
        lambda: _signed(stage, _report(PAST_FORM, PAST), date(2020, 1, 16)),
        lambda: _circulated(stage, _report(PAST_FORM, PAST), REMARKS, date(2020, 1, 17)),
        lambda: _approved(stage, _report(PAST_FORM, PAST), date(2020, 1, 19)),
        lambda: _proposed(stage, PAST_FORM, PAST, FILED_ON),
        lambda: _filed(stage, _report(PAST_FORM, PAST), FILED_ON),
        lambda: _published(stage, _report(PAST_FORM, PAST)),
        *_late(stage),
    ]


def half_year(stage: Stage) -> Items:
    """The report of the half-year, signed, commented on and approved: two people file it when they like."""
    return [
        lambda: _drafted(stage, FORM, HALF_YEAR, (OUTLINED, COLLECTING, DRAFTED)),
        lambda: _signed(stage, _report(FORM, HALF_YEAR), SIGNED),
        lambda: _circulated(stage, _report(FORM, HALF_YEAR), HALF_YEAR_REMARKS, SIGNED),
        lambda: _approved(stage, _report(FORM, HALF_YEAR), DEMO_TODAY),
    ]


def _report(form: str, period: Period) -> Report:
    return Report.objects.select_related("organisation").get(form=form, period=period.key, organisation__level="city")


def _drafted(stage: Stage, form: str, period: Period, days: tuple[date, date, date]) -> None:
    editor, city = stage.actor("city.editor"), stage.unit("city")
    report = making.begin_report(form, city, period, by=editor, on=days[0])
    making.move_report(report, "collect", by=editor, on=days[1])
    making.move_report(report, "write", by=editor, on=days[2])


def _shortened(stage: Stage) -> None:
    report = _report(PAST_FORM, PAST)
    for section, (text, text_en) in SHORTER.items():
        making.write_text(report, section, text, text_en, base=0, by=stage.actor("city.editor"), on=WINTER)


def _signed(stage: Stage, report: Report, on: date) -> None:
    signing.ask_signatures(report, by=stage.actor("city.editor"), on=on)
    filling = fill_report(report)
    waiting = signatures.waiting(report, filling)
    for owner in (stage.actor("city.finance"), stage.actor("city.owner")):
        rows = [row for row in waiting if owner.answers_for(filling.form.department_of(row))]
        signing.sign_figures(report, signing.chosen(rows, filling), by=owner, on=on)


def _circulated(stage: Stage, report: Report, remarks: Iterable[tuple[str, str, bool, str]], on: date) -> None:
    editor = stage.actor("city.editor")
    circulating.ask_comments(report, [stage.unit(one.key) for one in answering()], by=editor, on=on)
    for unit, text, accepted, answer in remarks:
        remark = circulating.comment_report(report, text, by=stage.actor(posts.head(unit)), on=on)
        circulating.answer_comment(remark, accepted=accepted, answer=answer, by=editor, on=on)


def _approved(stage: Stage, report: Report, on: date) -> None:
    making.move_report(report, "revise", by=stage.actor("city.editor"), on=on)
    making.move_report(report, "approve", by=stage.actor("city.lead"), on=on)


def _proposed(stage: Stage, form: str, period: Period, on: date) -> None:
    filings.propose_filing(form, stage.unit("city"), period, by=stage.actor("city.editor"), on=on)


def _filed(stage: Stage, report: Report, on: date) -> None:
    mark = filings.pressed_now()
    filings.settle(mark)
    filings.confirm_filing(report, by=stage.actor("city.lead"), on=on, mark=mark)


def _published(stage: Stage, report: Report) -> None:
    lead = stage.actor("city.lead")
    filings.publish_report(report, by=lead, on=PUBLISHED_ON)
    filings.add_erratum(report, said=ERRATUM[0], should_say=ERRATUM[1], by=lead, on=date(2020, 2, 3))


def _late(stage: Stage) -> list[Item]:
    """A district finds some employers of 2019 after the report was filed: the number stands, the next one says so."""
    key, unit, figure = LATE

    def run() -> None:
        one = next(one for one in rounds.before() if one.key == key)
        in_return = returns.return_of(stage, one, unit)
        clerk, head = stage.actor(posts.clerk(unit)), stage.actor(posts.head(unit))
        line = in_return.lines.get(figure=figure)
        amount = rules.Amount((line.number or 0) + LATE_MORE)
        correction = actions.correct_line(line, amount=amount, reason=LATE_REASON, by=clerk, on=LATE_ON)
        actions.send_for_signature(in_return, by=clerk, on=LATE_ON)
        actions.sign_return(in_return, by=head, on=LATE_ON)
        found = Line.objects.get(pk=correction.pk)
        actions.accept_lines([found], by=stage.actor(one.reviewer), on=LATE_ON)

    return [run]
