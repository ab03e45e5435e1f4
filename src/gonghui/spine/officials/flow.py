"""How a social worker comes to a post and leaves it, and how a certificate holds, lapses and is renewed."""

from typing import Any

from gonghui.core.actor import Actor
from gonghui.core.flow import Flow, Step

STAFF, SUBMIT, VERIFY = "officials.staff", "officials.submit_certificates", "officials.verify_certificates"
UNMASK = "officials.unmask"
HOLDING = ("verified", "renewed", "due")
"""States in which a certificate holds; whether it counts for the share its kind says."""

WORKER_FLOW = Flow(
    Step("hire", "candidate", "hired", needs=STAFF, title="聘用"),
    Step("post", ("hired", "left"), "on_post", needs=STAFF, title="到岗"),
    Step("transfer", "on_post", "on_post", needs=STAFF, title="调岗"),
    Step("leave", "on_post", "leave", needs=STAFF, title="休假"),
    Step("second", "on_post", "seconded", needs=STAFF, title="借调"),
    Step("come_back", ("leave", "seconded"), "on_post", needs=STAFF, title="回岗"),
    Step("end", ("on_post", "leave", "seconded"), "left", needs=STAFF, title="离岗"),
    states={
        "candidate": "拟聘",
        "hired": "已聘待岗",
        "on_post": "在岗",
        "leave": "休假",
        "seconded": "借调",
        "left": "离岗",
    },
)
SPELL_STATES = {key: WORKER_FLOW.states[key] for key in ("on_post", "leave", "seconded")}
"""States in which a position is held."""


def _another_person(certificate: Any, actor: Actor) -> str | None:
    """Nobody verifies what they entered, or what is their own."""
    if actor.account_id and actor.account_id in certificate.people_concerned:
        return "经办人、持证人与核验人不能为同一人，请由他人核验"
    return None


def _renewal_waits(certificate: Any, actor: Actor) -> str | None:
    """A renewal is verified where one was entered, by another person."""
    if certificate.waiting is None:
        return "还没有提交续登记，请先填新的登记止日"
    return _another_person(certificate, actor)


CERTIFICATE_FLOW = Flow(
    Step("verify", "submitted", "verified", needs=VERIFY, title="核验通过", guard=_another_person),
    Step("reject", "submitted", "rejected", needs=VERIFY, title="退回", guard=_another_person),
    Step("fall_due", ("verified", "renewed"), "due", title="转为将到期"),
    Step("lapse", HOLDING, "lapsed", title="转为已到期"),
    Step("renew", (*HOLDING, "lapsed"), "renewed", needs=VERIFY, title="核验续登记", guard=_renewal_waits),
    states={
        "submitted": "待核验",
        "verified": "已核验",
        "rejected": "已退回",
        "due": "将到期",
        "lapsed": "已到期",
        "renewed": "已续登记",
    },
)
