"""The exported journal: whole or not there, sensitive entries without words, verified by a stranger."""

import random
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from django.db import connection

from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES, Figure, total
from gonghui.core.seals import export, sealing
from gonghui.core.seals.checkpoints import checkpoint
from gonghui.core.seals.export import Months
from gonghui.core.seals.sealing import seal_all
from gonghui.core.tests import attacks
from gonghui.core.tests.facts import Counted

STRANGER = Path(__file__).resolve().parents[4] / "tests/stranger.py"


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BLOCK_ENTRIES", 6)
    monkeypatch.setattr(export, "FILE_BLOCKS", 2)


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `tests.counted` counts is a sensitive figure."""
    figures = dict(FIGURES)
    monkeypatch.setattr(export, "FIGURES", figures)
    fold = total(Counted, "people")
    figure = object.__new__(Figure)
    for name, value in {"name": "tests.secret", "fold": fold, "sensitive": True}.items():
        object.__setattr__(figure, name, value)
    figures["tests.secret"] = figure


def exported(tmp_path: Path) -> Path:
    folder = tmp_path / "journal"
    export.export(folder)
    return folder


def stranger(folder: Path) -> str:
    """What the stranger complains of; nothing where all is right."""
    run = subprocess.run([sys.executable, "-I", str(STRANGER), str(folder)], capture_output=True, text=True, timeout=60)
    return run.stderr.strip().rpartition("\n")[2] if run.returncode else ""


def rewritten(folder: Path, file: str, statement: str) -> None:
    """One of its files says something else."""
    path = folder / file
    with duckdb.connect() as db:
        db.execute(f"create table t as select * from '{path}'")
        db.execute(statement)
        db.execute(f"copy t to '{path}' (format parquet)")


@pytest.mark.django_db
@pytest.mark.usefixtures("secret")
def test_a_stranger_verifies_the_exported_journal(tmp_path: Path) -> None:
    attacks.sealed_journal()
    folder = exported(tmp_path)
    assert stranger(folder) == ""
    assert STRANGER.read_text().count("\n") <= 50
    assert "gonghui" not in STRANGER.read_text().split('"""')[2]


@pytest.mark.django_db
def test_a_stranger_finds_what_was_tampered_with(tmp_path: Path) -> None:
    sealed = attacks.sealed_journal()
    folder = exported(tmp_path)
    first = "entries/00001.parquet"
    kept = (folder / first).read_bytes()
    rewritten(folder, first, f"update t set quantity = quantity + 1 where entry = {sealed.ids[3]}")
    assert "an entry was changed" in stranger(folder)
    (folder / first).write_bytes(kept)
    assert stranger(folder) == ""
    (folder / "entries/00004.parquet").unlink()
    assert "other entries than were sealed" in stranger(folder)


@pytest.mark.django_db
def test_a_stranger_finds_a_truncated_journal(tmp_path: Path) -> None:
    attacks.sealed_journal()
    folder = exported(tmp_path)
    (folder / "entries/00004.parquet").unlink()
    rewritten(folder, "blocks.parquet", "delete from t where number > 6")
    assert "not the journal that was signed" in stranger(folder)


@pytest.mark.django_db
@pytest.mark.usefixtures("secret")
def test_sensitive_entries_leave_as_hashes_with_sums_by_month(tmp_path: Path) -> None:
    attacks.sealed_journal(entries=200)
    folder = exported(tmp_path)
    found = duckdb.execute(f"select * from '{folder}/entries/*.parquet' where kind is null")
    names, values = [one[0] for one in found.description], found.fetchall()
    count = len(values)
    told = {name for row in values for name, value in zip(names, row, strict=True) if value is not None}
    assert told == {"block", "entry", "leaf"}
    kinds = duckdb.sql(f"select distinct kind from '{folder}/entries/*.parquet' where leaf is null").fetchall()
    assert sorted(kinds) == [("tests.level",), ("tests.paid",)]
    months = duckdb.sql(f"select * from '{folder}/sensitive_months.parquet'").fetchall()
    assert {row[1] for row in months} == {"tests.counted"}
    assert sum(row[3] or 0 for row in months) <= count
    with connection.cursor() as cursor:
        cursor.execute(
            "select to_char(happened_on, 'YYYYMM')::int, count(*), sum(quantity) from core_entry where kind ="
            " (select id from core_kind where name = 'tests.counted') group by 1 order by 1"
        )
        counted = cursor.fetchall()
    assert [(row[0], row[3], row[4]) for row in months] == [
        (month, n, q) if n >= 10 and not 0 < q < 10 else (month, None, None) for month, n, q in counted
    ]


def test_small_sums_of_sensitive_entries_are_left_out() -> None:
    months = Months()
    for n in range(9):
        months.add(date(2020, 1, 5), "a.b", {}, (1, 50, n))
    assert list(months.rows()) == [(202001, "a.b", "", None, None, None)]
    months.add(date(2020, 1, 6), "a.b", {}, (1, 50, 1))
    assert list(months.rows()) == [(202001, "a.b", "", 10, 500, 37)]


@pytest.mark.django_db
def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    attacks.sealed_journal()
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal/letter.txt").write_text("mine")
    with pytest.raises(Refusal) as refused:
        exported(tmp_path)
    assert refused.value.code == "seals.folder_taken"
    assert (tmp_path / "journal/letter.txt").read_text() == "mine"


@pytest.mark.django_db
def test_without_a_checkpoint_there_is_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        exported(tmp_path)
    assert refused.value.code == "seals.no_checkpoint"


@pytest.mark.django_db
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    """The files may not grow beyond two kilobytes, which the system tells the writer as it would a full disk."""
    attacks.sealed_journal(entries=400)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
    try:
        with pytest.raises(Refusal) as refused:
            exported(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert refused.value.code == "seals.export_failed"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_an_entry_written_after_the_checkpoint_is_not_exported(tmp_path: Path) -> None:
    sealed = attacks.sealed_journal()
    attacks.write(9, random.Random(2))
    seal_all()
    folder = exported(tmp_path)
    assert duckdb.sql(f"select max(entry) from '{folder}/entries/*.parquet'").fetchall() == [(sealed.ids[-1],)]
    checkpoint()
    assert stranger(folder) == ""
