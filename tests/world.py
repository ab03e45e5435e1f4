"""A small federation with somebody in every role and something in every state, made by the actions officials use.

Both branches, Chaoyang and Haidian, have the same kinds of things, so that whoever is at home in one is a stranger in
the other. Whatever a branch writes into fields about people or into reasons carries the branch's own canary.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import openpyxl
from django.test import Client

from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.models import Entry, Witnessed
from gonghui.core.period import Period
from gonghui.core.seals import witness
from gonghui.core.seals.checkpoints import checkpoint
from gonghui.core.seals.sealing import seal_all
from gonghui.reports import actions as reports
from gonghui.reports import rules
from gonghui.reports.actions import circulating, filings, making, signing
from gonghui.reports.checking import Draft
from gonghui.reports.filling import fill_report
from gonghui.reports.models import Evidence, Line, Remark, Report, Return, Round
from gonghui.reports.sheets import desk as desk_of_returns
from gonghui.reports.sheets.columns import COLUMNS, SHEET
from gonghui.reports.sheets.out import HEADER_ROW, workbook
from gonghui.reports.tests.paper_builders import a_foreign_checkpoint
from gonghui.spine.officials import actions as officials
from gonghui.spine.officials.actions import CertificateEntry, PositionEntry, WorkerEntry
from gonghui.spine.officials.models import ROLES, Certificate, CertificateScan, Position, Post, ResetCode, SocialWorker
from gonghui.spine.organisations import actions as organisations
from gonghui.spine.organisations.actions import EmployerEntry, Founding, Proposal
from gonghui.spine.organisations.models import Organisation, SetUp
from gonghui.spine.organisations.rules import Ballot
from gonghui.spine.organisations.tests.builders import an_employer
from gonghui.web.imports import actions as desk
from gonghui.web.imports.models import Import
from gonghui.web.imports.sheet import SHEETS, Scope
from gonghui.web.models import Account
from gonghui.web.papers import keeping
from gonghui.web.papers.tests.builders import a_pdf
from gonghui.web.tests.builders import signed_in

FORM = "beijing_2020h1"
PAST, H1, JULY = Period.parse("2019H2"), Period.parse("2020H1"), Period.parse("2020-07")
EARLIER = Period.parse("2019H1")
QUARTERS = {name: Period.parse(f"2018Q{n}") for n, name in enumerate(("ready", "proposed", "filed", "published"), 1)}
"""The quarters of 2018, whose short reports stand at the last steps of their way."""
FOUNDED, APPOINTED = date(2017, 1, 5), date(2019, 1, 2)
WINTER, SUMMER, AUGUST = date(2020, 1, 7), date(2020, 7, 3), date(2020, 8, 5)
TODAY = date(2020, 8, 10)
HOMES, STATIONS = "places.homes_built", "places.stations_built"
PAYMENTS, PAID = "mutual_aid.payments_made", "mutual_aid.paid_fen"
REFUNDED, REFUNDED_FEN = "refunds.employers_refunded", "refunds.refunded_fen"
HOTLINE, DISPUTES = "hotline.cases_accepted", "disputes.cases_accepted"
ADMITTED, QUALIFIED = "members.people_admitted", "officials.qualified_share"
PASSWORD, DAY_SECONDS = "an old long password", 86_400
ABSENT_UUID = UUID("00000000-0000-4000-8000-00000000dead")

OFFICES = {
    "stats": "statistician",
    "review": "reviewer",
    "lead": "unit_lead",
    "editor": "report_editor",
    "audit": "auditor",
    "org": "org_officer",
    "owner": "figure_owner",
    "hr": "hr_officer",
}
ADMINISTRATORS = {"admin.system": "system_admin", "admin.security": "security_admin", "admin.audit": "audit_admin"}


@dataclass
class Person:
    """Somebody who can sign in: the account, the post acted in (none for some), an open session."""

    username: str
    role: str
    account: Account
    post: Post | None
    organisation: Organisation | None
    session: str = ""

    @property
    def actor(self) -> Actor:
        """The person acting in the post."""
        assert self.post is not None
        return self.post.as_actor()

    @property
    def path(self) -> str:
        """The subtree the person acts in."""
        return self.organisation.path if self.organisation is not None and self.post is not None else ""

    def client(self) -> Client:
        """The person's browser, signed in."""
        found = Client()
        found.cookies["sessionid"] = self.session
        return found


@dataclass
class Branch:
    """A district with its town and enterprise union, and one of everything they have."""

    key: str
    district: Organisation
    town: Organisation
    shop: Organisation
    canary: str
    spare: Organisation = field(init=False)
    merged: Organisation = field(init=False)
    answer: Return = field(init=False)
    july_answer: Return = field(init=False)
    town_round: Round = field(init=False)
    town_answer: Return = field(init=False)
    lines: dict[str, Line] = field(default_factory=dict)
    evidence: Evidence = field(init=False)
    uploads: dict[str, Import] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    filed: Report = field(init=False)
    draft: Report = field(init=False)
    circulated: Report = field(init=False)
    remark: Remark = field(init=False)
    ready: Report = field(init=False)
    proposed: Report = field(init=False)
    published: Report = field(init=False)
    set_ups: dict[str, SetUp] = field(default_factory=dict)
    reset_code: ResetCode = field(init=False)
    position: Position = field(init=False)
    worker: SocialWorker = field(init=False)
    certificate: Certificate = field(init=False)
    scan: CertificateScan = field(init=False)
    entry: Entry = field(init=False)
    kept: Witnessed = field(init=False)

    def marked(self, words: str) -> str:
        """Words with the branch's canary in them."""
        return f"{words}{self.canary}"


@dataclass
class World:
    """The federation, its people by username, its branches by key."""

    city: Organisation
    education: Organisation
    people: dict[str, Person] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    checkpoint: int = 0

    def actor(self, username: str) -> Actor:
        """Who acts."""
        return self.people[username].actor


def build() -> World:
    """Everything stands; some seconds of actions."""
    city = _found("示范市总工会", "city", None, "110000", "Demonstration City Federation of Trade Unions")
    world = World(city, _found("教育工会", "industry", city, english="Education Workers' Union"))
    for key, name, code, town, canary in (
        ("chaoyang", "朝阳区总工会", "110105", "望京街道总工会", "鸢尾朝"),
        ("haidian", "海淀区总工会", "110108", "中关村街道总工会", "鸢尾海"),
    ):
        district = _found(name, "district", city, code, f"{key.title()} District Federation of Trade Unions")
        street = _found(town, "town", district, f"{code}0{3 if key == 'haidian' else 26:02d}")
        shop = _found(f"示例{key}有限公司工会", "base", street, employer=an_employer(area_code=code))
        branch = world.branches[key] = Branch(key, district, street, shop, canary)
        branch.spare = _found(branch.marked("备用工会"), "base", street)
        branch.merged = _found(branch.marked("并走工会"), "base", street)
        organisations.merge_organisations(branch.merged, shop, by=SYSTEM, on=FOUNDED + timedelta(days=1))
        shop.refresh_from_db()
    _everybody(world)
    _rounds(world)
    for branch in world.branches.values():
        _year_before(world, branch)
        _half_year(world, branch)
        _july(world, branch)
        _imports(world, branch)
        _town(world, branch)
        _set_ups(world, branch)
        _reports(world, branch)
        _reset_code(world, branch)
        _social_worker(world, branch)
        _kept(world, branch)
    _made(world, "city", city, FORM, H1, asks=[branch.district for branch in world.branches.values()])
    seal_all()
    world.checkpoint = checkpoint().blocks
    for person in world.people.values():
        person.session = _signed_in(person.account)
    return world


def _found(
    name: str,
    level: str,
    superior: Organisation | None,
    area_code: str = "",
    english: str = "",
    employer: EmployerEntry | None = None,
) -> Organisation:
    founding = Founding(name, level, superior, english_name=english, area_code=area_code, employer=employer)
    return organisations.found_organisation(founding, by=SYSTEM, on=FOUNDED)


def _signed_in(account: Account) -> str:
    """The key of a session that has just shown its password, and goes on having just shown it."""
    account.set_password(PASSWORD)
    account.save(update_fields=["password"])
    return signed_in(account, seconds_ago=-DAY_SECONDS).cookies["sessionid"].value


# People -----------------------------------------------------------------------------------------------------------


def _everybody(world: World) -> None:
    for key, organisation in (("city", world.city), ("education", world.education)):
        for word, role in OFFICES.items():
            if organisation.level in ROLES[role].levels:
                _opened(world, f"{key}.{word}", role, organisation, f"示例{key}{word}")
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


# Returns ----------------------------------------------------------------------------------------------------------


def _open(world: World, username: str, title: str, period: Period, figures: list[str], due: date, on: date) -> Round:
    by = world.actor(username)
    organisation = Organisation.objects.get(pk=by.organisation_id)
    asked = [(figure, period.first, period.last) for figure in figures]
    return reports.open_round(
        organisation, title=title, period=period, figures=asked, due_on=due, by=by, on=on, form=FORM
    )


def _rounds(world: World) -> None:
    world.rounds["past"] = _open(
        world, "city.review", "2019年下半年收数", PAST, [ADMITTED], date(2020, 1, 20), date(2020, 1, 2)
    )
    figures = [HOMES, PAYMENTS, PAID, REFUNDED, REFUNDED_FEN, HOTLINE, DISPUTES, QUALIFIED]
    world.rounds["h1"] = _open(
        world, "city.review", "2020年上半年收数", H1, figures, date(2020, 7, 10), date(2020, 6, 20)
    )
    world.rounds["july"] = _open(
        world, "city.review", "2020年7月收数", JULY, [PAYMENTS, PAID, ADMITTED], date(2020, 8, 14), date(2020, 8, 1)
    )
    for username, round_ in (("city", "h1"), ("education", "h1")):
        entered = [Draft(PAYMENTS, rules.Amount(26_000)), Draft(HOTLINE, rules.Amount(4_100))]
        _sent(world, username, _answer(world.rounds[round_], world.people[f"{username}.stats"].organisation), entered)


def _answer(opened: Round, organisation: Organisation | None) -> Return:
    return Return.objects.select_related("round", "organisation").get(round=opened, organisation=organisation)


def _sent(
    world: World, key: str, answer: Return, drafts: list[Draft], *, on: date = SUMMER, evidence: bytes = b""
) -> list[Line]:
    """The drafts entered, backed by a paper, handed over and signed by the unit's own people.

    Sensitive lines go without one: what stands behind them opens for fewer people (`test_sensitive_lines.py`).
    """
    clerk, lead = world.actor(f"{key}.stats"), world.actor(f"{key}.lead")
    lines = reports.enter_lines(answer, drafts, by=clerk, on=on) if drafts else []
    if evidence:
        backed = [line for line in lines if not line.declared.sensitive]
        reports.add_evidence(answer, evidence, "盖章汇总表.xlsx", by=clerk, on=on, lines=backed)
    reports.send_for_signature(answer, by=clerk, on=on)
    reports.sign_return(answer, by=lead, on=on)
    return [Line.objects.get(pk=line.pk) for line in lines]


def _corrected(world: World, key: str, line: Line, number: int, reason: str, *, on: date) -> Line:
    """The accepted line corrected by its unit, the correction accepted by the city."""
    clerk = world.actor(f"{key}.stats")
    correction = reports.correct_line(line, amount=rules.Amount(number), reason=reason, by=clerk, on=on)
    _sent(world, key, line.in_return, [], on=on)
    reports.accept_lines([correction], by=world.actor("city.review"), on=on)
    return correction


def _year_before(world: World, branch: Branch) -> None:
    answer = _answer(world.rounds["past"], branch.district)
    lines = _sent(world, branch.key, answer, [Draft(ADMITTED, rules.Amount(4_210))], on=WINTER)
    reports.accept_lines(lines, by=world.actor("city.review"), on=WINTER)
    branch.lines["filed"] = lines[0]


def _half_year(world: World, branch: Branch) -> None:
    answer = branch.answer = _answer(world.rounds["h1"], branch.district)
    entered = [
        Draft(HOMES, rules.Amount(1_403), note=branch.marked("含新建")),
        Draft(PAYMENTS, rules.Amount(123_456)),
        Draft(PAID, rules.Amount(1_234_567_89)),
        Draft(REFUNDED, rules.Amount(1_027)),
        Draft(HOTLINE, rules.Amount(5_020)),
        Draft(DISPUTES, rules.Amount(1_104)),
    ]
    stamped = a_summary(branch.marked("盖章汇总"))
    homes, payments, paid, refunded, hotline, disputes = _sent(world, branch.key, answer, entered, evidence=stamped)
    reviewer, clerk = world.actor("city.review"), world.actor(f"{branch.key}.stats")
    reports.accept_lines([homes, payments, paid, hotline], by=reviewer, on=SUMMER)
    reports.comment_line(refunded, text=branch.marked("请核对与台账是否一致"), by=reviewer, on=SUMMER)
    reports.comment_line(refunded, text=branch.marked("已核对"), by=clerk, on=SUMMER)
    reports.refuse_line(refunded, reason=branch.marked("家数与上月不符"), by=reviewer, on=SUMMER)
    reports.withdraw_line(disputes, by=clerk, on=SUMMER)
    branch.lines["correction"] = _corrected(world, branch.key, paid, 1_234_600_00, branch.marked("漏计一笔"), on=AUGUST)
    _sent(world, branch.key, answer, [Draft(REFUNDED_FEN, rules.Amount(9_876_543_21))], on=AUGUST)
    reports.correct_line(homes, amount=rules.Amount(1_405), reason=branch.marked("漏统计两家"), by=clerk, on=AUGUST)
    reports.enter_line(answer, Draft(QUALIFIED, rules.Amount(31, 60), note=branch.marked("社工")), by=clerk, on=AUGUST)
    reports.send_for_signature(answer, by=clerk, on=AUGUST)
    kept = {line.figure: line for line in answer.lines.filter(corrects=None)}
    branch.lines |= {
        "accepted": kept[PAYMENTS],
        "being_corrected": kept[HOMES],
        "corrected": kept[PAID],
        "refused": kept[REFUNDED],
        "submitted": kept[REFUNDED_FEN],
        "sensitive": kept[HOTLINE],
        "withdrawn": kept[DISPUTES],
        "draft": kept[QUALIFIED],
    }
    branch.evidence = answer.evidence.get()


def a_summary(words: str) -> bytes:
    """A stamped summary as a workbook: words and a number."""
    book = openpyxl.Workbook()
    book.active.append([words, 100])
    return _saved(book)


def _saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def filled(content: bytes, answers: dict[str, dict[str, object]]) -> bytes:
    """A pre-filled workbook after somebody typed into it: {figure: {column: value}}."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book[SHEET]
    places = {column.key: number for number, column in enumerate(COLUMNS, 1)}
    for row in sheet.iter_rows(min_row=HEADER_ROW + 2):
        for key, value in answers.get(str(row[0].value), {}).items():
            sheet.cell(row[0].row, places[key]).value = value
    return _saved(book)


def _imports(world: World, branch: Branch) -> None:
    """Files that the district's organising officer brought: one in each state that has a page of its own."""
    by = world.actor(f"{branch.key}.org")
    rows = {
        "faulty": ("名称,层级,上级", f"{branch.marked('示例错')}工会,没有的层级,{branch.town.code}"),
        "committed": ("名称,层级,上级", f"{branch.marked('示例导入')}工会,基层工会,{branch.town.code}"),
        "checked": ("组织代码,英文名称", f"{branch.shop.code},{branch.marked('Example ')}"),
        "mapping": ("甲,乙", f"{branch.shop.code},{branch.marked('某')}"),
    }
    for state, (head, row) in rows.items():
        sheet, scope = SHEETS["organisations.unions"], Scope(by, 0, AUGUST)
        branch.imports[state] = desk.bring_file(sheet, f"{head}\n{row}\n".encode(), "名册.csv", scope=scope, on=AUGUST)
    desk.commit_import(branch.imports["committed"], by=by, on=AUGUST)
    for batch in branch.imports.values():
        batch.refresh_from_db()


def _july(world: World, branch: Branch) -> None:
    answer = branch.july_answer = _answer(world.rounds["july"], branch.district)
    clerk = world.actor(f"{branch.key}.stats")
    empty = workbook(answer, demo=True)
    wrong = {PAYMENTS: {"number": "很多"}, PAID: {"unit": "万元", "number": 5}, ADMITTED: {"number": -3}}
    good: dict[str, dict[str, object]] = {PAYMENTS: {"number": 30_500, "note": branch.marked("含补报")}}
    checked: dict[str, dict[str, object]] = {ADMITTED: {"number": 812, "reason": branch.marked("集中入会")}}
    for state, answers in (("faulty", wrong), ("committed", good), ("checked", checked)):
        content = filled(empty, answers)  # type: ignore[arg-type]
        branch.uploads[state] = desk_of_returns.bring_workbook(answer, content, f"{state}.xlsx", by=clerk, on=AUGUST)
    desk_of_returns.commit_workbook(branch.uploads["committed"], by=clerk, on=AUGUST)
    branch.uploads["committed"].refresh_from_db()
    branch.lines["july"] = answer.lines.get(figure=PAYMENTS)
    reports.remind_returns([answer], by=world.actor("city.review"), on=AUGUST)


def _town(world: World, branch: Branch) -> None:
    """A round of the district's own, and one of the town's below it."""
    title = "驿站半年收数"
    branch.town_round = _open(
        world, f"{branch.key}.review", title, H1, [STATIONS], date(2020, 7, 10), date(2020, 6, 22)
    )
    branch.town_answer = _answer(branch.town_round, branch.town)
    _sent(
        world,
        f"{branch.key}.town",
        branch.town_answer,
        [Draft(STATIONS, rules.Amount(61), "own", note=branch.marked("街道自建"))],
    )
    below = _open(world, f"{branch.key}.town.review", title, H1, [STATIONS], date(2020, 7, 8), date(2020, 6, 23))
    reports.enter_line(
        _answer(below, branch.shop),
        Draft(STATIONS, rules.Amount(1)),
        by=world.actor(f"{branch.key}.shop.stats"),
        on=SUMMER,
    )


# Set-ups, reports, reset codes ------------------------------------------------------------------------------------


def _set_ups(world: World, branch: Branch) -> None:
    officer, head = world.actor(f"{branch.key}.org"), world.actor(f"{branch.key}.lead")
    days = [date(2020, 3, 2), date(2020, 4, 1), date(2020, 5, 6), date(2020, 6, 1)]
    steps: dict[str, Callable[[SetUp], object]] = {
        "preparing": lambda one: organisations.approve_preparation(
            one, preparers=3, approval_no="示工筹〔2020〕1号", by=head, on=days[1]
        ),
        "elected": lambda one: organisations.record_election(
            one, Ballot(36, 33, 30, 3), members=36, by=officer, on=days[2]
        ),
        "established": lambda one: organisations.establish_union(
            one, establishment_no="示工复〔2020〕1号", by=head, on=days[3]
        ),
    }
    for number, state in enumerate(("prospect", *steps, "abandoned"), 1):
        employer = an_employer(area_code=branch.district.area_code)
        proposal = Proposal(f"{employer.name}{branch.key}{number}工会", "base", branch.town, [employer])
        made = organisations.propose_set_up(proposal, by=officer, on=days[0])
        for reached in () if state == "prospect" else steps:
            if state == "abandoned":
                organisations.abandon_set_up(made, reason="unready", by=officer, on=days[3])
                break
            steps[reached](made)
            if reached == state:
                break
        made.refresh_from_db()
        branch.set_ups[state] = made


def _reports(world: World, branch: Branch) -> None:
    """Reports on every stage of their way: the half-year before filed and moved since, the half-year at its draft."""
    filed = _made(world, branch.key, branch.district, FORM, PAST, asks=[branch.town])
    branch.filed = _filed(world, branch.key, filed)
    _corrected(world, branch.key, branch.lines["filed"], 4_260, branch.marked("补计五十人"), on=AUGUST)
    branch.draft = _made(world, branch.key, branch.district, FORM, H1, until="draft")
    branch.circulated = _made(
        world, branch.key, branch.district, "half_year", EARLIER, asks=[branch.town], until="round"
    )
    lead = world.actor(f"{branch.key}.town.lead")
    branch.remark = circulating.comment_report(branch.circulated, branch.marked("请写明"), by=lead, on=SUMMER)
    branch.ready = _made(world, branch.key, branch.district, "quarter", QUARTERS["ready"])
    branch.proposed = _made(world, branch.key, branch.district, "quarter", QUARTERS["proposed"])
    filings.propose_filing(
        "quarter", branch.district, QUARTERS["proposed"], by=world.actor(f"{branch.key}.editor"), on=AUGUST
    )
    _filed(world, branch.key, _made(world, branch.key, branch.district, "quarter", QUARTERS["filed"]))
    branch.published = _filed(
        world, branch.key, _made(world, branch.key, branch.district, "quarter", QUARTERS["published"])
    )
    filings.publish_report(branch.published, by=world.actor(f"{branch.key}.lead"), on=AUGUST)
    branch.entry = Entry.objects.filter(organisation_id=branch.district.pk).order_by("-id")[0]


def _made(
    world: World,
    key: str,
    organisation: Organisation,
    form: str,
    period: Period,
    *,
    asks: list[Organisation] | None = None,
    until: str = "ready",
) -> Report:
    """A report made by its own editor, owner and head until its figures are sent, its round is open, or all is done."""
    editor, owner, head = (world.actor(f"{key}.{word}") for word in ("editor", "owner", "lead"))
    report = making.begin_report(form, organisation, period, by=editor, on=SUMMER)
    if report.state == "outlined":
        making.move_report(report, "collect", by=editor, on=SUMMER)
        making.move_report(report, "write", by=editor, on=SUMMER)
    signing.ask_signatures(report, by=editor, on=SUMMER)
    if until == "draft":
        return report
    filling = fill_report(report)
    signing.sign_figures(report, signing.chosen(list(filling.rows), filling), by=owner, on=SUMMER)
    if "circulated" in report.way:
        circulating.ask_comments(report, asks or [], by=editor, on=SUMMER)
        if until == "round":
            return report
        making.move_report(report, "revise", by=editor, on=SUMMER)
        making.move_report(report, "approve", by=head, on=SUMMER)
    return report


def _filed(world: World, key: str, report: Report) -> Report:
    """The report proposed by its editor and filed by the head of the union."""
    period = Period.parse(report.period)
    filings.propose_filing(report.form, report.organisation, period, by=world.actor(f"{key}.editor"), on=AUGUST)
    mark = filings.pressed_now()
    filings.settle(mark)
    return filings.confirm_filing(report, by=world.actor(f"{key}.lead"), on=AUGUST, mark=mark)


def _social_worker(world: World, branch: Branch) -> None:
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


def _kept(world: World, branch: Branch) -> None:
    """Each district keeps a checkpoint of another federation."""
    text, keys = a_foreign_checkpoint(3 if branch.key == "chaoyang" else 4)
    auditor = world.actor(f"{branch.key}.audit")
    kept = witness.keep(
        text, keys=keys, given_by=branch.marked("示例省总工会"), by=auditor, on=TODAY, organisation=branch.district
    )
    branch.kept = kept.row


def _reset_code(world: World, branch: Branch) -> None:
    post = world.people[f"{branch.key}.audit"].post
    assert post is not None
    branch.reset_code, _half = officials.issue_reset_code(post, by=world.actor("admin.security"), on=TODAY)
