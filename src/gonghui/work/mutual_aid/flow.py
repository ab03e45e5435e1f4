"""The states of scheme texts and of the bureau's files."""

from typing import Any

from gonghui.core.actor import Actor
from gonghui.core.flow import Flow, Guard, Step
from gonghui.work.mutual_aid.rules import claims

PURPOSE = "mutual_aid"
"""What funds call its payments."""
SEE, SETTLE, RELEASE = "mutual_aid.see", "mutual_aid.settle", "mutual_aid.release"
SCHEMES, PUBLISH = "mutual_aid.schemes", "mutual_aid.publish"

EDITION_FLOW = Flow(
    Step("publish", "draft", "published", needs=PUBLISH, title="发布"),
    Step("withdraw", "published", "withdrawn", needs=PUBLISH, title="撤回"),
    states={"draft": "草案", "published": "已发布", "withdrawn": "已撤回"},
)

FILE_FLOW = Flow(
    Step("read", "reading", "previewed", title="试算完成"),
    Step("refuse", "reading", "unreadable", title="不能读取"),
    Step("preview", ("previewed", "sampled"), "reading", needs=SETTLE, title="重新试算"),
    Step("sample", "previewed", "sampled", needs=SETTLE, title="抽查完成"),
    Step("release", "sampled", "releasing", needs=RELEASE, title="放行"),
    Step("finish", "releasing", "released", title="放行完成"),
    Step("drop", ("previewed", "sampled", "unreadable"), "dropped", needs=SETTLE, title="作废"),
    states={
        "reading": "读取试算中",
        "unreadable": "不能读取",
        "previewed": "待抽查",
        "sampled": "待放行",
        "releasing": "放行中",
        "released": "已放行",
        "dropped": "已作废",
    },
)
"""A month's settlements: read and tried out, a sample looked at, released by somebody else, paid through the spine."""

ISSUE_STATES = {"open": "待处理", "settled": "已处理", "dropped": "不予处理"}

# Enrolment and claims ------------------------------------------------------------------------------------------------

ENROL, CERTIFY, PREMIUM = "mutual_aid.enrol", "mutual_aid.certify", "funds.vouchers"
REVIEW, SECOND, LEAD = "mutual_aid.review", "mutual_aid.second", "mutual_aid.lead"

ENROLMENT_FLOW = Flow(
    Step("submit", ("draft", "returned"), "submitted", needs=ENROL, title="提交"),
    Step("check", "submitted", "checked", title="校验通过"),
    Step("return", "checked", "returned", needs=CERTIFY, title="退回修改"),
    Step("certify", "checked", "awaiting_premium", needs=CERTIFY, title="核对名单，确认参保"),
    Step("begin", "awaiting_premium", "in_force", title="保费到账，生效"),
    Step("lapse", "awaiting_premium", "lapsed", title="逾期未缴，失效"),
    Step(
        "cancel", ("draft", "returned", "checked", "awaiting_premium"), "cancelled", needs=ENROL, title="取消这次参保"
    ),
    Step("expire", "in_force", "expired", title="期满"),
    states={
        "draft": "草稿",
        "submitted": "校验中",
        "checked": "待主席确认",
        "returned": "已退回",
        "awaiting_premium": "待缴保费",
        "in_force": "保障中",
        "lapsed": "未缴失效",
        "cancelled": "已取消",
        "expired": "已期满",
    },
)
"""A unit's enrolment: a roll, certified by its chair, in force when the premium has come in to the fen."""


def _not_who_asked(cover: Any, by: Actor) -> str | None:
    return "作废是您提出的，须由他人决定" if by.account_id == cover.doubted_by else None


COVER_FLOW = Flow(
    Step("doubt", "active", "doubted", needs=SECOND, title="提出作废"),
    Step("void", "doubted", "voided", needs=LEAD, title="决定作废", guard=_not_who_asked),
    Step("keep", "doubted", "active", needs=LEAD, title="不作废", guard=_not_who_asked),
    states={
        "draft": "未提交",
        "pending": "待生效",
        "active": "保障中",
        "doubted": "待决定作废",
        "expired": "已期满",
        "exhausted": "已给付终止",
        "terminated": "已终止",
        "voided": "已作废",
        "cancelled": "已取消",
    },
)
"""A cover goes with its enrolment; got by a false declaration it is voided, by two persons."""
HOLDING = ("pending", "active", "doubted")
"""States of which one person has no two covers of one plan that share a day."""

PARTS = {
    "made_by": "这份申请是您经办的，这一步须由他人办理",
    "first_by": "受理初审是您办的，这一步须由他人办理",
    "second_by": "复审是您办的，这一步须由他人办理",
    "lead_by": "批准或申诉决定是您办的，这一步须由他人办理",
}
"""The parts of a claim's case, no two of which are one person's; what whoever had one is told."""
PAY, REJECT = "pay", "reject"
"""What a first review proposes."""


def _another(name: str, proposal: str = "") -> Guard:
    """Whoever takes this part has had no other; what is confirmed is what was proposed."""

    def why_not(claim: Any, by: Actor) -> str | None:
        had = claims.stood_down(name, by.account_id, {other: getattr(claim, other) for other in PARTS})
        if had is not None:
            return PARTS[had]
        if proposal and claim.proposal != proposal:
            return "初审的意见不是这样：不同意请退回初审并写明理由"
        return None

    return why_not


def _in_time(claim: Any, by: Actor) -> str | None:
    if claim.is_late and claim.late_by is None:
        return "超过申请时限（自出院或确诊起算）：须负责人写明理由同意后才能受理"
    return _FIRST(claim, by)


_FIRST, _SECOND, _LEAD = _another("first_by"), _another("second_by"), _another("lead_by")
_PAY, _NO = _another("second_by", PAY), _another("second_by", REJECT)

CLAIM_FLOW = Flow(
    Step("submit", "draft", "submitted", title="提交"),
    Step("supply", "need_materials", "submitted", title="材料已补齐"),
    Step("withdraw", ("draft", "submitted", "need_materials", "accepted"), "withdrawn", title="撤回申请"),
    Step("accept", "submitted", "accepted", needs=REVIEW, title="受理", guard=_in_time),
    Step("ask", "submitted", "need_materials", needs=REVIEW, title="一次告知补材料", guard=_FIRST),
    Step("lapse", ("draft", "need_materials"), "lapsed", title="逾期未补，终止"),
    Step("review", "accepted", "first_reviewed", needs=REVIEW, title="初审", guard=_FIRST),
    Step("approve", "first_reviewed", "approved", needs=SECOND, title="复审同意给付", guard=_PAY),
    Step(
        "confirm",
        "first_reviewed",
        "second_reviewed",
        needs=SECOND,
        title="复审同意，报负责人",
        guard=_PAY,
    ),
    Step(
        "reject",
        "first_reviewed",
        "rejected",
        needs=SECOND,
        title="复审同意不予给付",
        guard=_NO,
    ),
    Step("send_back", "first_reviewed", "accepted", needs=SECOND, title="退回初审", guard=_SECOND),
    Step("lead_approve", "second_reviewed", "approved", needs=LEAD, title="负责人批准", guard=_LEAD),
    Step("lead_back", "second_reviewed", "accepted", needs=LEAD, title="退回重审", guard=_LEAD),
    Step("pay", "approved", "in_payment", title="提交付款"),
    Step("succeed", ("in_payment", "pay_failed"), "paid", title="银行付款成功"),
    Step("fail", ("in_payment", "paid", "closed"), "pay_failed", title="付款未成"),
    Step("pay_again", "pay_failed", "in_payment", title="换账户再付"),
    Step("order_again", "pay_failed", "approved", title="换账户再付"),
    Step("set_off", "approved", "closed", needs=REVIEW, title="已全部抵扣，办结"),
    Step("close", "paid", "closed", title="办结"),
    Step("appeal", "rejected", "appealed", title="提出申诉"),
    Step("uphold", "appealed", "approved", needs=LEAD, title="申诉成立，给付", guard=_LEAD),
    Step("dismiss", "appealed", "dismissed", needs=LEAD, title="维持不予给付", guard=_LEAD),
    Step("find_wrong", ("paid", "closed"), "recovery_asked", needs=SECOND, title="提出追回", guard=_SECOND),
    Step("keep_paid", "recovery_asked", "closed", needs=LEAD, title="不追回", guard=_LEAD),
    Step("recover", "recovery_asked", "recovery", needs=LEAD, title="决定追回", guard=_LEAD),
    Step("recovered", "recovery", "recovered", needs=LEAD, title="款已追回", guard=_LEAD),
    Step("write_off", "recovery", "written_off", needs=LEAD, title="核销", guard=_LEAD),
    states={
        "draft": "草稿",
        "submitted": "待受理",
        "need_materials": "待补材料",
        "accepted": "待初审",
        "first_reviewed": "待复审",
        "second_reviewed": "待负责人批准",
        "approved": "待付款",
        "rejected": "不予给付",
        "in_payment": "付款中",
        "pay_failed": "付款未成",
        "paid": "已到账",
        "closed": "已办结",
        "appealed": "申诉中",
        "dismissed": "申诉未成立",
        "withdrawn": "已撤回",
        "lapsed": "逾期终止",
        "recovery_asked": "待决定追回",
        "recovery": "追回中",
        "recovered": "已追回",
        "written_off": "已核销",
    },
)
"""A claim until the bank's word: accepted, computed by one, confirmed by another, by a leader where it is much."""
OVER = ("withdrawn", "lapsed", "dismissed", "rejected")
"""States in which what a claim was for may be claimed again."""

# What the machine alone decided, looked at by somebody ---------------------------------------------------------------


def _not_released(request: Any, by: Actor) -> str | None:
    if by.account_id == request.released_by:
        return "这个月的结算是您放行的，须由他人复核"
    return None


ASKED_FLOW = Flow(
    Step("answer", "open", "answered", needs=SETTLE, title="答复", guard=_not_released),
    states={"open": "待复核", "answered": "已答复"},
)
FINDINGS = {"right": "原结果正确", "wrong": "原结果有误"}
"""What somebody found who looked at it."""
ON_BEHALF = {"post": "寄给会员本人", "proxy": "受托人来取", "heir": "继承人来取"}
"""For whom letters are printed."""
