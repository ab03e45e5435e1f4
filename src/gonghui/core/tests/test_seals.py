"""Sealing: settled entries in blocks, checkpoints over them, proofs that hold."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.utils import IntegrityError

from gonghui.core import access, crypto, journal_text
from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.models import Block, Checkpoint, Entry, SealKey
from gonghui.core.seals import checkpoints, merkle, note, proofs, sealing
from gonghui.core.seals.canon import ACCESSES, ENTRIES
from gonghui.core.seals.checkpoints import Key, checkpoint, key_at_hand
from gonghui.core.seals.sealing import seal, seal_all
from gonghui.core.tests.facts import OPENED

Journal = Callable[[str], Any]
LINE = "2020-01-05 /1/3/ tests.paid scheme=a paid_fen=100 about=7\n"


def write(count: int) -> list[int]:
    return [one.entry_id for one in journal_text.write(LINE * count)]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BLOCK_ENTRIES", 4)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_blocks")
def test_settled_entries_are_sealed_in_blocks_that_know_the_one_before() -> None:
    ids = write(10)
    assert seal() == 10
    blocks = list(Block.objects.filter(stream=ENTRIES).order_by("number"))
    assert [block.entries for block in blocks] == [4, 4, 2]
    assert [block.number for block in blocks] == [1, 2, 3]
    assert (blocks[0].first_id, blocks[-1].last_id) == (ids[0], ids[-1])
    assert bytes(blocks[0].previous) == bytes(32)
    assert [bytes(b.previous) for b in blocks[1:]] == [bytes(b.hash) for b in blocks[:-1]]
    assert seal() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("small_blocks")
def test_short_runs_wait_while_only_full_blocks_are_wanted() -> None:
    write(6)
    assert seal(full_only=True) == 4
    assert seal(full_only=True) == 0
    assert seal() == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_not_settled_is_not_sealed() -> None:
    write(1)
    drawn, leave = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                write(1)
                drawn.set()
                leave.wait(10)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    drawn.wait(10)
    write(1)
    assert seal_all() == 1
    leave.set()
    writer.join()
    assert seal_all() == 2


@pytest.mark.django_db(transaction=True)
def test_one_sealer_works_at_a_time() -> None:
    write(3)
    seen: list[int] = []

    def other() -> None:
        try:
            seen.append(seal())
        finally:
            connections.close_all()

    with transaction.atomic():
        assert seal(limit=2) == 2
        rival = threading.Thread(target=other)
        rival.start()
        rival.join()
    assert seen == [0]
    assert seal() == 1


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_leaves_the_last_block_whole() -> None:
    write(5)
    with connection.cursor() as cursor:
        cursor.execute("""
            create function full_disk() returns trigger language plpgsql as $$
            begin if new.number = 2 then raise exception 'no space left on device' using errcode = 'disk_full';
            end if; return new; end $$;
            create trigger full_disk before insert on core_block for each row execute function full_disk()
        """)
    try:
        assert seal(limit=2) == 2
        with pytest.raises(DatabaseError):
            seal()
        assert Block.objects.count() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("drop trigger full_disk on core_block; drop function full_disk")
    assert seal() == 3
    assert Block.objects.count() == 2


@pytest.mark.django_db
def test_looks_are_sealed_in_blocks_of_their_own() -> None:
    for _ in range(3):
        access.looked(SYSTEM, OPENED, why='a "word"\twith signs\\')
    assert seal_all(ACCESSES) == 3
    assert Block.objects.get().stream == ACCESSES
    assert checkpoint(stream=ACCESSES).text.startswith("gonghui access checkpoint v1\n")


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["block", "checkpoint", "sealkey", "journalname"])
def test_seals_are_append_only(table: str) -> None:
    write(1)
    seal()
    checkpoint()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"delete from core_{table}")


@pytest.mark.django_db
@pytest.mark.usefixtures("small_blocks")
def test_a_checkpoint_says_and_signs_how_far_the_journal_goes() -> None:
    ids = write(10)
    seal()
    row = checkpoint(at=datetime(2020, 8, 10, 9, 30, tzinfo=UTC))
    signed = note.read(checkpoints.whole(row))
    assert (signed.note.blocks, signed.note.entries, signed.note.last_id) == (3, 10, ids[-1])
    assert signed.note.root == merkle.root([bytes(b.hash) for b in Block.objects.order_by("number")])
    assert row.text.endswith("\n10\n2020-08-10T09:30:00.000000Z\n")
    assert crypto.is_signed(key_at_hand().public, row.text.encode(), signed.signature)
    assert checkpoint() == row
    write(1)
    seal()
    assert checkpoint().entries == 11


@pytest.mark.django_db
def test_the_groups_to_compare_are_twelve_of_four_signs() -> None:
    write(1)
    seal()
    groups = checkpoints.groups(checkpoint().text)
    assert len(groups) == 12
    assert all(len(group) == 4 for group in groups)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_blocks")
def test_every_entry_has_a_proof_under_the_first_checkpoint_that_covers_it() -> None:
    first = write(6)
    seal()
    early = checkpoint()
    later = write(7)
    assert proofs.proof_of(later[0]) is None
    seal()
    checkpoint()
    for number in first + later:
        proof = proofs.proof_of(number)
        assert proof is not None
        assert proofs.holds(proof)
        assert f'"entry":{number},' in proof["entry"]["text"]
    again = proofs.proof_of(first[2])
    assert again is not None
    assert again["checkpoint"]["text"] == early.text
    under_the_newest = proofs.proof_of(first[2], checkpoint())
    assert under_the_newest is not None
    assert under_the_newest["tree_path"] != again["tree_path"]


@pytest.mark.django_db
@pytest.mark.usefixtures("small_blocks")
def test_a_proof_with_anything_changed_does_not_hold() -> None:
    number = write(9)[5]
    seal()
    checkpoint()
    proof = proofs.proof_of(number)
    assert proof is not None
    for spoil in (
        lambda p: p["entry"].update(text=p["entry"]["text"].replace("100", "900")),
        lambda p: p["entry"].update(salt="00" * 16),
        lambda p: p["path"][0].update(hash="00" * 32),
        lambda p: p["block"].update(entries=5),
        lambda p: p["tree_path"].pop(),
    ):
        spoilt = proofs.proof_of(number)
        spoil(spoilt)
        assert not proofs.holds(spoilt)  # type: ignore[arg-type]
    assert proofs.holds(proof)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_blocks")
def test_a_later_checkpoint_grows_from_an_earlier_one() -> None:
    write(9)
    seal()
    old = checkpoint()
    write(15)
    seal()
    new = checkpoint()
    proof = proofs.growth_proof(old, new)
    path = [bytes.fromhex(step) for step in proof["path"]]
    assert merkle.grew(old.blocks, bytes(old.root), new.blocks, bytes(new.root), path)


@pytest.fixture
def key_file(tmp_path: Path, settings: Any) -> Path:
    settings.GONGHUI_SEAL_KEY_FILE = tmp_path / "key"
    return tmp_path / "key"


@pytest.mark.django_db
@pytest.mark.parametrize("text", [None, "", "not a key", "ab" * 31, "ab" * 33])
def test_a_missing_or_broken_key_signs_nothing(key_file: Path, text: str | None) -> None:
    if text is not None:
        key_file.write_text(text)
    write(1)
    seal()
    with pytest.raises(Refusal) as refused:
        checkpoint()
    assert refused.value.code in ("seals.key_unreadable", "seals.key_wrong")
    assert not Checkpoint.objects.exists()
    assert not SealKey.objects.exists()


@pytest.mark.django_db
def test_production_without_a_key_says_how_to_get_one(settings: Any) -> None:
    settings.GONGHUI_SEAL_KEY_FILE = None
    write(1)
    seal()
    with pytest.raises(Refusal, match="GONGHUI_SEAL_KEY_FILE"):
        checkpoint()


@pytest.mark.django_db
def test_another_key_signs_only_when_the_old_one_vouches_for_it(key_file: Path) -> None:
    old, new = (Key(seed, crypto.public_key(seed)) for seed in (b"o" * 32, b"n" * 32))
    key_file.write_text(old.seed.hex())
    write(1)
    seal()
    first = checkpoint()
    key_file.write_text(new.seed.hex())
    with pytest.raises(Refusal) as refused:
        checkpoint()
    assert refused.value.code == "seals.key_unlisted"
    checkpoints.change_key(old, new)
    second = checkpoint()
    assert (first.key_id, second.key_id) == (old.id, new.id)
    whose, keys = checkpoints.read_keys(checkpoints.keys_text())
    assert [key.key_id for key in keys] == [old.id, new.id]
    assert set(checkpoints.trusted(whose, keys, [new.id])) == {old.id, new.id}
    stranger = checkpoints.ListedKey("0" * 16, b"s" * 32, old.id, b"x" * 64)
    assert "0" * 16 not in checkpoints.trusted(whose, [*keys, stranger], [new.id])


@pytest.mark.django_db
def test_entries_get_salts_of_their_own() -> None:
    write(3)
    salts = {bytes(salt) for salt in Entry.objects.values_list("salt", flat=True)}
    assert len(salts) == 3
    assert {len(salt) for salt in salts} == {16}
