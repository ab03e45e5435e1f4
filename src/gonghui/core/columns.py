"""Columns of numbers: many rows in one piece of bytes, and straight into a table by binary COPY.

A row at a time, Python takes some microseconds for each number; these take the whole column at once.
"""

import json
import zlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Model
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
"""Arrays of one length by name."""

_EPOCH = np.datetime64("2000-01-01", "D")
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_WIDTHS = {"bigint": ">i8", "integer": ">i4", "smallint": ">i2", "date": ">i4", "uuid": "V16", "boolean": ">i1"}
_PLAIN = {"serial": "integer", "bigserial": "bigint"}


def packed(columns: Mapping[str, NDArray[Any]]) -> bytes:
    """The columns as bytes: what they are called and hold, then their values, compressed."""
    head = json.dumps([[name, one.dtype.str, len(one)] for name, one in columns.items()]).encode()
    body = b"".join(np.ascontiguousarray(one).tobytes() for one in columns.values())
    return zlib.compress(len(head).to_bytes(4, "big") + head + body, 1)


def unpacked(content: bytes) -> Columns:
    """The columns that were packed; they may be written to."""
    plain = zlib.decompress(content)
    at = 4 + int.from_bytes(plain[:4], "big")
    found: Columns = {}
    for name, kind, many in json.loads(plain[4:at]):
        found[name] = np.frombuffer(plain, np.dtype(kind), many, at).copy()
        at += found[name].nbytes
    return found


def days(values: NDArray[Any]) -> NDArray[Any]:
    """Days as whole numbers from 1970-01-01, as columns keep them."""
    return values.astype("datetime64[D]").astype(np.int32)


def day(value: Any) -> date:
    """The day of such a number."""
    return date.fromordinal(int(value) + 719_163)


def copy(model: type[Model], columns: Mapping[str, NDArray[Any]]) -> int:
    """The rows stand in the model's table; columns are database names, none may hold nothing. Returns how many.

    Days are given as numpy's, digests as sixteen bytes (`V16`), texts as bytes of one length (`S23`); whatever else is
    a whole number or true or false.
    """
    kinds = {field.column: _kind(field) for field in model._meta.concrete_fields if field.column in columns}
    many = len(next(iter(columns.values())))
    shape: list[tuple[str, str]] = [("fields", ">i2")]
    for at, name in enumerate(columns):
        width = columns[name].dtype.str if columns[name].dtype.kind == "S" else _WIDTHS[kinds[name]]
        shape += [(f"n{at}", ">i4"), (f"v{at}", width)]
    rows = np.empty(many, np.dtype(shape))
    rows["fields"] = len(columns)
    for at, (name, values) in enumerate(columns.items()):
        if kinds[name] == "date":
            values = (values.astype("datetime64[D]") - _EPOCH).astype(np.int32)
        rows[f"n{at}"] = rows.dtype[f"v{at}"].itemsize
        rows[f"v{at}"] = values
    names = ", ".join(f'"{name}"' for name in columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'copy "{model._meta.db_table}" ({names}) from stdin (format binary)') as out,
    ):
        out.write(_SIGNATURE)
        out.write(rows.tobytes())
        out.write(b"\xff\xff")
    return many


def _kind(field: Any) -> str:
    """The server's type of a field."""
    kind = str(field.db_type(connection))
    return _PLAIN.get(kind, kind)
