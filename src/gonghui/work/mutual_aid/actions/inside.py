"""Reads one file of settlements in a process of its own: limited memory and time, no writing, no network, no database.

Run as `python -I inside.py FORM TODAY ROWS OPEN_YEAR`, the file on stdin (`parquet`, or `csv` in UTF-8). What it says
on stdout comes in blocks: four bytes of length, then JSON and the columns it names. The first block says what the file
holds or why it is turned away; each of the others is some ten thousand rows. It imports nothing of ours.
"""

import ctypes
import json
import resource
import struct
import sys
from contextlib import suppress
from typing import Any

import duckdb
import numpy as np

COLUMNS = {
    "txn": ("结算流水号", "流水号", "txn"),  # zh
    "paper": ("证件号码", "身份证号", "公民身份号码", "paper"),  # zh
    "name": ("姓名", "name"),  # zh
    "benefit": ("就诊类别", "医疗类别", "benefit"),  # zh
    "settled_on": ("结算日期", "settled_on"),  # zh
    "total": ("总金额", "费用总额", "total"),  # zh
    "insurer": ("医保支付", "基金支付", "insurer"),  # zh
    "self_pay1": ("自付一", "self_pay1"),  # zh
    "self_pay2": ("自付二", "self_pay2"),  # zh
    "outside": ("自费", "outside"),  # zh
    "reverses": ("冲销流水号", "原流水号", "reverses"),  # zh
}
OPTIONAL = ("reverses",)
KINDS = {"门诊": 1, "急诊": 2, "住院": 3, "门诊特殊病": 4, "特殊病": 4}  # zh
KINDS |= {str(number): number for number in (1, 2, 3, 4)}
AMOUNTS = ("total", "insurer", "self_pay1", "self_pay2", "outside")
FAULTS = (
    "no_txn",
    "no_paper",
    "no_name",
    "benefit",
    "no_day",
    "day_ahead",
    "year_closed",
    *(f"amount_{name}" for name in AMOUNTS),
    "below_nothing",
    "above_nothing",
    "over_total",
    "parts",
    "twice_differs",
)
"""What may be wrong with a row, each a bit in this order."""
MEMORY, SECONDS, WITHIN = 4 << 30, 600, "700MB"
BLOCK = 40_000
_AMOUNT = r"^[+-]?\d{1,11}(\.\d{1,2})?$"
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def limit() -> None:
    """The process can no longer grow, run long or write, nor reach the network where the kernel allows that."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def say(head: dict[str, Any], *columns: bytes) -> None:
    """One block: what it is, then the columns."""
    said = json.dumps(head).encode()
    body = struct.pack("!I", len(said)) + said + b"".join(columns)
    sys.stdout.buffer.write(struct.pack("!I", len(body)) + body)


def source(form: str) -> str:
    """The relation of the file's rows, all as text."""
    if form == "parquet":
        return "read_parquet('/dev/fd/0', file_row_number = true)"
    return (
        "(select *, row_number() over () - 1 as file_row_number from read_csv('/dev/fd/0', header = true, "
        "all_varchar = true, parallel = false, null_padding = true, strict_mode = false, sample_size = 2000))"
    )


def named(found: list[str]) -> tuple[dict[str, str], list[str]]:
    """The file's own name of each column, and the columns it lacks."""
    plain = {name.strip().replace(" ", "").lower(): name for name in reversed(found)}
    names = {key: plain[one] for key, ones in COLUMNS.items() for one in reversed(ones) if one in plain}
    missing = [ones[0] for key, ones in COLUMNS.items() if key not in names and key not in OPTIONAL]
    return names, missing


def statement(names: dict[str, str], form: str, today: str, open_year: int) -> str:
    """Every row with its values, and what is wrong with it as bits."""

    def text(key: str) -> str:
        name = names.get(key, "").replace('"', '""')
        return f"""trim(coalesce(cast("{name}" as varchar), ''))""" if name else "''"

    read = ", ".join(f"{text(key)} as {key}" for key in COLUMNS)
    fen = ", ".join(
        f"case when regexp_full_match({one}, '{_AMOUNT}') then cast(cast({one} as decimal(18, 2)) * 100 as bigint) end"
        f" as {one}_fen"
        for one in AMOUNTS
    )
    kinds = " ".join(f"when '{name}' then {number}" for name, number in KINDS.items())
    amounts = [f"{one}_fen" for one in AMOUNTS]
    below = " or ".join(f"{one} < 0" for one in amounts)
    above = " or ".join(f"{one} > 0" for one in amounts)
    day = "coalesce(try_strptime(settled_on[:10], '%Y-%m-%d'), try_strptime(settled_on[:10], '%Y/%m/%d'), "
    day += "try_strptime(settled_on, '%Y%m%d'))::date"
    wrong = (
        "txn = '' or length(txn) > 40",
        "paper = '' or length(paper) > 30",
        "name = '' or length(name) > 50",
        "kind is null",
        "day is null",
        f"day > date '{today}'",
        f"year(day) < {open_year}",
        *(f"{one} is null" for one in amounts),
        f"reverses = '' and ({below})",
        f"reverses <> '' and ({above})",
        "abs(self_pay1_fen) > abs(total_fen)",
        "abs(total_fen - insurer_fen - self_pay1_fen - self_pay2_fen - outside_fen) > 1",
        "nth > 1 and not is_same",
    )
    bits = " + ".join(f"(case when {one} then {1 << at} else 0 end)" for at, one in enumerate(wrong))
    same = "hash(paper, kind, day, reverses, " + ", ".join(amounts) + ")"
    return f"""
with read as (select file_row_number::integer + 2 as row, {read} from {source(form)}),
typed as (select *, {fen}, {day} as day, case benefit {kinds} end as kind from read),
once as (select *, row_number() over same as nth, {same} = first_value({same}) over same as is_same from typed
  window same as (partition by case when txn = '' then cast(row as varchar) else txn end order by row))
select row, txn, upper(paper) as paper, name, reverses, coalesce(kind, 0)::tinyint as kind,
  coalesce(datediff('day', date '1970-01-01', day), 0)::integer as day,
  {", ".join(f"coalesce({one}, 0)::bigint as {one}" for one in amounts)},
  (nth > 1 and is_same) as is_again, ({bits})::integer as faults
from once order by row
"""  # noqa: S608


NUMBERS = {"row": "i4", "kind": "i1", "day": "i4", **{f"{one}_fen": "i8" for one in AMOUNTS}, "is_again": "?"}
NUMBERS["faults"] = "i4"
TEXTS = ("txn", "paper", "name", "reverses")


def block(rows: dict[str, Any]) -> None:
    """Some rows: numbers as they lie in memory, texts as their lengths and their letters."""
    parts: list[bytes] = []
    head: list[list[Any]] = []
    for name, kind in NUMBERS.items():
        parts.append(np.ascontiguousarray(rows[name], np.dtype(kind)).tobytes())
        head.append([name, kind])
    for name in TEXTS:
        words = [one.encode() for one in rows[name]]
        parts += [np.fromiter(map(len, words), "i4", len(words)).tobytes(), joined := b"".join(words)]
        head.append([name, len(joined)])
    say({"rows": len(rows["row"]), "columns": head}, *parts)


def main(form: str, today: str, most: int, open_year: int) -> None:
    """Say what the file holds."""
    limit()
    connection = duckdb.connect(config={"threads": 1, "memory_limit": WITHIN, "temp_directory": ""})
    connection.execute("set enable_progress_bar = false; set autoinstall_known_extensions = false")
    try:
        found = [row[0] for row in connection.execute(f"describe from {source(form)}").fetchall()]
        names, missing = named([name for name in found if name != "file_row_number"])
        if missing:
            return say({"refused": "columns_missing", "columns": missing})
        count = connection.execute(f"select count(*) from {source(form)}").fetchall()[0][0]  # noqa: S608
        if not count:
            return say({"refused": "no_rows"})
        if count > most:
            return say({"refused": "too_many_rows", "rows": count, "most": most})
        say({"rows": count})
        asked = connection.execute(statement(names, form, today, open_year))
        while rows := asked.fetchmany(BLOCK):
            block(dict(zip((one[0] for one in asked.description or ()), zip(*rows, strict=True), strict=True)))
        say({"end": True})
    except duckdb.OutOfMemoryException:
        say({"refused": "too_large"})
    except duckdb.Error as error:
        say({"refused": "unreadable", "why": type(error).__name__})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
