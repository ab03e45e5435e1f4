"""Each page in Chromium: desk and phone, Chinese and English; nothing axe, CSP or the console objects to."""

from collections.abc import Callable

import pytest

from gonghui.core.models import JournalName, Witnessed
from gonghui.reports.models import Comment, Evidence, Line, Round
from gonghui.reports.printing.sealed import filing_entry
from gonghui.spine.funds.models import DuesRow, Fund, Payee, PayeeAccount, Posting, StatementRow
from gonghui.spine.members.models import MemberRequest
from gonghui.spine.members.models import Person as Member
from gonghui.spine.members.rules.papers import masked_address
from gonghui.spine.officials.models import Certificate, SocialWorker
from gonghui.spine.organisations.models import Employer, Industry, Organisation, SetUp
from gonghui.web import palette
from gonghui.web.imports.models import Import, ImportRow
from gonghui.web.models import Account
from tests.browser.conftest import Served
from tests.browser.tour import DESKTOP, PHONE, Tour
from tests.permissions import TABLE
from tests.permissions.row import Row
from tests.test_every_page import address
from tests.world.federation import Branch, Person, World
from tests.world.plan import FORM, H1, OFFICES, PAST

pytestmark = pytest.mark.browser
FILES = {
    "evidence",
    "guide_picture",
    "take_workbook",
    "import_layout",
    "list_export",
    "import_marked",
    "import_step",
    "report_annex_xlsx",
    "report_bridge_xlsx",
    "report_print",
    "open_report_print",
    "entry_proof",
    "checkpoint_file",
    "checkpoint_keys",
    "funds_account_file",
    "funds_export",
    "funds_income_file",
    "funds_opening_layout",
    "funds_batch_file",
    "aid_claim_paper",
    "api:openapi-json",
    "api:checkpoints",
    "api:checkpoint",
    "api:checkpoint_since",
}
"""Addresses that answer with a file."""
FRAGMENTS = {"bell", "progress", "organisation_below"}
"""Addresses that answer with a piece of a page."""
IN_THE_DARK = {
    *("today", "round", "return", "line submitted", "report", "report_figure", "organisations", "set_up", "review"),
    *("search", "keys", "profile", "nowhere", "mfa_list_webauthn"),
    *("account_logout", "account_change_password", "account_reauthenticate", "account_inactive"),
}
"""Pages looked at in the dark as well: the main ones and one's own."""

Where = Callable[[World, Branch], str]


def _report(period: str, rest: str = "", key: str = "district") -> Where:
    return lambda world, branch: f"/reports/{FORM}/{period}/{getattr(branch, key).code}/{rest}"


def _line(state: str) -> Where:
    return lambda world, branch: f"/lines/{branch.lines[state].public_id}/"


def _upload(state: str) -> Where:
    return lambda world, branch: f"/imports/{branch.uploads[state].public_id}/"


def _set_up(state: str, rest: str = "") -> Where:
    return lambda world, branch: f"/set-ups/{branch.set_ups[state].public_id}/{rest}"


def _money(rest: Callable[[Branch], str]) -> Where:
    return lambda world, branch: f"/funds/{branch.district.code}/{rest(branch)}"


MORE: dict[str, tuple[str, Where]] = {
    "nowhere": ("chaoyang.stats", lambda world, branch: "/nowhere/"),
    "forbidden": ("chaoyang.stats", lambda world, branch: "/review/"),
    "refused": ("chaoyang.editor", lambda world, branch: "/reports/?period=2020H3"),
    "no post": ("nobody", lambda world, branch: "/"),
    "two posts": ("double", lambda world, branch: "/officials/post/"),
    "today of the city's reviewer": ("city.review", lambda world, branch: "/"),
    "today of the city's lead": ("city.lead", lambda world, branch: "/"),
    "today of the town's clerk": ("chaoyang.town.stats", lambda world, branch: "/"),
    "today of the system's administrator": ("admin.system", lambda world, branch: "/"),
    "nothing found": (
        "chaoyang.stats",
        lambda world, branch: palette.address(world.people["chaoyang.stats"].account, "zzz"),
    ),
    "round of the city": ("city.review", lambda world, branch: f"/rounds/{world.rounds['h1'].public_id}/"),
    "return to sign": ("chaoyang.lead", lambda world, branch: f"/returns/{branch.answer.public_id}/"),
    "return of the half-year": ("chaoyang.stats", lambda world, branch: f"/returns/{branch.answer.public_id}/"),
    "return seen from above": ("city.review", lambda world, branch: f"/returns/{branch.answer.public_id}/"),
    "print of a full return": ("chaoyang.lead", lambda world, branch: f"/returns/{branch.answer.public_id}/print/"),
    **{
        f"line {state}": ("chaoyang.stats", _line(state))
        for state in ("draft", "refused", "corrected", "correction", "being_corrected", "withdrawn", "sensitive")
    },
    "line submitted": ("city.review", _line("submitted")),
    "review with a line open": (
        "city.review",
        lambda world, branch: f"/review/?line={branch.lines['submitted'].public_id}",
    ),
    "upload faulty": ("chaoyang.stats", _upload("faulty")),
    "upload committed": ("chaoyang.stats", _upload("committed")),
    "report of the city": (
        "city.editor",
        lambda world, branch: f"/reports/{FORM}/{H1.key}/{world.city.code}/",
    ),
    "report filed and moved": ("chaoyang.editor", _report(PAST.key)),
    "figure filed and moved": ("chaoyang.editor", _report(PAST.key, "F53/")),
    "figure that is sensitive": ("city.editor", _report(H1.key, "F42/")),
    "figure of a share": ("chaoyang.editor", _report(H1.key, "F54/")),
    "figure in money": ("city.audit", _report(H1.key, "F36/")),
    "report of a town": ("chaoyang.town.stats", _report(H1.key, key="town")),
    "report to confirm": ("chaoyang.lead", _report(H1.key)),
    "entries that are closed": ("city.audit", _report(H1.key, "F42/entries/")),
    "checkpoint that grew": ("city.audit", lambda world, branch: f"/checkpoints/{world.checkpoint}/?groups=ABCD"),
    "entry of the filing": (
        "city.audit",
        lambda world, branch: f"/journal/{filing_entry(branch.filed)}/",
    ),
    "journal of one kind": ("city.audit", lambda world, branch: "/journal/?kind=reports.figure_returned"),
    **{f"set-up {state}": ("chaoyang.lead", _set_up(state)) for state in ("elected", "established", "abandoned")},
    "set-up preparing": ("chaoyang.org", _set_up("preparing", "?step=elect")),
    "set-up to abandon": ("chaoyang.org", _set_up("preparing", "?step=abandon")),
    "organisation at the base": ("chaoyang.org", lambda world, branch: f"/organisations/{branch.shop.code}/"),
    "organisations found": ("city.org", lambda world, branch: "/organisations/?q=示例"),
    "reports of the city": ("city.editor", lambda world, branch: "/reports/"),
    "order to approve": ("chaoyang.treasurer", _money(lambda branch: f"orders/{branch.order.public_id}/")),
    "batches of the cashier": ("chaoyang.cashier", _money(lambda branch: "batches/")),
    "batch to release": ("chaoyang.releaser", _money(lambda branch: f"batches/{branch.batch.public_id}/")),
    "desk of the cashier": ("chaoyang.cashier", _money(lambda branch: "reconciling/")),
    "statement of the cashier": ("chaoyang.cashier", _money(lambda branch: "statements/?month=2020-08")),
    "movement to match": (
        "chaoyang.accountant",
        _money(lambda branch: f"statements/{branch.statement.public_id}/2/"),
    ),
    "answer to look into": (
        "chaoyang.accountant",
        _money(lambda branch: f"reconciling/{branch.bank_answer.public_id}/"),
    ),
}


def _reader(world: World, row: Row) -> Person | None:
    """Somebody at home in Chaoyang who reads the page, else somebody of the city."""
    if row.signed_in == 200:
        return world.people["chaoyang.stats"]
    if not row.read and not row.signed_in:
        return None
    home = getattr(world.branches["chaoyang"], row.home).path if row.home else ""
    for username in (*(f"chaoyang.{word}" for word in OFFICES), *world.people):
        person = world.people[username]
        sees = not home or row.own or home.startswith(person.path)
        if sees and person.role in row.read and person.post is not None:
            return person
    return None


PAGES = [
    *(name for name, row in TABLE.items() if (row.read and row.answers == 200) or row.signed_in == 200),
    "account_login",
    *MORE,
]
PAGES = [name for name in PAGES if name not in FILES | FRAGMENTS]


def _page(served: Served, name: str) -> tuple[Person | None, str]:
    world, branch = served.world, served.world.branches["chaoyang"]
    if name in MORE:
        username, where = MORE[name]
        return world.people[username], where(world, branch)
    row = TABLE[name]
    return _reader(world, row), address(name, row, world, branch)


@pytest.fixture(scope="module")
def data(served: Served) -> set[str]:
    """What people wrote, and names: it stands on English pages as it was written."""
    found = {"中文", "是"}  # the other language's own name; what a workbook's column takes for yes
    for rows in (
        Organisation.objects.values_list("name", "short_name"),
        Account.objects.values_list("name"),
        SetUp.objects.values_list("name", "approval_no", "establishment_no"),
        Employer.objects.values_list("name"),
        Industry.objects.values_list("name"),
        Round.objects.values_list("title"),
        Line.objects.values_list("note", "reason", "refusal"),
        Comment.objects.values_list("text"),
        Evidence.objects.values_list("original_name"),
        Import.objects.values_list("original_name"),
        Witnessed.objects.values_list("origin", "given_by"),
        JournalName.objects.values_list("federation"),
        SocialWorker.objects.values_list("name"),
        ((one.masked_name,) for one in SocialWorker.objects.all()),
        ((one.name, one.masked_name, masked_address(one.address)) for one in Member.objects.all()),
        ((one.value,) for one in MemberRequest.objects.all()),
        Certificate.objects.values_list("issuer"),
        Fund.objects.values_list("name"),
        DuesRow.objects.values_list("name"),
        Payee.objects.values_list("name"),
        PayeeAccount.objects.values_list("bank"),
        StatementRow.objects.values_list("counterparty", "remark"),
        Posting.objects.values_list("memo"),
    ):
        found.update(word for row in rows for word in row if word)
    found.update(heading for headings in Import.objects.values_list("headings", flat=True) for heading in headings)
    for label, was, values, problems in ImportRow.objects.values_list("label", "was", "values", "problems"):
        found.update([label, *(str(value) for kept in (was, values) for value in kept.values())])
        found.update(str(problem["value"]) for problem in problems)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(served: Served, tour: Tour, data: set[str], name: str) -> None:
    """In Chinese on a desktop and on a phone's width; opened anew in English on a phone and on a desktop's width."""
    person, path = _page(served, name)
    wrong = []
    for language, sizes in (("zh-hans", (DESKTOP, PHONE)), ("en", (PHONE, DESKTOP))):
        tour.become(person, language)
        tour.page.set_viewport_size(sizes[0])
        assert tour.open(path).status < 500
        found = tour.violations()
        for size in sizes:
            tour.page.set_viewport_size(size)
            found += [f"{size['width']} px: {one}" for one in (*tour.too_wide(), *tour.broken_numbers())]
        if language == "en" and name in IN_THE_DARK:
            tour.page.emulate_media(color_scheme="dark")
            found += [f"dark: {one}" for one in tour.violations()]
            tour.page.emulate_media(color_scheme="light")
        if language == "en":
            found += tour.untranslated(data)
        wrong += [f"{language}: {one}" for one in found]
    wrong += tour.heard()
    assert not wrong, "\n".join([path, *wrong])
