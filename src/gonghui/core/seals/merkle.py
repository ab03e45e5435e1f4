"""Hash trees as in RFC 6962: roots, proofs of inclusion and of growth. Pure Python, known vectors in the tests.

A tree is read through one function, `node_at(level, index)`: the root of the full subtree of 2**level leaves that
begins at leaf index * 2**level. A list of leaves answers it from memory, a sealed journal from its blocks' rows, so a
proof over millions of blocks reads a few dozen hashes.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

NODE = b"\x01"
EMPTY = hashlib.sha256(b"").digest()
NodeAt = Callable[[int, int], bytes]


class Step(NamedTuple):
    """One hash of a path of inclusion, and the side it stands on."""

    side: Literal["left", "right"]
    hash: bytes


def node(left: bytes, right: bytes) -> bytes:
    """The hash over two."""
    return hashlib.sha256(NODE + left + right).digest()


def levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All full subtrees over the leaves, level by level; the leaves are level 0."""
    rows = [list(leaves)]
    sha = hashlib.sha256
    while len(rows[-1]) > 1:
        below = iter(rows[-1])
        rows.append([sha(NODE + left + right).digest() for left, right in zip(below, below, strict=False)])
    return rows


def in_memory(leaves: Sequence[bytes]) -> NodeAt:
    """The tree over these leaves."""
    rows = levels(leaves)
    return lambda level, index: rows[level][index]


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over all leaves, level by level: an odd one at the end goes up as it is."""
    if not leaves:
        return EMPTY
    row, sha = list(leaves), hashlib.sha256
    while len(row) > 1:
        below = iter(row)
        above = [sha(NODE + left + right).digest() for left, right in zip(below, below, strict=False)]
        if len(row) % 2:
            above.append(row[-1])
        row = above
    return row[0]


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)


def over(first: int, end: int, node_at: NodeAt) -> bytes:
    """The root over the leaves from `first` up to, not with, `end`."""
    size = end - first
    if size < 1:
        return EMPTY
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node_at(level, first >> level)
    middle = first + _split(size)
    return node(over(first, middle, node_at), over(middle, end, node_at))


def inclusion(index: int, size: int, node_at: NodeAt) -> list[Step]:
    """The path from a leaf to the root over the first `size` leaves, the nearest hash first."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} does not lie in a tree of {size}")
    path: list[Step] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            path.append(Step("right", over(middle, end, node_at)))
            end = middle
        else:
            path.append(Step("left", over(first, middle, node_at)))
            first = middle
    return path[::-1]


def climbed(leaf: bytes, path: Sequence[Step]) -> bytes:
    """The root that a leaf and its path lead to."""
    for step in path:
        leaf = node(step.hash, leaf) if step.side == "left" else node(leaf, step.hash)
    return leaf


def growth(old: int, new: int, node_at: NodeAt) -> list[bytes]:
    """The proof that the tree of `old` leaves is the beginning of that of `new` (RFC 6962, 2.1.2)."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {new} does not grow from one of {old}")
    path: list[bytes] = []
    first, end, whole = 0, new, True
    while old != end:
        middle = first + _split(end - first)
        if old <= middle:
            path.append(over(middle, end, node_at))
            end = middle
        else:
            path.append(over(first, middle, node_at))
            first, whole = middle, False
    if not whole:
        path.append(over(first, end, node_at))
    return path[::-1]


def grew(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path proves it (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    hashes = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not hashes:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    left = right = hashes[0]
    for step in hashes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            left, right = node(step, left), node(step, right)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            right = node(right, step)
        at, last = at >> 1, last >> 1
    return last == 0 and left == old_root and right == new_root


def completed(index: int, leaf: bytes, node_at: NodeAt) -> list[bytes]:
    """The full subtrees that end with this leaf, the leaf itself first: what the tree gains when it is added."""
    gained, level = [leaf], 0
    while index >> level & 1:
        gained.append(node(node_at(level, (index >> level) - 1), gained[-1]))
        level += 1
    return gained
