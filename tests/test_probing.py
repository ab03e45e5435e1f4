"""Whoever tries numbers to learn who is in a union is counted and traced, whichever form they try them on."""

from dataclasses import replace

import pytest

from gonghui.core.models import Access
from gonghui.spine.members.models import Person
from gonghui.spine.members.rules import membership as rules
from tests.world.federation import World

ALLOWED = 3


@pytest.mark.parametrize("form", ["/members/new/", "/members/{own}/change/", "/members/check/"])
def test_trying_numbers_is_limited_and_the_person_sees_it(
    world: World, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = rules.scheme
    monkeypatch.setattr(rules, "scheme", lambda on: replace(scheme(on), checks_an_hour=ALLOWED))
    here, there = world.branches["haidian"], world.branches["chaoyang"]
    client, stranger = world.people["haidian.members"].client(), there.member
    sent = {
        "organisation": here.town.code,
        "name": "张示例",
        "paper_kind": stranger.paper_kind,
        "paper": stranger.paper,
        "form": "employed",
        "admitted_on": "2020-08-03",
        "consents": "on",
    }
    before, people = Access.objects.filter(what="members.checked").count(), Person.objects.count()
    answers = [client.post(form.format(own=here.member.public_id), sent) for _ in range(ALLOWED + 2)]
    looks = Access.objects.filter(what="members.checked").order_by("id")[before:]
    assert [one.subject_id for one in looks] == [stranger.pk] * ALLOWED
    assert "查询太频繁" in answers[-1].content.decode()
    assert "查询太频繁" not in answers[ALLOWED - 1].content.decode()
    assert Person.objects.count() == people
    for answer in answers:
        assert there.town.name not in answer.content.decode()
