"""Rounds, and returns with a line in every state."""

import io
from datetime import date

import openpyxl

from gonghui.core.period import Period
from gonghui.reports import actions as reports
from gonghui.reports import rules
from gonghui.reports.checking import Draft
from gonghui.reports.models import Line, Return, Round
from gonghui.reports.sheets import desk as desk_of_returns
from gonghui.reports.sheets.columns import COLUMNS, SHEET
from gonghui.reports.sheets.out import HEADER_ROW, workbook
from gonghui.spine.organisations.models import Organisation
from tests.world.federation import Branch, World
from tests.world.plan import (
    ADMITTED,
    AUGUST,
    DISPUTES,
    FORM,
    H1,
    HOMES,
    HOTLINE,
    JULY,
    PAID,
    PAST,
    PAYMENTS,
    QUALIFIED,
    REFUNDED,
    REFUNDED_FEN,
    STATIONS,
    SUMMER,
    WINTER,
)


def open_rounds(world: World) -> None:
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
    for key in ("city", "education"):
        entered = [Draft(PAYMENTS, rules.Amount(26_000)), Draft(HOTLINE, rules.Amount(4_100))]
        _sent(world, key, _answer(world.rounds["h1"], world.people[f"{key}.stats"].organisation), entered)


def answer_year_before(world: World, branch: Branch) -> None:
    answer = _answer(world.rounds["past"], branch.district)
    lines = _sent(world, branch.key, answer, [Draft(ADMITTED, rules.Amount(4_210))], on=WINTER)
    reports.accept_lines(lines, by=world.actor("city.review"), on=WINTER)
    branch.lines["filed"] = lines[0]


def answer_half_year(world: World, branch: Branch) -> None:
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
    branch.lines["correction"] = corrected(world, branch.key, paid, 1_234_600_00, branch.marked("漏计一笔"), on=AUGUST)
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


def answer_july(world: World, branch: Branch) -> None:
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


def answer_town(world: World, branch: Branch) -> None:
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


def _open(world: World, username: str, title: str, period: Period, figures: list[str], due: date, on: date) -> Round:
    by = world.actor(username)
    organisation = Organisation.objects.get(pk=by.organisation_id)
    asked = [(figure, period.first, period.last) for figure in figures]
    return reports.open_round(
        organisation, title=title, period=period, figures=asked, due_on=due, by=by, on=on, form=FORM
    )


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


def corrected(world: World, key: str, line: Line, number: int, reason: str, *, on: date) -> Line:
    """The accepted line corrected by its unit, the correction accepted by the city."""
    clerk = world.actor(f"{key}.stats")
    correction = reports.correct_line(line, amount=rules.Amount(number), reason=reason, by=clerk, on=on)
    _sent(world, key, line.in_return, [], on=on)
    reports.accept_lines([correction], by=world.actor("city.review"), on=on)
    return correction


def a_summary(words: str) -> bytes:
    """A stamped summary as a workbook: words and a number."""
    book = openpyxl.Workbook()
    book.active.append([words, 100])
    return _saved(book)


def filled(content: bytes, answers: dict[str, dict[str, object]]) -> bytes:
    """A pre-filled workbook after somebody typed into it: {figure: {column: value}}."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book[SHEET]
    places = {column.key: number for number, column in enumerate(COLUMNS, 1)}
    for row in sheet.iter_rows(min_row=HEADER_ROW + 2):
        for key, value in answers.get(str(row[0].value), {}).items():
            sheet.cell(row[0].row, places[key]).value = value
    return _saved(book)


def _saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
