"""The attack suite: each attack is found with its first bad entry named, and by the guard that is meant to find it.

A mutant is the same verification with one guard taken away: the attack must then go unnoticed, or the test proves
nothing about the guard.
"""

import random
from collections.abc import Callable

import pytest
from django.db import transaction

from gonghui.core.errors import Refusal
from gonghui.core.seals import chain, checking, rows, verify
from gonghui.core.seals.canon import ENTRIES
from gonghui.core.seals.checking import Verdict
from gonghui.core.seals.checkpoints import checkpoint
from gonghui.core.seals.sealing import seal_all
from gonghui.core.tests import attacks
from gonghui.core.tests.attacks import Sealed, bad, change, sql

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_blocks")]
Patch = pytest.MonkeyPatch
Attack = Callable[[Sealed], int]


def said(verdict: Verdict) -> dict[str, object]:
    return {name: value for name, value in verdict.as_json().items() if name not in ("key", "checkpoints")}


def test_a_journal_that_nobody_touched_is_right(sealed: Sealed) -> None:
    right = {"ok": True, "entries": 40, "blocks": 8, "first_bad": None, "unsealed": 0}
    assert said(verify.verify(sealed.kept)) == right
    assert verify.verify(sealed.kept).as_json()["checkpoints"] == {"own": 2, "upto_block": 8, "kept": 2}


def test_an_empty_journal_is_right() -> None:
    assert said(verify.verify()) == {"ok": True, "entries": 0, "blocks": 0, "first_bad": None, "unsealed": 0}


def test_what_is_not_sealed_yet_is_said(sealed: Sealed) -> None:
    attacks.write(4, random.Random(1))
    assert (verify.verify().ok, verify.verify().as_json()["unsealed"]) == (True, 4)
    sql("delete from core_block where number = 2 and stream = 'entries'")
    assert verify.verify().unsealed == 4  # those under the blocks that are left are not waiting


# Rows: each attack, the entry it must name, and why ------------------------------------------------------------------


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


@pytest.mark.parametrize("lowest", [-(2**63), -(2**62) - 1])
def test_no_number_is_too_low_to_be_read(sealed: Sealed, lowest: int, monkeypatch: Patch) -> None:
    attacks.insert_at(lowest, sealed.middle)
    assert bad(verify.verify()) == (lowest, "inserted")
    monkeypatch.setattr(rows, "BEFORE_ALL", -(2**62))
    assert verify.verify().ok


def test_a_group_moved_to_another_kind_is_unreadable(sealed: Sealed) -> None:
    ((number, group),) = sql("select min(id), group_id from core_entry group by 2 order by 1 limit 1")
    sql("update core_factgroup set kind = kind + 1 where id = %s", group)
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
