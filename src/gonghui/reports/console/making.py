"""Making a report: its stages, the text of a section, the signing desk, the comments of others, what it says wrong."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gonghui.core import access, clock
from gonghui.core.actor import Actor
from gonghui.reports import report_forms, wording
from gonghui.reports.actions import circulating, filings, making, signing
from gonghui.reports.breakdown import areas
from gonghui.reports.console.published import sections_of
from gonghui.reports.console.report import (
    Live,
    Place,
    begun,
    done,
    is_english,
    name_of,
    place_of,
    short_name_of,
    title_of,
)
from gonghui.reports.console.steps import bar
from gonghui.reports.filling import Filling, Text, filled_report, text_of, with_comparisons
from gonghui.reports.making import proofreading, signatures
from gonghui.reports.models import Asked, Remark, Report
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.stepup import asked_again


def _kept(actor: Actor, form: str, period: str, code: str) -> tuple[Place, Report, Filling]:
    """The begun report of an address, with its numbers; one nobody began is not there."""
    place = place_of(actor, form, period, code)
    kept, filling = filled_report(place.form, place.organisation, place.period)
    if kept is None:
        raise Http404
    return place, kept, filling


def _shown(place: Place, kept: Report) -> dict[str, Any]:
    """What every page of the making says on top."""
    return {
        "place": place,
        "report": kept,
        "name": name_of(place.organisation),
        "heading": title_of(place.form, place.period, english=is_english()),
        "flow": bar(kept, kept.way),
        "english": is_english(),
    }


@page("reports.edit")
@require_POST
def begin(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """The report is begun."""
    said = _("已开始编写。正文先是报告表自带的文字，数字随台账更新")
    return done(request, place_of(request.actor, form, period, code), making.begin_report, said)


@page("reports.see")
@require_POST
def step(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """The report goes on to its next stage, or back."""
    place, kept = begun(request.actor, form, period, code)
    making.move_report(kept, request.POST.get("step", ""), by=request.actor, on=clock.today())
    messages.success(request, _("报告已到“%(stage)s”") % {"stage": _(Report.FLOW.states[kept.state])})
    return redirect(place.url)


# The text of a section -------------------------------------------------------------------------------------------


@page("reports.edit")
def text(request: ConsoleRequest, form: str, period: str, code: str, section: int) -> HttpResponseBase:
    """A section's text with its placeholders; a preview prints it with the numbers of now."""
    place, kept, filling = _kept(request.actor, form, period, code)
    if kept.organisation_id != request.actor.organisation_id or not 1 <= section <= len(place.form.sections):
        raise Http404
    now = text_of(filling, section)
    written, written_en = now.text, now.text_en
    if request.method == "POST":
        written, written_en = request.POST.get("text", ""), request.POST.get("text_en", "")
        if "preview" not in request.POST:
            base = request.POST.get("base", "")
            making.write_text(
                kept,
                section,
                written,
                written_en,
                base=int(base) if base.isdecimal() and len(base) < 9 else -1,
                by=request.actor,
                on=clock.today(),
            )
            messages.success(request, _("已保存这一部分，原来的文字留有存档"))
            if left := _left_behind(now, written, written_en):
                messages.warning(request, left)
            return redirect(f"{place.url}#s-{section}")
    elif request.typed is not None:
        written, written_en = request.typed.get("text", ""), request.typed.get("text_en", "")
    return render(request, "reports/console/text.html", _text(place, kept, filling, section, written, written_en))


def _left_behind(before: Text, written: str, written_en: str) -> str:
    """What to say where one language was changed and the other, which is printed too, was not."""
    pairs = ((before.text, written), (before.text_en, written_en))
    zh, en = (wording.paragraphs(then) != wording.paragraphs(now) for then, now in pairs)
    if zh and not en and before.text_en:
        return _("中文改了，英文还是原来的：请看英文要不要一起改")
    return _("英文改了，中文还是原来的：请看中文要不要一起改") if en and not zh else ""


def _text(place: Place, kept: Report, filling: Filling, section: int, written: str, written_en: str) -> dict[str, Any]:
    now, english = text_of(filling, section), is_english()
    tried = {**filling.texts, section: Text(now.title, now.title_en, written, written_en)}
    filling = with_comparisons(replace(filling, texts=tried))
    part = place.form.sections[section - 1]
    own = [row.id for row in part.rows if row.id in filling.rows]
    lives = [Live(one, place.figure_url(one.row.id), place.organisation.code) for one in filling]
    found = proofreading.of_section(filling, section, written, written_en)
    sample = next(iter([*own, *filling.rows]), "F35")
    return {
        **_shown(place, kept),
        "section": section,
        "title": now.title_en if english else now.title,
        "written": written,
        "written_en": written_en,
        "now": now,
        "is_changed": (written, written_en) != (now.text, now.text_en),
        "findings": found,
        "preview": [one for one in sections_of(filling, tried, english=english) if one["position"] == section],
        "sample": f"{{{sample}}}",
        "sample_above": f"{{{sample}|above}}",
        "own_rows": [live for live in lives if live.filled.row.id in own],
        "other_rows": [live for live in lives if live.filled.row.id not in own],
        "versions": kept.blocks.filter(section=section).order_by("-version")[:10],
    }


# 数据会签 ----------------------------------------------------------------------------------------------------------


@page("reports.see")
def signing_desk(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """Every figure of the report with its owner's signature; an owner signs here, the editor sends from here."""
    place, kept, filling = _kept(request.actor, form, period, code)
    if "signed" not in kept.way:
        raise Http404
    if any(one.figure.sensitive for one in filling):
        access.looked(request.actor, "reports.signing_opened", subject_type="reports.report")
    actor, rows = request.actor, _signing_rows(request.actor, place, kept, filling)
    own = kept.organisation_id == actor.organisation_id and not kept.is_filed
    may_sign = own and actor.may("reports.sign_figures")
    is_editor = may_sign and actor.account_id in signatures.editors_of(kept)
    may_ask = own and actor.may("reports.edit") and kept.state not in EARLY
    waits = [one for one in rows if one["stands"] != "signed"]
    nobody = signatures.unanswered(kept, (one["owner"] for one in waits), clock.today()) if own else []
    names = report_forms.departments(kept.organisation.level) if is_english() else {}
    return render(
        request,
        "reports/console/signing.html",
        {
            **_shown(place, kept),
            "rows": rows,
            "open_rows": [one for one in rows if one["is_mine"]] if may_sign and not is_editor else [],
            "done": len(rows) - len(waits),
            "states": STATES,
            "is_editor": is_editor,
            "own_departments": [names.get(one) or one for one in actor.departments] if may_sign else [],
            "nobody": [names.get(one) or one for one in nobody],
            "may_ask": may_ask and any(one["stands"] in ("none", "changed", "objected") for one in rows),
        },
    )


def _signing_rows(actor: Actor, place: Place, kept: Report, filling: Filling) -> list[dict[str, Any]]:
    """Every figure with who answers for it and how its signature stands; `is_mine` where the reader may sign it now."""
    masked = areas.masked_rows(filling.shown, place.organisation, actor)
    found, hidden = signatures.of(kept), {name.partition("|")[0] for name in masked}
    rows = []
    for row, filled in signatures.as_written(filling).items():
        stands = signatures.state_of(found.get(row), filled) if not kept.is_filed else "signed"
        owner = place.form.department_of(row)
        rows.append(
            {
                "live": Live(filled, place.figure_url(row), place.organisation.code, is_masked=row in hidden),
                "owner": owner,
                "department": place.form.department_of(row, english=is_english()),
                "signature": found.get(row),
                "stands": stands,
                "seen": signatures.seen(filled),
                "is_mine": stands in ("asked", "changed", "objected") and actor.answers_for(owner),
            }
        )
    return rows


EARLY = ("outlined", "collecting")
STATES = {
    "none": ("未送签", ""),
    "asked": ("待会签", "wait"),
    "signed": ("已会签", "ok"),
    "objected": ("不同意", "late"),
    "changed": ("签后有变，待重签", "wait"),
}


@page("reports.edit")
@require_POST
def ask_signatures(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """The figures go to their owners."""
    place, kept = begun(request.actor, form, period, code)
    asked = signing.ask_signatures(kept, by=request.actor, on=clock.today())
    messages.success(
        request,
        ngettext("已送 %(n)s 个数字给数据负责人会签", "已送 %(n)s 个数字给数据负责人会签", asked) % {"n": asked},
    )
    return redirect("report_signing", *place.parts)


@page("reports.sign_figures")
@require_POST
def sign(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """The owner signs the ticked figures, each with the number that stood beside its box."""
    place, kept = begun(request.actor, form, period, code)
    ticked = request.POST.getlist("row")
    seen = {row: request.POST.get(f"seen-{row}", "") for row in ticked}
    signed = signing.sign_figures(kept, seen, by=request.actor, on=clock.today())
    messages.success(
        request, ngettext("已会签 %(n)s 个数字", "已会签 %(n)s 个数字", signed.count) % {"n": signed.count}
    )
    for filled in signed.moved:
        words = _("“%(title)s”在您看的时候变了，现在印作 %(now)s，没有签。请看过新的再签")
        messages.warning(request, words % {"title": _(filled.figure.title), "now": filled.said(english=is_english())})
    return redirect("report_signing", *place.parts)


@page("reports.sign_figures")
@require_POST
def object_to(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """The owner objects to a figure."""
    place, kept = begun(request.actor, form, period, code)
    row, why = request.POST.get("row", ""), request.POST.get("why", "")
    signing.object_figure(kept, row, why=why, by=request.actor, on=clock.today())
    messages.success(request, _("已把不同意的理由交给报告编辑"))
    return redirect("report_signing", *place.parts)


# 征求意见 ----------------------------------------------------------------------------------------------------------


@page("reports.see")
def comments(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """Who was asked in each round, what they said and what became of it."""
    place, kept = begun(request.actor, form, period, code)
    if "circulated" not in kept.way:
        raise Http404
    own = kept.organisation_id == request.actor.organisation_id
    editing = own and request.actor.may("reports.edit")
    asks = editing and (kept.state == "revised" or kept.way[kept.way.index(kept.state) + 1 :][:1] == ["circulated"])
    rounds = []
    for number in range(kept.round, 0, -1):
        asked = list(
            kept.asked.filter(round=number).select_related("organisation").order_by("organisation__pinyin_key")
        )
        remarks = list(kept.remarks.filter(round=number).select_related("organisation"))
        spoken = {one.organisation_id for one in remarks}
        rounds.append(
            {
                "number": number,
                "asked": [(short_name_of(one.organisation), one.organisation_id in spoken) for one in asked],
                "asked_on": asked[0].asked_on if asked else None,
                "remarks": [(one, short_name_of(one.organisation), _typed_for(one, request.typed)) for one in remarks],
            }
        )
    below = Organisation.objects.filter(parent=place.organisation, is_active=True).exclude(level__in=("base", "joint"))
    return render(
        request,
        "reports/console/comments.html",
        {
            **_shown(place, kept),
            "rounds": rounds,
            "may_answer": editing and kept.state in ("circulated", "revised"),
            "asks": asks,
            "below": [
                (one, short_name_of(one), request.typed is None or one.code in request.typed.getlist("unit"))
                for one in below.order_by("level", "area_code", "pinyin_key")[:200]
            ]
            if asks
            else [],
        },
    )


def _typed_for(remark: Remark, typed: QueryDict | None) -> str | None:
    """What was typed as the answer to this comment before the page was refused; None where that was another one."""
    return typed.get("answer", "") if typed is not None and typed.get("remark") == str(remark.public_id) else None


@page("reports.edit")
@require_POST
def ask_comments(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """The draft goes to the ticked units."""
    place, kept = begun(request.actor, form, period, code)
    units = Organisation.objects.seen_by(request.actor).filter(code__in=request.POST.getlist("unit")[:200])
    asked = circulating.ask_comments(kept, list(units), by=request.actor, on=clock.today())
    messages.success(
        request,
        ngettext("第 %(round)s 轮已送 %(n)s 个单位征求意见", "第 %(round)s 轮已送 %(n)s 个单位征求意见", asked)
        % {"round": kept.round, "n": asked},
    )
    return redirect("report_comments", *place.parts)


@page("reports.edit")
@require_POST
def answer(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """A comment is taken up, or not."""
    place, kept = begun(request.actor, form, period, code)
    remark = get_object_or_404(kept.remarks, public_id=_uuid_or_404(request.POST.get("remark", "")))
    accepted = request.POST.get("accepted") == "1"
    circulating.answer_comment(
        remark, accepted=accepted, answer=request.POST.get("answer", ""), by=request.actor, on=clock.today()
    )
    messages.success(request, _("已采纳") if accepted else _("已写明不采纳的原因"))
    return redirect("report_comments", *place.parts)


def _uuid_or_404(words: str) -> str:
    if len(words) != 36 or not all(sign in "0123456789abcdef-" for sign in words):
        raise Http404
    return words


@page("reports.see")
def asked(request: ConsoleRequest, public_id: str) -> HttpResponseBase:
    """A draft as a unit that was asked reads it, with the place for its comment."""
    found = (
        Asked.objects.filter(organisation_id=request.actor.organisation_id, report__public_id=public_id)
        .select_related("report__organisation")
        .order_by("-round")
        .first()
    )
    if found is None:
        raise Http404
    kept = found.report
    if request.method == "POST":
        circulating.comment_report(kept, request.POST.get("text", ""), by=request.actor, on=clock.today())
        messages.success(request, _("意见已交给%(name)s") % {"name": name_of(kept.organisation)})
        return redirect("report_asked", public_id)
    place = Place.of(kept)
    _same, filling = filled_report(place.form, kept.organisation, place.period)
    return render(
        request,
        "reports/console/asked.html",
        {
            **_shown(place, kept),
            "headline": title_of(place.form, place.period, english=is_english(), head=True),
            "sections": sections_of(filling, filling.texts, english=is_english()),
            "remarks": kept.remarks.filter(organisation_id=request.actor.organisation_id),
            "round": found.round,
            "is_open": kept.state == "circulated" and found.round == kept.round,
        },
    )


# Publication -----------------------------------------------------------------------------------------------------


@page("reports.publish")
@require_POST
def publish(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """The filed report is open to everybody."""
    place, kept = begun(request.actor, form, period, code)
    doing = f"{_('公布')} · {title_of(place.form, place.period, english=is_english())}"
    if (shown_again := asked_again(request, doing=doing)) is not None:
        return shown_again
    filings.publish_report(kept, by=request.actor, on=clock.today())
    messages.success(request, _("已公布，任何人不登录就能看到"))
    return redirect(place.url)


@page("reports.publish")
def erratum(request: ConsoleRequest, form: str, period: str, code: str) -> HttpResponseBase:
    """A notice beside a published report: what it said, what it should say."""
    place, kept = begun(request.actor, form, period, code)
    if kept.organisation_id != request.actor.organisation_id or kept.state != "published":
        raise Http404
    if request.method == "POST":
        said, should_say = request.POST.get("said", ""), request.POST.get("should_say", "")
        filings.add_erratum(kept, said=said, should_say=should_say, by=request.actor, on=clock.today())
        messages.success(request, _("勘误已附在报告后面"))
        return redirect(place.url)
    return render(request, "reports/console/erratum.html", {**_shown(place, kept), "errata": list(kept.errata.all())})


HERE = "reports/<slug:form>/<str:period>/<str:code>/"
urlpatterns = [
    path("reports/asked/<uuid:public_id>/", asked, name="report_asked"),
    path(f"{HERE}begin/", begin, name="report_begin"),
    path(f"{HERE}step/", step, name="report_step"),
    path(f"{HERE}text/<int:section>/", text, name="report_text"),
    path(f"{HERE}signing/", signing_desk, name="report_signing"),
    path(f"{HERE}signing/ask/", ask_signatures, name="report_ask_signatures"),
    path(f"{HERE}signing/sign/", sign, name="report_sign"),
    path(f"{HERE}signing/object/", object_to, name="report_object"),
    path(f"{HERE}comments/", comments, name="report_comments"),
    path(f"{HERE}comments/ask/", ask_comments, name="report_ask_comments"),
    path(f"{HERE}comments/answer/", answer, name="report_answer"),
    path(f"{HERE}publish/", publish, name="report_publish"),
    path(f"{HERE}erratum/", erratum, name="report_erratum"),
]
