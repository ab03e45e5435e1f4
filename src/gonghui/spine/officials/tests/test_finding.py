"""What search finds of social workers, in the actor's reach, without giving a name or a number away."""

import pytest
from django.urls import get_resolver, reverse

from gonghui.core.actor import Actor
from gonghui.spine.officials.models import SocialWorker
from gonghui.spine.officials.tests import worker_builders as made
from gonghui.spine.officials.tests.builders import an_official
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.palette import Found, shelves

pytestmark = pytest.mark.django_db
NAME, NUMBER = "欧阳示例", "SECRET-4321"
SHELVES = {"专职社工", "社工岗位", "社工证书"}


@pytest.fixture
def worker(federation: Federation) -> SocialWorker:
    return made.on_post(made.a_position(federation.wangjing), name=NAME, worker_no="s0417")


def hits(actor: Actor, words: str) -> dict[str, list[Found]]:
    assert get_resolver().url_patterns, "every shelf registers itself with its pages"
    return {shelf.label: list(shelf.found) for shelf in shelves(actor, words) if shelf.label in SHELVES}


def test_a_social_worker_is_found_by_number_and_whole_name_and_stays_masked(
    federation: Federation, worker: SocialWorker
) -> None:
    hr = an_official("hr_officer", federation.chaoyang)
    there = reverse("social_worker", args=[worker.public_id])
    for words in ("S0417", "s04", "0417", NAME, f"望京 {NAME}", "S0417 望京街道", f"{NAME} wj"):
        [hit] = hits(hr, words)["专职社工"]
        assert hit.url == there, words
        assert hit.title == "S0417 欧**例"
        assert NAME not in hit.title + hit.note
    for words in ("欧阳", "欧", "示例", "oysl", "17", f"三里屯 {NAME}"):
        assert "专职社工" not in hits(hr, words), words


def test_positions_are_found_by_number(federation: Federation, worker: SocialWorker) -> None:
    hr = an_official("hr_officer", federation.chaoyang)
    position = worker.spells.get().position
    [hit] = hits(hr, position.post_no.lower())["社工岗位"]
    assert (hit.title, hit.url) == (position.post_no, reverse("position", args=[position.public_id]))


def test_a_certificate_is_found_by_its_whole_number_by_who_may_open_numbers(
    federation: Federation, worker: SocialWorker
) -> None:
    certificate = made.a_certificate(worker, number=NUMBER)
    hr, auditor = (an_official(role, federation.chaoyang) for role in ("hr_officer", "auditor"))
    for words in (NUMBER, NUMBER.lower()):
        [hit] = hits(hr, words)["社工证书"]
        assert hit.url == reverse("certificate", args=[certificate.public_id])
        assert NUMBER not in hit.title + hit.note
        assert NAME not in hit.title + hit.note
    assert "社工证书" not in hits(hr, NUMBER[:-1])
    assert hits(auditor, NUMBER) == {}, "sees whose certificate it is, not its number"
    assert hits(auditor, "S0417")["专职社工"]


def test_strangers_and_those_without_the_power_find_nothing(federation: Federation, worker: SocialWorker) -> None:
    made.a_certificate(worker, number=NUMBER)
    words = (NAME, "S0417", NUMBER, worker.spells.get().position.post_no)
    for actor in (an_official("hr_officer", federation.haidian), an_official("statistician", federation.chaoyang)):
        assert [hits(actor, one) for one in words] == [{}] * len(words)
