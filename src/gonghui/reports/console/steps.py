"""Where a report stands on its way, and which steps the reader may take, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.reports.filling import Filled, Filling, text_of
from gonghui.reports.flow import REPORT_FLOW
from gonghui.reports.making import proofreading, signatures
from gonghui.reports.making.contents import fingerprint
from gonghui.reports.making.proofreading import Finding
from gonghui.reports.models import Report
from gonghui.reports.standing import WORDS, Standing
from gonghui.web import say

TITLES = {**REPORT_FLOW.states, "filed": "备案", "published": "公布"}
NO_POWER = "您现在的岗位没有这项权限"
DECIDING = ("reports.edit", "reports.approve", "reports.file_second")
FINAL = frozenset({"approve", "propose", "confirm"})
"""The steps after which a number that is missing stays missing."""
BACK = {"revised": "return_revised", "draft": "return_draft"}


@dataclass(frozen=True)
class Offered:
    """A step as the page shows it: a button that is sent, a door to a page of its own, or greyed with its reason."""

    name: str
    title: str
    url: str
    why: str = ""
    step: str = ""
    is_door: bool = False
    confirm: str = ""
    is_quiet: bool = False
    read: str = ""


def bar(report: Report | None, way: Sequence[str]) -> list[tuple[str, str]]:
    """The stages for the flow bar: done, now, or still to come."""
    here = way.index(report.state) if report is not None else -1
    shown = [(TITLES[stage], "done" if n < here else "now" if n == here else "") for n, stage in enumerate(way)]
    if report is not None and report.state == way[-1]:
        shown[-1] = (shown[-1][0], "done" if len(way) > 1 else "now")
    return shown


def offers(
    actor: Actor, parts: Sequence[str], report: Report | None, way: Sequence[str], filling: Filling
) -> list[Offered]:
    """The next step of the own union's report, and the ways back from where it is."""
    if actor.organisation_id != filling.organisation.id:
        return []
    found = _first(actor, parts, way, filling) if report is None else _next(actor, parts, report, filling)
    return [_for(actor, one, needs) for one, needs in found]


Asked = list[tuple[Offered, str]]


def _for(actor: Actor, offered: Offered, needs: str) -> Offered:
    """The step, greyed for whoever lacks the power."""
    if needs and not actor.may(needs):
        return Offered(offered.name, offered.title, offered.url, NO_POWER, is_quiet=offered.is_quiet)
    return offered


def _first(actor: Actor, parts: Sequence[str], way: Sequence[str], filling: Filling) -> Asked:
    begin = Offered("begin", "开始编写", reverse("report_begin", args=parts))
    if list(way[:2]) == ["draft", "filed"]:
        return [(_proposal(parts, filling), "reports.edit"), (begin, "reports.edit")]
    return [(begin, "reports.edit")]


def _proposal(parts: Sequence[str], filling: Filling) -> Offered:
    why = "" if clock.today() > filling.period.last else _("期间还没有结束，到期后可以提请备案")
    lacking = without_numbers(filling)
    ask = f"{lacking} {_('照这样提请备案吗？')}" if lacking else ""
    return Offered("propose", "提请备案", reverse("report_propose", args=parts), why, confirm=ask)


def _next(actor: Actor, parts: Sequence[str], report: Report, filling: Filling) -> Asked:
    way = report.way
    at = way.index(report.state)
    coming = way[at + 1] if at + 1 < len(way) else ""
    found: Asked = []
    if coming == "filed":
        found += _filing(actor, parts, report, filling)
    elif coming == "signed":
        found.append((Offered("signing", "数据会签", reverse("report_signing", args=parts), is_door=True), ""))
    elif coming == "circulated":
        found.append((_door("circulate", "征求意见", "report_comments", parts), "reports.edit"))
    elif coming == "published":
        ask = _("公布后任何人都能看到，文字和数字不再改动，有错只能勘误。公布吗？")
        publish = Offered("publish", "公布", reverse("report_publish", args=parts), confirm=ask)
        found.append((publish, "reports.publish"))
    elif coming:
        step = next(one for one in REPORT_FLOW.steps.values() if one.after == coming and report.state in one.leaves)
        why = _not_ready(report, filling) if coming == "approved" else _open_remarks(report, coming)
        offered = Offered(step.name, step.title, reverse("report_step", args=parts), why, step=step.name)
        found.append((offered, step.needs or ""))
    if report.state == "revised" and "circulated" in way:
        found.append((_door("ask_again", "再征求一轮意见", "report_comments", parts, quiet=True), "reports.edit"))
    if report.state == "approved":
        back = BACK["revised" if "revised" in way else "draft"]
        url = reverse("report_step", args=parts)
        found.append((Offered(back, "退回再改", url, step=back, is_quiet=True), "reports.approve"))
    if report.state == "published":
        found.append((_door("erratum", "勘误", "report_erratum", parts), "reports.publish"))
    return found


def _door(name: str, title: str, address: str, parts: Sequence[str], *, quiet: bool = False) -> Offered:
    return Offered(name, title, reverse(address, args=parts), is_door=True, is_quiet=quiet)


def _filing(actor: Actor, parts: Sequence[str], report: Report, filling: Filling) -> Asked:
    """Two people: the editor proposes, another one confirms; whoever may do both is shown the one at hand."""
    if not report.is_proposed:
        return [(_proposal(parts, filling), "reports.edit")]
    why = ""
    if actor.may("reports.file_second") and report.proposed_account == actor.account_id:
        why = _("提请人不能自己确认，请另一位负责人来办")
    read = "" if why or not actor.may("reports.file_second") else fingerprint(filling)
    ask = _("备案后不再改动，只能走更正。备案的就是您现在看到的（校验码 %(code)s），其间有变动就不备案。确认吗？")
    ask = f"{without_numbers(filling)} {ask % {'code': f'{read[:4]} {read[4:8]}'}}".lstrip()
    offered = Offered("confirm", "确认备案", reverse("report_confirm", args=parts), why, confirm=ask, read=read)
    return [(offered, "reports.file_second")]


@dataclass(frozen=True)
class Doubt:
    """A section whose text people should look at before it goes on: what was found in it, or that it says nothing."""

    position: int
    title: str
    findings: tuple[Finding, ...]
    is_empty: bool


def doubts(actor: Actor, report: Report | None, filling: Filling, *, english: bool) -> list[Doubt]:
    """What those who write, approve or file the own union's report decide about, section by section."""
    if report is None or report.is_filed or actor.organisation_id != report.organisation_id:
        return []
    if not any(actor.may(power) for power in DECIDING):
        return []
    found = []
    for position in range(1, len(filling.form.sections) + 1):
        text = text_of(filling, position)
        findings = tuple(proofreading.of_section(filling, position, text.text, text.text_en))
        if findings or not text.text.strip():
            title = text.title_en if english else text.title
            found.append(Doubt(position, title, findings, not text.text.strip()))
    return found


def gaps(filling: Filling) -> list[tuple[str, list[Filled]]]:
    """The rows without a number by why: a report may be filed with them, but not without having seen them."""
    found = [
        (WORDS[why][0], [one for one in filling if one.standing == why]) for why in (Standing.MISSING, Standing.SPLIT)
    ]
    return [(why, rows) for why, rows in found if rows]


def without_numbers(filling: Filling) -> str:
    """How many rows have no number, and which, in a sentence; nothing where each has one."""
    found = gaps(filling)
    if not found:
        return ""
    said = [
        _("%(why)s %(n)s 个（%(rows)s）")
        % {"why": _(why), "n": len(rows), "rows": say.listed(_(one.figure.title) for one in rows)}
        for why, rows in found
    ]
    n = sum(len(rows) for _why, rows in found)
    words = _("%(all)s 个数字里有 %(n)s 个没有数，就这样印：%(said)s。")
    return words % {"all": len(filling.rows), "n": n, "said": say.listed(said)}


def _open_remarks(report: Report, coming: str) -> str:
    if coming != "revised":
        return ""
    n = report.remarks.filter(round=report.round, accepted=None).count()
    return ngettext("还有 %(n)s 条意见没有答复", "还有 %(n)s 条意见没有答复", n) % {"n": n} if n else ""


def _not_ready(report: Report, filling: Filling) -> str:
    """What stands in the way of approval."""
    for found in proofreading.of_report(filling):
        if found.is_error:
            return say.text(found.refusal)
    if "signed" in report.way and (waiting := signatures.waiting(report, filling)):
        titles = say.listed(_(filling.rows[row].figure.title) for row in waiting[:3])
        return ngettext(
            "还有 %(n)s 个数字没有会签，或会签后又有变动：%(titles)s",
            "还有 %(n)s 个数字没有会签，或会签后又有变动：%(titles)s",
            len(waiting),
        ) % {"n": len(waiting), "titles": titles}
    return ""
