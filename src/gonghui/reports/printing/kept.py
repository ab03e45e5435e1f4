"""The paper kept at filing: a filed report prints the same for ever, whatever becomes of names, tree and forms."""

from dataclasses import replace
from itertools import zip_longest

from django.utils import translation
from django.utils.translation import gettext as _

from gonghui.core.errors import Refusal
from gonghui.core.journal import entries_of
from gonghui.core.models import FactGroup
from gonghui.core.period import day_label, day_label_en
from gonghui.reports import report_forms, wording
from gonghui.reports.charts import Chart, charts_of
from gonghui.reports.filling import Filling, Written, is_hidden, prose, standing_report
from gonghui.reports.models.filings import Report
from gonghui.reports.models.papers import FiledPaper
from gonghui.reports.printing.paper import Paper, Section, appended, made, without
from gonghui.reports.printing.plain import plain
from gonghui.reports.printing.reading import notice_hash, paper_from, paper_hash
from gonghui.reports.printing.table import filed_facts
from gonghui.reports.standing import KNOWN

FACTS = {False: "paper", True: "paper_en"}
"""Under which name the filing's entry says the hash of the Chinese and of the English paper."""
ERRATUM = "reports.erratum_added"


def keep(report: Report, filling: Filling) -> dict[str, str]:
    """Both languages' papers stand, made from the filling at the filing's cut; their hashes, for its entry."""
    FiledPaper.objects.bulk_create(
        FiledPaper(report=report, english=english, document=plain(made(report, filling, english=english)))
        for english in (False, True)
    )
    return hashes(report)


def hashes(report: Report) -> dict[str, str]:
    """The hashes of the papers as the database gives them back, by the names the filing's entry has for them."""
    papers = FiledPaper.objects.filter(report=report).order_by("english").values_list("english", "document")
    return {FACTS[english]: paper_hash(paper_from(document), report.table_salt) for english, document in papers}


def kept(report: Report, *, english: bool) -> Paper | None:
    """The paper as it was filed; None for a filing from before papers were kept. One that was changed is refused."""
    found = FiledPaper.objects.filter(report=report, english=english).values_list("document", flat=True).first()
    paper = paper_from(found) if found is not None else None
    said = filed_facts(report).get(FACTS[english], "")
    if said and paper_hash(paper, report.table_salt) != said:
        raise Refusal(
            "reports.paper_rewritten",
            "备案时留下的报告文字被人改动或删去了：它的指纹不是台账里记的 %(hash)s…，没有打印；请让经审核对",
            hash=said[:12],
        )
    if paper is None:
        return None
    _agrees(report, paper)
    return replace(paper, seal=None, table_hash=report.table_hash)


def _agrees(report: Report, paper: Paper) -> None:
    """The numbers of the paper, and their words, are those of the filing; who changed one of the two is found here."""
    filed = {
        (one.row, one.first_on, one.last_on): (
            one.value.whole if one.standing == KNOWN else (),
            one.printed_en if paper.english else one.printed,
        )
        for one in report.rows.all()
    }
    for number in paper.numbers:
        asked = (number.row, number.period.first, number.period.last)
        value, words = filed.get(asked, (number.value, number.text))  # of another period it stands on the text alone
        if number.value != value or (number.text != words and number.row not in _styled(report)):
            raise Refusal(
                "reports.paper_altered",
                "备案时留下的报告文字与备案的数字不符（%(row)s），请让经审核对",
                row=number.row,
            )


def _styled(report: Report) -> set[str]:
    """The rows that somebody's text prints another way than the form does: `{F45|over:2000}`."""
    texts = (text for pair in report.blocks.values_list("text", "text_en") for text in pair)
    return {place.row for text in texts for place in wording.places(text) if place.style}


def paper_of(
    report: Report | None, filling: Filling, *, english: bool = False, hidden: frozenset[str] = frozenset()
) -> Paper:
    """The paper of a report: as kept where it is filed, else made now; `hidden` rows print as —."""
    found = kept(report, english=english) if report is not None and report.is_filed else None
    paper = without(found if found is not None else made(report, filling, english=english), hidden & filling.names)
    return _with_errata(report, paper, english=english) if report is not None else paper


def altered_notices(report: Report) -> list[tuple[int, str, str]]:
    """The notices that are not what their entries say: number, hash now, hash said; empty where there is none."""
    now = {one.number: notice_hash(one) for one in report.errata.all()}
    said = dict.fromkeys(now, "")
    entries = entries_of(report).of_kinds(ERRATUM)
    facts = dict(FactGroup.objects.filter(pk__in=entries.values("group_id")).values_list("pk", "facts"))
    for number, group in entries.values_list("quantity", "group_id"):
        said[number] = facts[group].get("notice", now.get(number, ""))
    return [(number, now.get(number, ""), said[number]) for number in sorted(said) if now.get(number) != said[number]]


def shown_otherwise(report: Report, *, english: bool) -> tuple[str, str] | None:
    """Where pages, which print the text as it was written, say something else than the paper that was kept."""
    paper = kept(report, english=english)
    if paper is None or report.form not in report_forms.codes():
        return None
    with translation.override("en" if english else "zh-hans"):
        later = _("上期调整")  # pages list it beside the prose
    lines = [line for one in paper.sections if one.heading.title != later for line in _lines(one)]
    shown = [line for one in prose(standing_report(report), english=english) for line in _written(one, english=english)]
    return next(((a, b) for a, b in zip_longest(shown, lines, fillvalue="") if a != b), None)


def _lines(section: Section) -> list[str]:
    texts = ["".join(run.text for run in runs) for runs in section.paragraphs]
    return ["".join(text.split()) for text in (section.heading.title, *texts)]


def _written(section: Written, *, english: bool) -> list[str]:
    texts = [
        "".join(one.filled.said(english=english) if one.filled is not None else one.text for one in pieces)
        for pieces in section.paragraphs
    ]
    return ["".join(text.split()) for text in (section.title, *texts)]


def _with_errata(report: Report, paper: Paper, *, english: bool) -> Paper:
    """The paper with the notices added since it was published, under a heading of their own."""
    if altered := altered_notices(report):
        raise Refusal(
            "reports.notice_altered",
            "第 %(number)s 号勘误被人改动、删去或插入，与台账里记的不符，没有打印；请让经审核对",
            number=altered[0][0],
        )
    with translation.override("en" if english else "zh-hans"):
        lines = [
            _("第 %(number)s 号，%(day)s：原文“%(said)s”，应为“%(should_say)s”。")
            % {
                "number": one.number,
                "day": day_label_en(one.added_on) if english else day_label(one.added_on),
                "said": one.said,
                "should_say": one.should_say,
            }
            for one in report.errata.all()
        ]
        if not lines:
            return paper
        more = appended(len(paper.sections), _("勘误"), lines, english=english)
    return replace(paper, sections=(*paper.sections, replace(more, is_later=True)))


def charts_for(report: Report | None, filling: Filling, *, english: bool, hidden: frozenset[str]) -> tuple[Chart, ...]:
    """The charts of a report's page: those filed where it is filed, else drawn now."""
    found = kept(report, english=english) if report is not None and report.is_filed else None
    charts = found.charts if found is not None else charts_of(filling, english=english)
    return tuple(chart for chart in charts if not is_hidden(chart.row, hidden))
