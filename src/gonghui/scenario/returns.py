"""Units answer their rounds as people do: take the workbook, fill it, import it, add the stamped paper, send, sign.

The level above then accepts everything at once, refuses a line, or has not looked yet, as the round's story goes.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from gonghui.core.figures import FIGURES, Figure
from gonghui.core.period import Period
from gonghui.reports import actions, checking, parameters, rules
from gonghui.reports.models import Line, Return, Round
from gonghui.reports.sheets import desk as desk_of_returns
from gonghui.reports.sheets.out import figures_for, workbook
from gonghui.scenario import plan, posts, rounds
from gonghui.scenario.papers import stamped_summary
from gonghui.scenario.pen import filled
from gonghui.scenario.plan import Share
from gonghui.scenario.rounds import Answer, Collection
from gonghui.scenario.stage import Stage
from gonghui.scenario.tree import Item, Items

MORE = ("复工复产后集中办理，数量增加", "上半年新开展这项工作，数量增加")
LESS = ("疫情期间线下停办，数量减少", "部分业务推迟到下半年办理，数量减少")

Answering = Callable[[Stage, Collection, str], Return]
"""How a unit answers a round."""


def collection(stage: Stage, one: Collection, how: Answering | None = None) -> Items:
    """A round opened, answered by everybody, accepted whole and closed."""

    def answer(unit: str) -> Item:
        return lambda: (how or answer_round)(stage, one, unit)

    return [
        lambda: open_collection(stage, one),
        tuple(answer(unit) for unit in one.units),
        lambda: accept_all(stage, one),
        lambda: actions.close_round(_round(stage, one), by=stage.actor(one.reviewer), on=one.accepted_on),
    ]


def open_collection(stage: Stage, one: Collection) -> None:
    """The round stands, with an empty return for everybody asked."""
    actions.open_round(
        stage.unit(one.unit),
        title=one.title,
        period=Period.parse(one.period),
        figures=one.figures,
        due_on=one.due_on,
        form=one.form,
        by=stage.actor(one.reviewer),
        on=one.opened_on,
    )


def _round(stage: Stage, one: Collection) -> Round:
    return Round.objects.get(organisation=stage.unit(one.unit), title=one.title)


def return_of(stage: Stage, one: Collection, unit: str) -> Return:
    """A unit's return of a round."""
    place = posts.place(stage, unit)
    return Return.objects.select_related("round", "organisation").get(round=_round(stage, one), organisation=place)


def answer_round(stage: Stage, one: Collection, unit: str) -> Return:
    """The unit's answer is filled in, backed by a paper, sent and signed."""
    in_return = fill(stage, one, unit)
    send(stage, one, unit, in_return)
    sign(stage, one, unit, in_return)
    return in_return


def entered_on(one: Collection, unit: str) -> date:
    """The day a unit fills its return: spread over the days the round is open, no later than it is decided on."""
    days = max(1, (min(one.due_on, one.accepted_on) - one.opened_on).days)
    return one.opened_on + timedelta(days=one.units.index(unit) % days)


def fill(stage: Stage, one: Collection, unit: str) -> Return:
    """The unit's workbook is filled and imported, and its paper attached."""
    in_return = return_of(stage, one, unit)
    by, on = stage.actor(posts.clerk(unit)), entered_on(one, unit)
    answers = slipped(one, unit)
    reasons = _reasons(in_return, answers, on=on)
    rows = [one.figure for one in figures_for(in_return)]
    content = filled(
        workbook(in_return, demo=True),
        rows,
        {figure: cells(FIGURES[figure], answer, reasons.get(figure, "")) for figure, answer in answers.items()},
    )
    name = f"{in_return.round.title}-{in_return.organisation.short_name}.xlsx"
    upload = desk_of_returns.bring_workbook(in_return, content, name, by=by, on=on)
    if upload.wrong:
        wrong = upload.staged.filter(what="wrong").values_list("problems", flat=True)
        raise RuntimeError(f"{in_return}: {list(wrong[:3])}")
    lines = desk_of_returns.commit_workbook(upload, by=by, on=on)
    _attach(stage, in_return, lines, unit=unit, on=on)
    return in_return


def send(stage: Stage, one: Collection, unit: str, in_return: Return) -> None:
    """The statistician has sent the return to the head of the unit."""
    actions.send_for_signature(in_return, by=stage.actor(posts.clerk(unit)), on=entered_on(one, unit))


def sign(stage: Stage, one: Collection, unit: str, in_return: Return) -> None:
    """The head of the unit has signed."""
    actions.sign_return(in_return, by=stage.actor(posts.head(unit)), on=entered_on(one, unit))


def accept_all(stage: Stage, one: Collection, *, on: date | None = None) -> None:
    """The level above has accepted every line that was sent."""
    lines = Line.objects.filter(in_return__round=_round(stage, one), state="submitted")
    actions.accept_lines(lines, by=stage.actor(one.reviewer), on=on or one.accepted_on)


def cells(figure: Figure, answer: Answer, reason: str) -> dict[str, object]:
    """What a unit writes into the open cells of a figure's row, by the key of their column."""
    written: dict[str, object] = {"coverage": rules.COVERAGES[answer.coverage]}
    if answer.share is None:
        return {**written, "nothing": "是"}
    number = answer.share.number
    written["number"] = Decimal(number) / 100 if figure.is_money else number
    if answer.share.denominator is not None:
        written["denominator"] = answer.share.denominator
    return {**written, "reason": reason} if reason else written


def _amount(answer: Answer) -> rules.Amount:
    if answer.share is None:
        return rules.Amount(None, None, True)
    return rules.Amount(answer.share.number, answer.share.denominator)


def _reasons(in_return: Return, answers: Mapping[str, Answer], *, on: date) -> dict[str, str]:
    """What the unit writes where its number moved so much that a reason is asked for."""
    asked = [one for one in in_return.round.figures.all() if one.figure in answers]
    earlier = checking.before(in_return.organisation, asked)
    found = {}
    for place, one in enumerate(asked):
        amount, before = _amount(answers[one.figure]), earlier.get(one.figure)
        moved = rules.moved(
            amount,
            before,
            money=one.declared.is_money,
            ratio=one.declared.is_ratio,
            parameters=parameters.on(on),
        )
        if moved.needs_reason:
            words = LESS if before is not None and amount.parts < before.parts else MORE
            found[one.figure] = words[place % len(words)]
    return found


def _attach(stage: Stage, in_return: Return, lines: Sequence[Line], *, unit: str, on: date) -> None:
    """One stamped summary stands behind all lines of the return."""
    shown = [(line.declared.title, _printed(line)) for line in lines]
    content = stamped_summary(in_return.organisation.name, in_return.round.title, shown, on=on)
    by = stage.actor(posts.clerk(unit))
    actions.add_evidence(in_return, content, "盖章汇总.pdf", by=by, on=on, lines=lines)


def _printed(line: Line) -> str:
    if line.nothing:
        return "无此项"
    if line.denominator is not None:
        return f"{line.number} / {line.denominator}"
    number = line.number or 0
    return f"{number / 100:,.2f} 元" if line.declared.is_money else f"{number:,} {line.declared.unit}"


# A slip and its correction -------------------------------------------------------------------------------------------

SLIP = ("june", "fengtai", "refunds.employers_refunded")
"""A unit that counted some employers twice: the round, the unit, the figure."""
TOO_MANY = ("july.units", "haidian", "refunds.employers_refunded")
"""A unit that counted payments still under way: far above June, as the city will notice."""
SLIPS: Mapping[tuple[str, str, str], Callable[[int], int]] = {
    SLIP: lambda right: right + 36,
    TOO_MANY: lambda right: plan.months(TOO_MANY[2])[1][TOO_MANY[1]].number * 138 // 100,
}
SLIP_REASON = "36 家企业期内返还两次，原按两家计，现按一家计"
SLIP_FOUND, SLIP_DECIDED = date(2020, 7, 20), date(2020, 7, 22)


def slipped(one: Collection, unit: str) -> Mapping[str, Answer]:
    """The unit's answers as it first writes them."""
    answers = dict(one.answers(unit))
    for (key, slipping, figure), wrong in SLIPS.items():
        right = answers.get(figure)
        if (one.key, unit) == (key, slipping) and right is not None and right.share is not None:
            answers[figure] = Answer(Share(wrong(right.share.number)), right.coverage)
    return answers


def correction(stage: Stage) -> Items:
    """The slip is found after it was accepted, and put right by a reversal and a second entry."""

    def run() -> None:
        key, unit, figure = SLIP
        one = next(one for one in rounds.monthly() if one.key == key)
        share = one.answers(unit)[figure].share
        assert share is not None
        in_return = return_of(stage, one, unit)
        clerk, head = stage.actor(posts.clerk(unit)), stage.actor(posts.head(unit))
        line = in_return.lines.get(figure=figure)
        actions.correct_line(line, amount=rules.Amount(share.number), reason=SLIP_REASON, by=clerk, on=SLIP_FOUND)
        actions.send_for_signature(in_return, by=clerk, on=SLIP_FOUND)
        actions.sign_return(in_return, by=head, on=SLIP_FOUND)
        accept_all(stage, one, on=SLIP_DECIDED)

    return [run]


# The closed rounds ---------------------------------------------------------------------------------------------------


def before(stage: Stage) -> Items:
    """The second half of 2019."""
    return [item for one in rounds.before() for item in collection(stage, one)]


def monthly(stage: Stage) -> Items:
    """January to May, and June."""
    return [item for one in rounds.monthly() for item in collection(stage, one)]


def half_year(stage: Stage) -> Items:
    """The half-year, one slip put right, and the money of the epidemic."""
    half = [item for one in rounds.half_year() for item in collection(stage, one)]
    return half + correction(stage) + [item for one in rounds.outlays() for item in collection(stage, one)]
