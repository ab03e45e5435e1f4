"""The pages of social workers: what is masked, what is written down when somebody looks, what lapses ahead."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.test import Client

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.core.models import Access
from gonghui.spine.officials.console.certificates import to_do
from gonghui.spine.officials.models import Certificate, SocialWorker
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.officials.tests import worker_builders as made
from gonghui.spine.officials.tests.builders import a_post, acting
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.tests.builders import signed_in

pytestmark = pytest.mark.django_db
NAME, NUMBER = "欧阳示例", "SECRET-4321"


@pytest.fixture
def worker(federation: Federation) -> SocialWorker:
    return made.on_post(made.a_position(federation.wangjing), name=NAME)


def entered(role: str, federation: Federation) -> tuple[Client, Actor]:
    """A browser in a fresh post of the district, just recognised."""
    post = a_post(role, federation.chaoyang)
    return signed_in(post.account), acting(post)


def test_lists_mask_names_and_the_page_says_who_opened_it(federation: Federation, worker: SocialWorker) -> None:
    client, actor = entered("hr_officer", federation)
    listed = client.get("/social-workers/").content.decode()
    assert NAME not in listed
    assert "欧**例" in listed
    assert NAME in client.get(f"/social-workers/{worker.public_id}/").content.decode()
    look = Access.objects.get(what="officials.worker_opened")
    assert (look.account_id, look.subject_id) == (actor.account_id, worker.pk)


def test_a_number_is_shown_once_for_a_reason_that_is_written_down(federation: Federation, worker: SocialWorker) -> None:
    certificate = made.a_certificate(worker, number=NUMBER)
    client, _actor = entered("hr_officer", federation)
    url = f"/social-workers/certificates/{certificate.public_id}/"
    for page in ("/social-workers/certificates/", url, f"/social-workers/{worker.public_id}/"):
        assert NUMBER not in client.get(page).content.decode()
    assert NUMBER not in client.post(f"{url}step/", {"step": "reveal", "why": ""}).content.decode()
    assert NUMBER in client.post(f"{url}step/", {"step": "reveal", "why": "向发证机关核对"}).content.decode()
    assert Access.objects.get(what="officials.number_shown").why == "向发证机关核对"
    assert NUMBER not in client.get(url).content.decode()


def test_who_is_not_recognised_a_moment_ago_is_asked_again_first(federation: Federation, worker: SocialWorker) -> None:
    certificate = made.a_certificate(worker, number=NUMBER)
    client = Client()
    client.force_login(a_post("hr_officer", federation.chaoyang).account, backend=settings.AUTHENTICATION_BACKENDS[1])
    answer = client.post(
        f"/social-workers/certificates/{certificate.public_id}/step/", {"step": "reveal", "why": "核对"}
    )
    assert answer.status_code == 302
    assert not Access.objects.filter(what="officials.number_shown").exists()


def test_a_certificate_is_verified_by_another_role_on_its_page(federation: Federation, worker: SocialWorker) -> None:
    certificate = made.a_certificate(worker)
    url = f"/social-workers/certificates/{certificate.public_id}/step/"
    hr, _actor = entered("hr_officer", federation)
    assert hr.post(url, {"step": "verify"}).status_code == 403
    verifier, actor = entered("org_officer", federation)
    assert [item.count for item in to_do(actor)] == [1]
    assert verifier.post(url, {"step": "reject", "why_not": ""}).status_code == 422
    assert verifier.post(url, {"step": "verify"}).status_code == 302
    assert Certificate.objects.get(pk=certificate.pk).state == "verified"
    assert to_do(actor) == []


def test_the_page_of_lapses_says_from_which_day_the_share_is_too_low(
    federation: Federation, worker: SocialWorker
) -> None:
    other = made.on_post(made.a_position(federation.wangjing))
    made.verified(made.a_certificate(worker, until=date(2020, 9, 30)))
    made.verified(made.a_certificate(other, until=None, kind="counselling", level="third"))
    third = made.on_post(made.a_position(federation.wangjing))
    made.verified(made.a_certificate(third, until=date(2020, 10, 31)))
    client, actor = entered("hr_officer", federation)
    text = re.sub(r"<[^>]+>|\s", "", client.get("/social-workers/certificates/lapses/").content.decode())
    assert "在岗3人，持证3人，100.0%" in text
    assert "到2021年3月15日剩1/3，33.3%" in text
    assert "从2020年11月1日起不到40%" in text
    ninety = re.sub(r"\s", "", client.get("/social-workers/certificates/lapses/?until=days").content.decode())
    assert "从2020年11月1日起不到40%" in ninety
    assert [item.due for item in to_do(actor)] == [date(2020, 9, 30)]
    assert clock.today() == date(2020, 8, 10)


def test_reminders_are_one_item_for_each_span_and_contracts_have_their_own(federation: Federation) -> None:
    position = made.a_position(federation.wangjing)
    for until in (date(2020, 8, 20), date(2020, 9, 9), date(2020, 9, 10), date(2020, 11, 8), date(2020, 11, 9)):
        made.verified(made.a_certificate(made.on_post(position), until=until))
    made.on_post(position, contract_to=date(2020, 10, 9))
    made.on_post(position, contract_to=date(2020, 10, 10))
    _client, actor = entered("hr_officer", federation)
    assert sorted((item.count, item.due) for item in to_do(actor)) == [
        (1, date(2020, 10, 9)),
        (2, date(2020, 8, 20)),
        (2, date(2020, 9, 10)),
    ]


def test_what_is_typed_wrong_is_said_and_stays(federation: Federation, worker: SocialWorker) -> None:
    client, _actor = entered("hr_officer", federation)
    typed = {
        "step": "certificate",
        "kind_level": "social_work.worker",
        "number": NUMBER,
        "issued_on": "2005-01-01",
        "issuer": "示范市人社局",
        "until": "2022-06-30",
    }
    answer = client.post(f"/social-workers/{worker.public_id}/step/", typed)
    assert answer.status_code == 422
    assert "未满 18 周岁" in answer.content.decode()
    assert "示范市人社局" in answer.content.decode()
    assert NUMBER not in str(dict(client.session))


# Rules --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "masked"), [("王五", "王*"), ("王小五", "王*五"), ("欧阳示例", "欧**例"), ("王", "王*")]
)
def test_names_keep_their_first_and_last(name: str, masked: str) -> None:
    assert rules.masked_name(name) == masked


def test_327_of_820_is_below_40_percent_and_328_is_not() -> None:
    day = date(2020, 8, 10)
    assert rules.Ahead(day, 0, 327, 820).falls_below(40)
    assert not rules.Ahead(day, 0, 328, 820).falls_below(40)


def test_the_share_ahead_falls_the_day_after_a_last_day() -> None:
    day = date(2020, 8, 10)
    last_days = [None, date(2020, 8, 31), date(2020, 8, 31), date(2020, 12, 31), date(2021, 3, 15)]
    found = rules.ahead(last_days, 6, on=day, until=date(2021, 3, 15))
    assert [(one.on, one.losing, one.qualified) for one in found] == [
        (day, 0, 5),
        (date(2020, 9, 1), 2, 3),
        (date(2021, 1, 1), 1, 2),
    ]


def test_winter_ends_in_march_of_this_year_or_the_next() -> None:
    scheme = rules.scheme(date(2020, 8, 10))
    assert scheme.winter_after(date(2020, 8, 10)) == scheme.winter_after(date(2021, 3, 15)) == date(2021, 3, 15)
    assert scheme.winter_after(date(2021, 3, 16)) == date(2022, 3, 15)
