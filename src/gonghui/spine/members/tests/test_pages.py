"""The pages of the roster: what is masked, what is written down when somebody looks, where two unions meet."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from gonghui.core.actor import Actor
from gonghui.core.models import Access
from gonghui.spine.members import actions
from gonghui.spine.members.models import Consent, Membership, Person, Transfer
from gonghui.spine.members.tests.builders import JUNE, MARCH, TODAY, a_keeper, a_member, a_paper
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.tests.builders import Federation, an_actor
from gonghui.web.models import Account
from gonghui.web.tests.builders import signed_in
from gonghui.web.today import waiting_for

ACTING: dict[int, Actor] = {}
NAME = "欧阳示例"


def acting(get_response: Callable) -> Callable:
    """Middleware of these tests: the account acts as the test said."""

    def respond(request):
        request.actor = ACTING.get(request.user.pk)
        return get_response(request)

    return respond


SignIn = Callable[..., Client]


@pytest.fixture
def sign_in(federation: Federation, settings) -> SignIn:
    """A client acting in a role at an organisation."""
    settings.MIDDLEWARE = [
        f"{__name__}.acting" if name.endswith("project.middleware.actor") else name for name in settings.MIDDLEWARE
    ]

    def signed(organisation: Organisation, role: str = "member_officer", seconds_ago: float = 0) -> Client:
        account = Account.objects.create_user(f"person{Account.objects.count()}", "an old long password", name="员")
        actor = an_actor(role, organisation)
        ACTING[account.pk] = Actor(**{**actor.__dict__, "account_id": account.pk})
        return signed_in(account, seconds_ago=seconds_ago)

    return signed


def text(client: Client, url: str, **typed: str) -> str:
    return (client.post(url, typed) if typed else client.get(url)).content.decode()


def test_the_list_masks_names_and_the_page_papers(federation: Federation, sign_in: SignIn) -> None:
    person = a_member(federation.first, name=NAME, card="9990000000000003", address="示例区示例路1号")
    client = sign_in(federation.first)
    listed = text(client, "/members/")
    assert NAME not in listed
    assert "欧**例" in listed
    opened = text(client, f"/members/{person.public_id}/")
    for secret in (person.paper, "10012345678", "9990000000000003", "示例区示例路1号"):
        assert secret not in opened
    assert NAME in opened
    assert "100****5678" in opened
    assert Access.objects.get(what="members.member_opened").subject_id == person.pk


def test_a_value_is_shown_once_for_a_reason_that_is_written_down(federation: Federation, sign_in: SignIn) -> None:
    person = a_member(federation.first)
    client, url = sign_in(federation.first), f"/members/{person.public_id}/step/"
    assert person.paper not in text(client, url, step="show", value="paper", why="")
    assert person.paper in text(client, url, step="show", value="paper", why="办理会员证")
    assert Access.objects.get(what="members.value_shown").why == "paper: 办理会员证"
    assert person.paper not in text(client, f"/members/{person.public_id}/")
    late = sign_in(federation.first, seconds_ago=3600)
    asked = late.post(url, {"step": "show", "value": "paper", "why": "办理会员证"})
    assert asked.status_code == 302, "password or factor first"
    leader = sign_in(federation.first, "unit_lead")
    assert leader.post(url, {"step": "show", "value": "paper", "why": "想看看"}).status_code == 403


def test_a_search_by_name_initials_or_number_leaves_no_name_in_an_address(
    federation: Federation, sign_in: SignIn
) -> None:
    person, other = a_member(federation.first, name=NAME), a_member(federation.first, name="李样本")
    client = sign_in(federation.first)
    for words in ("欧阳", "示例", "oysl", person.number, person.paper):
        sent = client.post("/lists/members/search/", {"q": words})
        assert words not in sent["Location"]
        found = text(client, sent["Location"])
        assert person.number in found
        assert other.number not in found, words
    phone = client.post("/lists/members/search/", {"q": "10012345678"})
    assert other.number in text(client, phone["Location"])


def test_who_is_out_of_sight_is_absent(federation: Federation, sign_in: SignIn) -> None:
    person = a_member(federation.first)
    stranger = sign_in(federation.third)
    assert person.number not in text(stranger, "/members/")
    for word in ("", "change/", "certificate/", "step/"):
        assert stranger.get(f"/members/{person.public_id}/{word}").status_code == 404
    assert sign_in(federation.first, "statistician").get("/members/").status_code == 403


def test_somebody_is_admitted_corrected_and_leaves_by_the_pages(federation: Federation, sign_in: SignIn) -> None:
    client, number = sign_in(federation.first), a_paper()
    form = {"organisation": federation.first.code, "name": NAME, "paper_kind": "resident", "paper": number}
    form |= {"form": "employed", "admitted_on": "2020-06-01", "phone": "10012345678"}
    assert "同意" in text(client, "/members/new/", **form)
    assert not Person.objects.exists()
    assert client.post("/members/new/", {**form, "consents": "on"}).status_code == 302
    person = Person.objects.get()
    url = f"/members/{person.public_id}/"
    change = {"name": "欧阳范例", "paper_kind": "resident", "form": "platform", "consents": "on"}
    assert client.post(f"{url}change/", change).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.form, person.phone, person.paper) == ("欧阳范例", "platform", "10012345678", number)
    assert NAME not in text(client, f"{url}certificate/")
    assert "欧阳范例" in text(client, f"{url}certificate/")
    assert client.post(f"{url}step/", {"step": "withdraw_consent", "purpose": "roster"}).status_code == 302
    assert Consent.objects.get().withdrawn_on is not None
    assert 'name="on"' in text(client, f"{url}?step=exit")
    assert client.post(f"{url}step/", {"step": "exit", "on": "2020-07-01"}).status_code == 302
    assert Membership.objects.get().last_on == date(2020, 7, 1)


def test_two_unions_shake_hands_and_the_asking_one_learns_no_name_before(
    federation: Federation, sign_in: SignIn
) -> None:
    person = a_member(federation.first, name=NAME)
    ours, theirs = sign_in(federation.third), sign_in(federation.first)
    refused = text(ours, "/members/check/", paper_kind="resident", paper=person.paper)
    assert "须有本人同意" in refused
    answer = text(ours, "/members/check/", paper_kind="resident", paper=person.paper, consents="on")
    assert "需办理转会" in answer
    for secret in (federation.first.name, federation.first.code, NAME, person.number):
        assert secret not in answer
    [token] = re.findall(r'name="token" value="([^"]+)"', answer)
    sent = ours.post("/members/check/", {"step": "ask", "token": token, "target": federation.third.code})
    transfer = Transfer.objects.get()
    assert sent["Location"] == f"/members/transfers/{transfer.public_id}/"
    for page in ("/members/transfers/", sent["Location"]):
        assert federation.first.name not in text(ours, page)
        assert federation.first.name in text(theirs, page)
    assert [item.state for item in waiting_for(ACTING[Account.objects.get(username="person1").pk])] == [
        "待我方确认转出"
    ]
    assert theirs.post(sent["Location"], {"step": "release"}).status_code == 302
    assert federation.first.name in text(ours, sent["Location"])
    assert ours.post(sent["Location"], {"step": "receive"}).status_code == 302
    assert Person.objects.get().organisation == federation.third
    stranger = sign_in(federation.second)
    assert stranger.get(sent["Location"]).status_code == 404
    forged = ours.post("/members/check/", {"step": "ask", "token": token[:-2], "target": federation.third.code})
    assert forged.status_code == 422


def test_the_difference_of_two_days_adds_up_and_opens_to_its_people(federation: Federation, sign_in: SignIn) -> None:
    keeper = a_keeper(federation.city)
    old, gone, new = (
        a_member(federation.first, admitted_on=day) for day in (date(2019, 3, 1), date(2019, 5, 1), MARCH)
    )
    actions.turn_member(gone, "exit", by=keeper, on=TODAY, day=JUNE)
    [sent] = actions.ask_transfers([old], federation.third, by=a_keeper(federation.third), on=MARCH)
    for day in (date(2020, 3, 3), date(2020, 3, 4)):
        actions.turn_transfer(sent, "release" if day.day == 3 else "receive", by=keeper, on=day)
    shown = text(sign_in(federation.chaoyang), "/members/changes/?first=2020-01-01&last=2020-06-30")
    numbers = [int(one) for one in re.findall(r'class="right num">(?:<strong>)?(-?\d+)', shown)]
    assert numbers[:8] == [2, 1, 0, 1, 1, 0, 1, -1]
    url = re.findall(r'href="(/members/\?list=admitted[^"]+)"', shown)[0].replace("&amp;", "&")
    listed = text(sign_in(federation.chaoyang), url)
    assert new.number in listed
    assert gone.number not in listed


def test_each_part_of_the_new_members_opens_to_its_own_rows(sign_in, federation: Federation) -> None:
    keeper = a_keeper(federation.chaoyang)
    own = a_member(federation.first, form="platform")
    gone = a_member(federation.second)
    elsewhere = a_member(federation.catering, form="dispatched")
    actions.turn_member(gone, "exit", by=keeper, on=TODAY, day=date(2020, 6, 1))
    client = sign_in(federation.chaoyang)
    shown = text(client, "/members/changes/?first=2020-01-01&last=2020-06-30")
    parts = re.findall(r'<a href="(/members/\?list=(\w+)[^"]*part=([a-z]+)%3A([^"]+))">(\d+)</a>', shown)
    counted = {(which, key, part): int(many) for _url, which, key, part, many in parts}
    assert counted["admitted", "form", "platform"] == 1
    assert counted["admitted", "unit", str(federation.wangjing.pk)] == 2
    assert counted["left", "unit", str(federation.wangjing.pk)] == 1
    assert counted["admitted", "band", "none"] == 3
    for url, _which, _key, _part, many in parts:
        listed = text(client, url.replace("&amp;", "&"))
        assert sum(one.number in listed for one in (own, gone, elsewhere)) == int(many), url


def test_members_are_found_in_the_palette_within_the_scope_and_masked(sign_in, federation: Federation) -> None:
    here, elsewhere = a_member(federation.first, name="欧阳小娜"), a_member(federation.third, name="欧阳大山")
    client = sign_in(federation.chaoyang)
    for words in ("欧阳", "oyxn", here.number, here.paper, "小娜"):
        shown = client.post("/search/", {"q": words}, HTTP_HX_REQUEST="true").content.decode()
        assert here.number in shown, words
        assert "欧**娜" in shown
        assert elsewhere.number not in shown
        assert "欧阳小娜" not in shown
        assert f"/members/{here.public_id}/" in shown
