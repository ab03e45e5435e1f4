"""How a member's state changes at a union, and how a transfer goes between two."""

from typing import Any

from gonghui.core.actor import Actor
from gonghui.core.flow import Flow, Step

SEE, KEEP, UNMASK, CHECK = "members.see", "members.keep", "members.unmask", "members.check"
"""Who sees members, keeps the roster and transfers, opens a sealed value for a reason, asks across unions."""

MEMBER_FLOW = Flow(
    Step("retain", "active", "retained", needs=KEEP, title="保留会籍"),
    Step("resume", "retained", "active", needs=KEEP, title="恢复会籍"),
    Step("exit", ("active", "retained"), "left", needs=KEEP, title="退会"),
    Step("expel", ("active", "retained"), "left", needs=KEEP, title="开除会籍"),
    Step("die", ("active", "retained"), "left", needs=KEEP, title="去世"),
    states={"active": "在籍", "retained": "保留会籍", "left": "已离会"},
)


def _of_the_old_union(transfer: Any, actor: Actor) -> str | None:
    return None if actor.sees(transfer.source.path) else "由原工会确认转出"


def _of_the_new_union(transfer: Any, actor: Actor) -> str | None:
    return None if actor.sees(transfer.target.path) else "由接收工会确认转入"


def _of_who_asked(transfer: Any, actor: Actor) -> str | None:
    if transfer.asked_by_member:
        return "由会员本人撤回"
    asked = transfer.target if transfer.asked_by_target else transfer.source
    return None if actor.sees(asked.path) else "由提出的一方撤回"


TRANSFER_FLOW = Flow(
    Step("release", "asked", "released", needs=KEEP, title="确认转出", guard=_of_the_old_union),
    Step("object", "asked", "refused", needs=KEEP, title="不同意转出", guard=_of_the_old_union),
    Step("receive", "released", "done", needs=KEEP, title="确认转入", guard=_of_the_new_union),
    Step("decline", "released", "refused", needs=KEEP, title="不接收", guard=_of_the_new_union),
    Step("withdraw", ("asked", "released"), "withdrawn", needs=KEEP, title="撤回", guard=_of_who_asked),
    states={
        "asked": "待原工会确认",
        "released": "待接收工会确认",
        "done": "已接转",
        "refused": "未同意",
        "withdrawn": "已撤回",
    },
)
OPEN = ("asked", "released")

REQUEST_FLOW = Flow(
    Step("agree", "asked", "agreed", needs=KEEP, title="同意并办理"),
    Step("refuse", "asked", "refused", needs=KEEP, title="不同意"),
    states={"asked": "待工会答复", "agreed": "已办理", "refused": "未同意", "withdrawn": "已撤回"},
)
"""A member's request; taking it back is the member's own act and no step of the union's."""
