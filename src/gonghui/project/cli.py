"""The command `gonghui`."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.core.management import call_command, execute_from_command_line
from django.db.utils import ProgrammingError
from psycopg.errors import UndefinedTable

from gonghui.core.errors import Refusal
from gonghui.project import embedded


def _port() -> int:
    try:
        return int(os.environ.get("PORT") or 8000)
    except ValueError:
        raise SystemExit(f"PORT is {os.environ['PORT']!r}; it must be a number such as 8000.") from None


def _scale(text: str) -> float:
    value = float(text)
    if not 0 < value <= 100:
        raise argparse.ArgumentTypeError("it must be above 0 and at most 100, such as 0.1")
    return value


def _demo(words: argparse.Namespace) -> int:
    from gonghui.project import demo

    return demo.run(scale=words.scale, serving=not words.no_serve, port=_port())


def _replay(words: argparse.Namespace) -> int:
    from gonghui.project import demo

    return demo.replay_here(scale=words.scale)


def _clean_demo(words: argparse.Namespace) -> int:
    from gonghui.project import demo

    return demo.clean()


def _serve(words: argparse.Namespace) -> int:
    from gonghui.core import keyring
    from gonghui.project import demo

    demo.refuse_in_production()
    keyring.check()
    call_command("collectstatic", verbosity=0, interactive=False)
    command = demo.web_server(_port(), address=words.bind)
    os.execv(command[0], command)  # noqa: S606


def _worker(words: argparse.Namespace) -> int:
    from gonghui.core import keyring
    from gonghui.project import demo, worker

    demo.refuse_in_production()
    keyring.check()
    worker.run()
    return 0


def _first_administrator(words: argparse.Namespace) -> int:
    from gonghui.project import demo, first

    demo.refuse_in_production()
    print(first.appoint(words))
    return 0


def _backup(words: argparse.Namespace) -> int:
    from gonghui.project.backup import command

    return command.backup(words)


def _restore(words: argparse.Namespace) -> int:
    from gonghui.project.backup import command

    return command.restore(words)


def _keys(words: argparse.Namespace) -> int:
    """A new keyring; or a new key, everything sealed under it, and the old ones destroyed, while all runs."""
    from gonghui.core import keyring

    if words.make:
        keyring.make(words.make)
        print(f"{words.make}: keep its backup apart from the database's and from the master key's.")
        return 0
    keyring.check()
    if words.rotate:
        print(f"{keyring.rotate()} seals from now on.")
    for column in keyring.COLUMNS:
        print(f"{column.sealed.purpose}: {keyring.reseal(column)} values sealed anew")
    print(f"destroyed: {', '.join(sorted(keyring.retire())) or 'none'}")
    return 0


def _figures(words: argparse.Namespace) -> int:
    from gonghui.project import answers

    rows = answers.figures(words.form, words.period, words.org, now=words.organised == "now")
    if words.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        print("\n".join(f"{row['row']:<5} {row['title']}  {row['printed']}" for row in rows))
    return 0


def _report(words: argparse.Namespace) -> int:
    from gonghui.project import answers

    if words.format == "text" and words.output is None:
        print(answers.report(words.form, words.period, words.org, english=words.english))
        return 0
    if words.format == "text" or words.output is None:
        raise Refusal("project.report_file", "--format %(ending)s 和 -o 文件要一起写", ending=words.format)
    where = (words.form, words.period, words.org)
    size = answers.print_report(*where, ending=words.format, file=words.output, english=words.english)
    print(f"{words.output}  {size:,} bytes")
    return 0


def _audit(words: argparse.Namespace) -> int:
    from gonghui.project import answers

    return answers.audit()


def _seal(words: argparse.Namespace) -> int:
    from gonghui.project import sealing

    return sealing.seal(words)


def _verify(words: argparse.Namespace) -> int:
    from gonghui.project import sealing

    return sealing.check(words)


def _reconcile(words: argparse.Namespace) -> int:
    from gonghui.reports.reconcile import command

    where = (words.file, words.form, words.period, words.org)
    print(command.answer(*where, as_data=words.json, english=words.english))
    return 0


def _export_journal(words: argparse.Namespace) -> int:
    from gonghui.project import sealing

    return sealing.export_journal(words)


def _export_ledger(words: argparse.Namespace) -> int:
    from gonghui.project import books

    print(books.export(words))
    return 0


def _witness(words: argparse.Namespace) -> int:
    from gonghui.project import sealing

    return sealing.witness_journal(words)


def _messages(words: argparse.Namespace) -> int:
    from gonghui.project import messages

    if words.compile:
        return messages.compile_all()
    return messages.check() if words.check else messages.add_missing(words.ring)


def _docs(words: argparse.Namespace) -> int:
    from gonghui.project import answers

    return answers.docs(check=words.check)


def _manage(words: argparse.Namespace) -> int:
    execute_from_command_line(["gonghui manage", *words.words])
    return 0


def _seal_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    seal = command("seal", _seal, "Settled entries are sealed and the journal's head is signed: a checkpoint.")
    seal.add_argument("--to", metavar="DIR", help="write the checkpoints and public keys there, to be handed on")
    seal.add_argument("--make-key", metavar="FILE", help="make a new signing key there instead")
    seal.add_argument("--old-key", metavar="FILE", help="change keys: this one vouches for GONGHUI_SEAL_KEY_FILE")
    verify = command("verify", _verify, "The sealed journal is verified; the first bad entry is named.")
    verify.add_argument("--json", action="store_true")
    verify.add_argument("--against", nargs="+", default=[], metavar="FILE", help="checkpoints or exports others kept")
    journal = command("export-journal", _export_journal, "The sealed journal as Parquet; sensitive entries as hashes.")
    journal.add_argument("--to", required=True, metavar="DIR", help="a folder that is not there yet, or empty")
    ledger = command("export-ledger", _export_ledger, "A union's ledger as text that bean-check accepts.")
    ledger.add_argument("--format", choices=["beancount"], default="beancount")
    ledger.add_argument("--org", metavar="CODE", help="the union's code (the federation itself when left out)")
    ledger.add_argument("--period", metavar="P", help="2020, 2020H1, 2020-06; everything when left out")
    ledger.add_argument("-o", "--output", required=True, metavar="FILE")
    witness = command("witness", _witness, "Another federation's journal, held against its checkpoints kept here.")
    witness.add_argument("folder", nargs="?", metavar="DIR", help="its exported journal")
    witness.add_argument("--against", nargs="+", default=[], metavar="FILE", help="more of its checkpoints")
    witness.add_argument("--keep", nargs="+", default=[], metavar="FILE", help="keep these checkpoints of it")
    witness.add_argument("--keys", metavar="FILE", help="its list of public keys, with the first checkpoint")
    witness.add_argument("--growth", metavar="FILE", help="the proof that it grew from one that is kept")
    witness.add_argument("--given-by", default="", metavar="NAME", help="who handed them over")


def _backup_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    backup = command("backup", _backup, "Tables and stored files in one sealed file; the site goes on meanwhile.")
    backup.add_argument("-o", "--output", type=Path, metavar="FILE", help="a file that is not there yet")
    backup.add_argument("--make-key", type=Path, metavar="FILE", help="make a new key for backups there instead")
    restore = command("restore", _restore, "An empty site is as it was when the backup was made.")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--check", action="store_true", help="open and count the whole backup, write nothing")
    restore.add_argument("--replace", action="store_true", help="what is there now goes")
    restore.add_argument("--without-keys", action="store_true", help="also where keys that its contents need are lost")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("gonghui", description="A trade-union federation's platform.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.set_defaults(run=run, name=name)
        return one

    demo = command("demo", _demo, "The demo federation: database, web server, worker, half a year of work.")
    demo.add_argument("--scale", type=_scale, default=os.environ.get("SCALE") or None)
    demo.add_argument("--no-serve", action="store_true", help="end when the replay is complete")
    replay = command("replay", _replay, "The demo's half-year, run by `demo` in a process of its own.")
    replay.add_argument("--scale", type=_scale, default="1")
    command("clean-demo", _clean_demo, "The demo's database is removed.")
    serve = command("serve", _serve, "The web server.")
    serve.add_argument("--bind", default="127.0.0.1", help="the address to listen at")
    command("worker", _worker, "Background work: jobs, roll-up, reactions.")
    first = command("first-administrator", _first_administrator, "Once: the two security administrators of a new site.")
    for name in ("username", "person", "second_username", "second_person"):
        first.add_argument(name, metavar=name.upper())
    first.add_argument("--federation", required=True, metavar="NAME", help="the city's federation, founded if absent")
    first.add_argument("--english", default="", metavar="NAME", help="its English name")
    first.add_argument("--area", required=True, metavar="CODE", help="its area code, such as 110000")
    first.add_argument("--founded", type=date.fromisoformat, metavar="DAY", help="its founding day; else today")
    keys = command("keys", _keys, "The keys of sealed columns: what older ones sealed is sealed under the newest.")
    keys.add_argument("--make", type=Path, metavar="FILE", help="make a new keyring there, and nothing else")
    keys.add_argument("--rotate", action="store_true", help="add a key first, which seals from then on")
    for name, run, text in (
        ("figures", _figures, "The figures of a report form, for other programs with --json."),
        ("report", _report, "A work report as text, or as a file with --format and -o."),
    ):
        one = command(name, run, text)
        one.add_argument("--form", default="beijing_2020h1")
        one.add_argument("--period", default="2020H1")
        one.add_argument("--org", default=None, metavar="CODE", help="the city's, when left out")
        one.add_argument(*(["--json"] if name == "figures" else ["--english"]), action="store_true")
        if name == "figures":
            one.add_argument("--organised", choices=("then", "now"), default="then", help="whose tree decides")
    one.add_argument("--format", choices=("text", "docx", "pdf", "html", "json"), default="text")
    one.add_argument("-o", "--output", type=Path, metavar="FILE", help="where the report is written")
    held = command("reconcile", _reconcile, "The text of a published report held against the books.")
    held.add_argument("file", type=Path, metavar="TEXTFILE")
    held.add_argument("--period", required=True, metavar="PERIOD", help="the report's, such as 2020H1")
    held.add_argument("--form", default="beijing_2020h1")
    held.add_argument("--org", default=None, metavar="CODE", help="the city's, when left out")
    held.add_argument("--json", action="store_true")
    held.add_argument("--english", action="store_true")
    command("audit", _audit, "Tables and roll-ups recounted from the journal; differences are shown.")
    _seal_commands(command)
    _backup_commands(command)
    docs = command("docs", _docs, "The generated pages of docs/ are written.")
    docs.add_argument("--check", action="store_true", help="fail where one is stale instead")
    words = command("messages", _messages, "The English catalogues: missing texts are added.")
    words.add_argument("--check", action="store_true", help="fail where a text has no English")
    words.add_argument("--ring", default="", help="only the catalogue of this folder, such as spine/officials")
    words.add_argument("--compile", action="store_true", help="write the .mo files")
    manage = command("manage", _manage, "Any of Django's commands.")
    manage.add_argument("words", nargs=argparse.REMAINDER)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its number says whether it went well."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gonghui.project.settings")
    words = _parser().parse_args(arguments)
    if words.name not in ("serve", "worker", "first-administrator", "backup", "restore"):
        # Only what lets others in, or uses keys, must be told that it is a demo; the rest shows no page to anybody.
        os.environ.setdefault("GONGHUI_PROFILE", "demo")
    try:
        if words.name not in ("manage", "messages"):
            django.setup()
        number: int = words.run(words)
    except Refusal as refusal:
        from gonghui.project import sealing

        return sealing.refused(words.name, refusal)
    except (embedded.CannotRun, ImproperlyConfigured) as error:
        print(f"gonghui {words.name}: {error}", file=sys.stderr)
        return 1
    except (ProgrammingError, ObjectDoesNotExist) as error:
        if isinstance(error, ProgrammingError) and not isinstance(error.__cause__, UndefinedTable):
            raise
        print("The database is empty. `make demo` fills it; `gonghui manage migrate` lays its tables.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return number


if __name__ == "__main__":
    sys.argv[0] = str(Path(sys.argv[0]).with_name("gonghui"))
    sys.exit(main())
