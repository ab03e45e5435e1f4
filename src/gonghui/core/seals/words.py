"""What verification says to people, in Chinese; faces translate it."""

from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.checking import Bad

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
}
SENTENCE = "第 %(block)s 块，第 %(entry)s 条：%(why)s"
ACCESS_SENTENCE = "查看留痕第 %(block)s 块，第 %(entry)s 条：%(why)s"
FORK = "两个检查点不能同时为真：%(one)s 的这个，与 %(by)s 交来的 %(other)s 的那个；请与对方当面核对"


def sentence(bad: Bad) -> tuple[str, dict[str, object]]:
    """The sentence and what fills its places."""
    words = SENTENCE if bad.stream == ENTRIES else ACCESS_SENTENCE
    return words, {"block": bad.block, "entry": bad.entry, "why": WHY[bad.why]}
