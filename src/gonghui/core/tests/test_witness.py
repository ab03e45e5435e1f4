"""Checkpoints of others are kept, forks among them reported, exported journals held against them."""

import base64
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import transaction

from gonghui.core import crypto
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.journal import KIND_IDS
from gonghui.core.journal_text import TextPlace
from gonghui.core.models import Entry, Witnessed
from gonghui.core.seals import checkpoints, copies, export, exported, merkle, note, proofs, sealing, verify, witness
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.checkpoints import checkpoint
from gonghui.core.seals.sealing import seal_all
from gonghui.core.seals.witness import Kept
from gonghui.core.tests import attacks
from gonghui.core.tests.attacks import sql
from gonghui.core.tests.races import at_once

pytestmark = pytest.mark.django_db
DAY = date(2020, 8, 10)
SEED = b"w" * 32


@dataclass
class Other:
    """Another federation's journal, in memory: its blocks' hashes and its key."""

    hashes: list[bytes]
    name: str = "邻市总工会 00ff00ff00ff00ff"
    seed: bytes = SEED

    @property
    def keys(self) -> str:
        public = crypto.public_key(self.seed)
        return f"gonghui keys v1\n{self.name}\n{note.key_id(public)} {base64.b64encode(public).decode()}\n"

    def checkpoint(self, size: int) -> str:
        root = merkle.root(self.hashes[:size])
        said = note.Note(ENTRIES, self.name, size, root, size * 9, size * 8, datetime(2020, 8, 1, tzinfo=UTC))
        public = crypto.public_key(self.seed)
        return note.signed_text(said.text, note.key_id(public), crypto.signature(self.seed, said.text.encode()))

    def growth(self, old: int, new: int) -> dict[str, Any]:
        path = merkle.growth(old, new, merkle.in_memory(self.hashes))
        texts = [{"text": note.read(self.checkpoint(size)).text} for size in (old, new)]
        return {"old": texts[0], "new": texts[1], "path": [step.hex() for step in path]}


OTHER = Other([bytes([n]) * 32 for n in range(1, 12)])
FORKED = Other([bytes([n]) * 32 for n in range(1, 9)] + [b"\xee" * 32] * 3)


def keep(text: str, keys: str = "", **more: Any) -> Kept:
    place = TextPlace("/1/")
    return witness.keep(text, keys=keys, given_by="邻市总工会", by=SYSTEM, on=DAY, organisation=place, **more)


def refusal(text: str, keys: str = "", **more: Any) -> str:
    before = Witnessed.objects.count()
    with pytest.raises(Refusal) as refused:
        keep(text, keys, **more)
    assert Witnessed.objects.count() == before
    return refused.value.code


def test_a_checkpoint_of_another_journal_is_kept_with_its_key_and_an_entry() -> None:
    kept = keep(OTHER.checkpoint(5), OTHER.keys)
    assert (kept.row.blocks, kept.contradicts, kept.grew) == (5, (), None)
    assert Entry.objects.get().kind == KIND_IDS.known("seals.checkpoint_kept")
    assert (kept.is_new, kept.first_met) == (True, note.key_id(crypto.public_key(SEED)))
    again = keep(OTHER.checkpoint(5))  # the same again changes nothing
    assert (again.row, again.is_new, again.first_met) == (kept.row, False, "")
    assert keep(OTHER.checkpoint(7)).row.blocks == 7  # its key is known by now
    assert witness.signed_of(kept.row).whole == OTHER.checkpoint(5)


def test_what_cannot_be_believed_is_not_kept() -> None:
    assert refusal("hello", OTHER.keys) == "seals.checkpoint_malformed"
    assert refusal(OTHER.checkpoint(5)) == "seals.key_unknown"
    assert refusal(OTHER.checkpoint(5), "hello") == "seals.keys_malformed"
    assert refusal(OTHER.checkpoint(5).replace("\n45\n", "\n46\n"), OTHER.keys) == "seals.checkpoint_unsigned"
    third = Other(OTHER.hashes, "另一市总工会 1111111111111111")
    assert refusal(OTHER.checkpoint(5), third.keys) == "seals.other_keys"
    assert refusal(OTHER.checkpoint(5), OTHER.keys, expected=third.name) == "seals.other_federation"


def test_a_new_key_that_the_old_one_does_not_vouch_for_is_refused() -> None:
    keep(OTHER.checkpoint(5), OTHER.keys)
    stolen = Other(OTHER.hashes, seed=b"x" * 32)
    assert refusal(stolen.checkpoint(6), stolen.keys) == "seals.key_not_vouched"
    public = crypto.public_key(stolen.seed)
    signed = crypto.signature(SEED, checkpoints.vouching_text(OTHER.name, public).encode())
    vouched = base64.b64encode(signed).decode()
    line = stolen.keys.splitlines()[2] + f" {note.key_id(crypto.public_key(SEED))} {vouched}\n"
    assert keep(stolen.checkpoint(6), OTHER.keys + line).row.blocks == 6


def test_the_own_checkpoint_is_to_be_kept_by_others() -> None:
    attacks.sealed_journal()
    assert refusal(checkpoints.whole(checkpoint()), checkpoints.keys_text()) == "seals.own_checkpoint"


def test_two_checkpoints_of_one_size_that_differ_are_a_fork() -> None:
    keep(OTHER.checkpoint(10), OTHER.keys)
    rival = keep(FORKED.checkpoint(10))
    assert [row.blocks for row in rival.contradicts] == [10]
    assert Witnessed.objects.count() == 2  # both are evidence
    assert keep(FORKED.checkpoint(8)).contradicts == ()  # up to there they are one


def test_growth_is_checked_where_a_proof_is_at_hand() -> None:
    keep(OTHER.checkpoint(4), OTHER.keys)
    assert keep(OTHER.checkpoint(9), growth=OTHER.growth(4, 9)).grew is True
    assert keep(OTHER.checkpoint(10), growth=OTHER.growth(3, 10)).grew is None  # of one that is not kept
    wrong = {
        **OTHER.growth(4, 11),
        "path": [step.hex() for step in merkle.growth(5, 11, merkle.in_memory(OTHER.hashes))],
    }
    kept = keep(OTHER.checkpoint(11), growth=wrong)
    assert (kept.grew, [row.blocks for row in kept.contradicts]) == (False, [4])
    again = keep(OTHER.checkpoint(9), growth=OTHER.growth(4, 9))  # brought along later
    assert (again.grew, again.is_new) == (True, False)
    assert refusal(OTHER.checkpoint(6), growth={"path": 3}) == "seals.growth_malformed"
    for text in ("none", "[]", "[" * 19_000):
        with pytest.raises(Refusal, match="不是增长证明"):
            witness.read_growth(text)


def test_mutant_growth_taken_on_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(OTHER.checkpoint(9), OTHER.keys)
    monkeypatch.setattr(merkle, "grew", lambda *_: True)
    assert keep(FORKED.checkpoint(11), growth={**FORKED.growth(8, 11), "old": OTHER.growth(9, 11)["old"]}).grew is True


def found_wrong() -> str:
    """What verifying the own journal says of what is kept of others."""
    bad = verify.verify().as_json()["first_bad"]
    return "" if bad is None else bad["why"]  # type: ignore[index]


def test_kept_checkpoints_are_held_against_the_entries_of_their_keeping() -> None:
    keep(OTHER.checkpoint(5), OTHER.keys)
    keep(OTHER.checkpoint(7))
    seal_all()
    assert found_wrong() == ""
    stolen = Other(OTHER.hashes, seed=b"x" * 32)
    public, forged = crypto.public_key(stolen.seed), note.read(stolen.checkpoint(5))
    ways = {
        "delete from core_witnessed where blocks = 7": "deleted",
        "update core_witnessed set entries = 9 where blocks = 5": "changed",
        "update core_witnessed set signature = sha256(signature) || sha256(signature) where blocks = 5": "changed",
        "update core_witnessed set text = 'none' where blocks = 5": "changed",
    }
    for statement, why in ways.items():
        with transaction.atomic():
            sql(statement)
            assert found_wrong() == f"witnessed: {why}", statement
            transaction.set_rollback(True)
    with transaction.atomic():  # another key pinned, with a signature that is right
        sql("update core_witnessed set public_key = %s, key_id = %s, signature = %s where blocks = 5",
            public, note.key_id(public), forged.signature)  # fmt: skip
        assert found_wrong() == "witnessed: changed"
        transaction.set_rollback(True)
    columns = "stream, origin, root, last_id, entries, at, text, key_id, public_key, signature, given_by,"
    columns += " organisation_id, kept_by, kept_at"
    sql(f"insert into core_witnessed (id, public_id, blocks, {columns})"
        f" select 1, gen_random_uuid(), 6, {columns} from core_witnessed where blocks = 5")  # fmt: skip
    assert found_wrong() == "witnessed: unrecorded"


def test_mutant_kept_checkpoints_not_held_against_their_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    keep(OTHER.checkpoint(5), OTHER.keys)
    sql("delete from core_witnessed")
    assert found_wrong() == "witnessed: deleted"
    monkeypatch.setattr(verify, "_witnessed", lambda: None)
    assert found_wrong() == ""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rival", [OTHER, FORKED], ids=["the same", "one that contradicts it"])
def test_of_two_keepings_at_once_the_second_finds_the_first(rival: Other) -> None:
    keep(OTHER.checkpoint(3), OTHER.keys)
    found = at_once(partial(keep, OTHER.checkpoint(10)), partial(keep, rival.checkpoint(10)))
    rows = list(Witnessed.objects.filter(blocks=10))
    if rival is OTHER:
        assert (len(rows), sorted(kept.is_new for kept in found)) == (1, [False, True])
    else:
        assert (len(rows), sorted(len(kept.contradicts) for kept in found)) == (2, [0, 1])


# Journals -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def their_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A journal that was exported elsewhere; of its checkpoints two are kept here."""
    monkeypatch.setattr(sealing, "BLOCK_ENTRIES", 6)
    monkeypatch.setattr(export, "FILE_BLOCKS", 2)
    with transaction.atomic():
        sealed = attacks.sealed_journal()
        export.export(tmp_path / "journal")
        keys, texts = checkpoints.keys_text(), [one.whole for one in sealed.kept]
        transaction.set_rollback(True)
    for text in texts:
        keep(text, keys)
    return tmp_path / "journal"


def seen(folder: Path) -> tuple[str, int] | None:
    """Why the journal is not believed, and in which block."""
    bad = exported.examine(folder).verdict.first_bad
    return None if bad is None else (bad.why, bad.block)


def test_an_export_brings_no_key_of_its_own_where_one_is_known(their_export: Path, tmp_path: Path) -> None:
    """A list in the folder that names the kept key's number beside another key, or one that signs for it."""
    whose, (real,) = checkpoints.read_keys((their_export / "keys.txt").read_text())
    stranger = crypto.public_key(b"x" * 32)
    own = note.read((their_export / "checkpoint.txt").read_text())
    signed = crypto.signature(b"x" * 32, own.text.encode())
    vouching = crypto.signature(b"x" * 32, checkpoints.vouching_text(whose, real.public).encode())
    lines = [f"{note.key_id(stranger)} {base64.b64encode(stranger).decode()}"]
    lines.append(f"{real.key_id} {base64.b64encode(real.public).decode()} {lines[0].split(' ')[0]}")
    lines[1] += f" {base64.b64encode(vouching).decode()}"
    (their_export / "keys.txt").write_text("\n".join(["gonghui keys v1", whose, *lines]) + "\n")
    (their_export / "checkpoint.txt").write_text(note.signed_text(own.text, note.key_id(stranger), signed))
    assert seen(their_export) == ("signature", 5)  # after the first of the two that are kept
    sql("delete from core_witnessed")
    found = exported.examine(their_export)
    assert (found.verdict.ok, found.first_met) == (True, note.key_id(stranger))  # nothing is kept; it is said


def test_a_stranger_does_not_become_a_key_by_signing_for_the_known_one() -> None:
    keep(OTHER.checkpoint(5), OTHER.keys)
    stolen = Other(OTHER.hashes, seed=b"x" * 32)
    known, public = crypto.public_key(SEED), crypto.public_key(stolen.seed)
    vouching = crypto.signature(stolen.seed, checkpoints.vouching_text(OTHER.name, known).encode())
    line = f"{OTHER.keys.splitlines()[2]} {note.key_id(public)} {base64.b64encode(vouching).decode()}\n"
    assert refusal(stolen.checkpoint(6), stolen.keys + line) == "seals.key_not_vouched"


def rewritten(folder: Path, file: str, statement: str) -> None:
    with duckdb.connect() as db:
        db.execute(f"create table t as select * from '{folder / file}'")
        db.execute(statement)
        db.execute(f"copy t to '{folder / file}' (format parquet)")


def test_an_exported_journal_agrees_with_the_checkpoints_kept_of_it(their_export: Path) -> None:
    found = exported.examine(their_export)
    assert (found.verdict.ok, found.verdict.entries, found.verdict.blocks, found.kept) == (True, 40, 8, 2)
    assert found.origin.startswith("示范市总工会 ")
    assert found.first_met == ""


@pytest.mark.parametrize(
    ("file", "statement", "found"),
    [
        ("entries/00002.parquet", "update t set quantity = quantity + 1 where block = 3", ("changed", 3)),
        ("entries/00002.parquet", "delete from t where block = 4", ("deleted", 4)),
        ("entries/00001.parquet", "insert into t select * from t where block = 1 limit 1", ("inserted", 1)),
        ("entries/00003.parquet", "update t set leaf = salt where block = 5", None),  # a leaf beside words says nothing
        ("entries/00003.parquet", "update t set kind = null, leaf = salt where block = 5", ("changed", 5)),
        ("blocks.parquet", "update t set entries = 5 where number = 2", ("header", 2)),
        ("blocks.parquet", "delete from t where number = 2", ("missing", 2)),
        ("blocks.parquet", "delete from t where number > 6", ("missing", 7)),
    ],
)
def test_a_tampered_export_is_found(their_export: Path, file: str, statement: str, found: Any) -> None:
    rewritten(their_export, file, statement)
    assert seen(their_export) == found


def test_a_journal_written_anew_with_its_key_is_found_by_what_was_kept(tmp_path: Path) -> None:
    sealed = attacks.sealed_journal()
    keys, texts = checkpoints.keys_text(), [one.whole for one in sealed.kept]
    sql("update core_entry set quantity = quantity + 1 where id = %s", sealed.ids[3])
    attacks.forget_seals(0)
    seal_all()
    checkpoint()
    export.export(tmp_path / "journal")
    assert seen(tmp_path / "journal") is None
    sql("delete from core_journalname")  # the same database now plays the district that kept them
    keep(texts[0], keys)
    assert seen(tmp_path / "journal") == ("rewritten", 1)


@pytest.mark.parametrize("missing", ["blocks.parquet", "keys.txt", "checkpoint.txt", "entries/00003.parquet"])
def test_a_truncated_export_is_said_to_be_one(their_export: Path, missing: str) -> None:
    (their_export / missing).unlink()
    if missing.startswith("entries"):
        assert seen(their_export) == ("deleted", 5)
    else:
        with pytest.raises(Refusal) as refused:
            exported.examine(their_export)
        assert refused.value.code == "seals.export_unreadable"


def test_a_growth_proof_from_the_database_is_one_for_the_witness() -> None:
    attacks.sealed_journal()
    old = checkpoint()
    attacks.write(20, random.Random(4))
    seal_all()
    proof = proofs.growth_proof(old, checkpoint())
    keys, first, second = checkpoints.keys_text(), checkpoints.whole(old), checkpoints.whole(checkpoint())
    sql("delete from core_journalname")
    keep(first, keys)
    assert keep(second, growth=proof).grew is True


def test_a_kept_copy_names_the_entry_that_was_changed_before_all_was_sealed_anew(tmp_path: Path) -> None:
    sealed = attacks.sealed_journal()
    export.export(tmp_path / "journal")
    copy = copies.read_copy(tmp_path / "journal")
    attacks.write(5, random.Random(8))
    seal_all()
    assert verify.verify(copies=[copy]).ok
    sql("update core_entry set quantity = quantity + 1 where id = %s", sealed.ids[27])
    attacks.forget_seals(0)
    seal_all()
    checkpoint()
    assert verify.verify().ok
    assert attacks.bad(verify.verify(copies=[copy])) == (sealed.ids[27], "changed")
    attacks.drop(sealed.ids[9])
    attacks.forget_seals(0)
    seal_all()
    checkpoint()
    assert attacks.bad(verify.verify(copies=[copy])) == (sealed.ids[9], "deleted")


def test_a_copy_that_does_not_hang_together_is_no_witness(their_export: Path) -> None:
    rewritten(their_export, "blocks.parquet", "delete from t where number > 6")
    with pytest.raises(Refusal) as refused:
        copies.read_copy(their_export)
    assert refused.value.code == "seals.copy_wrong"
