"""Keys change while people work: no value is lost, no look-up fails, and keys that are not the site's open nothing."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from gonghui.core import keyring
from gonghui.core.errors import Refusal
from gonghui.project.cli import main
from gonghui.spine.members import actions
from gonghui.spine.members.models import PAPER, Person, paper_index
from gonghui.spine.members.tests.builders import TODAY, a_keeper, a_member, a_paper, an_admission
from gonghui.spine.organisations.tests.builders import Federation


@pytest.fixture
def ring(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A keyring of the test's own; the pause for other processes is short, since all here share one."""
    settings.GONGHUI_KEYRING = tmp_path / "keyring"
    keyring.make(settings.GONGHUI_KEYRING, finding=bytes.fromhex("7e" * 32), first=bytes.fromhex("7e" * 32))
    monkeypatch.setattr(keyring, "SETTLE_SECONDS", 0.2)
    keyring.current(again=True)
    yield settings.GONGHUI_KEYRING
    settings.GONGHUI_KEYRING = None
    keyring._held.ring = None


class Colleague(threading.Thread):
    """Does one thing again and again until told to end; what went wrong is kept."""

    def __init__(self, work: Any, ended: threading.Event) -> None:
        super().__init__()
        self.work, self.ended, self.done, self.fault = work, ended, 0, ""

    def run(self) -> None:
        try:
            while not self.ended.is_set():
                self.work()
                self.done += 1
        except BaseException as error:
            self.fault = repr(error)
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_keys_change_while_some_write_and_others_read(ring: Path, capsys: Any) -> None:
    federation = Federation()
    keeper, papers = a_keeper(federation.first), [a_paper() for _ in range(40)]
    for number in papers:
        a_member(federation.first, paper=number, card="", address="示例路一号")
    written: list[str] = []

    def write() -> None:
        number = a_paper()
        [person] = actions.admit_members([an_admission(federation.first, paper=number)], by=keeper, on=TODAY)
        actions.correct_member(person, an_admission(federation.first, paper=number), by=keeper, on=TODAY)
        written.append(number)

    def read() -> None:
        for number in papers[:10]:
            person = Person.objects.get(paper_index=paper_index("resident", number))
            assert (person.paper, person.phone) == (number, "10012345678")

    ended = threading.Event()
    colleagues = [Colleague(work, ended) for work in (write, write, read, read)]
    for one in colleagues:
        one.start()
    first = keyring.current().newest.id.hex()
    assert main(["keys", "--rotate"]) == 0
    assert f"destroyed: {first}" in capsys.readouterr().out
    ended.set()
    for one in colleagues:
        one.join()
    assert [one.fault for one in colleagues] == [""] * 4
    assert all(one.done for one in colleagues)
    assert sorted(one.paper for one in Person.objects.all()) == sorted(papers + written)
    assert {bytes(one.paper_sealed)[2:6] for one in Person.objects.all()} == {keyring.current().newest.id}
    assert len(keyring.current().keys) == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_waits_for_a_transaction_that_began_under_it(ring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A roster of a hundred thousand is one transaction: its values are seen by nobody until it ends."""
    federation = Federation()
    person = a_member(federation.first)
    number, begun, go_on = person.paper, threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            sealed = PAPER.seal(number, person.public_id)
            connection.cursor().execute("select 1")
            begun.set()
            assert go_on.wait(20)
            Person.objects.filter(pk=person.pk).update(paper_sealed=sealed)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(20)
    keyring.rotate()
    monkeypatch.setattr(keyring, "PATIENCE_SECONDS", 0.3)
    with pytest.raises(Refusal) as caught:
        keyring.retire()
    assert caught.value.code == "keyring.busy"
    go_on.set()
    thread.join()
    monkeypatch.setattr(keyring, "PATIENCE_SECONDS", 20)
    assert len(keyring.retire()) == 1
    assert Person.objects.get(pk=person.pk).paper == number


def made_anew(ring: Path) -> None:
    ring.unlink()
    keyring.make(ring)


SPOILS = {
    "missing": (lambda ring, settings: ring.unlink(), "没有密钥环", "There is no keyring"),
    "broken": (lambda ring, settings: ring.write_text("{}"), "读不出来", "cannot be read"),
    "another master key": (
        lambda ring, settings: setattr(settings, "GONGHUI_MASTER_KEY", "x"),
        "GONGHUI_MASTER_KEY",
        "",
    ),
    "another keyring": (lambda ring, settings: made_anew(ring), "密钥环", "keyring"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("spoil", SPOILS)
def test_server_worker_and_commands_refuse_keys_that_are_not_the_sites(
    ring: Path, settings: Any, spoil: str, capsys: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keyring.check()
    settings.GONGHUI_PROFILE = "production"
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction goes on
    change, chinese, english = SPOILS[spoil]
    change(ring, settings)
    for command in (["serve"], ["worker"], ["keys"], ["keys", "--rotate"], ["backup", "-o", str(tmp_path / "b")]):
        keyring._held.ring = None
        begun = time.monotonic()
        assert main(command) == 1, command
        said = capsys.readouterr().err.strip().splitlines()
        assert chinese in said[0], command
        assert english in said[1], command
        assert said[0] != said[1], command
        assert time.monotonic() - begun < 5
    assert not (tmp_path / "b").exists()
