"""The commands of the seals, and the worker's part in them."""

import json
import random
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gonghui.core.models import Block, Checkpoint, JournalName
from gonghui.core.seals import checkpoints, note
from gonghui.core.tests import attacks
from gonghui.project import worker
from gonghui.project.cli import main

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def sealed() -> attacks.Sealed:
    return attacks.sealed_journal()


def test_verify_prints_what_other_programs_read(sealed: attacks.Sealed, capsys: Any) -> None:
    assert main(["verify", "--json"]) == 0
    key = {"id": checkpoints.key_at_hand().id, "from": "file"}
    right = {"ok": True, "entries": 40, "blocks": 2, "first_bad": None, "unsealed": 0, "key": key}
    assert json.loads(capsys.readouterr().out).items() >= right.items()
    attacks.sql("update core_entry set quantity = quantity + 1 where id = %s", sealed.middle)
    assert main(["verify", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["first_bad"]["entry"], found["first_bad"]["why"]) == (False, sealed.middle, "changed")


def test_verify_names_the_entry_in_both_languages(sealed: attacks.Sealed, capsys: Any) -> None:
    attacks.drop(sealed.middle)
    assert main(["verify"]) == 1
    said = capsys.readouterr().out
    assert f"第 {sealed.middle} 条：记录被删除" in said
    assert f"entry {sealed.middle}: the record was deleted" in said


def test_verify_says_whose_word_it_took_where_no_key_is_at_hand(
    sealed: attacks.Sealed, settings: Any, capsys: Any
) -> None:
    assert main(["verify"]) == 0
    assert "手上没有封存密钥" not in capsys.readouterr().out
    settings.GONGHUI_SEAL_KEY_FILE = None
    assert main(["verify"]) == 0
    said = capsys.readouterr().out
    assert "手上没有封存密钥" in said
    assert "There is no signing key at hand" in said
    assert main(["verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["key"]["from"] == "list"


def test_verify_says_that_no_checkpoint_covers_the_blocks(sealed: attacks.Sealed, capsys: Any) -> None:
    """All written anew without the key, and the checkpoints thrown away: no database shows more than this."""
    attacks.sql("delete from core_checkpoint")
    assert main(["verify"]) == 0
    said = capsys.readouterr().out
    assert "0 own checkpoints" in said
    assert "没有一个检查点盖着" in said


def test_seal_hands_checkpoints_and_keys_on_as_files(tmp_path: Path, capsys: Any) -> None:
    attacks.write(9, random.Random(1))
    assert main(["seal", "--to", str(tmp_path)]) == 0
    (file,) = (tmp_path / "checkpoints").glob("0*.txt")
    signed = note.read(file.read_text())
    whose, keys = checkpoints.read_keys((tmp_path / "checkpoints/keys.txt").read_text())
    assert (signed.note.entries, signed.note.origin) == (9, whose)
    assert checkpoints.is_signed_by(signed, {key.key_id: key.public for key in keys})
    assert " ".join(checkpoints.groups(signed.text)) in capsys.readouterr().out
    attacks.write(2, random.Random(1))
    assert main(["verify", "--against", str(file)]) == 0


def test_a_rewritten_journal_fails_against_the_file_that_was_kept(
    sealed: attacks.Sealed, tmp_path: Path, capsys: Any
) -> None:
    main(["seal", "--to", str(tmp_path)])
    (file,) = (tmp_path / "checkpoints").glob("0*.txt")
    attacks.sql("update core_entry set quantity = quantity + 1 where id = %s", sealed.ids[0])
    attacks.forget_seals(0)
    main(["seal"])
    capsys.readouterr()
    assert main(["verify", "--json"]) == 0
    assert main(["verify", "--json", "--against", str(file)]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["first_bad"]["why"] == "rewritten"


def test_a_wrong_key_is_said_in_both_languages(tmp_path: Path, settings: Any, capsys: Any) -> None:
    settings.GONGHUI_SEAL_KEY_FILE = tmp_path / "none"
    attacks.write(3, random.Random(1))
    assert main(["seal"]) == 1
    chinese, english = capsys.readouterr().err.strip().splitlines()
    assert "封存密钥文件" in chinese
    assert english.startswith("The signing key file")
    assert not Checkpoint.objects.exists()


def test_a_key_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    assert main(["seal", "--make-key", str(tmp_path / "key")]) == 0
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert len(checkpoints.key_at_hand(tmp_path / "key").seed) == 32
    assert main(["seal", "--make-key", str(tmp_path / "key")]) == 1  # one that is there is not overwritten


@pytest.mark.parametrize("text", ["", "not a checkpoint", "gonghui checkpoint v1\n\n— a b\n", "x" * 3_000])
def test_what_is_no_checkpoint_is_refused(sealed: attacks.Sealed, tmp_path: Path, text: str, capsys: Any) -> None:
    (tmp_path / "a.txt").write_text(text)
    assert main(["verify", "--against", str(tmp_path / "a.txt")]) == 1
    assert "不是检查点文件" in capsys.readouterr().err
    assert main(["verify", "--against", str(tmp_path / "nothing.txt")]) == 1


def test_the_worker_signs_once_a_day_and_waits_with_short_blocks() -> None:
    draw = random.Random(1)
    attacks.write(5, draw)
    worker.seal_once(short_too=False, at=NOON)
    assert not Block.objects.exists()
    worker.seal_once(short_too=True, at=NOON)
    attacks.write(5, draw)
    worker.seal_once(short_too=True, at=NOON + timedelta(hours=1))
    assert (Block.objects.count(), Checkpoint.objects.count()) == (2, 1)
    worker.seal_once(short_too=True, at=NOON + timedelta(days=1))
    assert Checkpoint.objects.count() == 2
    worker.seal_once(short_too=True, at=NOON + timedelta(days=2))
    assert Checkpoint.objects.count() == 2  # nothing new to sign


def test_the_worker_seals_and_signs_at_once_when_a_report_was_filed(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(1)
    attacks.write(5, draw)
    worker.seal_once(short_too=True, at=NOON)
    monkeypatch.setattr(worker, "CHECKPOINT_AFTER", "tests.paid")
    attacks.write(20, draw)
    worker.seal_once(short_too=False, at=NOON)
    assert [one.entries for one in Checkpoint.objects.order_by("id")] == [5, 25]


def test_a_journal_is_exported_and_witnessed_from_the_terminal(
    sealed: attacks.Sealed, tmp_path: Path, capsys: Any
) -> None:
    assert main(["export-journal", "--to", str(tmp_path / "journal")]) == 0
    assert "40 entries in 2 blocks" in capsys.readouterr().out
    assert main(["export-journal", "--to", str(tmp_path / "journal")]) == 1
    assert "已有内容" in capsys.readouterr().err
    kept = tmp_path / "kept.txt"
    kept.write_text(sealed.kept[0].whole)
    assert main(["witness", str(tmp_path / "journal"), "--against", str(kept)]) == 0
    said = capsys.readouterr().out
    assert "1 kept checkpoints\nok" in said
    assert "for the first time" in said  # nothing is kept of it here, so its own list was believed
    (tmp_path / "journal/entries/00001.parquet").unlink()
    assert main(["witness", str(tmp_path / "journal")]) == 1


def test_a_full_disk_is_said_and_leaves_whole_blocks(capsys: Any) -> None:
    attacks.write(3, random.Random(1))
    attacks.sql("""
        create function full_disk() returns trigger language plpgsql as $$
        begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$;
        create trigger full_disk before insert on core_block for each row execute function full_disk()
    """)
    assert main(["seal"]) == 1
    said = capsys.readouterr().err
    assert "No space left on device" in said
    assert "没有封存一半的" in said
    assert not Block.objects.exists()


def test_a_demos_key_signs_nothing_in_a_database_that_is_no_demo(
    sealed: attacks.Sealed, settings: Any, capsys: Any
) -> None:
    settings.GONGHUI_PROFILE = "demo"
    attacks.write(3, random.Random(1))
    assert main(["seal"]) == 1
    assert "GONGHUI_SEAL_KEY_FILE" in capsys.readouterr().err
    assert Checkpoint.objects.filter(stream="entries").count() == 2
    assert main(["verify", "--json"]) == 0


def test_verifying_writes_nothing(tmp_path: Path, capsys: Any) -> None:
    assert main(["verify"]) == 0
    assert not JournalName.objects.exists()
