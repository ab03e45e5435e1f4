"""`gonghui backup` and `gonghui restore`: what people at the terminal read."""

import argparse
import os
import secrets
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from gonghui.core import keyring, streams
from gonghui.core.errors import Refusal
from gonghui.project.backup import manifest, restoring, writing
from gonghui.project.backup.restoring import Report


class _Told:
    """One line a second at most, on a terminal over the one before."""

    def __init__(self) -> None:
        self.last = 0.0

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if now - self.last < 1.0 or not what:
            return
        self.last = now
        size = f" {done / 2**20:,.0f} MB" if done else ""
        print(f"{what}{size}{f' ({of:,} rows)' if of else ''}", file=sys.stderr, flush=True)


def backup(words: argparse.Namespace) -> int:
    """The site as it is now stands in one sealed file; or a new key for backups."""
    if words.make_key:
        return _make_key(words.make_key)
    if words.output is None:
        raise Refusal("backup.where", "请用 -o 文件 说明备份写到哪里")
    keyring.check()
    started = time.monotonic()
    head, size = writing.write(words.output, at=datetime.now(UTC), told=_Told())
    print(f"{words.output}: {sum(head.rows.values()):,} rows, {head.files:,} files, {size:,} bytes, key {_key()}")
    print(_journal(head))
    print(f"{time.monotonic() - started:.0f} s. Keep the keys apart from it.")
    return 0


def restore(words: argparse.Namespace) -> int:
    """The site is as the backup says, or the backup is only looked through."""
    if words.check:
        report = restoring.look_through(words.file, told=_Told())
    else:
        report = restoring.restore(words.file, replace=words.replace, without_keys=words.without_keys, told=_Told())
    print(f"{words.file}: made {report.manifest.made_at} by {report.manifest.code}, whole")
    print(f"{report.rows:,} rows and {report.files:,} files {'counted' if words.check else 'restored'}")
    print(_journal(report.manifest))
    _missing(report)
    if not words.check:
        print("Now: gonghui verify --against the checkpoints others kept, and gonghui audit.")
    return 0


def _journal(head: manifest.Manifest) -> str:
    """Up to where the journal of the backup goes, and what was signed of it."""
    lines = [f"journal up to entry {head.newest_entry}"]
    return "\n".join(lines + [text.rstrip() for text in head.journal.values()])


def _missing(report: Report) -> None:
    for name in report.lacking:
        print(f"missing: {name}")
    for name in report.gone:
        print(f"missing: file {name}, taken away while the backup was made")
    if lost := manifest.lost_seal_key(report.manifest):
        print(f"missing: the journal's signing key {lost}; nothing is signed until GONGHUI_SEAL_KEY_FILE names it")


def _key() -> str:
    return streams.key_id(manifest.key())


def _make_key(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refusal(
            "backup.cannot_write", "%(file)s 写不下（%(why)s），没有留下备份", file=str(path), why=error.strerror or ""
        ) from error
    made = secrets.token_bytes(streams.KEY_BYTES)
    with os.fdopen(descriptor, "w") as out:
        out.write(made.hex() + "\n")
    print(f"{path}: key {streams.key_id(made)}. Keep copies of it apart from the backups.")
    return 0
