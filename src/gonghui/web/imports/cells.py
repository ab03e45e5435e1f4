"""Cells as people name them: B7 is row 7 and column 1."""

import re

_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def letter(index: int) -> str:
    """The letters of a column, A for 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place(row: int, index: int) -> str:
    """The cell as people name it: row counted from 1, column from 0."""
    return f"{letter(index)}{row}"


def index_of(letters: str) -> int:
    """The column of its letters, 0 for A."""
    number = 0
    for sign in letters:
        number = number * 26 + ord(sign) - 64
    return number - 1


def placed(cell: str) -> tuple[int, int] | None:
    """Row (from 1) and column (from 0) of a named cell."""
    match = _PLACE.fullmatch(cell)
    return (int(match[2]), index_of(match[1])) if match else None
