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
    spoilt = tmp_path / "keyring"
    spoilt.write_text("{}")
    keyring._held.ring = None
    try:
        for named, chinese, english in (
            (spoilt, "读不出来", "cannot be read"),
            (None, "没有说密钥环在哪里", "Nothing says where the keyring lies"),
        ):
            settings.GONGHUI_KEYRING = named
            assert cli.main([command]) == 1
            said = capsys.readouterr().err
            assert chinese in said
            assert english in said
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
