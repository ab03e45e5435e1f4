"""The text of an entry, to the byte; the quick form and the plain one are the same."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.core.seals import canon, note, rows
from gonghui.core.seals.canon import ACCESSES, ENTRIES
from gonghui.core.seals.spans import spans, spelled

SMALL, WHOLE, BIG = (st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (16, 32, 64))
WORDS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30)
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
FACTS = st.dictionaries(WORDS, WORDS | st.booleans(), max_size=4)
SALT = bytes(range(16))


def test_the_text_of_an_entry_is_this_one() -> None:
    text = canon.entry_text(
        entry=17,
        recorded_at=datetime(2020, 8, 10, 9, 30, 0, 1, tzinfo=UTC),
        kind="reports.figure_returned",
        subject_type="reports.line",
        subject_id=2**61 + 1,
        organisation=3,
        path="/1/3/",
        actor=0,
        happened_on=date(2020, 6, 30),
        facts={"part": "", "figure": "hotline.cases_accepted", "first": True},
        quantity=-4,
        amount_fen=0,
        sign=1,
        reverses=None,
        why='a "word"\\\n\x01\x7f报',
    )
    assert text.decode() == (
        '{"actor":0,"amount_fen":0,"entry":17,"facts":{"figure":"hotline.cases_accepted","first":true,"part":""},'
        '"happened_on":"2020-06-30","kind":"reports.figure_returned","organisation":3,"path":"/1/3/","quantity":-4,'
        '"recorded_at":1597051800000001,"reverses":null,"sign":1,"subject_id":2305843009213693953,'
        '"subject_type":"reports.line","why":"a \\"word\\"\\\\\\n\\u0001\x7f报"}'
    )
    assert canon.leaf(SALT, text) == hashlib.sha256(b"\0" + SALT + text).digest()


def test_the_text_of_a_header_is_this_one() -> None:
    text = canon.header_text(
        stream=ENTRIES, number=2, first_id=9, last_id=12, entries=4, root=b"\x01" * 32, previous=b"\x02" * 32
    )
    assert text.decode() == (
        '{"entries":4,"first_id":9,"last_id":12,"number":2,"previous":"' + "02" * 32 + '","root":"' + "01" * 32 + '",'
        '"stream":"entries"}'
    )


@pytest.mark.parametrize("size", [0, 15, 17])
def test_a_salt_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError):
        canon.leaf(bytes(size), b"{}")


def test_the_format_written_down_for_outsiders_is_this_one() -> None:
    page = (Path(__file__).resolve().parents[4] / "docs/decisions/0021-seals.md").read_text()
    example = next(text for text in page.splitlines() if text.startswith('{"actor"'))
    said = json.loads(example)
    facts, day = said.pop("facts"), date.fromisoformat(said.pop("happened_on"))
    instant = canon.EPOCH + timedelta(microseconds=said.pop("recorded_at"))
    assert canon.entry_text(recorded_at=instant, happened_on=day, facts=facts, **said).decode() == example
    assert f"Keys `{' '.join(sorted(json.loads(example)))}`" in page.replace("\n", " ")
    header = canon.header_text(
        stream=ENTRIES, number=1, first_id=1, last_id=1, entries=1, root=bytes(32), previous=bytes(32)
    )
    assert f"the keys `{' '.join(sorted(json.loads(header)))}`" in page.replace("\n", " ")
    begun = page.index("gonghui checkpoint v1\n")
    seven = page[begun:].split("\n\n")[0] + "\n"
    assert note.read_note(seven).text == seven


def copied(value: object) -> bytes:
    """A value as COPY writes it."""
    if value is None:
        return b"\\N"
    if isinstance(value, bytes):
        return b"\\\\x" + value.hex().encode()
    if isinstance(value, datetime):
        micros = canon.microseconds(value)
        return f"{'-' if micros < 0 else ''}{abs(micros) // 10**6}.{abs(micros) % 10**6:06}".encode()
    text = str(value)
    for sign, escaped in (
        ("\\", "\\\\"),
        ("\b", "\\b"),
        ("\f", "\\f"),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("\v", "\\v"),
    ):
        text = text.replace(sign, escaped)
    return text.encode()


def row(*values: object) -> bytes:
    return b"\t".join(map(copied, values)) + b"\n"


@given(
    st.fixed_dictionaries(
        {
            "entry": BIG,
            "recorded_at": INSTANTS | st.just(canon.EPOCH + timedelta(microseconds=5)),
            "kind": WORDS,
            "subject_type": WORDS,
            "subject_id": BIG,
            "organisation": WHOLE,
            "path": WORDS,
            "actor": BIG,
            "happened_on": DAYS,
            "facts": FACTS,
            "quantity": WHOLE,
            "amount_fen": BIG,
            "sign": SMALL,
            "reverses": BIG | st.none(),
            "why": WORDS | st.none(),
        }
    )
)
def test_the_quick_text_of_an_entry_is_the_plain_one(one: dict) -> None:
    names = rows.Names.of([(7, one["kind"])], [(8, one["subject_type"])], [(9, 7, json.dumps(one["facts"]))])
    found = row(
        one["entry"], one["actor"], one["amount_fen"], 9, one["happened_on"], 7, one["organisation"], one["path"],
        one["quantity"], one["recorded_at"], one["reverses"], one["sign"], one["subject_id"], 8, one["why"], SALT,
    )  # fmt: skip
    teller = rows.Teller(ENTRIES, names)
    assert teller.tell(found) == (one["entry"], SALT, canon.entry_text(**one))
    assert teller.hashed([found]) == ([one["entry"]], [canon.leaf(SALT, canon.entry_text(**one))])


@given(
    st.fixed_dictionaries(
        {
            "access": BIG,
            "looked_at": INSTANTS,
            "account": BIG,
            "actor": BIG,
            "role": WORDS,
            "organisation": WHOLE,
            "what": WORDS,
            "subject_type": WORDS,
            "subject_id": BIG,
            "request_id": WORDS,
            "why": WORDS,
        }
    )
)
def test_the_quick_text_of_a_look_is_the_plain_one(one: dict) -> None:
    order = "access account actor looked_at organisation request_id role subject_id subject_type what why"
    found = row(*(one[name] for name in order.split()), SALT)
    assert rows.Teller(ACCESSES, rows.Names()).tell(found) == (one["access"], SALT, canon.access_text(**one))


def test_a_row_with_a_name_that_stands_nowhere_or_twice_is_unreadable() -> None:
    found = row(1, 0, 0, 9, "2020-01-01", 7, 3, "/1/3/", 1, canon.EPOCH, None, 1, 5, 8, None, SALT)
    kinds, types, groups = [(7, "a.b")], [(8, "a.c")], [(9, 7, "{}")]
    assert rows.Teller(ENTRIES, rows.Names.of(kinds, types, groups)).tell(found)[0] == 1
    for wrong in (
        ([(6, "a.b")], types, groups),
        ([(6, "a.b"), (7, "a.b")], types, groups),
        (kinds, [], groups),
        (kinds, types, [(9, 6, "{}")]),
        (kinds, types, [(4, 7, "{}"), (9, 7, "{}")]),
    ):
        with pytest.raises(rows.Unreadable):
            rows.Teller(ENTRIES, rows.Names.of(*wrong)).tell(found)


@pytest.mark.parametrize("day", ["infinity", "0044-03-15 BC", "10000-01-01", "15.03.2020"])
def test_a_day_that_no_calendar_page_has_is_unreadable(day: str) -> None:
    names = rows.Names.of([(7, "a.b")], [(8, "a.c")], [(9, 7, "{}")])
    with pytest.raises(rows.Unreadable):
        rows.Teller(ENTRIES, names).tell(row(1, 0, 0, 9, day, 7, 3, "/", 1, canon.EPOCH, None, 1, 5, 8, None, SALT))


@given(st.sets(st.integers(-50, 400), min_size=1))
def test_spans_spell_the_same_numbers(numbers: set[int]) -> None:
    ids = sorted(n for n in numbers if n >= 0) or [0]
    assert spelled(spans(ids)) == ids


def test_spans_are_written_as_pages_are() -> None:
    assert spans([1, 2, 3, 5, 7, 8]) == "1-3,5,7-8"
    with pytest.raises(ValueError):
        spelled("1-99999999")
