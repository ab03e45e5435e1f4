"""The states of payment orders, batches and their lines."""

from gonghui.core.flow import Flow, Step

ORDER, BATCH, RELEASE = "funds.order", "funds.batch", "funds.release"

ORDER_FLOW = Flow(
    Step("close", "open", "waiting", needs=ORDER, title="清单列完"),
    Step("approve", "waiting", "ready", title="批准"),
    Step("batch", "ready", "batched", title="组批"),
    Step("unbatch", "batched", "ready", title="退出批次"),
    Step("send", "batched", "sent", title="送银行"),
    Step("succeed", ("sent", "unknown"), "paid", title="银行付款成功"),
    Step("fail", ("sent", "unknown"), "failed", title="银行付款失败"),
    Step("doubt", "sent", "unknown", title="银行未答复"),
    Step("come_back", "paid", "returned", title="退票"),
    Step("fix", ("failed", "returned"), "ready", needs=ORDER, title="改好再付"),
    Step("cancel", ("waiting", "ready", "failed", "returned"), "cancelled", needs=ORDER, title="撤销"),
    Step("dissolve", ("open", "waiting", "batched"), "cancelled", needs=ORDER, title="撤销清单"),
    Step("settle", "sent", "settled", title="清单全部有结果"),
    states={
        "open": "列单中",
        "waiting": "待审批",
        "ready": "待组批",
        "batched": "已组批",
        "sent": "已送银行",
        "paid": "已付",
        "failed": "付款失败",
        "unknown": "银行未答复",
        "returned": "已退票",
        "settled": "已回单",
        "cancelled": "已撤销",
    },
)
"""A list opens and is closed; approved, it is batched at once. What became of each payment its lines tell."""
ONE_ONLY = ("paid", "failed", "unknown", "returned")
"""States of one payment, in which a list never is."""
COMMITTING = ("waiting", "ready", "batched", "sent", "unknown", "failed", "returned")
"""States in which an order of one payment has its amount bespoken from its fund."""

BATCH_FLOW = Flow(
    Step("release", "draft", "released", needs=RELEASE, title="放行"),
    Step("cancel", "draft", "cancelled", needs=BATCH, title="撤销批次"),
    Step("settle", "released", "settled", title="全部有结果"),
    states={"draft": "待放行", "released": "已放行", "settled": "已回单", "cancelled": "已撤销"},
)

LINE_STATES = {
    "waiting": "待放行",
    "sent": "已送银行",
    "succeeded": "成功",
    "failed": "失败",
    "unknown": "银行未答复",
    "returned": "已退票",
    "dropped": "已退出",
}
LIVE = ("waiting", "sent", "unknown", "succeeded")
"""States of which an order never has two lines."""

DUES_FLOW = Flow(
    Step("dispute", "collected", "disputed", needs="funds.vouchers", title="存疑"),
    Step("clear", "disputed", "collected", needs="funds.vouchers", title="查清"),
    Step("post", "collected", "split", title="记账分成"),
    Step("unpost", "split", "collected", title="冲销凭证"),
    Step("remit", "split", "remitted", title="提交付款"),
    Step("settle", ("split", "remitted"), "settled", title="结清"),
    Step("come_back", "settled", "remitted", title="退票"),
    Step("reverse", ("split", "remitted", "settled"), "reversed", needs="funds.vouchers", title="退税冲减"),
    states={
        "collected": "已收",
        "disputed": "存疑",
        "split": "已分成",
        "remitted": "已提付款",
        "settled": "已结清",
        "reversed": "已冲减",
    },
)
"""Dues of one employer for one period, from the day it came in to the day on which every level has its part."""
