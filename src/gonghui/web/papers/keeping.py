"""Checks a paper by size, ending and first bytes, reads or redraws it in a child, keeps it under a random name."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import puremagic
from django.conf import settings

import gonghui
from gonghui.core import crypto
from gonghui.core.errors import Refusal
from gonghui.web.imports.opening import REFUSALS, XLSX, check_zip
from gonghui.web.papers.inside import LENGTH

FOLDER = "evidence"
WALL_SECONDS = 40
KINDS = {
    "pdf": ("application/pdf", (".pdf",)),
    "png": ("image/png", (".png",)),
    "jpg": ("image/jpeg", (".jpg", ".jpeg", ".jfif")),
    "jpeg": ("image/jpeg", (".jpg", ".jpeg", ".jfif")),
    "xlsx": (XLSX, (".xlsx", ".zip", ".docx", ".pptx")),
}


OF_PEOPLE = ("pdf", "png", "jpg", "jpeg")
"""The endings of scans of somebody's papers."""


@dataclass(frozen=True)
class Paper:
    """A paper that may be kept: its bytes as kept, its own content type, whether its words were all read."""

    content: bytes
    content_type: str
    scanned: bool


def checked(content: bytes, name: str, *, largest: int, personal: bool = False, size: int = 0) -> Paper:
    """The paper as it may be kept, or a refusal.

    A `personal` paper may name people: it is redrawn or scrubbed like any other, its words are not searched for
    personal numbers, and whoever keeps it seals it. `size` is that of the file where no more was read than is too much.
    """
    ending = name.rpartition(".")[2].lower()
    if ending not in (OF_PEOPLE if personal else KINDS):
        raise Refusal(
            "papers.type",
            "不收 .%(ending)s 文件：请传 PDF、PNG 或 JPG"
            if personal
            else "佐证不收 .%(ending)s 文件：请传 PDF、PNG、JPG 或 XLSX",
            ending=ending[:20] or "?",
        )
    if not content or len(content) > largest:
        raise Refusal(
            "papers.size",
            "文件有 %(size)s MB，应大于零、最多 %(most)s MB：请压缩或分页扫描后再传",
            size=f"{max(size, len(content)) / 2**20:.1f}",
            most=largest // 2**20,
        )
    content_type, endings = KINDS[ending]
    if not _begins_as(content, endings):
        raise Refusal("papers.content", "文件内容不是 .%(ending)s：请用原来的程序重新导出后再传", ending=ending)
    if ending in ("png", "jpg", "jpeg"):
        return Paper(_redrawn(content), content_type, scanned=False)
    if personal:
        return Paper(_scrubbed(content), content_type, scanned=False)
    if ending == "xlsx":
        check_zip(content)
    kept, answer = _read(content, "pdf" if ending == "pdf" else "workbook")
    return Paper(kept, content_type, scanned=_scanned(answer))


def _begins_as(content: bytes, endings: tuple[str, ...]) -> bool:
    try:
        found = puremagic.magic_string(content)
    except puremagic.PureError:
        return False
    return any(each.extension in endings for each in found)


def _redrawn(content: bytes) -> bytes:
    child = _child("image", content)
    if child.returncode != 0 or not child.stdout:
        raise Refusal("papers.picture", "这张图片读不出来或太大：请重新扫描成不超过四千万像素的图片")
    return child.stdout


def _scrubbed(content: bytes) -> bytes:
    child = _child("scrub", content)
    if child.returncode != 0 or not child.stdout:
        raise _broken()
    return child.stdout


def _broken() -> Refusal:
    return Refusal("papers.broken", "这份文件读不完整：请用原来的程序重新导出后再传")


def _read(content: bytes, way: str) -> tuple[bytes, dict[str, Any]]:
    """The paper without its metadata, and what its words say; nothing is said of those that could not be read.

    A PDF that brings the child down is kept as not scanned, as pictures are: it may be nothing but pictures.
    """
    parts = _parts(_child(way, content).stdout)
    if len(parts) < 2 and way == "workbook":  # it is all words: unread, nothing stands in for them
        raise Refusal(
            "papers.unread",
            "这个工作簿在限定的内存和时间内读不完，没有保存：请删去多余的表和行，或打印成 PDF 再传",
        )
    if not parts or not parts[0]:
        raise _broken()
    return parts[0], json.loads(parts[1]) if len(parts) > 1 else {"found": [], "read": False}


def _parts(told: bytes) -> list[bytes]:
    """The parts that came whole."""
    parts, at = [], 0
    while (end := at + LENGTH + int.from_bytes(told[at : at + LENGTH], "big")) <= len(told) and at < len(told):
        parts.append(told[at + LENGTH : end])
        at = end
    return parts


def _scanned(answer: Mapping[str, Any]) -> bool:
    """Whether every word was read; refused where one of them is a number of a person."""
    if code := answer.get("refused"):
        raise Refusal(f"imports.{code}", REFUSALS[str(code)], **answer["params"])
    for place, kind in answer["found"]:
        page = place.removeprefix("page ")
        raise Refusal(
            "papers.personal",
            "佐证第 %(place)s 页里有%(kind)s：佐证只要盖章的汇总表，请遮去个人信息后再传"
            if page != place
            else "佐证的 %(place)s 格里有%(kind)s：佐证只要盖章的汇总表，请删去个人信息后再传",
            place=page[:60],
            kind=kind,
        )
    return bool(answer["read"])


def _child(way: str, content: bytes) -> subprocess.CompletedProcess[bytes]:
    source = str(Path(gonghui.__file__).parent.parent)
    begin = f"import sys; sys.path.insert(0, {source!r}); from gonghui.web.papers.inside import main; main()"
    try:
        return subprocess.run(
            [sys.executable, "-I", "-c", begin, way],
            input=content,
            capture_output=True,
            timeout=WALL_SECONDS,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess([], 1, b"", b"")


def folder() -> Path:
    """Where papers are kept: outside the web root, readable to the server alone."""
    kept = Path(settings.MEDIA_ROOT) / FOLDER
    kept.mkdir(parents=True, exist_ok=True, mode=0o700)
    return kept


@dataclass(frozen=True)
class Seal:
    """Under which key a personal paper is sealed, and the one record it opens for."""

    purpose: str
    place: str


def store(paper: Paper, *, seal: Seal | None = None) -> str:
    """The random name the paper is kept by; with a seal, what lies on the disk shows nothing."""
    content = paper.content
    if seal is not None:
        content = crypto.seal_bytes(content, purpose=seal.purpose, place=seal.place)
    name = secrets.token_hex(24)
    descriptor = os.open(folder() / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return name


def forget(name: str) -> None:
    """The kept file is gone: its row was never saved, or does not stand any more."""
    (folder() / name).unlink(missing_ok=True)


def kept(name: str, *, seal: Seal | None = None) -> bytes:
    """The bytes of a kept paper, as they were given."""
    content = (folder() / name).read_bytes()
    return content if seal is None else crypto.unseal_bytes(content, purpose=seal.purpose, place=seal.place)
