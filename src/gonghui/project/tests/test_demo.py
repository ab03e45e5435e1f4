"""`gonghui demo` as a person runs it: first start, second start, stop, port in use, older version."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

SCALE = "0.5"
GONGHUI = [sys.executable, "-m", "gonghui.project.cli"]


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment with its own var/ and port, removed at the end."""
    apart = ("DATABASE_URL", "GONGHUI_PROFILE", "SCALE")
    environment = {name: value for name, value in os.environ.items() if name not in apart}
    environment |= {"GONGHUI_VAR": str(tmp_path_factory.mktemp("demo")), "PORT": str(a_free_port())}
    environment["GONGHUI_SCENARIO"] = "gonghui.project.tests.short_replay"
    yield environment
    subprocess.run([*GONGHUI, "clean-demo"], env=environment, check=True)


class Running:
    """A demo under way, and what it has printed."""

    def __init__(self, environment: dict[str, str], *words: str) -> None:
        self.log = Path(environment["GONGHUI_VAR"]) / f"log-{time.monotonic_ns()}"
        with self.log.open("w") as out:
            self.child = subprocess.Popen([*GONGHUI, "demo", *words], env=environment, stdout=out, stderr=out)

    def until(self, text: str, seconds: int = 240) -> str:
        deadline = time.monotonic() + seconds
        while text not in (printed := self.log.read_text()):
            assert self.child.poll() is None, printed
            assert time.monotonic() < deadline, printed
            time.sleep(0.1)
        return printed

    def stop(self, number: int) -> int:
        """Send a signal; everything it started must end with it."""
        family = psutil.Process(self.child.pid).children(recursive=True)
        assert family
        self.child.send_signal(number)
        code = self.child.wait(timeout=60)
        _gone, alive = psutil.wait_procs(family, timeout=30)
        assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
        return code


def in_shell(environment: dict[str, str], code: str) -> str:
    words = [*GONGHUI, "manage", "shell", "--no-imports", "-c", code]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def a_job_is_done(environment: dict[str, str]) -> bool:
    """Whether the worker takes a job that somebody enqueues."""
    wait = """
import time
from procrastinate.contrib.django.models import ProcrastinateJob as Job
from gonghui.core.reactions import pump_job
job, until = Job.objects.filter(id=pump_job.defer()), time.monotonic() + 30
while not (done := job.filter(status="succeeded").exists()) and time.monotonic() < until:
    time.sleep(0.1)
print(done)
"""
    return in_shell(environment, wait) == "True"


def test_first_start_serves_and_replays_second_start_keeps_a_half_one_goes_on_and_an_older_version_is_rebuilt(
    place: dict[str, str],
) -> None:
    first = Running(place, "--scale", SCALE)
    printed = first.until("Ctrl-C stops everything")
    assert f"http://localhost:{place['PORT']}" in printed
    assert "tester" in printed
    with urllib.request.urlopen(f"http://localhost:{place['PORT']}/accounts/login/") as answer:
        assert answer.status == 200
        assert "演示数据，由程序生成，仅总数取自公开报道" in answer.read().decode()

    assert a_job_is_done(place)
    taken = subprocess.run([*GONGHUI, "demo"], env=place, capture_output=True, text=True, check=False)
    assert taken.returncode == 1
    assert f"PORT={int(place['PORT']) + 1} make demo" in taken.stderr
    other = {**place, "PORT": str(a_free_port())}
    twice = subprocess.run([*GONGHUI, "demo"], env=other, capture_output=True, text=True, check=False)
    assert twice.returncode == 1
    assert "already runs" in twice.stderr
    assert first.stop(signal.SIGINT) == 0

    begun = time.monotonic()
    second = Running(place)
    assert "replayed" not in second.until("Ctrl-C stops everything")
    assert time.monotonic() - begun < 60
    assert second.stop(signal.SIGTERM) == 0

    in_shell(place, "from gonghui.web.models import Progress; Progress.objects.update(finished=False)")
    whole = subprocess.run([*GONGHUI, "demo", "--no-serve"], env=place, capture_output=True, text=True, check=False)
    assert whole.returncode == 0, whole.stderr
    assert "built anew" not in whole.stdout
    assert "complete" in whole.stdout

    in_shell(place, "from gonghui.web.models import DemoMarker; DemoMarker.objects.update(version='older')")
    third = subprocess.run(
        [*GONGHUI, "demo", "--scale", SCALE, "--no-serve"], env=place, capture_output=True, text=True, check=False
    )
    assert third.returncode == 0, third.stderr
    assert "is of an older version" in third.stdout
    assert "complete" in third.stdout


def test_the_demo_ends_with_an_error_when_a_part_of_it_dies(place: dict[str, str]) -> None:
    running = Running(place)
    running.until("Ctrl-C stops everything")
    family = psutil.Process(running.child.pid).children(recursive=True)
    [server] = [one for one in family if "gunicorn" in one.cmdline() and one.ppid() == running.child.pid]
    server.kill()
    assert running.child.wait(timeout=60) == 1
    assert "The web server ended" in running.log.read_text()
    _gone, alive = psutil.wait_procs(family, timeout=30)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def test_a_database_that_is_no_demo_is_left_alone(place: dict[str, str]) -> None:
    make = (
        "from gonghui.project import embedded; import psycopg; embedded.start();"
        "a = psycopg.connect(embedded.url(), autocommit=True); a.execute('drop database if exists real');"
        "a.execute('create database real'); b = psycopg.connect(embedded.url().replace('/gonghui?', '/real?'));"
        "b.execute('create table people(name text)'); b.commit();"
        "import subprocess, sys, os; os.environ['DATABASE_URL'] = embedded.url().replace('/gonghui?', '/real?');"
        "sys.exit(subprocess.run([sys.executable, '-m', 'gonghui.project.cli', 'demo', '--no-serve']).returncode)"
    )
    ended = subprocess.run([sys.executable, "-c", make], env=place, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "left alone" in ended.stderr
