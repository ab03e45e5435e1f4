"""The attack suite: each attack is found with its first bad entry named, and by the guard that is meant to find it.

A mutant is the same verification with one guard taken away: the attack must then go unnoticed, or the test proves
nothing about the guard.
"""

import random
from collections.abc import Callable

import pytest
from django.db import transaction

from gonghui.core import crypto
from gonghui.core.errors import Refusal
from gonghui.core.seals import canon, chain, checking, merkle, note, rows, sealing, verify
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.checkpoints import checkpoint
from gonghui.core.seals.sealing import seal_all
from gonghui.core.seals.verify import Verdict
from gonghui.core.tests import attacks
from gonghui.core.tests.attacks import Sealed, sql

pytestmark = [pytest.mark.django_db]
Patch = pytest.MonkeyPatch
Attack = Callable[[Sealed], int]


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: Patch) -> None:
    monkeypatch.setattr(sealing, "BLOCK_ENTRIES", 6)
    monkeypatch.setattr(verify, "CHUNK_BLOCKS", 2)


@pytest.fixture
def sealed() -> Sealed:
    return attacks.sealed_journal()


def bad(verdict: Verdict) -> tuple[int, str]:
    """The entry named, and why."""
    named = verdict.as_json()["first_bad"]
    assert isinstance(named, dict), "nothing was found"
    return named["entry"], named["why"]


def test_a_journal_that_nobody_touched_is_right(sealed: Sealed) -> None:
    assert verify.verify(sealed.kept).as_json() == {"ok": True, "entries": 40, "blocks": 8, "first_bad": None}


def test_an_empty_journal_is_right() -> None:
    assert verify.verify().as_json() == {"ok": True, "entries": 0, "blocks": 0, "first_bad": None}


def test_what_is_not_sealed_yet_is_said(sealed: Sealed) -> None:
    attacks.write(4, random.Random(1))
    assert (verify.verify().ok, verify.verify().unsealed) == (True, 4)


# Rows: each attack, the entry it must name, and why ------------------------------------------------------------------


def change(sealed: Sealed) -> int:
    sql("update core_entry set amount_fen = amount_fen + 1 where id = %s", sealed.middle)
    return sealed.middle


def change_salt(sealed: Sealed) -> int:
    sql("update core_entry set salt = substring(sha256(salt) from 1 for 16) where id = %s", sealed.middle)
    return sealed.middle


def delete(sealed: Sealed) -> int:
    attacks.drop(sealed.middle)
    return sealed.middle


def delete_the_first(sealed: Sealed) -> int:
    attacks.drop(sealed.ids[0])
    return sealed.ids[0]


def delete_a_block_of_rows(sealed: Sealed) -> int:
    _, first, last = attacks.blocks()[2]
    sql("delete from core_entry where id between %s and %s", first, last)
    return int(first)


def insert(sealed: Sealed) -> int:
    attacks.insert_at(sealed.unused, sealed.middle)
    return sealed.unused


def insert_before_all(sealed: Sealed) -> int:
    attacks.insert_at(-5, sealed.middle)
    return -5


def reorder(sealed: Sealed) -> int:
    _, first, last = attacks.blocks()[3]
    attacks.swap(first, last)
    return int(first)


def renumber(sealed: Sealed) -> int:
    attacks.renumber(sealed.unused - 1, sealed.unused)
    return sealed.unused - 1


def rename_a_group(sealed: Sealed) -> int:
    found = sql(
        "select e.id, e.group_id from core_entry e join core_kind k on k.id = e.kind where k.name = %s order by e.id",
        "tests.paid",
    )
    sql("""update core_factgroup set facts = '{"scheme": "z"}' where id = %s""", found[0][1])
    return int(found[0][0])


def rename_a_kind(sealed: Sealed) -> int:
    found = sql("select min(e.id), k.id from core_entry e join core_kind k on k.id = e.kind group by 2 order by 1")
    sql("update core_kind set name = 'tests.other' where id = %s", found[0][1])
    return int(found[0][0])


def rename_a_subject_type(sealed: Sealed) -> int:
    sql("update core_subjecttype set name = 'core.other'")
    return sealed.ids[0]


ROW_ATTACKS = [
    (change, "changed"),
    (change_salt, "changed"),
    (delete, "deleted"),
    (delete_the_first, "deleted"),
    (delete_a_block_of_rows, "deleted"),
    (insert, "inserted"),
    (insert_before_all, "inserted"),
    (reorder, "reordered"),
    (renumber, "renumbered"),
    (rename_a_group, "changed"),
    (rename_a_kind, "changed"),
    (rename_a_subject_type, "changed"),
]


@pytest.mark.parametrize(("attack", "why"), ROW_ATTACKS)
def test_an_attack_on_rows_is_found_and_its_first_entry_named(sealed: Sealed, attack: Attack, why: str) -> None:
    named = attack(sealed)
    assert bad(verify.verify()) == (named, why)


@pytest.mark.parametrize("attack", [attack for attack, _ in ROW_ATTACKS])
def test_mutant_rows_not_held_against_their_root(sealed: Sealed, attack: Attack, monkeypatch: Patch) -> None:
    attack(sealed)
    monkeypatch.setattr(checking, "diagnosed", lambda *_: None)
    assert verify.verify(sealed.kept).ok


def test_mutant_rows_read_between_first_and_last_of_a_block_only(sealed: Sealed, monkeypatch: Patch) -> None:
    insert_before_all(sealed)
    lines = rows.lines
    first = sealed.ids[0]

    def narrow(conn, stream, after, upto):
        return lines(conn, stream, max(after, first - 1) if stream == ENTRIES else after, upto)

    monkeypatch.setattr(rows, "lines", narrow)
    assert verify.verify(sealed.kept).ok


@pytest.mark.parametrize("attack", [rename_a_group, rename_a_kind, rename_a_subject_type])
def test_mutant_numbers_hashed_instead_of_names(attack: Attack, monkeypatch: Patch) -> None:
    class Numbers(dict):
        def __missing__(self, key: object) -> bytes:
            return repr(key).encode()

    monkeypatch.setattr(rows.Names, "of", classmethod(lambda cls, **_: cls(Numbers(), Numbers(), Numbers())))
    sealed = attacks.sealed_journal()
    attack(sealed)
    assert verify.verify(sealed.kept).ok


def test_a_group_moved_to_another_kind_is_unreadable(sealed: Sealed) -> None:
    ((number, group),) = sql("select min(id), group_id from core_entry group by 2 order by 1 limit 1")
    sql("update core_factgroup set kind = 99 where id = %s", group)
    assert bad(verify.verify()) == (number, "unreadable")


def test_a_second_name_for_an_entry_to_hide_behind_is_unreadable(sealed: Sealed) -> None:
    sql("alter table core_factgroup drop constraint fact_group_once")
    ((group,),) = sql("select group_id from core_entry where id = %s", sealed.middle)
    sql("insert into core_factgroup(id, kind, facts) select 9999, kind, facts from core_factgroup where id = %s", group)
    sql("update core_entry set group_id = 9999 where id = %s", sealed.middle)
    assert bad(verify.verify()) == (sealed.middle, "unreadable")


def test_the_first_of_several_is_named(sealed: Sealed) -> None:
    for number in (sealed.ids[30], sealed.ids[9], sealed.ids[20]):
        sql("update core_entry set quantity = quantity + 1 where id = %s", number)
    assert bad(verify.verify()) == (sealed.ids[9], "changed")


def test_a_change_in_the_log_of_looks_is_named(sealed: Sealed) -> None:
    ((number,),) = sql("select max(id) from core_access")
    sql("update core_access set account_id = 1 where id = %s", number)
    assert bad(verify.verify()) == (number, "accesses: changed")
    assert not verify.verify().ok


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
    monkeypatch.setattr(chain, "contradicts", without("signature", chain.contradicts))
    assert verify.verify().ok


def test_a_key_that_a_stranger_listed_is_not_believed(sealed: Sealed) -> None:
    """All written anew and signed with a key of the administrator's own."""
    seed = b"s" * 32
    public = crypto.public_key(seed)
    sql("insert into core_sealkey values (%s, %s, now(), '', '')", note.key_id(public), public)
    for number, text in sql("select id, text from core_checkpoint"):
        signed = crypto.signature(seed, text.encode())
        sql("update core_checkpoint set key_id = %s, signature = %s where id = %s", note.key_id(public), signed, number)
    assert bad(verify.verify())[1] == "signature"


def test_another_journals_checkpoint_is_refused(sealed: Sealed) -> None:
    theirs = note.Note(ENTRIES, "别的市总工会 0123456789abcdef", 1, bytes(32), 9, 9, sealed.kept[0].note.at)
    text = note.signed_text(theirs.text, "0" * 16, bytes(64))
    with pytest.raises(Refusal) as refused:
        verify.read_kept([("a.txt", text)])
    assert refused.value.code == "seals.foreign"
    with pytest.raises(Refusal) as refused:
        verify.read_kept([("a.txt", "not a checkpoint")])
    assert refused.value.code == "seals.checkpoint_malformed"


# Many -----------------------------------------------------------------------------------------------------------------


def edit_and_verify(sealed: Sealed, seed: int) -> tuple[tuple[int, str], int]:
    """What is named after one random edit, and what must be; the edit is taken back."""
    with transaction.atomic():
        wanted = attacks.random_edit(sealed, random.Random(seed))
        found = bad(verify.verify())
        transaction.set_rollback(True)
    return found, wanted


@pytest.mark.parametrize("start", [0])
def test_sixty_random_edits_are_named(sealed: Sealed, start: int) -> None:
    for seed in range(start, start + 60):
        (entry, why), wanted = edit_and_verify(sealed, seed)
        assert entry == wanted, (seed, why)


@pytest.mark.soak
def test_a_thousand_random_edits_are_named() -> None:
    sealed = attacks.sealed_journal(entries=200)
    missed = [seed for seed in range(1_000) if (pair := edit_and_verify(sealed, seed))[0][0] != pair[1]]
    assert missed == []


@pytest.mark.django_db(transaction=True)
def test_two_processes_name_the_same_entry_as_one(monkeypatch: Patch) -> None:
    sealed = attacks.sealed_journal()
    monkeypatch.setattr(verify, "ALONE_UP_TO", 20)
    sql("update core_entry set quantity = quantity + 1 where id = any(%s)", [sealed.ids[33], sealed.ids[17]])
    assert bad(verify.verify(sealed.kept)) == (sealed.ids[17], "changed")
    sql("update core_entry set quantity = quantity - 1 where id = any(%s)", [sealed.ids[33], sealed.ids[17]])
    assert verify.verify(sealed.kept).ok


def test_sealing_that_goes_on_meanwhile_is_no_alarm(sealed: Sealed, monkeypatch: Patch) -> None:
    headers = verify.headers

    def slowly(stream: str) -> chain.Chain:
        found = headers(stream)
        attacks.write(9, random.Random(5))
        seal_all()
        checkpoint()
        return found

    monkeypatch.setattr(verify, "headers", slowly)
    assert verify.verify().ok


def test_nothing_is_sealed_over_a_name_that_stands_nowhere() -> None:
    ids = attacks.write(8, random.Random(5))
    sql("update core_entry set subject_type = 32000 where id = %s", ids[3])
    with pytest.raises(Refusal) as refused:
        seal_all()
    assert refused.value.params["entry"] == ids[3]
    assert attacks.blocks() == []
