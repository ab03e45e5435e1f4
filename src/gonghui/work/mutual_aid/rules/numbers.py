"""How a person's aid is numbered: each settlement and claim begins with the number of its participant.

So different heads are different people, whatever kind of record it is, and a person's records lie together.
"""

import secrets

from gonghui.core.facts import HEAD_BITS as HEAD_BITS

SHARDS = 1_024
"""So many rows hold what is known of all participants' years; one is locked at a time."""
MOST_OF_A_FILE = 1 << 10
"""A file holds at most so many settlements of one person, and there are fewer files than that."""


SIGNS, LONGEST = "0123456789abcdefghijklmnopqrstuvwxyz", 13
"""How addresses write an id, and how long that gets."""


def random_participant() -> int:
    """A participant's number: 42 random bits behind a one."""
    return secrets.randbits(42) | 1 << 42


def settlement_id(participant: int, file: int, place: int) -> int:
    """The id of a person's settlement, the `place`-th of theirs in the file of that ordinal; files count from 1."""
    if not (0 < file < MOST_OF_A_FILE and 0 <= place < MOST_OF_A_FILE):
        raise ValueError("no room for so many files, or settlements of one person")
    return participant << HEAD_BITS | file << 10 | place


def claim_id(participant: int, place: int) -> int:
    """The id of a person's claim, the `place`-th of theirs."""
    if not 0 <= place < MOST_OF_A_FILE:
        raise ValueError("no room for so many claims of one person")
    return participant << HEAD_BITS | place


def in_letters(record: int) -> str:
    """The id of a settlement or claim as its address carries it."""
    out = ""
    while record:
        record, rest = divmod(record, 36)
        out = SIGNS[rest] + out
    return out or "0"


def of_letters(typed: str) -> int | None:
    """The id that an address carries; None where it is none."""
    return int(typed, 36) if 0 < len(typed) <= LONGEST and typed.isascii() and typed.isalnum() else None


def participant_of(record: int) -> int:
    """Whose settlement or claim it is."""
    return record >> HEAD_BITS


def shard_of(participant: int) -> int:
    """Where what is known of the participant's years is kept."""
    return participant % SHARDS
