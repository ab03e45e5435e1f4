"""Verifies an exported journal: `python stranger.py FOLDER`. Written from docs/decisions/0021 by its words alone."""

import hashlib
import itertools
import json
import sys
from base64 import b64decode, b64encode
from pathlib import Path

import duckdb
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FOLDER = Path(sys.argv[1])
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()  # noqa: E731
text = lambda one: json.dumps(one, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()  # noqa: E731
read = lambda names, files: duckdb.execute(f"select {names} from '{FOLDER}/{files}.parquet' order by 1")  # noqa: E731


def root(row):
    while len(row) > 1:
        row = [sha(b"\1", *row[n : n + 2]) if n + 1 < len(row) else row[n] for n in range(0, len(row), 2)]
    return row[0]


def leaves():
    found = read("entry as number, block, leaf, salt, * exclude (block, leaf, salt)", "entries/*")
    while rows := found.fetchmany(50_000):
        for number, block, leaf, salt, *values in rows:
            one = {name[0]: value for name, value in zip(found.description[4:], values, strict=True)}
            if one["kind"] is not None:  # of a sensitive entry there is its leaf and nothing else
                one |= {"facts": json.loads(one["facts"]), "happened_on": str(one["happened_on"])}
                leaf = sha(b"\0", salt, text(one))
            yield block, number, leaf


runs, hashes = itertools.groupby(leaves(), lambda one: one[0]), [bytes(32)]
for number, first, last, entries, top, *chained in read("number, * exclude number", "blocks").fetchall():
    _, ids, hashed = zip(*next(runs, (0, [(0, 0, b"")]))[1], strict=True)
    assert (ids[0], ids[-1], len(ids)) == (first, last, entries), f"block {number}: other entries than were sealed"
    assert root(list(hashed)) == top, f"block {number}: an entry was changed"
    header = {"entries": entries, "first_id": first, "last_id": last, "number": number, "root": top.hex()}
    sealed = sha(b"\0", text(header | {"previous": hashes[-1].hex(), "stream": "entries"}))
    assert chained == [hashes[-1], sealed], f"block {number}: does not follow the one before"
    hashes.append(chained[1])
note, gap, line = (FOLDER / "checkpoint.txt").read_text("utf-8").rstrip("\n").rpartition("\n\n")
said, (key, signature) = note.split("\n"), line.split(" ")[1:]
tree = [str(len(hashes) - 1), b64encode(root(hashes[1:])).decode()]
assert [*tree, None] == [*said[2:4], next(runs, None)], "not the journal that was signed"
keys = dict(row.split(" ")[:2] for row in (FOLDER / "keys.txt").read_text("utf-8").splitlines()[2:])
Ed25519PublicKey.from_public_bytes(b64decode(keys[key])).verify(b64decode(signature), f"{note}\n".encode())
