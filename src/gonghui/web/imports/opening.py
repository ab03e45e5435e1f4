"""Lets an uploaded workbook or csv in: size, type, zip directory, then a limited child process; csv by its encoding."""

import codecs
import csv
import io
import json
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import puremagic

from gonghui.core.errors import Refusal

CHILD = Path(__file__).with_name("inside.py")
ANY = "*"
WALL_SECONDS = 60
UNPACKED, RATIO, PARTS = 100 * 1024 * 1024, 100, 2_000
ROWS, COLUMNS = 100_030, 200
ANSWER_BYTES = 200 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The type of a workbook as browsers are told it."""
OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")

REFUSALS = {
    "not_a_workbook": "这不是 Excel 工作簿（.xlsx）：请用本页下载的表填写后再传",
    "macros": "工作簿里有宏：请另存为不带宏的 .xlsx 再传",
    "xml_doctype": "工作簿的 %(part)s 里有文档类型声明，可能有害：请用本页下载的表重新填写",
    "broken_xml": "工作簿的 %(part)s 已损坏（%(why)s）：请用 Excel 打开后另存为 .xlsx 再传",
    "too_many_rows": "工作表用到第 %(rows)s 行，最多 %(most)s 行：请删去表格以外的行再传",
    "too_many_columns": "工作表用到第 %(columns)s 列，最多 %(most)s 列：请删去表格以外的列再传",
}


@dataclass
class Opened:
    """The cells of the one sheet that counts, row by row, and what the file said about them."""

    rows: list[list[Any]]
    sheet: str = ""
    formulas: list[tuple[str, bool]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    percents: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    encoding: str = ""


def open_upload(content: bytes, name: str, *, largest: int, wanted: Sequence[str] = (ANY,)) -> Opened:
    """The cells of an uploaded file, or a refusal that says what it is and what to do.

    Of a workbook the first sheet of the `wanted` names is read; with `*` among them, its first sheet where none is.
    """
    ending = admitted(content, name, largest=largest)
    return open_workbook(content, wanted) if ending == "xlsx" else open_csv(content)


def admitted(content: bytes, name: str, *, largest: int) -> str:
    """The ending of a file whose size and name let it in; nothing is parsed yet."""
    if not content:
        raise Refusal("imports.file_empty", "文件是空的：请重新保存后再传")
    if len(content) > largest:
        raise Refusal(
            "imports.file_large",
            "文件有 %(size)s MB，最多 %(most)s MB：请用本页下载的表，不要插入图片",
            size=f"{len(content) / 2**20:.1f}",
            most=largest // 2**20,
        )
    ending = name.rpartition(".")[2].lower()
    if content.startswith(OLD_EXCEL) or ending == "xls":
        raise Refusal("imports.old_excel", "这是旧版 .xls 文件：请在 Excel 里另存为 .xlsx 再传")
    if ending == "xlsm":
        raise Refusal("imports.macros", REFUSALS["macros"])
    if ending in ("xlsx", "csv", "txt"):
        return ending
    raise Refusal(
        "imports.file_type", "不收 .%(ending)s 文件：请传本页下载的 .xlsx，或 .csv", ending=ending[:20] or "?"
    )


def open_workbook(content: bytes, wanted: Sequence[str]) -> Opened:
    """The cells of an xlsx file."""
    if not content.startswith(b"PK\x03\x04") or not _is_zip(content):
        raise Refusal("imports.not_a_workbook", REFUSALS["not_a_workbook"])
    check_zip(content)
    answer, rows = _answer(content, wanted)
    if code := answer.get("refused"):
        raise Refusal(f"imports.{code}", REFUSALS[str(code)], **answer["params"])
    if answer["sheet"] is None:
        raise Refusal(
            "imports.wrong_sheet",
            "工作簿里没有名为“%(sheet)s”的工作表，只有：%(found)s。请用本页下载的表，不要改表名",
            sheet=wanted[0],
            found="、".join(str(name)[:31] for name in answer["sheets"][:10]),
        )
    return Opened(
        rows=rows,
        sheet=str(answer["sheet"]),
        formulas=[(str(cell), bool(valued)) for cell, valued in answer["formulas"]],
        merged=[str(each) for each in answer["merged"]],
        percents=set(answer["percents"]),
        errors=set(answer["errors"]),
    )


def _is_zip(content: bytes) -> bool:
    try:
        found = puremagic.magic_string(content)
    except puremagic.PureError:
        return False
    return any(str(each.extension) in (".zip", ".xlsx", ".docx", ".pptx") for each in found)


def check_zip(content: bytes) -> None:
    """Refuse an archive whose directory promises too much; nothing is unpacked yet."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Refusal("imports.not_a_workbook", REFUSALS["not_a_workbook"]) from None
    unpacked = sum(part.file_size for part in parts)
    names = [part.filename for part in parts]
    if len(parts) > PARTS or unpacked > UNPACKED or unpacked > RATIO * max(len(content), 1):
        raise Refusal(
            "imports.zip_bomb",
            "文件只有 %(size)s KB，展开却有 %(unpacked)s MB、%(parts)s 个部分，超出限度（%(most)s MB、%(ratio)s 倍）："
            "请用本页下载的表重新填写",
            size=len(content) // 1024,
            unpacked=unpacked // 2**20,
            parts=len(parts),
            most=UNPACKED // 2**20,
            ratio=RATIO,
        )
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        raise Refusal("imports.zip_names", "文件内部有越界的路径：请用本页下载的表重新填写")
    if len(set(names)) != len(names) or any(part.flag_bits & 1 for part in parts):
        raise Refusal("imports.zip_odd", "文件加了密或内部有重名部分：请去掉密码，另存为 .xlsx 再传")


def _answer(content: bytes, wanted: Sequence[str]) -> tuple[dict[str, Any], list[list[Any]]]:
    """What the child found; calamine first, and openpyxl where calamine went down with its process."""
    failed = False
    for engine in ("calamine", "openpyxl"):
        said, rows = _asked(content, engine, wanted)
        if said is not None and "failed" not in said:
            return said, rows
        failed = failed or said is not None
    if failed:
        raise Refusal("imports.not_a_workbook", REFUSALS["not_a_workbook"])
    raise Refusal(
        "imports.unreadable",
        "读这个工作簿超出了限定的内存或时间，没有导入：请用本页下载的表重新填写",
    )


def _asked(content: bytes, engine: str, wanted: Sequence[str]) -> tuple[dict[str, Any] | None, list[list[Any]]]:
    """One child's answer, taken line by line; nothing where it fell silent before its end."""
    with tempfile.TemporaryFile() as given:
        given.write(content)
        given.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-I", str(CHILD), engine, *wanted],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            cwd="/",
        )
    late = threading.Timer(WALL_SECONDS, child.kill)
    late.start()
    said: dict[str, Any] | None = None
    rows: list[list[Any]] = []
    size = 0
    try:
        assert child.stdout is not None
        for line in child.stdout:
            size += len(line)
            answer = json.loads(line) if size <= ANSWER_BYTES else {"end": -1}
            if isinstance(answer, list):
                rows.append(answer)
            elif "end" in answer:
                return (said, rows) if answer["end"] == len(rows) else (None, [])
            else:
                said = answer
                if "failed" in said or "refused" in said or said["sheet"] is None:
                    return said, []
        return None, []
    except ValueError:  # it was killed in the middle of a line
        return None, []
    finally:
        late.cancel()
        child.kill()
        if child.stdout is not None:
            child.stdout.close()
        child.wait()


def open_csv(content: bytes) -> Opened:
    """The cells of a csv file in UTF-8, UTF-16 with its mark, or GBK."""
    text, encoding = decoded(content)
    if "\x00" in text:
        raise Refusal("imports.not_text", "这不是文本文件：请另存为 .csv（UTF-8 或 GBK）或 .xlsx 再传")
    delimiter = max(",\t;", key=lambda mark: text[:20_000].count(mark))
    rows: list[list[Any]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(rows) == ROWS:
                raise Refusal("imports.too_many_rows", REFUSALS["too_many_rows"], rows=text.count("\n") + 1, most=ROWS)
            if len(row) > COLUMNS:
                raise Refusal("imports.too_many_columns", REFUSALS["too_many_columns"], columns=len(row), most=COLUMNS)
            rows.append(list(row))
    except csv.Error as error:
        raise Refusal(
            "imports.csv_broken",
            "第 %(row)s 行起不是完整的 csv（%(why)s）：请检查引号后再传",
            row=len(rows) + 1,
            why=str(error),
        ) from None
    return Opened(rows=rows, encoding=encoding)


def decoded(content: bytes) -> tuple[str, str]:
    """The text of a csv file and the encoding it was in."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tried = [("utf-16", "UTF-16")]
    else:
        tried = [("utf-8-sig", "UTF-8"), ("gb18030", "GBK")]
    for encoding, name in tried:
        try:
            return content.decode(encoding), name
        except UnicodeDecodeError:
            continue
    raise Refusal("imports.csv_encoding", "认不出这个文本文件的编码：请另存为 UTF-8 或 GBK 的 .csv 再传")
