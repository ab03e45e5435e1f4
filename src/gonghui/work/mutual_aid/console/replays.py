"""A replay as a page: what a draft would have paid beside the text that holds, who gains, who loses; two drafts."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _

from gonghui.core import money
from gonghui.core.errors import Refusal
from gonghui.spine.organisations.models import Organisation
from gonghui.web import say
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.work.mutual_aid.actions.replays import is_lost
from gonghui.work.mutual_aid.console.schemes import HIDDEN, edition_of, titled
from gonghui.work.mutual_aid.flow import SEE
from gonghui.work.mutual_aid.models import Replay
from gonghui.work.mutual_aid.rules.replay import Band, Cell, Summary

KINDS = {"inpatient": "住院", "outpatient": "门诊"}


def _fen(amount: int | None, *, signed: bool = False) -> str:
    if amount is None:
        return HIDDEN
    return ("+" if signed and amount > 0 else "") + money.yuan(amount)


def _count(number: int | None) -> str:
    return HIDDEN if number is None else f"{number:,}"


def _share(change: int | None, whole: int | None) -> str:
    """The change in percent of what it was; empty where there was nothing."""
    if change is None or not whole:
        return ""
    return f"{100 * change / whole:+.1f}%"


def _row(title: str, cell: Cell) -> dict[str, str]:
    return {
        "title": title,
        "people": _count(cell.people),
        "base_payments": _count(cell.base_payments),
        "base": _fen(cell.base_fen),
        "draft_payments": _count(cell.draft_payments),
        "draft": _fen(cell.draft_fen),
        "change": _fen(cell.change_fen, signed=True),
        "share": _share(cell.change_fen, cell.base_fen),
    }


def _unit_rows(found: Summary) -> list[dict[str, str]]:
    """Each district or industry union, the largest change first; hidden ones last."""
    units = Organisation.objects.in_bulk([int(key) for key in found.units])
    ranked = sorted(
        found.units.items(), key=lambda item: (item[1].change_fen is None, -abs(item[1].change_fen or 0), item[0])
    )
    return [_row(units[int(key)].short_title if int(key) in units else _("未归属"), cell) for key, cell in ranked]


def band_title(band: Band) -> str:
    """A band in words: 多得 100 元至 500 元."""
    if band.from_fen == 0 == band.to_fen:
        return _("不变")
    is_gain = band.from_fen is not None and band.from_fen >= 0
    near, far = (band.from_fen, band.to_fen) if is_gain else (band.to_fen, band.from_fen)
    low, high = (f"{abs(one) // 100:,}" if one is not None else "" for one in (near, far))
    if not near:
        said = _("多得不到 %(high)s 元") if is_gain else _("少得不到 %(high)s 元")
    elif far is None:
        said = _("多得 %(low)s 元及以上") if is_gain else _("少得 %(low)s 元及以上")
    else:
        said = _("多得 %(low)s 至 %(high)s 元") if is_gain else _("少得 %(low)s 至 %(high)s 元")
    return said % {"low": low, "high": high}


def _paired(found: Summary, other: Summary | None) -> list[tuple[Band, Band | None]]:
    """The bands in which anybody is, each beside that of the other replay."""
    beside: list[Band | None] = [*other.bands] if other is not None else [None] * len(found.bands)
    pairs = zip(found.bands, beside, strict=True)
    return [(band, one) for band, one in pairs if band.people != 0 or (one is not None and one.people != 0)]


def _chart(pairs: list[tuple[Band, Band | None]], *, is_compared: bool) -> dict[str, Any]:
    """The people of each band as bars; those who stay as they are would dwarf the rest and stand in the table alone."""
    drawn = [(band, one) for band, one in pairs if (band.from_fen, band.to_fen) != (0, 0)]
    series = [(_("本稿"), [band for band, _one in drawn], 1.0)]
    if is_compared:
        series.append((_("对照稿"), [one for _band, one in drawn if one is not None], 0.45))
    return {
        "animation": False,
        "tooltip": {"trigger": "item", "renderMode": "richText", "confine": True},
        "aria": {"enabled": False},
        "legend": {"show": is_compared, "top": 0},
        "grid": {"left": 8, "right": 72, "top": 32 if is_compared else 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "axisLabel": {"show": False}, "splitLine": {"show": False}},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [band_title(band) for band, _one in drawn],
            "axisTick": {"show": False},
            "axisLabel": {"interval": 0},
        },
        "series": [
            {
                "type": "bar",
                "name": name,
                "barWidth": 10,
                "itemStyle": {"opacity": opacity},
                "label": {"show": True, "position": "right"},
                "data": [{"value": band.people or 0, "label": {"formatter": _count(band.people)}} for band in bands],
            }
            for name, bands, opacity in series
        ],
    }


def _bands(pairs: list[tuple[Band, Band | None]]) -> list[dict[str, str]]:
    return [
        {
            "title": band_title(band),
            "people": _count(band.people),
            "change": _fen(band.change_fen, signed=True),
            "other": _count(one.people) if one else "",
            "other_change": _fen(one.change_fen, signed=True) if one else "",
        }
        for band, one in pairs
    ]


def _sides(found: Summary) -> list[dict[str, str]]:
    """Who gains, who loses, who stays: people and sums."""
    titles = ((1, _("多得的人")), (-1, _("少得的人")), (0, _("不变的人")))
    return [
        {"title": title, "people": _count(people), "change": _fen(change, signed=True) if sign else ""}
        for sign, title in titles
        for people, change in [found.side(sign)]
    ]


def summed(found: Summary) -> dict[str, Any]:
    """A summary as its page and the publisher's show it."""
    return {
        "whole": _row(_("合计"), found.whole),
        "kinds": [_row(_(KINDS[key]), cell) for key, cell in sorted(found.kinds.items())],
        "sides": _sides(found),
        "settlements": _count(found.whole.settlements),
        "people_base": _count(found.people_base),
        "people_draft": _count(found.people_draft),
        "refused": found.refused,
        "otherwise": found.otherwise,
    }


@page(SEE)
def replay(request: ConsoleRequest, public_id: UUID, replay_id: UUID) -> HttpResponseBase:
    """One replay: how far it is, or what it says; beside another one of the same plan and year where asked."""
    edition = edition_of(request.actor, public_id)
    mine: Replay = get_object_or_404(Replay.objects.select_related("edition", "base"), public_id=replay_id)
    if mine.edition_id != edition.pk:
        raise Http404
    seen = Replay.objects.filter(
        state="done",
        edition__plan=edition.plan,
        year=mine.year,
        edition__in=type(edition).objects.seen_by(request.actor),
    )
    others = list(seen.exclude(pk=mine.pk).select_related("edition", "base")[:20])
    beside = next((one for one in others if str(one.public_id) == request.GET.get("with", "")), None)
    context: dict[str, Any] = {
        "edition": edition,
        "title": titled(edition.scheme),
        "replay": mine,
        "others": others,
        "beside": beside,
        "why_not": _why_not(mine),
        "is_lost": is_lost(mine),
    }
    if mine.state == "done":
        found, other = mine.found, beside.found if beside else None
        pairs = _paired(found, other)
        context |= {
            "sum": summed(found),
            "other": summed(other) if other else None,
            "units": _unit_rows(found),
            "bands": _bands(pairs),
            "chart": _chart(pairs, is_compared=other is not None),
            "height": 24 * len(pairs) * (2 if other else 1) + 48,
        }
        context["sides"] = [
            {"title": one["title"], "mine": one["people"], "other": beside["people"]}
            for one, beside in zip(context["sum"]["sides"], (context["other"] or context["sum"])["sides"], strict=True)
        ]
    response = render(request, "mutual_aid/console/replay.html", context)
    if mine.state != "waiting" and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"  # the page that waited has its scripts to load
    return response


def _why_not(mine: Replay) -> str:
    kept = mine.why_not
    return say.text(Refusal("mutual_aid.replay", kept["message"], **kept["params"])) if kept else ""


urlpatterns = [path("mutual_aid/schemes/<uuid:public_id>/replays/<uuid:replay_id>/", replay, name="aid_replay")]
