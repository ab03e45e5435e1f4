"""Papers that may name people: taken without a search, sealed on the disk, opened for their own record alone."""

from pathlib import Path

import pytest
from django.conf import settings

from gonghui.core.crypto import Unreadable
from gonghui.core.errors import Refusal
from gonghui.web.papers import keeping
from gonghui.web.papers.keeping import Seal
from gonghui.web.papers.tests.builders import a_pdf, a_picture

LARGEST = 2**20
NUMBER = "990101198503070017"
SEAL = Seal("tests.scan", "one")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)


def a_scan(*words: str) -> keeping.Paper:
    return keeping.checked(a_pdf(*words, compressed=False), "scan.pdf", largest=LARGEST, personal=True)


def test_a_personal_paper_keeps_its_numbers_and_loses_its_author() -> None:
    with_author = a_pdf(NUMBER, compressed=False) + (
        b"9 0 obj\n<< /Author (Somebody) >>\nendobj\ntrailer << /Info 9 0 R >>\n"
    )
    kept = keeping.checked(with_author, "scan.pdf", largest=LARGEST, personal=True)
    assert NUMBER.encode() in kept.content
    assert b"Somebody" not in kept.content
    with pytest.raises(Refusal) as refused:
        keeping.checked(with_author, "scan.pdf", largest=LARGEST)
    assert refused.value.code == "papers.personal"


def test_a_personal_picture_is_redrawn() -> None:
    kept = keeping.checked(a_picture(), "scan.jpg", largest=LARGEST, personal=True)
    assert b"camera" not in kept.content


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"PK\x03\x04", "scan.xlsx", "papers.type"),
        (b"", "scan.pdf", "papers.size"),
        (b"%PDF" + b"x" * LARGEST, "scan.pdf", "papers.size"),
        (b"MZ" + b"\0" * 100, "scan.pdf", "papers.content"),
        (b"%PDF-1.7", "scan.png", "papers.content"),
    ],
)
def test_other_files_are_refused_as_ever(content: bytes, name: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        keeping.checked(content, name, largest=LARGEST, personal=True)
    assert refused.value.code == code


def test_what_lies_on_the_disk_opens_for_its_own_record_alone() -> None:
    paper = a_scan(NUMBER)
    name = keeping.store(paper, seal=SEAL)
    on_disk = (keeping.folder() / name).read_bytes()
    assert NUMBER.encode() not in on_disk
    assert b"PDF" not in on_disk
    assert keeping.kept(name, seal=SEAL) == paper.content
    for other in (Seal("tests.scan", "two"), Seal("tests.other", "one")):
        with pytest.raises(Unreadable):
            keeping.kept(name, seal=other)


@pytest.mark.parametrize("place", [0, 5, 20, -1])
def test_a_changed_file_does_not_open(place: int) -> None:
    name = keeping.store(a_scan("x"), seal=SEAL)
    changed = bytearray((keeping.folder() / name).read_bytes())
    changed[place] ^= 1
    (keeping.folder() / name).write_bytes(changed)
    with pytest.raises(Unreadable):
        keeping.kept(name, seal=SEAL)


@pytest.mark.parametrize("content", [b"", b"g1", b"g1.00000000.", b"\xff\xfe.\x80"])
def test_what_was_never_sealed_does_not_open(content: bytes) -> None:
    (keeping.folder() / "a").write_bytes(content)
    with pytest.raises(Unreadable):
        keeping.kept("a", seal=SEAL)


def test_mutant_a_paper_kept_unsealed_lies_open_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gonghui.core.crypto.seal_bytes", lambda content, **_place: content)
    name = keeping.store(a_scan(NUMBER), seal=SEAL)
    assert NUMBER.encode() in (keeping.folder() / name).read_bytes()
