"""How a union is set up: from a prospect to a union that stands."""

from gonghui.core.actor import Actor
from gonghui.core.flow import Flow, Step


def _another_person(set_up: object, actor: Actor) -> str | None:
    """Who proposed a set-up does not also approve it."""
    if actor.account_id and actor.account_id == getattr(set_up, "proposed_by_id", None):
        return "经办人与批准人不能为同一人，请由他人批准"
    return None


SET_UP_FLOW = Flow(
    Step("approve", "prospect", "preparing", needs="organisations.approve", title="同意筹备", guard=_another_person),
    Step("elect", "preparing", "elected", needs="organisations.set_up", title="登记选举结果"),
    Step("establish", "elected", "established", needs="organisations.approve", title="批复成立", guard=_another_person),
    Step("abandon", ("prospect", "preparing", "elected"), "abandoned", needs="organisations.set_up", title="终止"),
    states={
        "prospect": "摸排",
        "preparing": "筹备",
        "elected": "已选举",
        "established": "已成立",
        "abandoned": "已终止",
    },
)
