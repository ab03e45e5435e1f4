"""The pages of the tree and of the set-up desk: who sees what, what is absent, what a form leads to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from gonghui.core import clock, codes
from gonghui.core.actor import SYSTEM, Actor
from gonghui.spine.organisations import actions, console  # noqa: F401  (registers search and waiting)
from gonghui.spine.organisations.models import Organisation, SetUp
from gonghui.spine.organisations.tests.builders import (
    JUNE,
    MARCH,
    Federation,
    a_preparing_set_up,
    a_set_up,
    an_actor,
    an_elected_set_up,
    an_employer,
    found,
)
from gonghui.web.models import Account
from gonghui.web.palette import shelves
from gonghui.web.tests.builders import signed_in
from gonghui.web.today import waiting_for

ACTING: dict[int, Actor] = {}


def acting(get_response: Callable) -> Callable:
    """Middleware of these tests: the account acts as the test said."""

    def respond(request):
        request.actor = ACTING.get(request.user.pk)
        return get_response(request)

    return respond


SignIn = Callable[[str, Organisation], Client]


@pytest.fixture
def sign_in(federation: Federation, settings) -> SignIn:
    """A client acting in a role at an organisation."""
    settings.MIDDLEWARE = [
        f"{__name__}.acting" if name.endswith("project.middleware.actor") else name for name in settings.MIDDLEWARE
    ]
    ACTING.clear()

    def enter(role: str, place: Organisation) -> Client:
        account = Account.objects.create_user(f"{role}.{Account.objects.count()}")
        actor = an_actor(role, place, number=account.pk)
        ACTING[account.pk] = Actor(**{**actor.__dict__, "account_id": account.pk})
        return signed_in(account)

    return enter


def url_of(one: Organisation, *more: str) -> str:
    return "/".join(["/organisations", one.code, *more, ""])


def test_the_tree_starts_at_the_readers_own_organisation(federation: Federation, sign_in: SignIn) -> None:
    page = sign_in("statistician", federation.chaoyang).get("/organisations/").content.decode()
    assert "望京街道总工会" in page
    assert "餐饮行业工会联合会" in page
    assert "海淀" not in page
    assert "示例一号" not in page


def test_a_node_opens_its_own_level_only(federation: Federation, sign_in: SignIn) -> None:
    page = sign_in("statistician", federation.city).get(url_of(federation.chaoyang, "below")).content.decode()
    assert "望京街道总工会" in page
    assert "示例一号" not in page


def test_a_long_level_is_listed_a_page_at_a_time(federation: Federation, sign_in: SignIn) -> None:
    for number in range(70):
        found(f"企业{number:03d}工会", "base", federation.wangjing)
    client = sign_in("statistician", federation.chaoyang)
    page = client.get(url_of(federation.wangjing, "below"))
    assert page.content.decode().count("<li data-row>") == 60
    after = page.context["page"].next
    assert client.get(f"{url_of(federation.wangjing, 'below')}?{after}").content.decode().count("<li data-row>") == 12


@pytest.mark.parametrize("words", ["望京", "wjjd", "110105-TO"])
def test_the_search_finds_names_initials_and_codes_in_scope(
    federation: Federation, sign_in: SignIn, words: str
) -> None:
    inside = sign_in("statistician", federation.chaoyang).get(f"/organisations/?q={words}").content.decode()
    outside = sign_in("statistician", federation.haidian).get(f"/organisations/?q={words}").content.decode()
    assert "望京街道总工会" in inside
    assert "望京街道总工会" not in outside


def test_out_of_sight_is_absent_and_a_missing_power_is_refused(federation: Federation, sign_in: SignIn) -> None:
    client = sign_in("statistician", federation.haidian)
    known = client.get(url_of(federation.wangjing))
    unknown = client.get("/organisations/110105-TO-99999-0/")
    assert known.status_code == unknown.status_code == 404
    assert sign_in("statistician", federation.chaoyang).get(url_of(federation.wangjing)).status_code == 200
    for path in ("/organisations/new/", url_of(federation.wangjing, "change"), "/set-ups/", "/set-ups/new/"):
        assert sign_in("statistician", federation.chaoyang).get(path).status_code == 403, path
    assert sign_in("system_admin", federation.city).get("/organisations/").status_code == 403


def test_an_organisations_page_says_where_it_stands_and_what_happened(federation: Federation, sign_in: SignIn) -> None:
    page = sign_in("org_officer", federation.chaoyang).get(url_of(federation.first)).content.decode()
    for words in ("110105-BA-00001", "朝阳区总工会", "望京街道总工会", "组织建立", "变更"):
        assert words in page
    assert f'href="{url_of(federation.city)}"' not in page


def test_founding_by_the_form(federation: Federation, sign_in: SignIn) -> None:
    client = sign_in("org_officer", federation.chaoyang)
    typed = {"level": "base", "superior": federation.wangjing.code, "name": "新企业工会", "on": clock.today()}
    response = client.post("/organisations/new/", typed)
    made = Organisation.objects.get(name="新企业工会")
    assert response.headers["Location"] == url_of(made)
    assert made.parent_id == federation.wangjing.id


def test_a_refusal_keeps_what_was_typed(federation: Federation, sign_in: SignIn) -> None:
    client = sign_in("org_officer", federation.chaoyang)
    typed = {"level": "district", "superior": federation.wangjing.code, "name": "错放的工会", "on": clock.today()}
    response = client.post("/organisations/new/", typed)
    assert response.status_code == 422
    assert "不能隶属于" in response.content.decode()
    assert "错放的工会" in response.content.decode()


@pytest.mark.parametrize("superior", ["110108-TO-00001-9", "中关村街道总工会", "没有的工会"])
def test_a_superior_out_of_sight_cannot_be_named(federation: Federation, sign_in: SignIn, superior: str) -> None:
    typed = {"level": "base", "superior": superior, "name": "新企业工会", "on": clock.today()}
    page = sign_in("org_officer", federation.chaoyang).post("/organisations/new/", typed).content.decode()
    assert "您的范围内没有" in page
    assert not Organisation.objects.filter(name="新企业工会").exists()


def test_changes_go_through_their_own_addresses(federation: Federation, sign_in: SignIn) -> None:
    client = sign_in("org_officer", federation.chaoyang)
    today = clock.today()
    client.post(url_of(federation.first, "change", "rename"), {"name": "改名工会", "on": today})
    client.post(url_of(federation.first, "change", "move"), {"to": federation.catering.code, "on": today})
    client.post(url_of(federation.first, "change", "secondary"), {"superior": federation.wangjing.code, "on": today})
    federation.first.refresh_from_db()
    assert federation.first.name == "改名工会"
    assert federation.first.parent_id == federation.catering.id
    assert federation.first.secondary_id == federation.wangjing.id
    client.post(url_of(federation.first, "change", "close"), {"on": today})
    federation.first.refresh_from_db()
    assert not federation.first.is_active


def test_a_refused_change_goes_back_to_its_form_with_the_reason(federation: Federation, sign_in: SignIn) -> None:
    client = sign_in("org_officer", federation.chaoyang)
    back = {"next": url_of(federation.wangjing, "change"), "form": "close", "on": clock.today()}
    response = client.post(url_of(federation.wangjing, "change", "close"), back, follow=True)
    assert "还有 2 个下级组织" in response.content.decode()
    tomorrow = clock.today().replace(year=clock.today().year + 1)
    response = client.post(url_of(federation.wangjing, "change", "close"), {**back, "on": tomorrow})
    assert "还没有到" in response.content.decode()


def test_industries_are_edited_by_the_city_alone(federation: Federation, sign_in: SignIn) -> None:
    typed = {"code": "INDU-01", "name": "教育", "order": 1, "is_active": "on"}
    assert sign_in("org_officer", federation.city).post("/organisations/industries/", typed).status_code == 302
    assert sign_in("org_officer", federation.chaoyang).post("/organisations/industries/", typed).status_code == 403
    assert sign_in("statistician", federation.city).post("/organisations/industries/", typed).status_code == 403
    assert "INDU-01" in sign_in("statistician", federation.chaoyang).get("/organisations/industries/").content.decode()


# The set-up desk ----------------------------------------------------------------------------------------------------


def proposal(federation: Federation, **given: object) -> dict[str, object]:
    entry = an_employer()
    return {
        "kind": "base",
        "superior": federation.wangjing.code,
        "name": "示例新工会",
        "on": clock.today(),
        "e-TOTAL_FORMS": 1,
        "e-INITIAL_FORMS": 1,
        "e-0-uscc": entry.uscc,
        "e-0-name": entry.name,
        "e-0-area_code": "110105",
        "e-0-industry_code": "I",
        "e-0-ownership": "private",
        "e-0-employees": 60,
        **given,
    }


def test_a_union_is_set_up_from_the_desk_by_two_people(federation: Federation, sign_in: SignIn) -> None:
    officer, lead = sign_in("org_officer", federation.chaoyang), sign_in("unit_lead", federation.chaoyang)
    today = clock.today()
    response = officer.post("/set-ups/new/", proposal(federation))
    case = SetUp.objects.get()
    url = f"/set-ups/{case.public_id}/"
    assert response.headers["Location"] == url
    lead.post(f"{url}step/", {"step": "approve", "preparers": 3, "approval_no": "1号", "on": today})
    ballot = {"members": 36, "entitled": 36, "attended": 30, "votes": 25, "term_years": 3}
    officer.post(f"{url}step/", {"step": "elect", **ballot, "on": today})
    lead.post(f"{url}step/", {"step": "establish", "establishment_no": "2号", "on": today})
    case.refresh_from_db()
    assert case.state == "established"
    page = lead.get(url).content.decode()
    assert "须到 24 人，须得 19 票" in page
    assert case.union is not None
    assert case.union.code in lead.get(url_of(case.union)).content.decode()


def test_a_step_not_allowed_is_shown_with_its_reason(federation: Federation, sign_in: SignIn) -> None:
    case = a_set_up(federation.wangjing)
    page = sign_in("org_officer", federation.chaoyang).get(f"/set-ups/{case.public_id}/").content.decode()
    assert 'aria-disabled="true"' in page
    assert "您现在的岗位没有这项权限" in page


def test_a_refused_step_stays_on_the_case_with_what_was_typed(federation: Federation, sign_in: SignIn) -> None:
    case = a_preparing_set_up(federation.wangjing)
    url = f"/set-ups/{case.public_id}/"
    ballot = {"members": 36, "entitled": 36, "attended": 20, "votes": 19, "term_years": 3}
    typed = {"step": "elect", "next": f"{url}?step=elect", **ballot, "on": clock.today()}
    page = sign_in("org_officer", federation.chaoyang).post(f"{url}step/", typed, follow=True).content.decode()
    assert "须有 24 人到会" in page
    assert 'name="attended" value="20"' in page


def test_another_employer_can_be_added_without_losing_what_was_typed(federation: Federation, sign_in: SignIn) -> None:
    client = sign_in("org_officer", federation.chaoyang)
    page = client.post("/set-ups/new/", proposal(federation, kind="joint", more="1")).content.decode()
    assert 'name="e-1-uscc"' in page
    assert "示例新工会" in page
    second = an_employer()
    typed = proposal(federation, kind="joint", **{"e-TOTAL_FORMS": 3, "e-1-uscc": second.uscc, "e-1-name": second.name,
        "e-1-area_code": "110105", "e-1-industry_code": "H", "e-1-ownership": "private", "e-1-employees": 8,
        "e-2-area_code": "110105", "e-2-industry_code": "A", "e-2-ownership": "state"})  # fmt: skip
    client.post("/set-ups/new/", typed)
    assert SetUp.objects.get().employers.count() == 2


def test_a_wrong_employer_code_is_said_beside_the_field(federation: Federation, sign_in: SignIn) -> None:
    client = sign_in("org_officer", federation.chaoyang)
    page = client.post("/set-ups/new/", proposal(federation, **{"e-0-uscc": "91110105MA0000001X"})).content.decode()
    assert "校验位不正确" in page
    union_code = codes.demo_uscc("81", 5)
    assert (
        "是工会的代码"
        in client.post("/set-ups/new/", proposal(federation, **{"e-0-uscc": union_code})).content.decode()
    )


def test_set_ups_of_another_district_are_absent(federation: Federation, sign_in: SignIn) -> None:
    case = a_set_up(federation.wangjing)
    stranger = sign_in("org_officer", federation.haidian)
    assert stranger.get(f"/set-ups/{case.public_id}/").status_code == 404
    assert stranger.post(f"/set-ups/{case.public_id}/step/", {"step": "abandon"}).status_code == 404
    assert case.name not in stranger.get("/set-ups/").content.decode()


def test_what_waits_and_what_search_finds_keep_to_scope_and_power(federation: Federation) -> None:
    prospect, elected = a_set_up(federation.wangjing), an_elected_set_up(federation.wangjing)
    preparing = a_preparing_set_up(federation.zhongguancun)

    def waits(role: str, place: Organisation) -> set[str]:
        return {item.title for item in waiting_for(an_actor(role, place)) if item.url.startswith("/set-ups/")}

    assert waits("unit_lead", federation.chaoyang) == {prospect.name, elected.name}
    assert waits("org_officer", federation.city) == {preparing.name}
    assert waits("statistician", federation.chaoyang) == set()
    found_there = {
        hit.title for shelf in shelves(an_actor("unit_lead", federation.chaoyang), "示例") for hit in shelf.found
    }
    assert prospect.name in found_there
    assert preparing.name not in found_there


def test_a_merger_is_looked_at_before_it_is_done(sign_in, federation):
    client = sign_in("org_officer", federation.city)
    place = f"/organisations/{federation.haidian.code}/merge/"
    words = {"into": federation.chaoyang.code, "on": clock.today().isoformat()}
    look = words | {"look": "1"}
    seen = client.post(place, look).content.decode()
    assert federation.chaoyang.name in seen
    assert Organisation.objects.get(pk=federation.haidian.pk).is_active, "looking changes nothing"
    with_itself = client.post(place, {**look, "into": federation.haidian.code}).content.decode()
    assert "是同一组织或上下级，不能合并" in with_itself
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert "还没有到" in client.post(place, {**look, "on": tomorrow}).content.decode()
    too_early = client.post(place, {**words, "on": "2014-01-01"})
    assert too_early.status_code == 422
    assert "变更日期不能早于这一天" in too_early.content.decode()


def test_who_was_merged_says_what_it_became_and_codes_lead_on(sign_in, federation):
    actions.rename_organisation(federation.haidian, "海淀地区总工会", by=SYSTEM, on=MARCH)
    actions.merge_organisations(federation.haidian, federation.chaoyang, by=SYSTEM, on=JUNE)
    client = sign_in("org_officer", federation.city)
    page = client.get(f"/organisations/{federation.haidian.code}/").content.decode()
    for words in ("已并入", "承继组织", "并入朝阳区总工会", "“海淀区总工会”改称“海淀地区总工会”", "撤回这次变更"):
        assert words in page
    found = client.get("/organisations/", {"q": "海淀区"}).content.decode()
    assert "海淀地区总工会" in found, "a name of then is found"
    dongcheng = found_organisation("东城区总工会", federation)
    led = client.get("/organisations/110103/")
    assert (led.status_code, led["Location"]) == (302, f"/organisations/{dongcheng.code}/")
    typed = client.post(
        f"/organisations/{federation.wangjing.code}/merge/",
        {"into": federation.haidian.code, "on": clock.today().isoformat(), "look": "1"},
    )
    assert "“望京街道总工会”与“朝阳区总工会”是同一组织或上下级" in typed.content.decode(), (
        "the old code stands for 朝阳区"
    )


def test_a_new_organisation_takes_whom_the_form_names(sign_in, federation):
    client = sign_in("org_officer", federation.city)
    place, today = f"/organisations/{federation.wangjing.code}/split/", clock.today().isoformat()
    words = {"name": "望京东街道总工会", "unit": [federation.second.code], "on": today}
    assert "望京东街道总工会" in client.post(place, words | {"look": "1"}).content.decode()
    assert not Organisation.objects.filter(name="望京东街道总工会").exists(), "looking changes nothing"
    sent = client.post(place, words)
    assert sent.status_code == 302
    new = Organisation.objects.get(name="望京东街道总工会")
    assert list(new.children.all()) == [federation.second]
    nobody = client.post(place, {"name": "望京西街道总工会", "on": today})
    assert not Organisation.objects.filter(name="望京西街道总工会").exists()
    assert nobody.status_code == 200


def found_organisation(name: str, federation: Federation) -> Organisation:
    return found(name, "district", federation.city, "110101")
