"""`gonghui reconcile` from the command line: refusals in both languages, and nothing printed before them."""

from pathlib import Path

import pytest

from gonghui.project import cli


@pytest.mark.parametrize(
    ("content", "zh", "en"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "这不是文字", "This is not text"),
        (b"5" * 5_000_000, "文字太长", "The text is too long"),
        (b" \n", "没有文字可核对", "There is no text to check"),
    ],
)
def test_what_cannot_be_read_is_refused_plainly(
    content: bytes, zh: str, en: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "printed"
    file.write_bytes(content)
    assert cli.main(["reconcile", str(file), "--period", "2020H1", "--json"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert zh in err
    assert en in err
