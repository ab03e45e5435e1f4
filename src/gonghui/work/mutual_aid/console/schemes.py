"""The scheme desk: the plans with their texts through time, and one text with all that is to be known of it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import clock, money
from gonghui.core.actor import Actor
from gonghui.core.rules import Scheme
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.models import Account
from gonghui.web.stepup import asked_again
from gonghui.web.today import Item, waiting
from gonghui.work.mutual_aid.actions import drafts, replays
from gonghui.work.mutual_aid.console.trying import examples_of, trial_of
from gonghui.work.mutual_aid.flow import PUBLISH, SCHEMES, SEE
from gonghui.work.mutual_aid.forms.telling import is_english as is_english
from gonghui.work.mutual_aid.forms.telling import parameters_of
from gonghui.work.mutual_aid.models import Edition, Replay
from gonghui.work.mutual_aid.rules import comparing
from gonghui.work.mutual_aid.rules.plans import PLANS

HIDDEN = "—"


def edition_of(actor: Actor, public_id: UUID) -> Edition:
    """A text in sight."""
    found: Edition = get_object_or_404(Edition.objects.seen_by(actor), public_id=public_id)
    return found


def names_of(accounts: Iterable[int | None]) -> dict[int, str]:
    """The names of accounts."""
    return dict(Account.objects.filter(pk__in={one for one in accounts if one}).values_list("pk", "name"))


def titled(scheme: Scheme) -> str:
    """What a text is called, in the reader's language."""
    return scheme.title_en if is_english() else scheme.title


@page(SEE)
def schemes(request: ConsoleRequest) -> HttpResponseBase:
    """All plans: the text that holds today, those to come, drafts."""
    today = clock.today()
    seen = list(Edition.objects.seen_by(request.actor).exclude(state="withdrawn").order_by("-valid_from"))
    names = names_of(one.made_by for one in seen)
    plans = []
    for plan in PLANS.values():
        own = [one for one in seen if one.plan == plan.key]
        published = [one for one in own if one.state == "published"]
        held = next((one for one in published if one.valid_from <= today), None)
        plans.append(
            {
                "plan": plan,
                "title": plan.title_en if is_english() else plan.title,
                "held": held,
                "parameters": parameters_of(held.scheme) if held else [],
                "coming": [one for one in published if one.valid_from > today],
                "earlier": [one for one in published if one.valid_from <= today and one != held],
                "drafts": [(one, names.get(one.made_by, "")) for one in own if one.state == "draft"],
            }
        )
    context = {"plans": plans, "may_draft": request.actor.may(SCHEMES)}
    return render(request, "mutual_aid/console/schemes.html", context)


@page(SCHEMES)
@require_POST
def begin(request: ConsoleRequest, plan: str) -> HttpResponseBase:
    """A draft of a plan's next text, copied from the one that holds or from the one asked for."""
    if plan not in PLANS:
        raise Http404
    copied = None
    if wanted := request.POST.get("copied", ""):
        try:
            copied = edition_of(request.actor, UUID(wanted))
        except ValueError:
            raise Http404 from None
        if copied.plan != plan:
            raise Http404
    made = drafts.begin_draft(plan, by=request.actor, on=clock.today(), copied=copied)
    messages.success(request, _("草案已建，先与原条文一样：改好后存下"))
    return redirect("aid_scheme_text", made.public_id)


@page(SEE)
def scheme(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """One text in readable parts, what it changes, its examples and replays, and the steps that may be taken."""
    edition = edition_of(request.actor, public_id)
    if request.method == "POST" and request.POST.get("step") != "try":
        return _stepped(request, edition)
    read, held = edition.scheme, drafts.held_before(edition)
    own = edition.replays.select_related("base")
    names = names_of((edition.made_by, edition.published_by, edition.withdraw_asked_by, edition.withdrawn_by))
    changes = comparing.changes(held.scheme, read, english=is_english()) if held else None
    may, newest = _may(request.actor, edition), own.filter(version=edition.version, state="done").first()
    return render(
        request,
        "mutual_aid/console/scheme.html",
        {
            "edition": edition,
            "scheme": read,
            "title": titled(read),
            "held": held,
            "changes": changes,
            "parameters": parameters_of(read),
            "steps": read.in_words(english=is_english()),
            "examples": examples_of(read),
            "trial": trial_of(request, read),
            "lines": read.text.rstrip("\n").split("\n"),
            "replays": own,
            "newest": newest,
            "told": _told(newest) if newest else [],
            "must_say": newest is None and (edition.of_plan.is_settled or may["years"]),
            "names": {name: names.get(one or 0, "") for name, one in _people(edition)},
            **may,
        },
    )


def _told(newest: Replay) -> list[tuple[str, str]]:
    """What the publisher of a text has to know of its replay."""
    found = newest.found
    (gain, _more), (lose, _less), more = found.side(1), found.side(-1), found.whole.change_fen
    return [
        (_("比现行条文多（元）"), HIDDEN if more is None else money.yuan(more)),
        (_("多得的人"), HIDDEN if gain is None else f"{gain:,}"),
        (_("少得的人"), HIDDEN if lose is None else f"{lose:,}"),
    ]


def _people(edition: Edition) -> list[tuple[str, int | None]]:
    return [
        ("made", edition.made_by),
        ("published", edition.published_by),
        ("asked", edition.withdraw_asked_by),
        ("withdrawn", edition.withdrawn_by),
    ]


def _may(actor: Actor, edition: Edition) -> dict[str, Any]:
    """What the reader may do with the text, or why not."""
    is_draft, is_own = edition.state == "draft", edition.made_by == actor.account_id
    unbegun = edition.state == "published" and edition.valid_from > clock.today() and edition.published_by is not None
    asked = edition.withdraw_asked_by
    return {
        "may_write": is_draft and is_own and actor.may(SCHEMES),
        "may_copy": actor.may(SCHEMES),
        "may_replay": is_draft and (actor.may(SCHEMES) or actor.may(PUBLISH)),
        "years": replays.years_of(edition.plan) if is_draft else [],
        "may_offer": is_draft and is_own and not edition.is_offered and actor.may(SCHEMES),
        "publishes": is_draft and actor.may(PUBLISH),
        "is_own": is_own,
        "may_ask_withdrawal": unbegun and asked is None and (actor.may(SCHEMES) or actor.may(PUBLISH)),
        "may_answer": unbegun and asked is not None and actor.may(PUBLISH),
        "asked_self": asked == actor.account_id,
    }


def _stepped(request: ConsoleRequest, edition: Edition) -> HttpResponseBase:
    """A step taken with the text."""
    actor, on, sent = request.actor, clock.today(), request.POST
    match sent.get("step", ""):
        case "publish":
            actor.require(PUBLISH)
            if (shown_again := asked_again(request, doing=_("发布互助方案"))) is not None:
                return shown_again
            drafts.publish_edition(edition, content=sent.get("content", ""), why=sent.get("why", ""), by=actor, on=on)
            messages.success(request, _("已发布，从生效日起执行；条文不能再改"))
        case "offer":
            drafts.offer_draft(edition, content=sent.get("content", ""), by=actor, on=on)
            messages.success(request, _("已提请发布；再改条文就要重新提请"))
        case "ask_withdrawal":
            drafts.ask_withdrawal(edition, why=sent.get("why", ""), by=actor, on=on)
            messages.success(request, _("已提出撤回，等另一位负责人决定"))
        case "withdraw":
            drafts.answer_withdrawal(edition, is_withdrawn=True, by=actor, on=on)
            messages.success(request, _("已撤回，到时仍按原来的方案执行"))
            return redirect("aid_schemes")
        case "keep":
            drafts.answer_withdrawal(edition, is_withdrawn=False, by=actor, on=on)
            messages.success(request, _("不撤回，到生效日照常执行"))
        case "drop":
            drafts.drop_draft(edition, by=actor, on=on)
            messages.success(request, _("草案已删去"))
            return redirect("aid_schemes")
        case "replay":
            year = sent.get("year", "")
            asked = replays.ask_replay(edition, year=int(year) if year.isdecimal() else 0, by=actor, on=on)
            messages.success(request, _("已交后台重放，办完在这里看结果"))
            return redirect("aid_replay", edition.public_id, asked.public_id)
        case _:
            raise Http404
    return redirect("aid_scheme", edition.public_id)


@waiting
def to_decide(actor: Actor) -> list[Item]:
    """Texts that others asked to have published or withdrawn."""
    if not actor.may(PUBLISH):
        return []
    own = Edition.objects.filter(actor.within("organisation__path"))
    drafted = own.filter(state="draft", offered=F("version")).exclude(made_by=actor.account_id)
    doubted = own.filter(state="published", withdraw_asked_by__isnull=False).exclude(withdraw_asked_by=actor.account_id)
    return [
        Item(_("发布互助方案"), reverse("aid_scheme", args=[one.public_id]), one.title, _("待发布"), due=one.valid_from)
        for one in drafted
    ] + [
        Item(_("撤回互助方案"), reverse("aid_scheme", args=[one.public_id]), one.title, _("待撤回"), due=one.valid_from)
        for one in doubted
    ]


urlpatterns = [
    path("mutual_aid/schemes/", schemes, name="aid_schemes"),
    path("mutual_aid/schemes/<str:plan>/draft/", begin, name="aid_scheme_new"),
    path("mutual_aid/schemes/<uuid:public_id>/", scheme, name="aid_scheme"),
]
