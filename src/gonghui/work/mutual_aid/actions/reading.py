"""The rows of a file of settlements, as a child process with limits reads them; nothing is matched or decided here."""

import csv
import io
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

import numpy as np

from gonghui.core.columns import Columns
from gonghui.core.errors import Refusal
from gonghui.web.imports import opening
from gonghui.work.mutual_aid.actions import uploads

CHILD = Path(__file__).with_name("inside.py")
WALL_SECONDS = 900
_LENGTH = 4

REFUSED = {
    "columns_missing": "文件缺少这些列：%(columns)s。请在第一行补上列名后重传",
    "no_rows": "文件里没有一行结算：请核对后重传",
    "too_many_rows": "文件有 %(rows)s 行，最多 %(most)s 行：请按月分开",
    "too_large": "读这个文件超出了限定的内存：请改用 Parquet 格式，或按月分开",
    "unreadable": "文件不是能读的表格（.csv、.xlsx 或 Parquet），或已损坏：请重新导出后再传",
}
FAULTS: dict[str, str] = {
    "no_txn": "没有结算流水号，或超过 40 个字符",
    "no_paper": "没有证件号码，或超过 30 个字符",
    "no_name": "没有姓名，或超过 50 个字",
    "benefit": "就诊类别应为 门诊、急诊、住院、门诊特殊病 之一",
    "no_day": "结算日期不是日期，应如 2020-03-02",
    "day_ahead": "结算日期还没有到",
    "year_closed": "结算日期所在的年度已经关账",
    "amount_total": "总金额不是以元为单位的数（元后最多两位）",
    "amount_insurer": "医保支付不是以元为单位的数（元后最多两位）",
    "amount_self_pay1": "自付一不是以元为单位的数（元后最多两位）",
    "amount_self_pay2": "自付二不是以元为单位的数（元后最多两位）",
    "amount_outside": "自费不是以元为单位的数（元后最多两位）",
    "below_nothing": "金额是负数，而这一行没有冲销流水号",
    "above_nothing": "这一行冲销原结算，金额应为负数",
    "over_total": "自付一大于总金额",
    "parts": "医保支付、自付一、自付二、自费相加不等于总金额（相差超过 0.01 元）",
    "twice_differs": "同一结算流水号在文件里出现两次，内容不同",
}
"""What may be wrong with a row, in the order of its bits; the child knows the same names."""


@dataclass(frozen=True)
class Rows:
    """Some rows of a file in its order: numbers as arrays, texts as lists."""

    numbers: Columns
    texts: dict[str, list[str]]
    whole: int
    """How many rows the file has."""

    def __len__(self) -> int:
        return len(self.numbers["row"])


def faults_of(bits: int) -> list[str]:
    """The names of what is wrong with a row."""
    return [name for at, name in enumerate(FAULTS) if bits >> at & 1]


def read(name: str, form: str, *, on: date, most: int, open_year: int) -> Iterator[Rows]:
    """The rows of a kept upload, or a refusal of the whole file."""
    plain = uploads.reopened(name, as_text=form == "csv")
    if form == "xlsx":
        plain, form = _as_text(plain), "csv"
    words = [sys.executable, "-I", str(CHILD), form, on.isoformat(), str(most), str(open_year)]
    environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    with (
        plain,
        subprocess.Popen(
            words, stdin=plain, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd="/"
        ) as child,
    ):
        late = threading.Timer(WALL_SECONDS, child.kill)
        late.start()
        try:
            yield from _blocks(child.stdout)
        finally:
            late.cancel()
            child.kill()


def _blocks(said: IO[bytes] | None) -> Iterator[Rows]:
    assert said is not None
    ended, whole = False, 0
    while len(length := said.read(_LENGTH)) == _LENGTH:
        block = said.read(int.from_bytes(length, "big"))
        at = _LENGTH + int.from_bytes(block[:_LENGTH], "big")
        with suppress(ValueError):
            head = json.loads(block[_LENGTH:at])
            if code := head.pop("refused", None):
                if "columns" in head:
                    head["columns"] = "、".join(head["columns"])
                raise Refusal(f"mutual_aid.{code}", REFUSED[code], **head)
            if "columns" in head:
                yield _unpacked(head, block, at, whole)
            else:
                whole = head.get("rows", whole)
            ended = ended or "end" in head
    if not ended:
        raise Refusal("mutual_aid.unreadable", REFUSED["unreadable"])


def _unpacked(head: dict[str, Any], block: bytes, at: int, whole: int) -> Rows:
    many = head["rows"]
    numbers: Columns = {}
    texts: dict[str, list[str]] = {}
    for name, kind in head["columns"]:
        if isinstance(kind, str):
            numbers[name] = np.frombuffer(block, np.dtype(kind), many, at)
            at += numbers[name].nbytes
            continue
        lengths = np.frombuffer(block, np.int32, many, at).tolist()
        at += 4 * many
        words = []
        for length in lengths:
            words.append(block[at : at + length].decode())
            at += length
        texts[name] = words
    return Rows(numbers, texts, whole)


def _as_text(book: IO[bytes]) -> IO[bytes]:
    """The first sheet of a workbook as lines of text."""
    opened = opening.open_workbook(book.read(), (opening.ANY,))
    lines = io.StringIO()
    csv.writer(lines).writerows([["" if cell is None else cell for cell in row] for row in opened.rows])
    out = tempfile.TemporaryFile()  # noqa: SIM115
    out.write(lines.getvalue().encode())
    out.seek(0)
    return out
