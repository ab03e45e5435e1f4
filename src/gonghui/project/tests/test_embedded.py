"""The embedded server: found or made, started once by many, stopped by the last."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from gonghui.project import embedded

USE = """
import sys, time
from gonghui.project import embedded
import psycopg
embedded.start()
with psycopg.connect(embedded.url()) as connection:
    print(connection.execute("select pg_postmaster_start_time(), current_setting('fsync')").fetchone(), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment whose embedded server is its own; removed at the end."""
    var = tmp_path_factory.mktemp("var")
    environment = {**os.environ, "GONGHUI_VAR": str(var)}
    yield environment
    remove = "from gonghui.project import embedded; embedded.remove(); print(embedded.home(), embedded.socket_folder())"
    ended = subprocess.run([sys.executable, "-c", remove], env=environment, capture_output=True, text=True, check=True)
    assert not any(Path(folder).exists() for folder in ended.stdout.split())


def begin(environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", USE], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def first_line(child: "subprocess.Popen[str]") -> str:
    assert child.stdout
    return child.stdout.readline().strip()


def test_many_start_it_at_once_and_the_last_to_leave_stops_it(elsewhere: dict[str, str]) -> None:
    children = [begin(elsewhere) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        lines = list(pool.map(first_line, children))
    assert len(set(lines)) == 1
    assert "'on'" in lines[0]
    running = "from gonghui.project import embedded; print(embedded.answers('gonghui'))"
    for left, child in enumerate(reversed(children)):
        answer = subprocess.run(
            [sys.executable, "-c", running], env=elsewhere, capture_output=True, text=True, check=True
        )
        assert answer.stdout.strip() == "True", left
        child.communicate("\n", timeout=60)
    answer = subprocess.run([sys.executable, "-c", running], env=elsewhere, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_a_user_killed_without_a_word_does_not_keep_the_server_from_working(elsewhere: dict[str, str]) -> None:
    killed = begin(elsewhere)
    started = first_line(killed)
    killed.kill()
    killed.wait()
    second = begin(elsewhere)
    assert first_line(second) == started
    second.communicate("\n", timeout=60)


def test_the_socket_is_its_owners_alone_and_its_path_is_short() -> None:
    folder = embedded.socket_folder()
    assert len(f"{folder}/.s.PGSQL.5432.lock") <= 107
    if folder.exists():
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(embedded.EmbeddedUnavailable, match="DATABASE_URL"):
        embedded._give(folder)


def test_programs_that_are_not_there_are_named_with_the_way_out(elsewhere: dict[str, str]) -> None:
    wrong = {**elsewhere, "GONGHUI_POSTGRES": "/nowhere/bin"}
    code = "from gonghui.project import embedded; embedded.start()"
    ended = subprocess.run([sys.executable, "-c", code], env=wrong, capture_output=True, text=True, check=False)
    assert "/nowhere/bin/initdb cannot be run" in ended.stderr
    assert "export DATABASE_URL=" in ended.stderr


def test_an_address_is_read_the_way_libpq_reads_it() -> None:
    read = embedded.parse("postgresql://anna:p%40ss@db.example:5433/union?sslmode=verify-full")
    assert (read["NAME"], read["USER"], read["PASSWORD"]) == ("union", "anna", "p@ss")
    assert (read["HOST"], read["PORT"], read["OPTIONS"]) == ("db.example", "5433", {"sslmode": "verify-full"})
    assert embedded.parse("postgresql://gonghui@/gonghui?host=/run/pg")["HOST"] == "/run/pg"


def test_a_wrong_address_says_so() -> None:
    with pytest.raises(psycopg.ProgrammingError, match="nonsense"):
        embedded.parse("nonsense")


@pytest.mark.parametrize(("memory", "kept"), [(1_024, "256MB"), (8_192, "1024MB"), (65_536, "2048MB")])
def test_the_server_keeps_an_eighth_of_the_memory_within_bounds(memory: int, kept: str) -> None:
    assert embedded.kept_in_memory(memory) == kept
