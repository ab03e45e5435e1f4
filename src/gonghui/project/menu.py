"""The desks in menu order; no desk is reachable unless it is written here."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.web.palette import Found, Sought, commanding


@dataclass(frozen=True)
class Desk:
    """A line of the menu: its title, the name of its address, the power without which it is not shown, its key."""

    title: Any
    address: str
    needs: str = ""
    """One power, or several of which any will do, parted by blanks."""
    key: str = ""
    """The letter that leads there after g."""


IMPORTING = "organisations.edit officials.appoint officials.staff members.keep reports.enter funds.vouchers"
"""Who may bring a workbook to one of the lists."""


@dataclass(frozen=True)
class Group:
    """Desks under one heading."""

    title: Any
    desks: tuple[Desk, ...]


MENU = (
    Group("", (Desk(_("今日"), "today", key="t"),)),
    Group(
        _("上报与报告"),
        (
            Desk(_("工作报告"), "reports", "reports.see", key="r"),
            Desk(_("统计上报"), "rounds", "reports.see", key="c"),
            Desk(_("本单位报表"), "returns", "reports.see", key="m"),
            Desk(_("审核台"), "review", "reports.review", key="v"),
        ),
    ),
    Group(
        _("组织与干部"),
        (
            Desk(_("组织"), "organisations", "organisations.see", key="o"),
            Desk(_("建会"), "set_ups", "organisations.set_ups", key="s"),
            Desk(_("干部"), "officials", "officials.see", key="p"),
            Desk(_("会员"), "members", "members.see", key="u"),
            Desk(_("会籍接转"), "transfers", "members.keep", key="h"),
            Desk(_("会员申请"), "member_requests", "members.keep", key="q"),
            Desk(_("成批导入"), "imports", IMPORTING, key="i"),
            Desk(_("专职社工"), "social_workers", "officials.social_workers", key="g"),
            Desk(_("社工证书"), "certificates", "officials.social_workers", key="z"),
            Desk(_("重置码"), "reset_codes", "officials.confirm_reset", key="w"),
        ),
    ),
    Group(
        _("经费"),
        (Desk(_("资金"), "funds", "funds.see", key="f"), Desk(_("经费收缴"), "dues", "funds.see", key="d")),
    ),
    Group(
        _("互助保障"),
        (
            Desk(_("参保"), "aid_enrolments", "mutual_aid.see mutual_aid.enrol mutual_aid.certify", key="b"),
            Desk(_("互助申请"), "aid_claims", "mutual_aid.see mutual_aid.enrol", key="n"),
            Desk(_("医保结算"), "aid_files", "mutual_aid.see", key="j"),
            Desk(_("人工复核申请"), "aid_reviews", "mutual_aid.see", key="x"),
            Desk(_("互助方案"), "aid_schemes", "mutual_aid.see", key="e"),
        ),
    ),
    Group(
        _("监督"),
        (
            Desk(_("台账"), "journal", "journal.see", key="l"),
            Desk(_("检查点"), "checkpoints", "journal.see", key="k"),
            Desk(_("查看留痕"), "accesses", "access.see", key="a"),
            Desk(_("系统"), "system", "system.settings", key="y"),
        ),
    ),
)


PORTAL = (
    Desk(_("首页"), "my"),
    Desk(_("办事"), "my_affairs"),
    Desk(_("我的资料"), "my_data"),
    Desk(_("我的"), "my_account"),
)
"""The bar at the bottom of the members' pages."""
DEEDS = (
    Desk(_("开启上报轮次"), "open_round", "rounds.open"),
    Desk(_("登记建会"), "set_up_new", "organisations.set_up"),
    Desk(_("新建组织"), "organisation_new", "organisations.edit"),
    Desk(_("产业目录"), "industries", "organisations.see"),
    Desk(_("代打互助金说明"), "aid_print", "mutual_aid.see"),
    Desk(_("切换岗位"), "posts"),
    Desk(_("我的账号"), "profile"),
    Desk(_("改密码"), "account_change_password"),
)
"""What the palette offers beside the menu."""


def _open_to(actor: Actor, desks: tuple[Desk, ...]) -> list[Desk]:
    return [desk for desk in desks if not desk.needs or any(map(actor.may, desk.needs.split()))]


@commanding
def doors(sought: Sought) -> list[Found]:
    """The desks of the menu and what else can be begun, as the palette shows them."""
    listed = [(desk, group.title) for group in MENU for desk in _open_to(sought.actor, group.desks)]
    listed += [(desk, "") for desk in _open_to(sought.actor, DEEDS)]
    return [Found(str(desk.title), reverse(desk.address), str(note), (desk.address,)) for desk, note in listed]


def _shown(request: HttpRequest) -> list[dict[str, Any]]:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return []
    seen = [(group.title, _open_to(actor, group.desks)) for group in MENU]
    urls = {desk: reverse(desk.address) for _title, desks in seen for desk in desks}
    here = max((url for url in urls.values() if request.path.startswith(url)), key=len, default="")
    active = here if here != "/" or request.path == "/" else ""
    return [
        {
            "title": title,
            "items_shown": [
                {"title": desk.title, "url": urls[desk], "key": desk.key, "active": urls[desk] == active}
                for desk in desks
            ],
        }
        for title, desks in seen
        if desks
    ]


def _bar(request: HttpRequest) -> list[dict[str, Any]]:
    shown = [(desk, reverse(desk.address)) for desk in PORTAL]
    here = max((url for _desk, url in shown if request.path.startswith(url)), key=len, default="")
    return [{"title": desk.title, "url": url, "active": url == here} for desk, url in shown]


def every_page(request: HttpRequest) -> dict[str, Any]:
    """The context processor of the menu, and of the members' bar."""
    return {
        "menu": SimpleLazyObject(lambda: _shown(request)),
        "portal_bar": SimpleLazyObject(lambda: _bar(request)),
    }
