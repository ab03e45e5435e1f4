"""A backup is read: into an empty site in one transaction, or only looked through."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from gonghui.core.errors import Refusal
from gonghui.core.streams import Opening
from gonghui.project.backup import manifest, records, tables
from gonghui.project.backup.manifest import Manifest
from gonghui.project.backup.writing import Progress, stored_files
from gonghui.web import say


@dataclass
class Report:
    """What a backup held, and what is missing to run from it."""

    manifest: Manifest
    rows: int = 0
    files: int = 0
    gone: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)


def look_through(place: Path, *, told: Progress) -> Report:
    """The whole backup was opened and counted; nothing was written."""
    with _opened(place) as (head, content):
        report = Report(head, lacking=manifest.lacking_keys(head))
        for kind, said, parts in _pieces(content):
            told(str(said.get("name", "")), 0, 0)
            many = sum(1 for _ in parts)
            _count(report, kind, said)
            if kind == records.TABLE and not many:
                raise records.broken(str(said["name"]))
    _whole(report)
    return report


def restore(place: Path, *, replace: bool, without_keys: bool, told: Progress) -> Report:
    """The site is as it was when the backup was made, or as it is now."""
    with _opened(place) as (head, content):
        manifest.refuse_other_schema(head)
        report = Report(head, lacking=manifest.lacking_keys(head))
        if report.lacking and not without_keys:
            raise Refusal(
                "backup.lacking_keys",
                "没有恢复：这里缺少备份内容所用的密钥：%(keys)s。请先从密钥的备份取回；"
                "实在没有了，用 --without-keys 恢复，用它们加密的内容将打不开，网站也不会启动",
                keys=say.listed(report.lacking),
            )
        call_command("migrate", verbosity=0, interactive=False)
        listed = tables.tables()
        if {table.name: list(table.columns) for table in listed} != head.columns:
            raise Refusal("backup.other_tables", "没有恢复：这里的表和备份里的表不一样，请用写备份的那一版程序")
        written: list[Path] = []
        before = stored_files()
        _refuse_taken([table.name for table in listed], before, replace=replace)
        try:
            with transaction.atomic():
                _load(listed, content, report, written, told)
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
        for path in set(before) - set(written):
            path.unlink(missing_ok=True)
    _as_planned()
    return report


def _refuse_taken(names: list[str], files: list[Path], *, replace: bool) -> None:
    taken = tables.filled(names)
    if (taken or files) and not replace:
        raise Refusal(
            "backup.not_empty",
            "没有恢复：这里已有内容（%(what)s）。要用备份替换掉它们，先停网站和后台任务，再加 --replace",
            what=say.listed([*taken[:3], *([str(settings.MEDIA_ROOT)] if files else [])]),
        )


def _load(
    listed: list[tables.Table],
    content: Iterator[tuple[bytes, bytes]],
    report: Report,
    written: list[Path],
    told: Progress,
) -> None:
    """Everything the backup holds, in the running transaction; the files beside it under names nobody else has."""
    tables.run(["set local statement_timeout = 0", "set local idle_in_transaction_session_timeout = 0"])
    by_name = {table.name: table for table in listed}
    with tables.put_aside(listed):
        tables.run([f"truncate {', '.join(tables.quoted(table.name) for table in listed)}"])
        for kind, said, parts in _pieces(content):
            if kind == records.TABLE:
                table = by_name[said["name"]]
                told(table.name, 0, report.manifest.rows[table.name])
                _copy_in(table, parts, report.manifest.rows[table.name])
            elif kind == records.FILE:
                _write_file(said["name"], parts, written)
            elif kind == records.SEQUENCES:
                tables.set_sequences(said)
            _count(report, kind, said)
        told("", 0, 0)
    _whole(report)


def _copy_in(table: tables.Table, parts: Iterator[bytes], expected: int) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(f"copy {table.copied} from stdin (format binary)") as into:
            for part in parts:
                into.write(part)
        if cursor.rowcount != expected:
            raise records.broken(f"{table.name}: {cursor.rowcount} of {expected}")


def _write_file(name: str, parts: Iterator[bytes], written: list[Path]) -> None:
    """The stored file under its own name, for the server alone."""
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts:
        raise records.broken(name)
    path = Path(settings.MEDIA_ROOT) / inside
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        written.append(beside)
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
    if not path.exists():
        written.append(path)
    beside.replace(path)


def _count(report: Report, kind: bytes, said: dict[str, Any]) -> None:
    if kind == records.TABLE:
        report.rows += report.manifest.rows[said["name"]]
    elif kind == records.FILE:
        report.files += 1
    elif kind == records.END:
        report.gone = said["gone"]


def _whole(report: Report) -> None:
    """Everything that the manifest promised came."""
    if report.rows != sum(report.manifest.rows.values()) or report.files + len(report.gone) != report.manifest.files:
        raise records.broken(f"{report.rows} rows, {report.files} files")


@contextmanager
def _opened(place: Path) -> Iterator[tuple[Manifest, Iterator[tuple[bytes, bytes]]]]:
    """The backup's manifest, and the records after it."""
    key = manifest.key()
    with _file(place) as source:
        content = records.each(Opening(source, key, records.PURPOSE))
        kind, said = next(content)
        if kind != records.MANIFEST:
            raise records.broken("manifest")
        yield manifest.read(records.said(said)), content


def _file(place: Path) -> BinaryIO:
    try:
        return place.open("rb")
    except OSError as error:
        raise Refusal(
            "backup.unreadable", "%(file)s 读不出来（%(why)s）", file=str(place), why=error.strerror or ""
        ) from error


def _pieces(content: Iterator[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, dict[str, Any], Iterator[bytes]]]:
    """Each thing with its parts; those that nobody took are read over when the next thing is asked for."""
    ahead = next(content)

    def parts() -> Iterator[bytes]:
        nonlocal ahead
        ahead = next(content)
        while ahead[0] == records.PART:
            yield ahead[1]
            ahead = next(content)

    while True:
        kind, said = ahead
        if kind == records.PART:
            raise records.broken("part")
        if kind == records.END:
            yield kind, records.said(said), iter(())
            list(content)
            return
        each = parts()
        yield kind, records.said(said), each
        for _ in each:
            pass


def _as_planned() -> None:
    """The planner knows the new rows."""
    with connection.cursor() as cursor:
        cursor.execute("analyze")
