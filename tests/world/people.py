"""Who holds which post, and who is on the list of social workers."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from gonghui.core.actor import SYSTEM
from gonghui.spine.members import actions as members
from gonghui.spine.members.tests.builders import an_admission, an_own_account, own_actor
from gonghui.spine.officials import actions as officials
from gonghui.spine.officials.actions import CertificateEntry, PositionEntry, WorkerEntry
from gonghui.spine.officials.models import ROLES, CertificateScan
from gonghui.spine.organisations.models import Organisation
from gonghui.web import sessions
from gonghui.web.models import Account, SessionRow
from gonghui.web.papers import keeping
from gonghui.web.papers.tests.builders import a_pdf
from gonghui.web.tests.builders import signed_in
from tests.world.federation import Branch, Person, World
from tests.world.plan import ADMINISTRATORS, APPOINTED, CITY_OFFICES, OFFICES, SUMMER, TODAY

PASSWORD, DAY_SECONDS = "an old long password", 86_400


def appoint_everybody(world: World) -> None:
    for key, organisation in (("city", world.city), ("education", world.education)):
        for word, role in OFFICES.items():
            if organisation.level in ROLES[role].levels:
                _opened(world, f"{key}.{word}", role, organisation, f"示例{key}{word}")
    for word, role in CITY_OFFICES.items():
        _opened(world, f"city.{word}", role, world.city, f"示例city{word}")
    for username, role in ADMINISTRATORS.items():
        _opened(world, username, role, world.city, f"示例{username}")
    for branch in world.branches.values():
        for word, role in OFFICES.items():
            _opened(world, f"{branch.key}.{word}", role, branch.district, branch.marked("员"))
        limited = {"departments": ["财务和经费部"]}
        _opened(world, f"{branch.key}.finance", "figure_owner", branch.district, branch.marked("财"), **limited)
        for word in ("stats", "lead", "review", "org"):
            _opened(world, f"{branch.key}.town.{word}", OFFICES[word], branch.town, branch.marked("街"))
        for word in ("stats", "lead"):
            _opened(world, f"{branch.key}.shop.{word}", OFFICES[word], branch.shop, branch.marked("企"))
        lender = world.people[f"{branch.key}.stats"].post
        assert lender is not None
        colleague = world.people[f"{branch.key}.editor"].account
        officials.delegate(lender, colleague, first_on=TODAY, last_on=date(2020, 8, 20), by=lender.as_actor(), on=TODAY)
    gone = _opened(world, "nobody", "statistician", world.education, "示例离任")
    assert gone.post is not None
    officials.end_post(gone.post, by=world.actor("city.org"), on=SUMMER)
    gone.post = None
    double = _opened(world, "double", "statistician", world.education, "示例两岗")
    officials.appoint(double.account, organisation=world.city, role="auditor", by=SYSTEM, on=APPOINTED)
    double.post = None


def _opened(world: World, username: str, role: str, organisation: Organisation, name: str, **limit: Any) -> Person:
    where = {"organisation": organisation, "role": role, **limit}
    post = officials.open_account(username, name, **where, by=SYSTEM, on=APPOINTED)
    person = world.people[username] = Person(username, role, post.account, post, organisation)
    return person


def sign_in(account: Account) -> str:
    """The key of a session that has just shown its password, and goes on having just shown it.

    Its row is there, as after a first page, and was seen tomorrow: however long the tests run, it has not been idle.
    """
    account.set_password(PASSWORD)
    account.save(update_fields=["password"])
    client, tomorrow = signed_in(account, seconds_ago=-DAY_SECONDS), timezone.now() + timedelta(seconds=DAY_SECONDS)
    session = client.session
    session[sessions.ROW] = SessionRow.objects.create(account=account, began_at=tomorrow, seen_at=tomorrow).pk
    session.save()
    return client.cookies["sessionid"].value


def issue_reset_code(world: World, branch: Branch) -> None:
    post = world.people[f"{branch.key}.audit"].post
    assert post is not None
    branch.reset_code, _half = officials.issue_reset_code(post, by=world.actor("admin.security"), on=TODAY)


def enrol_social_worker(world: World, branch: Branch) -> None:
    """Somebody on post with one certificate verified and one that waits, a scan behind it."""
    hr, verifier = world.actor(f"{branch.key}.hr"), world.actor(f"{branch.key}.org")
    place = PositionEntry(branch.district, f"SG-{branch.key}", "junior", 5, APPOINTED)
    [branch.position] = officials.open_positions([place], by=hr, on=APPOINTED)
    person = WorkerEntry(branch.district, f"S-{branch.key}", branch.marked("社"), date(1990, 1, 1), APPOINTED)
    branch.worker = officials.enrol_and_post(person, branch.position, APPOINTED, by=hr, on=APPOINTED)
    entries = [
        CertificateEntry(
            branch.worker, kind, level, f"{kind}-{branch.key}", date(2016, 6, 1), branch.marked("机关"), until
        )
        for kind, level, until in (("social_work", "worker", date(2022, 6, 30)), ("counselling", "third", None))
    ]
    verified, branch.certificate = officials.submit_certificates(entries, by=hr, on=SUMMER)
    officials.check_certificates([verified], "verify", by=verifier, on=SUMMER)
    paper = keeping.checked(
        a_pdf(f"{branch.canary} {branch.certificate.number}"), "scan.pdf", largest=2**20, personal=True
    )
    officials.add_scans(branch.certificate, [paper], by=hr, on=SUMMER)
    branch.scan = CertificateScan.objects.get(registration__certificate=branch.certificate)


def admit_members(world: World, branch: Branch) -> None:
    """Two members of the town; the membership of one is on its way to the enterprise union."""
    keeper = world.actor(f"{branch.key}.members")
    entries = [
        an_admission(branch.town, name=branch.marked("会"), address=branch.marked("址"), admitted_on=APPOINTED)
        for _ in range(2)
    ]
    branch.member, moving = members.admit_members(entries, by=keeper, on=TODAY)
    [branch.transfer] = members.ask_transfers([moving], branch.shop, by=keeper, on=TODAY)
    branch.own = an_own_account(branch.member)
    oneself = own_actor(branch.member)
    branch.request = members.ask_union(branch.member, "address", branch.marked("新居"), by=oneself, on=TODAY)
