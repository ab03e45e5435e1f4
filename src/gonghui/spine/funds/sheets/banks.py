"""A batch as the bank's file, and the bank's file as rows, by the layout somebody chose."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from gonghui.core import bulk
from gonghui.core.errors import Refusal
from gonghui.spine.funds.actions import Transfer, content_of, transfers_of
from gonghui.spine.funds.models import PaymentBatch
from gonghui.spine.funds.rules import banks
from gonghui.spine.funds.rules.answers import Answer
from gonghui.spine.funds.rules.banks import Layout
from gonghui.spine.funds.sheets import iso20022, tables

_WRITE: Mapping[str, Callable[[PaymentBatch, Sequence[Transfer], Layout], bytes]] = {
    "csv": tables.write,
    "iso20022": iso20022.write,
}
_READ: Mapping[str, Callable[[bytes, Layout], list[Answer]]] = {"csv": tables.read, "iso20022": iso20022.read}


def file_of(batch: PaymentBatch, layout: str) -> bytes:
    """The bank's file of a released batch: what was released, or nothing."""
    chosen = banks.layout_of(layout)
    if batch.released_by is None or batch.released_at is None:
        raise Refusal("funds.not_released", "这一批还没有放行，不能出银行文件")
    if content_of(batch, at=batch.released_at).sha256 != batch.content_sha256:
        raise Refusal("funds.release_changed", "批次内容与您看到的不一致，没有放行；请重新打开批次核对")
    with bulk.without_collecting():
        return _WRITE[chosen.kind](batch, transfers_of(batch), chosen)


def answers_of(content: bytes, layout: str) -> tuple[list[Answer], str]:
    """The rows of a bank's answer, and the fingerprint by which the same file is known again."""
    chosen = banks.layout_of(layout)
    if len(content) > banks.FILE_BYTES_MOST:
        raise Refusal("funds.answer_size", "回单文件最大 10 MB，请分开导入")
    return _READ[chosen.kind](content, chosen), hashlib.sha256(content).hexdigest()
