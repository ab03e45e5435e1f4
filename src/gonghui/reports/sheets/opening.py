"""Lets an uploaded workbook or csv in: size, type, zip directory, then a limited child process; csv by its encoding."""

import codecs
import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import puremagic

from gonghui.core.errors import Refusal

SHEET = "上报表"
CHILD = Path(__file__).with_name("inside.py")
WALL_SECONDS = 40
UNPACKED, RATIO, PARTS = 100 * 1024 * 1024, 100, 2_000
ROWS, COLUMNS = 100_000, 200
ANSWER_BYTES = 200 * 1024 * 1024
OLD_EXCEL = bytes.fromhex("d0cf11e0a1b11ae1")

REFUSALS = {
    "not_a_workbook": "这不是 Excel 工作簿（.xlsx）：请用本页下载的上报表填写后再传",
    "macros": "工作簿里有宏：请另存为不带宏的 .xlsx 再传",
    "xml_doctype": "工作簿的 %(part)s 里有文档类型声明，可能有害：请用本页下载的上报表重新填写",
    "broken_xml": "工作簿的 %(part)s 已损坏（%(why)s）：请用 Excel 打开后另存为 .xlsx 再传",
    "too_many_rows": "工作表用到第 %(rows)s 行，最多 %(most)s 行：请删去表格以外的行再传",
    "too_many_columns": "工作表用到第 %(columns)s 列，最多 %(most)s 列：请删去表格以外的列再传",
}


@dataclass
class Opened:
    """The cells of the one sheet that counts, row by row, and what the file said about them."""

    rows: list[list[Any]]
    formulas: list[tuple[str, bool]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    percents: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    encoding: str = ""


def open_upload(content: bytes, name: str, *, largest: int) -> Opened:
    """The cells of an uploaded file, or a refusal that says what it is and what to do."""
    if not content:
        raise Refusal("reports.file_empty", "文件是空的：请重新保存后再传")
    if len(content) > largest:
        raise Refusal(
            "reports.file_large",
            "文件有 %(size)s MB，最多 %(most)s MB：请用本页下载的上报表，不要插入图片",
            size=f"{len(content) / 2**20:.1f}",
            most=largest // 2**20,
        )
    ending = name.rpartition(".")[2].lower()
    if content.startswith(OLD_EXCEL) or ending == "xls":
        raise Refusal("reports.old_excel", "这是旧版 .xls 文件：请在 Excel 里另存为 .xlsx 再传")
    if ending == "xlsm":
        raise Refusal("reports.macros", REFUSALS["macros"])
    if ending == "xlsx":
        return open_workbook(content)
    if ending in ("csv", "txt"):
        return open_csv(content)
    raise Refusal(
        "reports.file_type", "不收 .%(ending)s 文件：请传本页下载的 .xlsx，或 .csv", ending=ending[:20] or "?"
    )


def open_workbook(content: bytes) -> Opened:
    """The cells of an xlsx file."""
    if not content.startswith(b"PK\x03\x04") or not _is_zip(content):
        raise Refusal("reports.not_a_workbook", REFUSALS["not_a_workbook"])
    check_zip(content)
    answer = _answer(content)
    if code := answer.get("refused"):
        raise Refusal(f"reports.{code}", REFUSALS[str(code)], **answer["params"])
    if answer["rows"] is None:
        raise Refusal(
            "reports.wrong_sheet",
            "工作簿里没有名为“%(sheet)s”的工作表，只有：%(found)s。请用本页下载的上报表，不要改表名",
            sheet=SHEET,
            found="、".join(str(name)[:31] for name in answer["sheets"][:10]),
        )
    return Opened(
        rows=answer["rows"],
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
        raise Refusal("reports.not_a_workbook", REFUSALS["not_a_workbook"]) from None
    unpacked = sum(part.file_size for part in parts)
    names = [part.filename for part in parts]
    if len(parts) > PARTS or unpacked > UNPACKED or unpacked > RATIO * max(len(content), 1):
        raise Refusal(
            "reports.zip_bomb",
            "文件只有 %(size)s KB，展开却有 %(unpacked)s MB、%(parts)s 个部分，超出限度（%(most)s MB、%(ratio)s 倍）："
            "请用本页下载的上报表重新填写",
            size=len(content) // 1024,
            unpacked=unpacked // 2**20,
            parts=len(parts),
            most=UNPACKED // 2**20,
            ratio=RATIO,
        )
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        raise Refusal("reports.zip_names", "文件内部有越界的路径：请用本页下载的上报表重新填写")
    if len(set(names)) != len(names) or any(part.flag_bits & 1 for part in parts):
        raise Refusal("reports.zip_odd", "文件加了密或内部有重名部分：请去掉密码，另存为 .xlsx 再传")


def _answer(content: bytes) -> dict[str, Any]:
    """What the child found; calamine first, and openpyxl where calamine went down with its process."""
    failed = False
    for engine in ("calamine", "openpyxl"):
        try:
            child = subprocess.run(
                [sys.executable, "-I", str(CHILD), engine, SHEET],
                input=content,
                capture_output=True,
                timeout=WALL_SECONDS,
                env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
                cwd="/",
                check=False,
            )
        except subprocess.TimeoutExpired:
            break
        if child.returncode == 0 and len(child.stdout) <= ANSWER_BYTES:
            answer: dict[str, Any] = json.loads(child.stdout)
            if "failed" not in answer:
                return answer
            failed = True
    if failed:
        raise Refusal("reports.not_a_workbook", REFUSALS["not_a_workbook"])
    raise Refusal(
        "reports.unreadable",
        "读这个工作簿超出了限定的内存或时间，没有导入：请用本页下载的上报表重新填写",
    )


def open_csv(content: bytes) -> Opened:
    """The cells of a csv file in UTF-8, UTF-16 with its mark, or GBK."""
    text, encoding = decoded(content)
    if "\x00" in text:
        raise Refusal("reports.not_text", "这不是文本文件：请另存为 .csv（UTF-8 或 GBK）或 .xlsx 再传")
    delimiter = max(",\t;", key=lambda mark: text[:20_000].count(mark))
    rows: list[list[Any]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if len(rows) == ROWS:
                raise Refusal("reports.too_many_rows", REFUSALS["too_many_rows"], rows=text.count("\n") + 1, most=ROWS)
            if len(row) > COLUMNS:
                raise Refusal("reports.too_many_columns", REFUSALS["too_many_columns"], columns=len(row), most=COLUMNS)
            rows.append(list(row))
    except csv.Error as error:
        raise Refusal(
            "reports.csv_broken",
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
    raise Refusal("reports.csv_encoding", "认不出这个文本文件的编码：请另存为 UTF-8 或 GBK 的 .csv 再传")
