"""Checkpoints: those of this journal, to hand on and to compare; those of other journals, kept here."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gonghui.core import clock
from gonghui.core.errors import Refusal
from gonghui.core.models import Witnessed
from gonghui.core.seals import note, sealing, witness, words
from gonghui.core.seals.checkpoints import keys_text
from gonghui.core.seals.checkpoints import whole as checkpoint_text
from gonghui.core.text import clean
from gonghui.reports import seals
from gonghui.reports.seals import Shown, Told
from gonghui.spine.organisations.models import Organisation
from gonghui.web import say
from gonghui.web.console import ConsoleRequest, attachment, page, render
from gonghui.web.desk import Keyset
from gonghui.web.templatetags.gonghui import moment

SIZE, KEPT_SHOWN = 20, 50
LARGEST = 20_000
PLAIN = "text/plain; charset=utf-8"
TOLD = {
    Told.SAME: ("别处存的同一个检查点与它相同", "good"),
    Told.OTHER: ("别处存的同一个检查点与它不同：有一方被改写，请立即核实", "red"),
    Told.BEGINNING: ("与本台账一致：它所盖的各块，一块未改", "good"),
    Told.REWRITTEN: ("与本台账不一致：它所盖的块在这里是另一个样子，台账被改写过", "red"),
    Told.SHORT: ("本台账现在比它还短：末尾被截去，或恢复了旧备份", "red"),
    Told.ALONE: ("目前只有这一份，还没有可比的", ""),
}


@page("journal.see")
def checkpoints(request: ConsoleRequest) -> HttpResponseBase:
    """This journal's checkpoints, the newest first, and what the units in sight keep of others."""
    listed = Keyset(seals.of_entries(), ("-blocks", "-id"), SIZE).page(request)
    return render(
        request,
        "reports/console/checkpoints.html",
        {
            "page": listed,
            "rows": [Shown(row) for row in listed.rows],
            "kept": _kept(seals.kept_in_sight(request.actor).order_by("-kept_at")[:KEPT_SHOWN]),
            "may_keep": request.actor.may("journal.audit"),
        },
    )


def _kept(rows: Iterable[Witnessed]) -> list[dict[str, Any]]:
    return [
        {"row": one, "groups": note.groups(one.text), "told": _(TOLD[told][0]), "kind": TOLD[told][1]}
        for one, told in seals.told(rows)
    ]


@page("journal.see")
def checkpoint(request: ConsoleRequest, blocks: int) -> HttpResponseBase:
    """One checkpoint: its groups, its text, its square, and what it grew from."""
    shown = seals.found(blocks)
    before = [Shown(row) for row in seals.of_entries().filter(blocks__lt=blocks)[:SIZE]]
    since = request.GET.get("since", "")
    older = seals.numbered(int(since)) if since.isdecimal() and len(since) < 11 and int(since) < blocks else None
    return render(
        request,
        "reports/console/checkpoint.html",
        {
            "shown": shown,
            "before": before,
            "growth": seals.growth(older, shown) if older is not None else None,
            **_compared(shown, request.GET.get("groups", "")),
        },
    )


def _compared(shown: Shown, typed: str) -> dict[str, Any]:
    """The groups somebody reads out against those of the checkpoint."""
    groups = seals.groups_typed(typed)
    if not groups:
        return {"typed": "", "differs": None, "agrees": False}
    places = (n for n, (own, theirs) in enumerate(zip(shown.groups, groups, strict=False), 1) if own != theirs)
    return {
        "typed": typed[:200],
        "differs": next(places, len(groups) + 1 if len(groups) < len(shown.groups) else None),
        "agrees": groups == shown.groups,
    }


@page("journal.audit")
@require_POST
def keep(request: ConsoleRequest) -> HttpResponseBase:
    """Keep a checkpoint of another journal, pasted or as a file; one of this journal is compared, not kept."""
    text, keys = _handed(request, "text", "file"), _handed(request, "keys", "keys_file")
    given_by = clean(request.POST.get("given_by", ""), longest=120, field=_("从哪个单位拿来"))
    signed = witness.read_signed(text.strip() + "\n", _("贴上的文字"))
    if signed.note.origin == sealing.origin():
        told, kind = TOLD[seals.against_own(signed)]
        title = _("检查点 %(n)s") % {"n": f"{signed.note.blocks:,}"}
        sentence = f"{title} · {_(told)}"
        (messages.success if kind == "good" else messages.error)(request, sentence)
        return redirect("checkpoints")
    if not given_by:
        raise Refusal("seals.giver_missing", "请写明这个检查点是从哪个单位拿来的")
    place = Organisation.objects.get(pk=request.actor.organisation_id)
    proof = _handed(request, "growth", "growth_file").strip()
    growth = witness.read_growth(proof) if proof else None
    kept = witness.keep(
        text.strip() + "\n",
        keys=keys,
        given_by=given_by,
        by=request.actor,
        on=clock.today(),
        organisation=place,
        growth=growth,
    )
    said = {"blocks": f"{kept.row.blocks:,}", "on": moment(kept.row.kept_at)}
    if kept.contradicts:
        messages.error(request, _("已保存检查点 %(blocks)s，它与以前存的不能同时成立，请立即核实") % said)
    elif kept.is_new:
        messages.success(request, _("已保存检查点 %(blocks)s") % said)
    else:
        messages.info(request, _("检查点 %(blocks)s 早已存着（%(on)s 存的），没有重复保存") % said)
    if kept.grew:
        messages.success(request, _(words.GREW))
    elif growth is not None and kept.grew is None:
        messages.warning(request, _(words.NOT_OF_THESE))
    if kept.first_met:
        origin = kept.row.origin
        messages.warning(request, say.filled(words.FIRST_MET, {"origin": origin, "key": kept.first_met}))
    if not seals.kept_in_sight(request.actor).filter(pk=kept.row.pk).exists():  # another unit kept it before
        return redirect("checkpoints")
    return redirect("kept_checkpoint", kept.row.public_id)


def _handed(request: ConsoleRequest, name: str, file_name: str) -> str:
    """What was pasted, or the file instead."""
    file = request.FILES.get(file_name)
    text = request.POST.get(name, "")
    if file is not None:
        text = file.read(LARGEST + 1).decode("utf-8", errors="replace")
    if len(text) > LARGEST:
        raise Refusal("seals.checkpoint_long", "检查点只有几行，这里有 %(length)s 字，不像检查点", length=len(text))
    return text


@page("journal.see")
def kept_checkpoint(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One kept checkpoint, its groups, and how it stands to what can be compared with it."""
    kept = get_object_or_404(seals.kept_in_sight(request.actor), public_id=public_id)
    whole = checkpoint_text(kept)
    return render(request, "reports/console/kept.html", {"kept": _kept([kept])[0], "whole": whole})


# For anybody -----------------------------------------------------------------------------------------------------


@require_safe
def open_checkpoints(request: HttpRequest) -> HttpResponseBase:
    """This journal's checkpoints for anybody who wants to keep or compare one."""
    listed = Keyset(seals.of_entries(), ("-blocks", "-id"), SIZE).page(request)
    return render(
        request, "reports/open/checkpoints.html", {"page": listed, "rows": [Shown(row) for row in listed.rows]}
    )


@require_safe
def open_checkpoint(request: HttpRequest, blocks: int) -> HttpResponseBase:
    """One checkpoint for anybody."""
    return render(request, "reports/open/checkpoint.html", {"shown": seals.found(blocks)})


@require_safe
def checkpoint_file(request: HttpRequest, blocks: int) -> HttpResponseBase:
    """The checkpoint as it is handed on."""
    response = attachment(seals.found(blocks).note, f"checkpoint-{blocks}.txt", PLAIN)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def keys_file(request: HttpRequest) -> HttpResponseBase:
    """The public keys that checkpoints of this journal are signed with."""
    try:
        text = keys_text()
    except Refusal:
        raise Http404 from None
    response = attachment(text, "checkpoint-keys.txt", PLAIN)
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [
    path("checkpoints/", checkpoints, name="checkpoints"),
    path("checkpoints/keep/", keep, name="keep_checkpoint"),
    path("checkpoints/kept/<uuid:public_id>/", kept_checkpoint, name="kept_checkpoint"),
    path("checkpoints/<int:blocks>/", checkpoint, name="checkpoint"),
    path("open/checkpoints/", open_checkpoints, name="open_checkpoints"),
    path("open/checkpoints/keys.txt", keys_file, name="checkpoint_keys"),
    path("open/checkpoints/<int:blocks>/", open_checkpoint, name="open_checkpoint"),
    path("open/checkpoints/<int:blocks>/checkpoint.txt", checkpoint_file, name="checkpoint_file"),
]
