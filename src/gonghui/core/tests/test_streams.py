"""A sealed stream opens whole and in order, or says where it does not."""

import io
import os
from collections.abc import Callable

import pytest

from gonghui.core import streams
from gonghui.core.errors import Refusal
from gonghui.core.streams import CHUNK, HEAD_BYTES, Opening, Sealing

KEY = bytes(range(32))
THREE = os.urandom(CHUNK) + b"\0" * CHUNK + b"the end"


def sealed(content: bytes, key: bytes = KEY, purpose: str = "tests") -> bytes:
    file = io.BytesIO()
    out = Sealing(file, key, purpose)
    out.write(content[:5])
    out.write(content[5:])
    out.close()
    assert out.written == len(file.getvalue())
    return file.getvalue()


def opened(file: bytes, key: bytes = KEY, purpose: str = "tests") -> bytes:
    source = Opening(io.BytesIO(file), key, purpose)
    return b"".join(iter(lambda: source.read(70_000), b""))


def chunks(file: bytes) -> list[bytes]:
    found, at = [], HEAD_BYTES
    while at < len(file):
        end = at + 4 + int.from_bytes(file[at : at + 4], "big")
        found.append(file[at:end])
        at = end
    return found


@pytest.mark.parametrize("content", [b"", b"x", os.urandom(CHUNK), os.urandom(2 * CHUNK), THREE])
def test_what_was_written_is_read(content: bytes) -> None:
    assert opened(sealed(content)) == content


def test_nothing_readable_stands_in_it_and_no_two_files_share_a_key() -> None:
    one, other = sealed(b"990101198503070017" * 50), sealed(b"990101198503070017" * 50)
    assert b"99010119" not in one
    assert chunks(one) != chunks(other)


def flipped(file: bytes, at: int) -> bytes:
    return file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]


ATTACKS: dict[str, tuple[Callable[[bytes, list[bytes]], bytes], str]] = {
    "cut within a chunk": (lambda file, c: file[:-3], "cut_off"),
    "cut between chunks": (lambda file, c: file[: -len(c[-1])], "cut_off"),
    "the last chunk alone": (lambda file, c: file[:HEAD_BYTES] + c[-1], "altered"),
    "two in each other's place": (lambda file, c: file[:HEAD_BYTES] + c[1] + c[0] + c[2], "altered"),
    "one twice": (lambda file, c: file[:HEAD_BYTES] + c[0] + c[0] + c[1] + c[2], "altered"),
    "one left out": (lambda file, c: file[:HEAD_BYTES] + c[0] + c[2], "altered"),
    "made longer": (lambda file, c: file + c[0], "longer"),
    "a chunk of another file": (lambda file, c: file[:HEAD_BYTES] + c[0] + chunks(sealed(THREE))[1] + c[2], "altered"),
    "another salt": (lambda file, c: flipped(file, HEAD_BYTES - 1), "altered"),
    "another length": (lambda file, c: flipped(file, HEAD_BYTES), "altered"),
    "another title": (lambda file, c: flipped(file, 3), "foreign"),
    "another key's name": (lambda file, c: flipped(file, len(streams.MAGIC)), "other_key"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_is_done_to_it_is_refused(attack: str) -> None:
    file = sealed(THREE)
    spoil, code = ATTACKS[attack]
    with pytest.raises(Refusal) as caught:
        opened(spoil(file, chunks(file)))
    assert caught.value.code == f"streams.{code}"


def test_it_says_in_which_chunk_and_from_which_byte() -> None:
    file = sealed(THREE)
    second = HEAD_BYTES + len(chunks(file)[0])
    with pytest.raises(Refusal) as caught:
        opened(flipped(file, second + 40))
    assert caught.value.params == {"chunk": 2, "at": second}


def test_another_key_or_purpose_does_not_open() -> None:
    for key, purpose in ((bytes(32), "tests"), (KEY, "elsewhere")):
        with pytest.raises(Refusal):
            opened(sealed(b"x"), key, purpose)
