"""The site in one sealed file and back: every row, file, sequence and guard as it was; whatever is wrong is refused."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from gonghui.core import keyring, streams
from gonghui.core.errors import Refusal
from gonghui.project.backup import manifest, records, restoring, tables, writing
from gonghui.project.cli import main
from tests import stages
from tests.readable import forms_of
from tests.world.federation import World


def told(what: str, done: int, of: int) -> None:
    """Nobody watches."""


def rows() -> dict[str, str]:
    """Each table's rows as the server copies them out, in the order of their first columns; and the sequences."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables.tables():
            seen = hashlib.sha256()
            ordered = f"select * from {tables.quoted(table.name)} x order by x::text"
            with cursor.copy(f"copy ({ordered}) to stdout (format binary)") as out:
                for part in out:
                    seen.update(part)
            found[table.name] = seen.hexdigest()
    return found | {name: str(stand) for name, stand in tables.sequences().items()}


def guards() -> list[tuple[str, ...]]:
    """Every index, constraint and trigger, and whether it is on."""
    with connection.cursor() as cursor:
        cursor.execute("""
            select conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) || convalidated::text
            from pg_constraint where connamespace = 'public'::regnamespace
            union all select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
            union all select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) || tgenabled::text
            from pg_trigger where not tgisinternal order by 1, 2
        """)
        found: list[tuple[str, ...]] = cursor.fetchall()
        return found


def files() -> dict[str, bytes]:
    root = Path(settings.MEDIA_ROOT)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in writing.stored_files()}


@pytest.fixture(scope="module")
def source(
    made_world: tuple[str, World], django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> SimpleNamespace:
    """The small federation in a backup, and what is to come back."""
    place = tmp_path_factory.mktemp("backups") / "site.backup"
    with django_db_blocker.unblock(), stages.standing_in(made_world[0]):
        keyring.check()
        assert main(["backup", "-o", str(place)]) == 0
        found = SimpleNamespace(place=place, rows=rows(), guards=guards(), files=files())
    return found


@pytest.fixture
def empty(
    source: SimpleNamespace, settings: Any, tmp_path: Path, django_db_blocker: Any
) -> Iterator[Callable[..., restoring.Report]]:
    """Restores into a site that nobody has worked in."""
    settings.MEDIA_ROOT = tmp_path / "files"
    template, name = stages.empty(), "test_restored" + str(connection.settings_dict["NAME"])[-12:]

    def restore(place: Path = source.place, **told_how: bool) -> restoring.Report:
        return restoring.restore(place, **{"replace": False, "without_keys": False, **told_how}, told=told)

    with django_db_blocker.unblock():
        stages.copy(template, name)
        with stages.standing_in(name):
            yield restore
        stages.drop(name)


def test_what_is_restored_is_byte_for_byte_what_was(source: SimpleNamespace, empty: Any, capsys: Any) -> None:
    report = empty()
    restored = rows()
    assert [name for name, seen in source.rows.items() if restored.get(name) != seen] == []
    assert sorted(set(source.guards) ^ set(guards())) == []
    assert (len(restored), files()) == (len(source.rows), source.files)
    assert report.rows > 5_000
    assert len(source.files) >= 4, "the world has evidence and scans"
    assert report.lacking == report.gone == []
    assert main(["verify"]) == 0
    assert main(["audit"]) == 0
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from core_entry")


def test_what_is_there_goes_only_when_told(source: SimpleNamespace, empty: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into core_kind(name) values ('tests.other')")
    stray = Path(settings.MEDIA_ROOT) / "evidence/stray"
    stray.parent.mkdir(parents=True)
    stray.write_text("x")
    with pytest.raises(Refusal) as caught:
        empty()
    assert caught.value.code == "backup.not_empty"
    assert "core_kind" in str(caught.value)
    empty(replace=True)
    assert (rows(), files()) == (source.rows, source.files)


def spoilt(source: SimpleNamespace, tmp_path: Path, spoil: Callable[[bytes], bytes]) -> Path:
    place = tmp_path / "spoilt.backup"
    place.write_bytes(spoil(source.place.read_bytes()))
    return place


@pytest.mark.parametrize("spoil", [lambda b: b[:-9], lambda b: b[:-9] + bytes([b[-9] ^ 1]) + b[-8:]])
def test_a_spoilt_backup_leaves_nothing_behind(source: SimpleNamespace, empty: Any, tmp_path: Path, spoil: Any) -> None:
    """Cut off or changed in its last chunk, after most rows and files were read."""
    before, guarded = rows(), guards()
    with pytest.raises(Refusal) as caught:
        empty(spoilt(source, tmp_path, spoil))
    assert caught.value.code in ("streams.cut_off", "streams.altered")
    assert int(str(caught.value.params["at"])) > 0
    assert (rows(), guards(), files()) == (before, guarded, {})


def test_another_backup_key_is_said_in_both_languages(
    source: SimpleNamespace, empty: Any, settings: Any, tmp_path: Path, capsys: Any
) -> None:
    settings.GONGHUI_BACKUP_KEY_FILE = tmp_path / "key"
    assert main(["restore", str(source.place)]) == 1
    assert "读不出来" in capsys.readouterr().err
    assert main(["backup", "--make-key", str(tmp_path / "key")]) == 0
    assert main(["restore", str(source.place)]) == 1
    chinese, english = capsys.readouterr().err.strip().splitlines()
    named, ours = streams.key_id(bytes.fromhex("7e" * 32)), streams.key_id(manifest.key())
    assert f"是用密钥 {named} 加密的，手上的是 {ours}" in chinese
    assert english.startswith(f"The backup was sealed with key {named}")


def test_keys_that_the_site_lacks_are_named_before_anything_is_written(
    source: SimpleNamespace, empty: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GONGHUI_KEYRING = tmp_path / "keyring"
    keyring.make(settings.GONGHUI_KEYRING)
    monkeypatch.setattr(keyring._held, "ring", None)
    with pytest.raises(Refusal) as caught:
        empty()
    assert caught.value.code == "backup.lacking_keys"
    assert "GONGHUI_KEYRING finding" in str(caught.value)
    assert files() == {}
    assert len(empty(without_keys=True).lacking) == 2
    with pytest.raises(Refusal):
        keyring.check()
    settings.GONGHUI_MASTER_KEY = "another"
    keyring._held.ring = None
    with pytest.raises(Refusal) as caught:
        empty(replace=True)
    assert "GONGHUI_MASTER_KEY" in str(caught.value)
    monkeypatch.undo()
    keyring._held.ring = None


@pytest.mark.parametrize(("change", "code"), [({"web.9999_x"}, "older"), ({"core.0001_journal"}, "newer")])
def test_a_backup_of_other_tables_is_refused_with_what_to_do(
    empty: Any, monkeypatch: pytest.MonkeyPatch, change: set[str], code: str
) -> None:
    known = set(manifest.migrations(applied=False))
    monkeypatch.setattr(manifest, "migrations", lambda applied: sorted(known ^ change))
    with pytest.raises(Refusal) as caught:
        empty()
    assert caught.value.code == f"backup.{code}"


def test_a_backup_is_looked_through_without_a_database(source: SimpleNamespace, capsys: Any) -> None:
    assert main(["restore", "--check", str(source.place)]) == 0
    said = capsys.readouterr().out
    assert "gonghui checkpoint" in said, "the signed head of the journal"
    assert "whole" in said


def test_a_backup_that_is_there_is_not_overwritten(source: SimpleNamespace, empty: Any, capsys: Any) -> None:
    kept = source.place.read_bytes()
    assert main(["backup", "-o", str(source.place)]) == 1
    assert "没有覆盖" in capsys.readouterr().err
    assert source.place.read_bytes() == kept
    assert [one.name for one in source.place.parent.iterdir()] == ["site.backup"]


def test_nothing_of_people_is_readable_in_it(source: SimpleNamespace) -> None:
    content = source.place.read_bytes()
    assert [form for word in ("鸢尾", "99000019850307") for form in forms_of(word) if form in content] == []


def test_a_file_name_that_leads_elsewhere_is_refused(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    for name in ("../x", "/etc/x", "a/../../x"):
        with pytest.raises(Refusal):
            restoring._write_file(name, iter([b"x"]), [])
    assert not (tmp_path / "x").exists()
    assert records.PURPOSE
