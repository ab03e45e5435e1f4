"""A server does not start with keys that are not its database's, and says why in both languages."""

from pathlib import Path

import pytest

from gonghui.core import keyring
from gonghui.project import cli

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_without_its_keyring_the_server_refuses_and_says_why(
    command: str, settings, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    settings.GONGHUI_PROFILE, settings.GONGHUI_KEYRING = "production", tmp_path / "keyring"
    keyring._held.ring = None
    try:
        assert cli.main([command]) == 1
        said = capsys.readouterr().err
        assert "没有密钥环" in said
        assert "There is no keyring" in said
        settings.GONGHUI_KEYRING = None
        assert cli.main([command]) == 1
        assert "GONGHUI_KEYRING" in capsys.readouterr().err
    finally:
        keyring._held.ring = None


def test_keys_are_made_and_changed_by_command(settings, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    settings.GONGHUI_KEYRING = tmp_path / "keyring"
    try:
        assert cli.main(["keys", "--make", str(tmp_path / "keyring")]) == 0
        before = keyring.current(again=True).newest.id.hex()
        assert cli.main(["keys", "--rotate"]) == 0
        assert f"destroyed: {before}" in capsys.readouterr().out
        assert [key.id.hex() for key in keyring.current().keys] != [before]
    finally:
        keyring._held.ring = None
