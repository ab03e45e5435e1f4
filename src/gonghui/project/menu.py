"""The desks in menu order; no desk is reachable unless it is written here."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor


@dataclass(frozen=True)
class Desk:
    """A line of the menu: its title, the name of its address, the power without which it is not shown."""

    title: Any
    address: str
    needs: str = ""


@dataclass(frozen=True)
class Group:
    """Desks under one heading."""

    title: Any
    desks: tuple[Desk, ...]


MENU = (
    Group("", (Desk(_("今日"), "today"),)),
    Group(_("上报与报告"), ()),
    Group(
        _("组织与干部"),
        (
            Desk(_("组织"), "organisations", "organisations.see"),
            Desk(_("建会"), "set_ups", "organisations.set_ups"),
            Desk(_("干部"), "officials", "officials.see"),
            Desk(_("重置码"), "reset_codes", "officials.confirm_reset"),
        ),
    ),
)


def _shown(request: HttpRequest) -> list[dict[str, Any]]:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return []
    groups = []
    for group in MENU:
        items = []
        for desk in group.desks:
            if desk.needs and not actor.may(desk.needs):
                continue
            try:
                url = reverse(desk.address)
            except NoReverseMatch:
                continue
            active = request.path == url or (url != "/" and request.path.startswith(url))
            items.append({"title": desk.title, "url": url, "active": active})
        if items:
            groups.append({"title": group.title, "items_shown": items})
    return groups


def every_page(request: HttpRequest) -> dict[str, Any]:
    """The context processor of the menu."""
    return {"menu": SimpleLazyObject(lambda: _shown(request))}
