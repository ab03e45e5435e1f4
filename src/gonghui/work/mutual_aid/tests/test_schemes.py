"""The schemes as they stand: their worked examples come out, in Python and in SQL, and they say what is assumed."""

from pathlib import Path

import duckdb
import pytest

from gonghui.core import rules
from gonghui.core.rules import batch
from gonghui.work.mutual_aid.rules.plans import PLANS

FOLDER = Path(__file__).parents[1] / "schemes"
SCHEMES = sorted(path for plan in PLANS for path in FOLDER.glob(f"{plan}_[0-9]*.toml"))


def test_all_five_are_there() -> None:
    names = [path.stem.rpartition("_")[0] for path in SCHEMES]
    assert names == ["accident", "critical_illness", "hospital_allowance", "universal", "womens_diseases"]


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_the_worked_examples_come_out_of_sql_too(path: Path) -> None:
    scheme = rules.read(path.read_text(encoding="utf-8"))
    rows = [
        (person, number, *(case[name] for name in scheme.inputs), case[scheme.steps[-1]])
        for person, example in enumerate(scheme.examples)
        for number, case in enumerate(example.cases)
    ]
    kinds = {"whole": "bigint", "yes_no": "boolean", "date": "date"}
    columns = ", ".join(f"{name} {kinds[one.kind]}" for name, one in scheme.inputs.items())
    with duckdb.connect() as connection:
        connection.execute(f"create table cases (person bigint, number bigint, {columns}, wanted bigint)")
        connection.executemany(f"insert into cases values ({', '.join('?' * (len(scheme.inputs) + 3))})", rows)
        found = batch.adjudicate(
            connection, scheme, "cases", keep=["wanted"], per=["person"], order=["number"], show=[scheme.steps[-1]]
        ).fetchall()
    assert sorted(found) == sorted((wanted, None, wanted) for *_, wanted in rows)


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_every_name_a_member_reads_is_in_words_of_both_languages(path: Path) -> None:
    scheme = rules.read(path.read_text(encoding="utf-8"))
    for decision in scheme.decide_all({n: case[n] for n in scheme.inputs} for case in scheme.examples[0].cases):
        chinese, english = scheme.explain(decision), scheme.explain(decision, english=True)
        assert not [line for line in chinese if "_" in line.title + line.formula + line.worked]
        assert not [line for line in english if "_" in line.title + line.formula + line.worked]
        assert all(one.title != other.title for one, other in zip(chinese, english, strict=True))


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_everything_in_a_text_has_a_name_in_both_languages(path: Path) -> None:
    scheme = rules.read(path.read_text(encoding="utf-8"))
    names = (*scheme.inputs, *scheme.parameters, *scheme.steps)
    assert not [name for name in names if scheme.titled(name, english=True) == name]


def test_what_nobody_vouched_for_is_marked() -> None:
    universal = rules.read(SCHEMES[3].read_text(encoding="utf-8"))
    assert universal.defaults == {"inpatient_segments", "outpatient_segments"}
    assert set(universal.parameters) - universal.defaults == {"yearly_cap_fen"}
