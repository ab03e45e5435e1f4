"""The sealed journal as Parquet, for others: entries in full, sensitive ones as their hashes with totals by month.

A folder is written beside the one asked for and takes its name when it is whole, so that nothing half-done is left
behind. Entries go up to the newest checkpoint: what is exported is what was signed. Files:

- `entries/NNNNN.parquet`: one row an entry in order, with its block and salt; of a sensitive one only number, block
  and leaf hash
- `blocks.parquet`: the headers of the blocks
- `sensitive_months.parquet`: what the sensitive entries sum up to; no sums where they are fewer than ten
- `checkpoint.txt`, `checkpoints/`, `keys.txt`: as they are handed on
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy

from gonghui.core.errors import Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.models import Block, Checkpoint
from gonghui.core.seals import checkpoints, rows, sealing
from gonghui.core.seals.canon import ENTRIES

FILE_BLOCKS = 256
SHOWN_FROM = 10
Facts = dict[str, str | bool]
INTEGERS = ("entry", "block", "actor", "amount_fen", "organisation", "quantity", "recorded_at", "reverses", "sign",
            "subject_id")  # fmt: skip
TEXTS = ("facts", "kind", "path", "subject_type", "why")
BYTES = ("salt", "leaf")
TYPES = {
    "happened_on": "date",
    **dict.fromkeys((*TEXTS, "figure"), "varchar"),
    **dict.fromkeys((*BYTES, "root", "previous", "hash"), "blob"),
}
"""All others are whole numbers. Said outright, because a column of nothing has no type of its own."""
COLUMNS = (*INTEGERS, "happened_on", *TEXTS, *BYTES)


def sensitive_kinds() -> Callable[[str, Facts], bool]:
    """Whether an entry belongs to a sensitive figure: by what the figure folds, or by the figure its facts name."""
    figures = [figure for figure in FIGURES.values() if figure.sensitive]
    codes = {figure.name for figure in figures}
    folds = [fold for figure in figures for fold in (figure.fold.parts or (figure.fold,))]
    kinds = {fold.kind for fold in folds if fold.kind is not None}
    return lambda kind, facts: kind in kinds or facts.get("figure") in codes


@dataclass
class Months:
    """What sensitive entries sum up to, by month and kind."""

    sums: dict[tuple[int, str, str], list[int]] = field(default_factory=dict)

    def add(self, day: date, kind: str, facts: Facts, numbers: tuple[int, int, int]) -> None:
        """One entry more: sign, quantity, amount."""
        cell = self.sums.setdefault((day.year * 100 + day.month, kind, str(facts.get("figure", ""))), [0, 0, 0, 0])
        sign, quantity, amount = numbers
        for place, number in enumerate((1, sign, sign * quantity, sign * amount)):
            cell[place] += number

    def rows(self) -> Iterator[tuple[int, str, str, int | None, int | None, int | None]]:
        """Month, kind, figure, entries, quantity, amount; without numbers where few people stand behind them."""
        for (month, kind, figure), (written, entries, quantity, amount) in sorted(self.sums.items()):
            shown = min(written, entries) >= SHOWN_FROM and not 0 < quantity < SHOWN_FROM
            yield month, kind, figure, *((entries, quantity, amount) if shown else (None, None, None))


def export(folder: Path) -> Checkpoint:
    """The folder stands whole, or not at all; the checkpoint it goes up to."""
    newest = checkpoints.newest_checkpoint()
    if newest is None:
        raise Refusal("seals.no_checkpoint", "还没有检查点，无从导出；请先运行 gonghui seal")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refusal("seals.folder_taken", "%(folder)s 已有内容，请换一个空文件夹", folder=str(folder))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error.strerror) from error
    try:
        _write_all(part, newest)
        part.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except (OSError, duckdb.Error) as error:
        raise _unwritable(folder, getattr(error, "strerror", None) or str(error).splitlines()[0]) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return newest


def _unwritable(folder: Path, why: str | None) -> Refusal:
    return Refusal(
        "seals.export_failed", "%(folder)s 写不下（%(why)s），什么也没有留下", folder=str(folder), why=why or ""
    )


def _write_all(part: Path, newest: Checkpoint) -> None:
    (part / "entries").mkdir()
    (part / "checkpoints").mkdir()
    months, tell = Months(), _Telling()
    headers: list[tuple[Any, ...]] = []
    after = rows.BEFORE_ALL
    for number, first in enumerate(range(1, newest.blocks + 1, FILE_BLOCKS), 1):
        last = min(first + FILE_BLOCKS - 1, newest.blocks)
        found = Block.objects.filter(stream=ENTRIES, number__range=(first, last)).order_by("number")
        blocks = list(
            found.values_list("number", "first_id", "last_id", "entries", "root", "previous", "hash", named=False)
        )
        if len(blocks) != last - first + 1:
            raise Refusal("seals.blocks_missing", "有封存的块不见了，不能导出；请先运行 gonghui verify 查明")
        headers += [(*block[:4], *(bytes(one) for one in block[4:])) for block in blocks]
        table = tell.table(rows.lines(sealing.pgconn(), ENTRIES, after, blocks[-1][2]), blocks, months)
        _parquet(part / "entries" / f"{number:05}.parquet", table)
        after = blocks[-1][2]
    _parquet(part / "blocks.parquet", _headers(headers))
    _parquet(part / "sensitive_months.parquet", _months(months))
    (part / "keys.txt").write_bytes(checkpoints.keys_text().encode())
    (part / "checkpoint.txt").write_bytes(checkpoints.whole(newest).encode())
    for row in Checkpoint.objects.filter(stream=ENTRIES, blocks__lte=newest.blocks):
        name = f"{row.blocks:08}-{row.key_id}.txt"
        (part / "checkpoints" / name).write_bytes(checkpoints.whole(row).encode())


def _parquet(path: Path, table: dict[str, Any]) -> None:
    """One file; the table's arrays are read where they lie."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.register("table_written", table)
        columns = ", ".join(f"{name}::{TYPES.get(name, 'bigint')} as {name}" for name in table)
        written = f"select {columns} from table_written"  # noqa: S608
        connection.execute(f"copy ({written}) to '{_quoted(path)}' (format parquet, compression zstd)")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


class _Telling:
    """Turns rows into columns; sensitive ones into their hashes."""

    def __init__(self) -> None:
        names = sealing.names(sealing.pgconn())
        self.teller = rows.Teller(ENTRIES, names)
        self.kinds = {number: json.loads(name) for number, name in names.kinds.items()}
        self.subject_types = {number: json.loads(name) for number, name in names.subject_types.items()}
        self.groups = {key: facts.decode() for key, facts in names.groups.items()}
        is_sensitive = sensitive_kinds()
        self.sensitive = {
            (group, kind)
            for (group, kind), facts in self.groups.items()
            if kind in self.kinds and is_sensitive(self.kinds[kind], json.loads(facts))
        }

    def table(self, raw: Iterable[bytes], blocks: list[tuple[Any, ...]], months: Months) -> dict[str, Any]:
        """The columns of these rows; a row that cannot be told is refused, for it was never sealed as it is."""
        columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        ends = iter(blocks)
        block = next(ends)
        for row in raw:
            number = int(row[: row.index(b"\t")])
            while number > block[2]:
                block = next(ends)
            try:
                values = self._row(row, months)
            except (KeyError, ValueError, rows.Unreadable) as error:
                raise Refusal(
                    "seals.row_unreadable",
                    "第 %(entry)s 条记录不完整，不能导出；请先运行 gonghui verify 查明",
                    entry=number,
                ) from error
            values["block"] = block[0]
            for name, column in columns.items():
                column.append(values.get(name))
        return {name: _array(name, column) for name, column in columns.items()}

    def _row(self, row: bytes, months: Months) -> dict[str, Any]:
        (number, actor, amount, group, day, kind, organisation, path, quantity, instant, reverses, sign, subject_id,
         subject_type, why, salt) = row[:-1].split(b"\t")  # fmt: skip
        facts = self.groups[group, kind]
        if (group, kind) in self.sensitive:
            numbers = (int(sign), int(quantity), int(amount))
            months.add(date.fromisoformat(day.decode()), self.kinds[kind], json.loads(facts), numbers)
            return {"entry": int(number), "leaf": self.teller.hashed([row])[1][0]}
        return {
            "entry": int(number),
            "actor": int(actor),
            "amount_fen": int(amount),
            "facts": facts,
            "happened_on": day.decode(),
            "kind": self.kinds[kind],
            "organisation": int(organisation),
            "path": rows.plain(path),
            "quantity": int(quantity),
            "recorded_at": int(instant.replace(b".", b"")),
            "reverses": None if reverses == rows.NULL else int(reverses),
            "sign": int(sign),
            "subject_id": int(subject_id),
            "subject_type": self.subject_types[subject_type],
            "why": rows.plain(why),
            "salt": bytes.fromhex(salt[3:].decode()),
        }


def _array(name: str, column: list[Any]) -> Any:
    absent = [value is None for value in column]
    if name == "happened_on":
        return numpy.array(["NaT" if value is None else value for value in column], dtype="datetime64[us]")
    if name in INTEGERS:
        numbers = numpy.array([0 if value is None else value for value in column], dtype=numpy.int64)
        return numpy.ma.array(numbers, mask=absent) if any(absent) else numbers
    return numpy.array(column, dtype=object)


def _headers(headers: list[tuple[Any, ...]]) -> dict[str, Any]:
    names = ("number", "first_id", "last_id", "entries", "root", "previous", "hash")
    return {
        name: numpy.array([row[place] for row in headers], dtype=numpy.int64 if place < 4 else object)
        for place, name in enumerate(names)
    }


def _months(months: Months) -> dict[str, Any]:
    found = list(months.rows())
    columns = list(zip(*found, strict=True)) if found else [()] * 6
    names = ("month", "kind", "figure", "entries", "quantity", "amount_fen")
    table: dict[str, Any] = {}
    for name, column in zip(names, columns, strict=True):
        if name in ("kind", "figure"):
            table[name] = numpy.array(list(column), dtype=object)
        else:
            numbers = numpy.array([value or 0 for value in column], dtype=numpy.int64)
            table[name] = numpy.ma.array(numbers, mask=[value is None for value in column])
    return table
