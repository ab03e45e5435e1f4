"""The members' pages of mutual aid on a small phone: whole in the dark, in English, in large type."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from gonghui.spine.members.tests.builders import an_own_account, own_actor
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.models import Account, Language
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import asking, claims
from gonghui.work.mutual_aid.actions.claims import ClaimEntry
from gonghui.work.mutual_aid.models import Settlement
from gonghui.work.mutual_aid.rules.numbers import in_letters
from gonghui.work.mutual_aid.tests.builders import (
    FEBRUARY,
    Money,
    a_card_holder,
    a_row,
    a_table,
    paid,
    received,
    released,
)
from tests.conftest import Walk

HAN = re.compile(r"[\u4e00-\u9fff]")


def wrong_on(walk: Walk, url: str) -> list[str]:
    """What is wrong with a page as it is shown."""
    assert walk.open(url).status == 200, url
    return [f"{url}: {one}" for one in walk.violations()] + [f"{url}: scrolls sideways"] * walk.overflows()


@pytest.mark.browser
def test_aid_is_whole_on_a_phone(
    walk: Walk, transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    federation = Federation()
    actions.keep_shipped_editions(federation.city, on=FEBRUARY)
    Money(federation.city)
    person = a_card_holder(federation.first, 1)
    rows = [a_row(person, fen, 就诊类别="住院", 结算日期="2020-01-20") for fen in ("780.40", "91010.05")]
    paid(released(received(federation.city, a_table(rows))))
    zero, some = Settlement.objects.select_related("piece__file__organisation").order_by("ordered_fen")
    account = an_own_account(person)
    whys = [reverse("my_aid_why", args=[in_letters(one.pk)]) for one in (zero, some)]
    text = reverse("aid_plan", args=["universal"])
    pages = [reverse("my"), reverse("my_affairs"), reverse("my_aid"), *whys, text]
    entry = ClaimEntry(
        person, "universal", FEBRUARY, {"is_inpatient": True, "self_pay1_fen": 864_237}, channel="self", hospital="甲"
    )
    draft = claims.draft_claim(entry, by=own_actor(person), on=FEBRUARY)
    pages += [reverse("my_aid_claim_new", args=["universal"]), reverse("my_aid_claim", args=[draft.public_id])]
    walk.page.set_viewport_size({"width": 360, "height": 780})
    walk.sign_in(account)
    wrong = [one for url in pages for one in wrong_on(walk, url)]
    walk.open(whys[0])
    walk.page.get_by_label("想说的话").fill("请再看看")
    walk.page.get_by_role("button", name="请人工复核").click()
    walk.page.wait_for_url(f"**{whys[0]}")
    asked = asking.asked_of(zero)
    assert asked is not None
    assert asked.words == "请再看看"
    Account.objects.update(language=Language.ENGLISH, larger_text=True)
    walk.page.emulate_media(color_scheme="dark")
    for url in pages:
        wrong += wrong_on(walk, url)
        said = walk.page.locator("main").inner_text()
        for known in (person.organisation.title, person.organisation.name, person.name, "请再看看", "中文", "甲"):
            said = said.replace(known, "")
        if url != text:  # the source of a text is told as it stands
            wrong += [f"{url}: {line}" for line in said.splitlines() if HAN.search(line)]
    assert wrong == []
