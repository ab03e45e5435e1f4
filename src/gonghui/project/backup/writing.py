"""The backup is written: one moment of the database, then the files that its rows name."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction

from gonghui.core.errors import Refusal
from gonghui.core.streams import CHUNK, Sealing
from gonghui.project.backup import manifest, records, tables
from gonghui.project.backup.manifest import Manifest

Progress = Callable[[str, int, int], None]
"""Told what is worked at, how much of it is done, and how much there is."""
_TOLD_EVERY = 16 << 20


def stored_files() -> list[Path]:
    """Every stored file, by name."""
    root = Path(settings.MEDIA_ROOT)
    return sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def write(place: Path, *, at: datetime, told: Progress) -> tuple[Manifest, int]:
    """The backup stands at the place, whole and on the disk, or nothing does. What it holds, and its bytes."""
    key = manifest.key()
    with _new_file(place) as file, transaction.atomic():
        tables.run(
            [
                "set transaction isolation level repeatable read, read only",
                "set local statement_timeout = 0",
                "set local idle_in_transaction_session_timeout = 0",
            ]
        )
        listed = tables.tables()
        files = stored_files()
        head = manifest.of_now(listed, at=at, files=len(files))
        out = Sealing(file, key, records.PURPOSE)
        records.write_said(out, records.MANIFEST, head.said)
        for table in listed:
            _copy(table, out, head.rows[table.name], told)
        records.write_said(out, records.SEQUENCES, tables.sequences())
        gone = [path.name for path in files if not _file(path, out)]
        records.write_said(out, records.END, {"gone": gone})
        out.close()
    told("", 0, 0)
    return head, out.written


def _copy(table: tables.Table, out: Sealing, rows: int, told: Progress) -> None:
    """A table's rows as the server hands them out."""
    records.write_said(out, records.TABLE, {"name": table.name})
    done, next_told = 0, 0
    with connection.cursor() as cursor, cursor.copy(f"copy {table.copied} to stdout (format binary)") as rows_out:
        for part in _gathered(rows_out):
            records.write(out, records.PART, part)
            done += len(part)
            if done >= next_told:
                told(table.name, done, rows)
                next_told = done + _TOLD_EVERY


def _gathered(parts: Iterator[bytes | memoryview]) -> Iterator[bytes]:
    """Row by row would be a record a row; some hundred kilobytes are one."""
    waiting = bytearray()
    for part in parts:
        waiting += part
        if len(waiting) >= CHUNK // 4:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def _file(path: Path, out: Sealing) -> bool:
    """A stored file; nothing of one that was taken away meanwhile."""
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return False
    with source:
        name = path.relative_to(settings.MEDIA_ROOT).as_posix()
        records.write_said(out, records.FILE, {"name": name})
        while part := source.read(CHUNK):
            records.write(out, records.PART, part)
    return True


@contextmanager
def _new_file(place: Path) -> Iterator[BinaryIO]:
    """A file for its owner alone that gets its name when it is whole; one that was there stays as it is."""
    if place.exists():
        raise Refusal("backup.is_there", "%(file)s 已经存在，没有覆盖：请换一个文件名", file=str(place))
    part = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(part, place)
    except OSError as error:
        raise Refusal(
            "backup.cannot_write",
            "%(file)s 写不下（%(why)s），没有留下备份",
            file=str(place),
            why=error.strerror or "",
        ) from error
    finally:
        part.unlink(missing_ok=True)
