"""`gonghui demo`: database, web server and worker first, then the half-year replayed behind them."""

import ctypes
import hashlib
import importlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from gonghui.core import keyring, rollup
from gonghui.core.errors import Refusal
from gonghui.core.seals import checkpoints, sealing
from gonghui.project import demo_members, embedded
from gonghui.web.models import DemoAccount, DemoMarker, Progress

SEED = 2020
REPLAY = "演示数据回放"
LOCK = 0x676F6E67
SOURCES = Path(__file__).resolve().parents[1]
FIRST_PAGE_SECONDS = 60
LEFT_ALONE = "The database of DATABASE_URL holds something that is not a demo; it is left alone."


class DemoFailed(embedded.CannotRun):
    """The demo cannot go on; the text says why."""


def version() -> str:
    """A fingerprint of the tables and of the scenario: a demo database with another one is rebuilt."""
    files = sorted(
        [*SOURCES.glob("**/migrations/*.py"), *SOURCES.glob("scenario/**/*.py"), *SOURCES.glob("scenario/*.toml")]
    )
    seen = hashlib.sha256()
    for file in files:
        if "tests" not in file.parts:
            seen.update(file.relative_to(SOURCES).as_posix().encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()[:16]


def say(text: str) -> None:
    """A line in the terminal, at once."""
    print(text, flush=True)


def web_server(port: int, address: str = "127.0.0.1") -> list[str]:
    """The words that start gunicorn."""
    words = ["--workers", "2", "--threads", "4", "--timeout", "120", "--preload", "--no-control-socket"]
    words += ["--bind", f"{address}:{port}", "--log-level", "warning", "--graceful-timeout", "5"]
    return [sys.executable, "-m", "gunicorn", *words, "gonghui.project.wsgi"]


def _need_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoFailed(
                f"Port {port} cannot be used ({error.strerror}). Choose another: PORT={port + 1} make demo"
            ) from error


def _die_with_parent() -> None:
    """A child ends when the demo is killed without a chance to end it (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _begin(words: list[str]) -> subprocess.Popen[bytes]:
    """A child in a session of its own, so that Ctrl-C reaches it through us and in order."""
    environment = {**os.environ, "GONGHUI_PROFILE": "demo"}
    return subprocess.Popen(words, env=environment, start_new_session=True, preexec_fn=_die_with_parent)


def _gonghui(*words: str) -> list[str]:
    return [sys.executable, "-m", "gonghui.project.cli", *words]


# --- the database ---------------------------------------------------------------------------------------------------


def _tables() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_tables where schemaname = 'public'")
        return int(cursor.fetchone()[0])


def _marker() -> DemoMarker | None:
    """The demo's marker row, also where the tables are older than this code."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('web_demomarker')")
        if cursor.fetchone()[0] is None:
            return None
        cursor.execute("select version, scale from web_demomarker")
        row = cursor.fetchone()
    return DemoMarker(version=row[0], scale=row[1]) if row else None


def _finished() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('web_progress')")
        if cursor.fetchone()[0] is None:
            return False
        cursor.execute("select finished from web_progress where label = %s", [REPLAY])
        row = cursor.fetchone()
    return bool(row and row[0])


def _wipe() -> None:
    """Tables and kept files are gone."""
    with connection.cursor() as cursor:
        cursor.execute("drop schema public cascade")
        cursor.execute("create schema public")
    _remove_files()


def _remove_files() -> None:
    """The files of the demo are gone; a folder somebody named is left alone."""
    for folder in (settings.MEDIA_ROOT, settings.STATIC_ROOT):
        if embedded.VAR in Path(folder).parents:
            shutil.rmtree(folder, ignore_errors=True)


def _ready_database(scale: float | None) -> bool:
    """The database has this version's tables and the marker; whether the half-year is still to be replayed."""
    wanted, mark = version(), _marker()
    why = ""
    if mark is None and _tables():
        if settings.DATABASE_URL:
            raise DemoFailed(LEFT_ALONE)
        why = "is not whole"
    elif mark is not None and mark.version != wanted:
        why = "is of an older version"
    elif mark is not None and scale is not None and scale != mark.scale:
        why = f"has scale {mark.scale:g}, not {scale:g}"
    if why:
        say(f"The demo database {why}: it is built anew.")
        _wipe()
    elif mark is not None:
        return not _finished()
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        DemoMarker.objects.create(version=wanted, scale=scale or 1.0, seed=SEED)
        Progress.objects.create(label=REPLAY, total=100)
    return True


def refuse_in_production() -> None:
    """A production server does not start on a demo's database: anybody could sign in to it with one click."""
    if settings.GONGHUI_PROFILE == "production":
        mark = _marker()
        connection.close()
        if mark is not None:
            raise DemoFailed("The database carries the demo's marker; a production server does not start on it.")


@contextmanager
def _only_demo() -> Iterator[None]:
    """No second demo works on the same database."""
    own = connection.copy()
    with own.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise DemoFailed("A demo already runs on this database. Stop it first (Ctrl-C in its terminal).")
        try:
            yield
        finally:
            own.close()


# --- the replay -----------------------------------------------------------------------------------------------------


class Watch:
    """Tells the terminal and every page how far the replay is, through a connection of its own."""

    def __init__(self) -> None:
        settings_of = connection.get_connection_params()
        settings_of.pop("cursor_factory", None)
        settings_of.pop("context", None)
        self.link = psycopg.connect(**settings_of, autocommit=True)
        self.told = 0.0
        self.label = ""
        self.terminal = sys.stdout.isatty()

    def __call__(self, label: str, done: int, total: int) -> None:
        """Called by the scenario: what it is at, and how much of the whole is done."""
        now = time.monotonic()
        if label == self.label and done < total and now - self.told < (0.5 if self.terminal else 5):
            return
        self.told, self.label = now, label
        self.link.execute(
            "update web_progress set done = %s, total = %s, updated_at = now() where label = %s",
            [done, total, REPLAY],
        )
        line = f"  {done * 100 // max(total, 1):3d} %  {label}"
        print(f"\r\033[K{line}" if self.terminal else line, end="" if self.terminal else "\n", flush=True)

    def finish(self) -> None:
        """The bar goes away: the half-year is whole."""
        self.link.execute(
            "update web_progress set done = total, finished = true, updated_at = now() where label = %s", [REPLAY]
        )
        if self.terminal:
            print(flush=True)
        self.link.close()


def replay_here(scale: float) -> int:
    """Replay the half-year in this process, fold until the report has no tail, and put all of it under a checkpoint."""
    watch = Watch()
    scenario = importlib.import_module(os.environ.get("GONGHUI_SCENARIO", "gonghui.scenario.replay"))
    scenario.run(scale, watch)
    demo_members.offer()
    rollup.fold_all()
    sealing.seal_all()
    with suppress(Refusal):  # the worker says so where there is no key
        checkpoints.checkpoint()
    watch.finish()
    return 0


# --- the run --------------------------------------------------------------------------------------------------------


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{settings.LOGIN_PATH}", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        raise DemoFailed(f"The sign-in page answered with {error.code}.") from error
    except (urllib.error.URLError, OSError):
        return False


def _still_alive(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise DemoFailed(f"The {name} ended with number {child.returncode}.")


def _stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Everything started here has ended, last started first."""
    for child in reversed(children.values()):
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + 15
    for child in children.values():
        try:
            child.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait_for_page(port: int, children: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + FIRST_PAGE_SECONDS
    while not _answers(port):
        _still_alive(children)
        if time.monotonic() > deadline:
            raise DemoFailed(f"The sign-in page did not answer within {FIRST_PAGE_SECONDS} seconds.")
        time.sleep(0.1)


def _print_accounts() -> None:
    rows = list(DemoAccount.objects.select_related("account"))
    if rows:
        say("Demo accounts, one click each on the sign-in page")
    for row in rows:
        say(f"  {row.account.username:<20} {row.title}")


def _end_on_signals() -> None:
    """SIGINT and SIGTERM end the demo, also where a script started it with SIGINT ignored."""

    def ended(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, ended)
    signal.signal(signal.SIGTERM, ended)


def run(*, scale: float | None, serving: bool, port: int) -> int:
    """The whole demo; 0 when it was complete before it was stopped."""
    assert threading.current_thread() is threading.main_thread()
    _end_on_signals()
    children: dict[str, subprocess.Popen[bytes]] = {}
    complete = False
    try:
        if serving:
            _need_port(port)
        say("Starting the database")
        with _only_demo():
            to_replay = _ready_database(scale)
            keyring.check()
            marker = _marker()
            connection.close()
            if serving:
                call_command("collectstatic", verbosity=0, interactive=False)
                children["web server"] = _begin(web_server(port))
                children["worker"] = _begin(_gonghui("worker"))
                _wait_for_page(port, children)
                say(f"\n  gonghui is at http://localhost:{port}\n")
            if to_replay and marker:
                say("The half-year is being replayed; every page shows how far it is.")
                replay = children["replay"] = _begin(_gonghui("replay", "--scale", f"{marker.scale:g}"))
                while replay.poll() is None:
                    _still_alive({name: child for name, child in children.items() if child is not replay})
                    time.sleep(0.2)
                del children["replay"]
                if replay.returncode:
                    raise DemoFailed(f"The replay ended with number {replay.returncode}.")
                say("The replay is complete.")
            complete = True
            _print_accounts()
            if serving:
                say(f"http://localhost:{port}  (Ctrl-C stops everything)")
                while True:
                    _still_alive(children)
                    time.sleep(0.5)
    except KeyboardInterrupt:
        say("\nStopping")
        return 0 if complete else 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _stop(children)
        connection.close()
    return 0


def clean() -> int:
    """The demo's rows are gone: the embedded server's folder, or the tables of a named database."""
    if not settings.DATABASE_URL:
        connection.close()
        embedded.leave()
        embedded.remove()
        _remove_files()
        return 0
    if _tables() and _marker() is None:
        raise DemoFailed(LEFT_ALONE)
    _wipe()
    return 0
