"""Attacks on the seals themselves: blocks, checkpoints, keys; each with its guard taken away."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from gonghui.core import crypto
from gonghui.core.errors import Refusal
from gonghui.core.seals import canon, chain, checkpoints, export, merkle, note, proofs, rows, sealing, verify
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.checkpoints import checkpoint
from gonghui.core.seals.note import Signed
from gonghui.core.seals.sealing import seal_all
from gonghui.core.tests import attacks
from gonghui.core.tests.attacks import Sealed, bad, change, sql

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_blocks")]
Patch = pytest.MonkeyPatch
Attack = Callable[[Sealed], int]


# Blocks ---------------------------------------------------------------------------------------------------------------


def reseal(number: int, *, upto: int | None = None) -> None:
    """The block's rows are hashed anew and its header with them; the blocks after it, up to one, follow."""
    teller = rows.Teller(ENTRIES, sealing.names(sealing.pgconn()))
    found = attacks.blocks(("number", "first_id", "last_id", "previous"))
    at = {one[0]: one for one in found}
    previous = bytes(at[number][3])
    for one in range(number, (upto or number) + 1):
        _, first, last, _ = at[one]
        ids, leaves = teller.hashed(list(rows.lines(sealing.pgconn(), ENTRIES, first - 1, last)))
        root = merkle.root(leaves)
        text = canon.header_text(
            stream=ENTRIES, number=one, first_id=ids[0], last_id=last, entries=len(ids), root=root, previous=previous
        )
        sql(
            "update core_block set root = %s, leaves = %s, hash = %s, previous = %s where number = %s"
            " and stream = 'entries'",
            root, b"".join(leaves), canon.header_hash(text), previous, one,
        )  # fmt: skip
        previous = canon.header_hash(text)
    regrow()


def regrow() -> None:
    """The subtrees kept beside the blocks are those of their hashes."""
    known: dict[tuple[int, int], bytes] = {}

    def node_at(level: int, index: int) -> bytes:
        return known[level, index]

    for number, sealed in attacks.blocks(("number", "hash")):
        gained = merkle.completed(number - 1, bytes(sealed), node_at)
        known |= {(level, (number >> level) - 1): one for level, one in enumerate(gained)}
        sql("update core_block set nodes = %s where number = %s and stream = 'entries'", b"".join(gained), number)


def without(why: str, guard: Callable[..., str | None]) -> Callable[..., str | None]:
    """The guard with one of its reasons taken away."""

    def blind(*words: object) -> str | None:
        found = guard(*words)
        return None if found == why else found

    return blind


def change_and_seal_one_block(sealed: Sealed) -> int:
    change(sealed)
    ((number,),) = sql(
        "select number from core_block where last_id >= %s and stream = 'entries' order by 1 limit 1", sealed.middle
    )
    reseal(number)
    sql("delete from core_checkpoint where blocks >= %s", number)
    return int(attacks.blocks()[number][1])


def change_the_newest_hash(sealed: Sealed) -> int:
    attacks.write(3, random.Random(9))
    seal_all()
    number, first, _ = attacks.blocks()[-1]
    sql("update core_block set hash = %s where number = %s and stream = 'entries'", b"\x01" * 32, number)
    regrow()
    return int(first)


def delete_a_block(sealed: Sealed) -> int:
    _, first, _ = attacks.blocks()[4]
    sql("delete from core_block where number = 5 and stream = 'entries'")
    return int(first)


def two_blocks_of_one_number(sealed: Sealed) -> int:
    sql("alter table core_block drop constraint core_block_pkey")
    sql("alter table core_block drop constraint block_previous_once, drop constraint block_last")
    sql("insert into core_block select * from core_block where number = 4 and stream = 'entries'")
    return int(attacks.blocks()[3][1])


@pytest.mark.parametrize(
    ("attack", "why"),
    [
        (change_and_seal_one_block, "chain"),
        (change_the_newest_hash, "header"),
        (two_blocks_of_one_number, "fork"),
    ],
)
def test_an_attack_on_blocks_is_found_by_its_guard_and_no_other(
    sealed: Sealed, attack: Attack, why: str, monkeypatch: Patch
) -> None:
    named = attack(sealed)
    assert bad(verify.verify()) == (named, why)
    monkeypatch.setattr(chain, "wrong", without(why, chain.wrong))
    blind = verify.verify()
    assert blind.ok or bad(blind)[1] != why
    assert blind.ok is (why != "fork")  # two blocks of one number also spoil what is counted under them


def test_a_block_that_is_gone_is_named(sealed: Sealed) -> None:
    first = delete_a_block(sealed)
    entry, why = bad(verify.verify())
    assert why == "missing"
    assert attacks.blocks()[3][2] < entry <= first


def test_hashes_kept_beside_a_block_are_held_against_it(sealed: Sealed, monkeypatch: Patch) -> None:
    _, first, _ = attacks.blocks()[2]
    sql("update core_block set leaves = overlay(leaves placing '\\x00'::bytea from 1) where number = 3")
    assert bad(verify.verify()) == (first, "kept")
    sql("update core_block set nodes = sha256(nodes) where number = 2 and stream = 'entries'")
    assert bad(verify.verify()) == (attacks.blocks()[1][1], "kept")


def test_an_entry_changed_together_with_its_kept_hash_is_named(sealed: Sealed) -> None:
    change(sealed)
    teller = rows.Teller(ENTRIES, sealing.names(sealing.pgconn()))
    number, first, last = next(b for b in attacks.blocks() if b[1] <= sealed.middle <= b[2])
    _, leaves = teller.hashed(list(rows.lines(sealing.pgconn(), ENTRIES, first - 1, last)))
    sql("update core_block set leaves = %s where number = %s and stream = 'entries'", b"".join(leaves), number)
    assert bad(verify.verify()) == (first, "block")  # which one of the block's cannot be told any more


# Checkpoints ----------------------------------------------------------------------------------------------------------


def test_all_written_anew_without_the_key_is_found_by_the_own_checkpoints(sealed: Sealed, monkeypatch: Patch) -> None:
    late = sealed.ids[35]
    sql("update core_entry set amount_fen = 1 where id = %s", late)
    reseal(7, upto=8)
    half = sealed.kept[0].note
    entry, why = bad(verify.verify())
    assert why == "rewritten"
    assert half.last_id < entry <= late  # after the newest checkpoint that agrees
    monkeypatch.setattr(chain, "contradicts", without("rewritten", chain.contradicts))
    assert verify.verify().ok


def test_all_written_anew_with_the_key_is_found_by_what_others_kept(sealed: Sealed) -> None:
    change(sealed)
    attacks.forget_seals(0)
    seal_all()
    checkpoint()
    assert verify.verify().ok  # no database shows this by itself
    assert (
        bad(verify.verify(sealed.kept[:1])) == (sealed.ids[0], "rewritten") if sealed.middle < sealed.ids[20] else True
    )
    entry, why = bad(verify.verify(sealed.kept))
    assert why == "rewritten"
    assert entry <= sealed.middle


def test_the_signer_signs_nothing_that_did_not_grow_from_what_it_signed(
    tmp_path: Path, settings: Any, small_blocks: None
) -> None:
    """Blocks and checkpoints thrown away: the next worker would seal what it finds and sign it with the real key."""
    settings.GONGHUI_SEAL_MEMORY = tmp_path / "memory"
    sealed = attacks.sealed_journal()
    attacks.write(3, random.Random(6))
    seal_all()
    checkpoint()
    assert verify.verify().ok
    for attack in (change, lambda sealed: attacks.cut_after(sealed.ids[20])):
        with transaction.atomic():
            attack(sealed)
            attacks.forget_seals(0)
            seal_all()
            assert bad(verify.verify())[1] in ("rewritten", "cut")
            with pytest.raises(Refusal) as refused:
                checkpoint()
            assert refused.value.code == "seals.not_grown"
            settings.GONGHUI_SEAL_MEMORY = None  # a signer without memory
            checkpoint()
            assert verify.verify().ok
            settings.GONGHUI_SEAL_MEMORY = tmp_path / "memory"
            transaction.set_rollback(True)


def test_a_signer_that_cannot_remember_does_not_sign(tmp_path: Path, settings: Any) -> None:
    attacks.write(3, random.Random(6))
    seal_all()
    (tmp_path / "file").write_text("")
    settings.GONGHUI_SEAL_MEMORY = tmp_path / "file"
    with pytest.raises(Refusal) as refused:
        checkpoint()
    assert refused.value.code == "seals.memory_unwritten"
    settings.GONGHUI_SEAL_MEMORY = tmp_path / "memory"
    signed = checkpoint()
    (place,) = (tmp_path / "memory").iterdir()
    assert place.read_text() == checkpoints.whole(signed)
    place.write_text("none")
    attacks.write(3, random.Random(7))
    seal_all()
    with pytest.raises(Refusal) as refused:
        checkpoint()
    assert refused.value.code == "seals.memory_unreadable"


def test_a_tail_cut_off_is_found_by_the_own_checkpoints(sealed: Sealed, monkeypatch: Patch) -> None:
    last = attacks.blocks()[5][2]
    attacks.cut_after(last)
    sql("delete from core_block where number > 6 and stream = 'entries'")
    assert bad(verify.verify()) == (last + 1, "cut")
    monkeypatch.setattr(chain, "contradicts", without("cut", chain.contradicts))
    assert verify.verify().ok


def test_a_tail_of_rows_cut_off_is_found_by_its_block(sealed: Sealed) -> None:
    attacks.cut_after(sealed.ids[33])
    assert bad(verify.verify()) == (sealed.ids[34], "deleted")


def test_an_old_backup_restored_is_found_by_what_others_kept(sealed: Sealed) -> None:
    half = sealed.kept[0].note
    attacks.cut_after(half.last_id)
    attacks.forget_seals(half.blocks)
    assert verify.verify().ok
    assert bad(verify.verify(sealed.kept)) == (half.last_id + 1, "cut")
    attacks.write(30, random.Random(77))  # work goes on in the restored copy
    seal_all()
    checkpoint()
    assert verify.verify().ok
    entry, why = bad(verify.verify(sealed.kept))
    assert (why, entry > half.last_id) == ("rewritten", True)


def test_two_writers_who_each_seal_are_found_by_what_others_kept(sealed: Sealed) -> None:
    with transaction.atomic():
        attacks.write(6, random.Random(1))
        seal_all()
        one = attacks.kept()
        transaction.set_rollback(True)
    attacks.write(6, random.Random(2))
    seal_all()
    other = attacks.kept()
    assert one.note.blocks == other.note.blocks
    assert verify.verify([*sealed.kept, other]).ok
    entry, why = bad(verify.verify([*sealed.kept, one, other]))
    assert (why, entry > sealed.ids[-1]) == ("rewritten", True)


def rewrite_all_with_the_key(sealed: Sealed) -> list[Signed]:
    change(sealed)
    attacks.forget_seals(0)
    seal_all()
    checkpoint()
    return sealed.kept


def restore_an_old_backup(sealed: Sealed) -> list[Signed]:
    attacks.cut_after(sealed.kept[0].note.last_id)
    attacks.forget_seals(sealed.kept[0].note.blocks)
    return sealed.kept


def cut_the_tail_and_what_was_signed_of_it(sealed: Sealed) -> list[Signed]:
    attacks.cut_after(attacks.blocks()[6][2])
    attacks.forget_seals(7)
    return sealed.kept


def write_on_in_two_copies(sealed: Sealed) -> list[Signed]:
    with transaction.atomic():
        attacks.write(6, random.Random(1))
        seal_all()
        other = attacks.kept()
        transaction.set_rollback(True)
    attacks.write(6, random.Random(2))
    seal_all()
    return [*sealed.kept, other]


@pytest.mark.parametrize(
    ("attack", "why"),
    [
        (rewrite_all_with_the_key, "rewritten"),
        (restore_an_old_backup, "cut"),
        (cut_the_tail_and_what_was_signed_of_it, "cut"),
        (write_on_in_two_copies, "rewritten"),
    ],
)
def test_mutant_kept_checkpoints_not_held_against_the_journal(
    sealed: Sealed, attack: Callable[[Sealed], list[Signed]], why: str, monkeypatch: Patch
) -> None:
    kept = attack(sealed)
    assert verify.verify().ok
    assert bad(verify.verify(kept))[1] == why
    monkeypatch.setattr(chain, "contradicts", without(why, chain.contradicts))
    assert verify.verify(kept).ok


@pytest.mark.parametrize(
    "statement",
    [
        "update core_checkpoint set text = replace(text, '202', '201')",
        "update core_checkpoint set signature = sha256(signature) || sha256(signature)",
        "update core_sealkey set public_key = sha256(public_key)",
    ],
)
def test_a_checkpoint_signed_by_nobody_is_found(sealed: Sealed, statement: str, monkeypatch: Patch) -> None:
    sql(statement)
    assert bad(verify.verify())[1] == "signature"
    monkeypatch.setattr(verify, "_noted", lambda row, said: None)  # finds a changed text by its columns too
    monkeypatch.setattr(chain, "contradicts", without("signature", chain.contradicts))
    assert verify.verify().ok


@pytest.mark.parametrize(
    "edit",
    ["blocks = blocks + 1", "root = sha256(root)", "last_id = last_id + 9", "entries = entries + 1",
     "at = at + interval '1 day'"],
)  # fmt: skip
def test_columns_beside_a_checkpoint_say_what_was_signed(sealed: Sealed, edit: str, monkeypatch: Patch) -> None:
    """Prints choose their checkpoint, and pages show it, by the columns."""
    first = sealed.kept[0].note
    sql(f"update core_checkpoint set {edit} where stream = 'entries' and blocks = %s", first.blocks)
    assert bad(verify.verify()) == (first.last_id, "noted")
    monkeypatch.setattr(verify, "_noted", lambda row, said: None)
    assert verify.verify().ok


def test_where_a_block_is_gone_proof_and_export_say_so_in_words(sealed: Sealed, tmp_path: Path) -> None:
    _, gone, _ = attacks.blocks()[1]
    sql("delete from core_block where number = 2 and stream = 'entries'")
    for entry, code in ((sealed.ids[0], "seals.block_missing"), (gone, "seals.entry_in_no_block")):
        with pytest.raises(Refusal) as proof:
            proofs.proof_of(entry)
        assert proof.value.code == code
    with pytest.raises(Refusal) as exported:
        export.export(tmp_path / "out")
    assert exported.value.code == "seals.blocks_missing"
    assert list(tmp_path.iterdir()) == []


def sign_all_with(seed: bytes, vouched_by: str = "", vouching: bytes = b"") -> str:
    """All checkpoints signed with a key of the administrator's own, which stands in the list beside the real one."""
    public = crypto.public_key(seed)
    own = note.key_id(public)
    sql("insert into core_sealkey values (%s, %s, now(), %s, %s)", own, public, vouched_by, vouching)
    for number, text in sql("select id, text from core_checkpoint"):
        signed = crypto.signature(seed, text.encode())
        sql("update core_checkpoint set key_id = %s, signature = %s where id = %s", own, signed, number)
    return own


def test_a_key_that_a_stranger_listed_is_not_believed(sealed: Sealed, monkeypatch: Patch) -> None:
    real = checkpoints.key_at_hand()
    stranger = sign_all_with(b"s" * 32, real.id, bytes(64))
    assert bad(verify.verify())[1] == "signature"
    text = checkpoints.vouching_text(sealing.origin(), real.public).encode()
    signed = crypto.signature(b"s" * 32, text)  # it signs for the real one, which anybody can do
    sql("update core_sealkey set vouched_by = %s, vouching = %s where key_id = %s", stranger, signed, real.id)
    assert bad(verify.verify())[1] == "signature"
    monkeypatch.setattr(checkpoints, "trusted", lambda whose, keys, roots: {key.key_id: key.public for key in keys})
    assert verify.verify().ok


def test_an_old_key_is_believed_by_the_signature_of_the_new_one(sealed: Sealed, tmp_path: Path, settings: Any) -> None:
    old, new = checkpoints.key_at_hand(), tmp_path / "new"
    new.write_text("ab" * 32)
    settings.GONGHUI_SEAL_KEY_FILE = new
    checkpoints.change_key(old, checkpoints.key_at_hand())
    attacks.write(5, random.Random(4))
    seal_all()
    checkpoint()
    verdict = verify.verify(sealed.kept)
    assert (verdict.ok, verdict.key, verdict.key_from) == (True, checkpoints.key_at_hand().id, "file")
    sql("update core_sealkey set vouching = substring(vouching from 1 for 64) where vouched_by <> ''")
    assert bad(verify.verify(sealed.kept))[1] == "signature"


def test_without_a_key_at_hand_it_is_said_whose_word_is_taken(sealed: Sealed, settings: Any) -> None:
    """An administrator who lists a key of his own, and nobody brings the real one."""
    settings.GONGHUI_SEAL_KEY_FILE = None
    assert verify.verify().key_from == "list"
    sql("delete from core_sealkey")
    sign_all_with(b"s" * 32)
    verdict = verify.verify()
    assert (verdict.ok, verdict.key_from) == (True, "list")  # nothing but this word tells
    assert bad(verify.verify(sealed.kept))[1] == "signature"


def test_another_journals_checkpoint_is_refused(sealed: Sealed) -> None:
    theirs = note.Note(ENTRIES, "别的市总工会 0123456789abcdef", 1, bytes(32), 9, 9, sealed.kept[0].note.at)
    text = note.signed_text(theirs.text, "0" * 16, bytes(64))
    with pytest.raises(Refusal) as refused:
        verify.read_kept([("a.txt", text)])
    assert refused.value.code == "seals.foreign"
    with pytest.raises(Refusal) as refused:
        verify.read_kept([("a.txt", "not a checkpoint")])
    assert refused.value.code == "seals.checkpoint_malformed"
