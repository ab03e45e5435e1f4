"""What a backup says of itself before its first row, and what a site must have to run from it."""

import platform
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from gonghui.core import crypto, keyring, streams
from gonghui.core.errors import Refusal
from gonghui.core.models import KeyCheck, SealKey
from gonghui.core.seals import checkpoints
from gonghui.core.seals.canon import ACCESSES, ENTRIES
from gonghui.project.backup import tables
from gonghui.web import say

FORMAT = 1
_MASTER = "master"


def key() -> bytes:
    """The key of the backups: 64 hexadecimal signs in a file outside the database, and outside the backups."""
    place = settings.GONGHUI_BACKUP_KEY_FILE
    if place is None:
        raise Refusal(
            "backup.key_missing",
            "没有备份密钥：请用环境变量 GONGHUI_BACKUP_KEY_FILE 指明密钥文件，可用 gonghui backup --make-key 文件 生成",
        )
    try:
        found = bytes.fromhex(Path(place).read_text().strip())
    except (OSError, ValueError) as error:
        raise Refusal(
            "backup.key_unreadable",
            "备份密钥文件 %(file)s 读不出来（%(why)s）",
            file=str(place),
            why=getattr(error, "strerror", None) or "不是密钥",
        ) from error
    if len(found) != streams.KEY_BYTES:
        raise Refusal("backup.key_wrong", "备份密钥文件 %(file)s 里不是密钥（应为 64 个十六进制字符）", file=str(place))
    return found


@dataclass(frozen=True)
class Manifest:
    """When and of what the backup was made, how many rows and files, which keys its contents need."""

    format: int
    made_at: str
    code: str
    server: int
    python: str
    migrations: list[str]
    journal: dict[str, str]
    newest_entry: int
    master_key: str
    column_keys: dict[str, str]
    seal_keys: list[str]
    columns: dict[str, list[str]]
    rows: dict[str, int]
    files: int

    @property
    def said(self) -> dict[str, Any]:
        """As it is written."""
        return asdict(self)


def read(said: dict[str, Any]) -> Manifest:
    """The manifest as another program of ours wrote it; refused where its format is newer than ours."""
    if said.get("format") != FORMAT:
        raise Refusal(
            "backup.format",
            "备份的格式是第 %(theirs)s 版，本程序只读第 %(ours)s 版：请用写它的那一版程序（%(code)s）恢复",
            theirs=said.get("format"),
            ours=FORMAT,
            code=said.get("code"),
        )
    return Manifest(**said)


def code_version() -> str:
    """The version of this program."""
    try:
        return version("gonghui")
    except PackageNotFoundError:
        return "checkout"


def migrations(*, applied: bool) -> list[str]:
    """`app.name` of each migration: of the database, or of the code."""
    loader = MigrationLoader(connection)
    known = loader.disk_migrations or {}
    return sorted(f"{app}.{name}" for app, name in known if not applied or (app, name) in loader.applied_migrations)


def of_now(listed: list[tables.Table], *, at: datetime, files: int) -> Manifest:
    """What can be said of the database as the running transaction sees it."""
    heads = {stream: checkpoints.newest_checkpoint(stream) for stream in (ENTRIES, ACCESSES)}
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0), current_setting('server_version_num')::int from core_entry")
        newest, server = cursor.fetchone()
    return Manifest(
        FORMAT,
        at.isoformat(timespec="seconds"),
        code_version(),
        server,
        platform.python_version(),
        migrations(applied=True),
        {stream: checkpoints.whole(head) for stream, head in heads.items() if head is not None},
        newest,
        crypto.key_id(_MASTER),
        {one.key_id: bytes(one.value).hex() for one in KeyCheck.objects.order_by("key_id")},
        list(SealKey.objects.order_by("listed_at", "key_id").values_list("key_id", flat=True)),
        {table.name: list(table.columns) for table in listed},
        tables.count([table.name for table in listed]),
        files,
    )


def refuse_other_schema(manifest: Manifest) -> None:
    """Rows fit the tables they came from: a backup of another version is restored by that version."""
    ours, theirs = set(migrations(applied=False)), set(manifest.migrations)
    if lacking := sorted(ours - theirs):
        raise Refusal(
            "backup.older",
            "备份来自较早的程序（%(code)s，%(at)s），少 %(many)s 个表结构变更，如 %(first)s：请先用那一版程序恢复，"
            "再换成这一版，执行 gonghui manage migrate",
            code=manifest.code,
            at=manifest.made_at,
            many=len(lacking),
            first=lacking[0],
        )
    if more := sorted(theirs - ours):
        raise Refusal(
            "backup.newer",
            "备份来自较新的程序（%(code)s，%(at)s），这里没有 %(first)s 等 %(many)s 个表结构变更："
            "请换成那一版或更新的程序再恢复",
            code=manifest.code,
            at=manifest.made_at,
            many=len(more),
            first=more[0],
        )


def lacking_keys(manifest: Manifest) -> list[str]:
    """Which keys the contents need and this site has not, by name."""
    missing = [] if manifest.master_key == crypto.key_id(_MASTER) else [f"GONGHUI_MASTER_KEY {manifest.master_key}"]
    if not manifest.column_keys:
        return missing
    try:
        held = keyring.opens({name: bytes.fromhex(value) for name, value in manifest.column_keys.items()})
    except Refusal as refusal:
        return [*missing, f"GONGHUI_KEYRING {say.text(refusal)}"]
    return missing + [f"GONGHUI_KEYRING {name}" for name in sorted(manifest.column_keys) if name not in held]


def lost_seal_key(manifest: Manifest) -> str:
    """The key that signed last, where it is not the one at hand; checkpoints wait until it is found or replaced."""
    try:
        ours = checkpoints.key_at_hand().id
    except Refusal:
        ours = ""
    listed = manifest.seal_keys
    return listed[-1] if listed and ours not in listed else ""
