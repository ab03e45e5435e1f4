"""`gonghui first-administrator` as it is typed."""

from datetime import date

import pytest

from gonghui.project.cli import main
from gonghui.spine.officials import actions

WORDS = ["first-administrator", "first.one", "张示例", "second.one", "李示例"]
WORDS += ["--federation", "示例市总工会", "--area", "110000", "--founded", "2000-05-01"]


@pytest.mark.django_db
def test_both_codes_are_printed_once_and_the_command_is_refused_from_then_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(WORDS) == 0
    lines = capsys.readouterr().out.splitlines()
    name, first, second, _until = lines[0].split("\t")
    actions.use_reset_code(name, first, second, "a fresh and long password", on=date(2020, 8, 10))
    assert lines[1].startswith("second.one\t")
    assert main(WORDS) == 1
    printed = capsys.readouterr()
    assert "已有管理员" in printed.err
    assert printed.out == ""
