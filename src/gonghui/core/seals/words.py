"""What verification says to people, in Chinese; faces translate it."""

from gonghui.core.seals.canon import ACCESSES, ENTRIES
from gonghui.core.seals.checking import WITNESSED, Bad

WHY = {
    "changed": "内容被改动",
    "deleted": "记录被删除",
    "inserted": "封存之后被插入",
    "renumbered": "编号被改动",
    "reordered": "与另一条记录调换了编号",
    "unreadable": "所用的名称查不到或有两个",
    "kept": "块旁保存的散列值被改动（记录本身无误）",
    "block": "块的根与块旁保存的散列值都被改动",
    "header": "块头被改动",
    "chain": "与前一块不相衔接",
    "missing": "有一块不见了",
    "fork": "同一块号有两块",
    "cut": "检查点比台账走得更远：尾部被截去，或恢复了旧备份",
    "rewritten": "台账与检查点不一致：这一条起被整体改写，或另有人同时续写",
    "noted": "检查点旁另存的数与签署的原文不同",
    "signature": "检查点不是用本台账的密钥签署的",
    "origin": "检查点写的不是本台账的名称",
    "unrecorded": "没有一条台账记着它的保存",
}
SENTENCES = {
    ENTRIES: "第 %(block)s 块，第 %(entry)s 条：%(why)s",
    ACCESSES: "查看留痕第 %(block)s 块，第 %(entry)s 条：%(why)s",
    WITNESSED: "替别处保存的检查点（台账第 %(block)s 块，第 %(entry)s 条记着）：%(why)s",
}
UNRECORDED = "替别处保存的检查点（它自己写着第 %(block)s 块，至第 %(entry)s 条）：%(why)s"
LISTED_KEY = (
    "手上没有封存密钥：检查点是按本台账自己列的第一把公钥（%(key)s）核对的。能改数据库的人也能换掉这份清单；"
    "请用 GONGHUI_SEAL_KEY_FILE 指明密钥，或带上别处存的检查点（--against）再核对一次"
)
UNSIGNED = (
    "封存的块没有一个检查点盖着：谁能改数据库，谁就能整本改写再封存，这里看不出来；"
    "请用 gonghui seal 签署一个，交给别处保存；如果以前签署过，就是被人删了"
)
GREW = "增长证明核对过：它是从以前存的检查点续写下来的，其间只有增加，没有改动"
NOT_OF_THESE = "增长证明说的不是这里存着的检查点，没有用上"
FIRST_MET = (
    "第一次见到“%(origin)s”的公钥 %(key)s，手上没有可比的：信的是对方自己交来的清单。请打电话与对方核对这把公钥的名字"
)
FORK = "两个检查点不能同时为真：%(one)s 的这个，与 %(by)s 交来的 %(other)s 的那个；请与对方当面核对"


def sentence(bad: Bad) -> tuple[str, dict[str, object]]:
    """The sentence and what fills its places."""
    words = UNRECORDED if bad.why == "unrecorded" else SENTENCES[bad.stream]
    return words, {"block": bad.block, "entry": bad.entry, "why": WHY[bad.why]}
