"""The commands of the seals: seal, verify, export-journal, witness. What they refuse they say in both languages."""

import argparse
import json
import os
import secrets
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.utils import translation

from gonghui.core import clock
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.models import Checkpoint
from gonghui.core.seals import checkpoints, copies, export, exported, sealing, verify, witness, words
from gonghui.core.seals.canon import ACCESSES, ENTRIES
from gonghui.core.seals.checking import Bad
from gonghui.reports import filling
from gonghui.web import say
from gonghui.web.models import DemoMarker


def both(message: str, params: Mapping[str, object]) -> str:
    """The sentence in Chinese and in English, a line each."""
    lines = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            lines.append(say.filled(message, params))
    return "\n".join(lines)


def refused(command: str, refusal: Refusal) -> int:
    """A refusal as a person at the terminal reads it."""
    print(both(refusal.message, refusal.params), file=sys.stderr)
    return 1


def demos_keep_their_key() -> None:
    """A demo's key and name sign nothing in a real database, where somebody forgot to name the profile."""
    if settings.GONGHUI_PROFILE == "demo" and not DemoMarker.objects.exists():
        if "GONGHUI_SEAL_KEY_FILE" not in os.environ:
            settings.GONGHUI_SEAL_KEY_FILE = settings.GONGHUI_SEAL_MEMORY = None
        if "GONGHUI_FEDERATION" not in os.environ:
            settings.GONGHUI_FEDERATION = ""


def seal(words_given: argparse.Namespace) -> int:
    """Seal what is settled, sign the head, hand both streams' checkpoints and the public keys on as files."""
    if words_given.make_key:
        return _make_key(Path(words_given.make_key))
    demos_keep_their_key()
    if words_given.old_key:
        checkpoints.change_key(checkpoints.key_at_hand(Path(words_given.old_key)), checkpoints.key_at_hand())
    try:
        sealed = sealing.seal_all(ENTRIES)
        sealing.seal_all(ACCESSES)
        signed = [checkpoints.checkpoint()]
        if sealing.head(ACCESSES).number:
            signed.append(checkpoints.checkpoint(stream=ACCESSES))
    except OperationalError as error:
        why = str(error).splitlines()[0]
        raise Refusal("seals.not_sealed", "封存停了（%(why)s）；已封存的块都完整，没有封存一半的", why=why) from error
    if words_given.to:
        hand_on(Path(words_given.to), signed)
    newest = signed[0]
    print(f"{sealed} entries sealed now; {newest.entries} in {newest.blocks} blocks under this checkpoint:\n")
    print(checkpoints.whole(newest))
    print(" ".join(checkpoints.groups(newest.text)))
    return 0


def hand_on(folder: Path, signed: Iterable[Checkpoint]) -> None:
    """Each checkpoint in a file of its own under `checkpoints/`, and the public keys beside them."""
    place = folder / "checkpoints"
    place.mkdir(parents=True, exist_ok=True)
    _write(place / "keys.txt", checkpoints.keys_text())
    for row in signed:
        name = "" if row.stream == ENTRIES else f"{row.stream}-"
        _write(place / f"{name}{row.blocks:08}.txt", checkpoints.whole(row))


def _write(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(text.encode())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Refusal(
            "seals.cannot_write", "%(file)s 写不下（%(why)s）", file=str(path), why=error.strerror or ""
        ) from error


def _make_key(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refusal(
            "seals.cannot_write", "%(file)s 写不下（%(why)s）", file=str(path), why=error.strerror or ""
        ) from error
    with os.fdopen(descriptor, "w") as out:
        out.write(secrets.token_hex(32) + "\n")
    print(f"{path}: {checkpoints.key_at_hand(path).id}")
    return 0


def check(words_given: argparse.Namespace) -> int:
    """Verify the journal; 1 where something is wrong."""
    demos_keep_their_key()
    folders = [Path(name) for name in words_given.against if Path(name).is_dir()]
    files = [(name, _read(name)) for name in words_given.against if not Path(name).is_dir()]
    verdict = verify.verify(verify.read_kept(files), copies=[copies.read_copy(folder) for folder in folders])
    if words_given.json:
        print(json.dumps(verdict.as_json()))
    else:
        print(f"{verdict.entries} entries in {verdict.blocks} blocks; {verdict.unsealed} not sealed yet")
        print(f"{verdict.signed} own checkpoints, up to block {verdict.signed_blocks}; {verdict.kept} kept elsewhere")
        print("ok" if verdict.first_bad is None else told(verdict.first_bad))
        if verdict.blocks and not verdict.signed:
            print(both(words.UNSIGNED, {}))
        if verdict.key_from == "list":
            print(both(words.LISTED_KEY, {"key": verdict.key}))
    return 0 if verdict.ok else 1


def export_journal(words_given: argparse.Namespace) -> int:
    """The journal as Parquet in a folder that is whole or not there."""
    newest = export.export(Path(words_given.to))
    print(f"{newest.entries} entries in {newest.blocks} blocks, up to the checkpoint of {newest.at:%Y-%m-%d %H:%M} UTC")
    return 0


def witness_journal(words_given: argparse.Namespace) -> int:
    """Keep checkpoints of others; hold an exported journal against those that are kept."""
    agrees = True
    keys = _read(words_given.keys) if words_given.keys else ""
    growth = witness.read_growth(_read(words_given.growth)) if words_given.growth else None
    for name in words_given.keep:
        agrees &= _keep(name, keys, words_given.given_by, growth)
    if words_given.folder:
        extra = [witness.read_signed(_read(name), name) for name in words_given.against]
        found = exported.examine(Path(words_given.folder), extra)
        said = f"{found.verdict.entries} entries in {found.verdict.blocks} blocks, {found.kept} kept checkpoints"
        print(f"{found.origin}: {said}")
        print("ok" if found.verdict.first_bad is None else told(found.verdict.first_bad))
        _say_first_met(found.origin, found.first_met)
        agrees &= found.verdict.ok
    return 0 if agrees else 1


def _keep(name: str, keys: str, given_by: str, growth: dict[str, Any] | None) -> bool:
    kept = witness.keep(
        _read(name),
        keys=keys,
        given_by=given_by or Path(name).name,
        by=SYSTEM,
        on=clock.today(),
        organisation=filling.organisation_of(None),
        growth=growth,
    )
    state = "kept" if kept.is_new else f"kept already, on {kept.row.kept_at:%Y-%m-%d %H:%M} UTC"
    print(f"{kept.row.origin}: {kept.row.entries} entries in {kept.row.blocks} blocks, {state}")
    if growth is not None and kept.grew is not False:
        print(both(words.GREW if kept.grew else words.NOT_OF_THESE, {}))
    _say_first_met(kept.row.origin, kept.first_met)
    for rival in kept.contradicts:
        print(both(words.FORK, {"one": kept.row.at.isoformat(), "other": rival.at.isoformat(), "by": rival.given_by}))
    return not kept.contradicts


def _say_first_met(origin: str, key: str) -> None:
    if key:
        print(both(words.FIRST_MET, {"origin": origin, "key": key}))


def told(bad: Bad) -> str:
    """What is wrong, in both languages."""
    return both(*words.sentence(bad))


def _read(name: str) -> str:
    try:
        return Path(name).read_text()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "不是文本"
        raise Refusal("seals.cannot_read_file", "%(file)s 读不出来（%(why)s）", file=name, why=why) from error
