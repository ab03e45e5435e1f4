"""The desks in menu order; no desk is reachable unless it is written here."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
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
    Group(
        _("上报与报告"),
        (
            Desk(_("工作报告"), "reports", "reports.see"),
            Desk(_("统计上报"), "rounds", "reports.see"),
            Desk(_("本单位报表"), "returns", "reports.see"),
            Desk(_("审核台"), "review", "reports.review"),
        ),
    ),
    Group(
        _("组织与干部"),
        (
            Desk(_("组织"), "organisations", "organisations.see"),
            Desk(_("建会"), "set_ups", "organisations.set_ups"),
            Desk(_("干部"), "officials", "officials.see"),
            Desk(_("重置码"), "reset_codes", "officials.confirm_reset"),
        ),
    ),
    Group(
        _("监督"),
        (
            Desk(_("台账"), "journal", "journal.see"),
            Desk(_("检查点"), "checkpoints", "journal.see"),
            Desk(_("查看留痕"), "accesses", "access.see"),
            Desk(_("系统"), "system", "system.settings"),
        ),
    ),
)


def _shown(request: HttpRequest) -> list[dict[str, Any]]:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return []
    seen = [(group.title, [desk for desk in group.desks if not desk.needs or actor.may(desk.needs)]) for group in MENU]
    urls = {desk: reverse(desk.address) for _title, desks in seen for desk in desks}
    here = max((url for url in urls.values() if request.path.startswith(url)), key=len, default="")
    active = here if here != "/" or request.path == "/" else ""
    return [
        {
            "title": title,
            "items_shown": [{"title": desk.title, "url": urls[desk], "active": urls[desk] == active} for desk in desks],
        }
        for title, desks in seen
        if desks
    ]


def every_page(request: HttpRequest) -> dict[str, Any]:
    """The context processor of the menu."""
    return {"menu": SimpleLazyObject(lambda: _shown(request))}
