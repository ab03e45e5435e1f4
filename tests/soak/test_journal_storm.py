"""The journal under a storm: writers, a bulk writer, a folder that is killed, cuts; then everything is recounted."""

import random
import signal
import time
from datetime import date

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from gonghui.core import rollup
from gonghui.core.figures import Ask, answer
from gonghui.core.journal import last_position, watermark
from gonghui.core.period import Period
from gonghui.core.seals import sealing, verify
from tests.storm import SPAWN, Storm, begun, fold, raging, seal, storm, write, write_bulk

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]


def _address() -> str:
    """The test database, for the processes of the storm."""
    words = connection.settings_dict
    parts = {"dbname": words["NAME"], "user": words["USER"], "password": words["PASSWORD"], "host": words["HOST"]}
    return make_conninfo("", **{name: value for name, value in parts.items() if value}, port=words["PORT"] or None)


def test_nothing_slips_under_a_cut_in_a_minute_of_storm() -> None:
    seen = storm(_address(), cuts=100_000, seconds=60)
    assert seen.cuts > 100
    assert seen.slipped == 0
    assert seen.differences == 0
    assert seen.folds > 10


def test_a_folder_killed_at_any_moment_counts_nothing_twice_and_misses_nothing() -> None:
    draw, address, seen = random.Random(4), _address(), Storm()
    with raging(address, [write, write, write_bulk], seen):
        for _ in range(12):
            ended, told = SPAWN.Event(), SPAWN.Queue()
            folder = begun(fold, address, 0, ended, told)
            before, until = rollup.position(), time.monotonic() + 20
            while rollup.position() == before and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(draw.random() * 0.2)
            folder.kill()
            folder.join(30)
            assert folder.exitcode == -signal.SIGKILL
            assert rollup.position() <= watermark()
    _wait_for_the_dead()
    assert rollup.recount() == []
    rollup.fold_all()
    assert rollup.position() == last_position()
    assert rollup.recount() == []


def test_a_sealer_killed_at_any_moment_leaves_whole_blocks_and_seals_nothing_twice() -> None:
    draw, address, seen = random.Random(6), _address(), Storm()
    with raging(address, [write, write, write_bulk], seen):
        for _ in range(12):
            ended, told = SPAWN.Event(), SPAWN.Queue()
            sealer = begun(seal, address, 0, ended, told)
            before, until = sealing.head().number, time.monotonic() + 20
            while sealing.head().number == before and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(draw.random() * 0.2)
            sealer.kill()
            sealer.join(30)
            assert sealer.exitcode == -signal.SIGKILL
    _wait_for_the_dead()
    assert verify.verify().ok
    sealing.seal_all()
    verdict = verify.verify()
    assert (verdict.ok, verdict.unsealed, verdict.entries) == (True, 0, seen.written)


def _wait_for_the_dead() -> None:
    """The server has noticed that the killed folders are gone and let their transactions go."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("select 1 from core_foldposition for update skip locked")
            if cursor.fetchone():
                return
        time.sleep(0.1)
    raise AssertionError("the fold position is still locked")


def test_figures_read_in_the_storm_never_fall_between_fold_and_rows() -> None:
    """Only writers that add one: what is read beside fold and writers never goes back, at no moment."""
    from gonghui.core.figures import FIGURES, Figure, count
    from gonghui.reports.facts import FigureReturned

    figure = Figure("soak.entries", "soak", "件", "flow", "soak", count(FigureReturned))
    del FIGURES[figure.name]
    ask, seen, values = Ask(figure, "/1/", Period(date(2019, 1, 1), date(2022, 12, 31))), Storm(), [0]
    with raging(_address(), [write_bulk, write_bulk, fold, fold], seen):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            values.append(answer([ask])[0].recorded[0])
    assert values == sorted(values)
    assert len(set(values)) > 20
    assert answer([ask])[0].recorded[0] == seen.written
