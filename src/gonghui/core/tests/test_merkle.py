"""Hash trees: the vectors known from Certificate Transparency, and proofs that hold for one tree only."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core.seals import merkle
from gonghui.core.seals.merkle import Step

KNOWN = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
]
LEAVES = [hashlib.sha256(b"\x00" + bytes.fromhex(known)).digest() for known, _ in KNOWN]


def leaves(size: int) -> list[bytes]:
    return [hashlib.sha256(n.to_bytes(4)).digest() for n in range(size)]


def test_roots_are_those_of_the_known_vectors() -> None:
    assert merkle.root([]) == hashlib.sha256(b"").digest()
    assert [merkle.root(LEAVES[: n + 1]).hex() for n in range(8)] == [root for _, root in KNOWN]


def test_paths_are_those_of_the_known_vectors() -> None:
    at = merkle.in_memory(LEAVES)
    assert merkle.inclusion(0, 1, at) == []
    assert [(step.side, step.hash.hex()) for step in merkle.inclusion(0, 8, at)] == [
        ("right", "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
        ("right", "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
        ("right", "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
    ]
    assert [step.hex() for step in merkle.growth(6, 8, at)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@pytest.mark.parametrize("size", range(1, 40))
def test_each_leaf_climbs_to_the_root_and_no_other_leaf_does(size: int) -> None:
    rows = leaves(size)
    at, root = merkle.in_memory(rows), merkle.root(rows)
    assert merkle.over(0, size, at) == root
    for index in range(size):
        path = merkle.inclusion(index, size, at)
        assert merkle.climbed(rows[index], path) == root
        assert merkle.climbed(b"\x01" * 32, path) != root


@pytest.mark.parametrize("new", range(1, 33))
def test_growth_is_proved_from_every_smaller_tree_and_from_no_other(new: int) -> None:
    rows = leaves(new)
    at, root = merkle.in_memory(rows), merkle.root(rows)
    for old in range(1, new + 1):
        path, before = merkle.growth(old, new, at), merkle.root(rows[:old])
        assert merkle.grew(old, before, new, root, path)
        assert not merkle.grew(old, b"\x01" * 32, new, root, path)
        assert not merkle.grew(old, before, new, b"\x01" * 32, path)
        assert not merkle.grew(old, before, new, root, [*path, root])
        assert not path or not merkle.grew(old, before, new, root, path[:-1])


def test_what_lies_outside_the_tree_has_no_proof() -> None:
    at = merkle.in_memory(LEAVES)
    with pytest.raises(ValueError):
        merkle.inclusion(8, 8, at)
    with pytest.raises(ValueError):
        merkle.growth(0, 8, at)
    assert not merkle.grew(0, merkle.EMPTY, 8, merkle.root(LEAVES), [])


@given(st.integers(1, 300), st.randoms())
def test_a_tree_grown_leaf_by_leaf_answers_as_one_made_at_once(size: int, draw) -> None:
    rows = leaves(size)
    kept: dict[tuple[int, int], bytes] = {}
    for index, leaf in enumerate(rows):
        for level, gained in enumerate(merkle.completed(index, leaf, lambda level, n: kept[level, n])):
            kept[level, (index + 1 >> level) - 1] = gained

    def at(level: int, index: int) -> bytes:
        return kept[level, index]

    assert merkle.over(0, size, at) == merkle.root(rows)
    index = draw.randrange(size)
    assert merkle.inclusion(index, size, at) == merkle.inclusion(index, size, merkle.in_memory(rows))


def test_the_side_of_a_step_matters() -> None:
    at = merkle.in_memory(LEAVES)
    path = merkle.inclusion(2, 8, at)
    turned = [Step("left" if step.side == "right" else "right", step.hash) for step in path]
    assert merkle.climbed(LEAVES[2], turned) != merkle.root(LEAVES)
