"""Where a request to take a list away stands; whoever answers is another person than who asked."""

from typing import Any

from gonghui.core.actor import Actor
from gonghui.core.flow import Flow, Step

ALLOW = "lists.allow"


def _another(request: Any, by: Actor) -> str | None:
    return "自己的申请要由另一个人答复" if request.account_id == by.account_id else None


def _own(request: Any, by: Actor) -> str | None:
    return None if request.account_id == by.account_id else "只有申请人自己能办"


EXPORT_FLOW = Flow(
    Step("allow", "asked", "allowed", needs=ALLOW, title="准许", guard=_another),
    Step("refuse", "asked", "refused", needs=ALLOW, title="不准许", guard=_another),
    Step("withdraw", ("asked", "allowed"), "withdrawn", title="撤回申请", guard=_own),
    Step("take", "allowed", "allowed", title="取走", guard=_own),
    states={"asked": "待准许", "allowed": "已准许", "refused": "未准许", "withdrawn": "已撤回"},
)
