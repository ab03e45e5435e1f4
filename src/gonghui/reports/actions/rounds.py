"""Opening and closing collection rounds, reminding who is late, starting a programme on the platform."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.figures import FIGURES
from gonghui.core.journal import record
from gonghui.core.period import Period
from gonghui.reports import checking, locks, parameters, rules
from gonghui.reports.facts import ProgrammeStarted, ReturnReminded, RoundClosed, RoundOpened
from gonghui.reports.models import Line, Programme, Return, Round, RoundFigure
from gonghui.spine.organisations.models import Organisation

Asked = tuple[str, date, date]
"""A figure's code and the days it is asked for."""


def acts_for(by: Actor, organisation_id: int, *, power: str) -> None:
    """Refuse where the actor lacks the power or acts for another unit."""
    by.require(power)
    if by.organisation_id != organisation_id:
        raise PowerMissing("reports.other_unit", "这是别的单位的事项，请由该单位办理")


@action
def open_round(
    organisation: Organisation,
    *,
    title: str,
    period: Period,
    figures: Sequence[Asked],
    due_on: date,
    by: Actor,
    on: date,
    form: str = "",
) -> Round:
    """A round stands with an empty return for every active union directly below; the city also asks itself."""
    acts_for(by, organisation.pk, power="rounds.open")
    title = rules.check_text(title, where="标题", parameters=parameters.on(on))
    if not title or len(title) > 80:
        raise Refusal("reports.round_title", "收数要有标题，最多 80 字")
    if due_on < on:
        raise Refusal("reports.round_due", "截止日 %(due)s 已过：请选今天或以后的日子", due=due_on.isoformat())
    if not figures:
        raise Refusal("reports.round_empty", "没有选要收的数字：请至少选一项")
    for code, first_on, last_on in figures:
        if code not in FIGURES:
            raise Refusal("reports.figure_unknown", "没有登记数字 %(figure)s：请从列表中选", figure=code[:60])
        if last_on < first_on:
            raise Refusal("reports.days_order", "“%(title)s”的起止日期颠倒：请把先后改正", title=FIGURES[code].title)
    opened = Round.objects.create(
        organisation=organisation,
        title=title,
        form=form,
        period=period.key,
        opened_on=on,
        due_on=due_on,
        opened_by=by.id,
    )
    RoundFigure.objects.bulk_create(
        RoundFigure(
            round=opened,
            position=position,
            figure=code,
            first_on=last_on if FIGURES[code].clock == "stock" else first_on,
            last_on=last_on,
        )
        for position, (code, first_on, last_on) in enumerate(figures, 1)
    )
    below = list(Organisation.objects.filter(parent=organisation, is_active=True, founded_on__lte=period.last))
    asked = [organisation, *below] if organisation.parent_id is None else below
    if not asked:
        raise Refusal("reports.round_nobody", "下面没有在册的工会，不用收数")
    Return.objects.bulk_create(Return(round=opened, organisation=each) for each in asked)
    record(RoundOpened(returns=len(asked)), about=opened, by=by, happened_on=on)
    return opened


@action
def close_round(opened: Round, *, by: Actor, on: date) -> None:
    """The round takes no more lines; what was sent is still decided on, and corrections stay possible."""
    acts_for(by, opened.organisation_id, power="rounds.open")
    opened = Round.objects.select_for_update().get(pk=opened.pk)
    if opened.closed_on is not None:
        raise Refusal("reports.round_closed", "“%(title)s”已经结束收数", title=opened.title)
    opened.closed_on = on
    opened.save(update_fields=["closed_on"])
    record(RoundClosed(), about=opened, by=by, happened_on=on)


@action
def remind_returns(returns: Iterable[Return], *, by: Actor, on: date) -> int:
    """Each late unit of the actor's own rounds is reminded once more; those reminded today are left alone."""
    by.require("reports.review")
    apart = timedelta(days=parameters.on(on).remind_days_apart)
    wanted = {each.pk for each in returns}
    rows = Return.objects.filter(pk__in=wanted).select_related("round", "organisation").select_for_update(of=("self",))
    reminded = []
    for each in rows.order_by("id"):
        acts_for(by, each.round.organisation_id, power="reports.review")
        if each.round.closed_on is None and (each.reminded_on is None or each.reminded_on + apart <= on):
            each.reminded_on, each.reminders = on, each.reminders + 1
            reminded.append(each)
            record(ReturnReminded(), about=each, by=by, happened_on=on)
    if not reminded:
        raise Refusal("reports.reminded", "所选单位今天都催过了，请明天再催")
    Return.objects.bulk_update(reminded, ["reminded_on", "reminders"])
    return len(reminded)


@action
def start_programme(app: str, organisation: Organisation, *, by: Actor, on: date) -> Programme:
    """From the first of a month the app records in the whole subtree and its figures are no longer returned."""
    by.require("system.settings")
    if not by.sees(organisation.path):
        raise PowerMissing("reports.other_unit", "这是别的单位的事项，请由该单位办理")
    codes = [code for code, figure in FIGURES.items() if figure.app == app]
    if not codes:
        raise Refusal("reports.app_unknown", "没有“%(app)s”这项工作：请从列表中选", app=app[:40])
    if on.day != 1:
        raise Refusal("reports.first_of_month", "起始日 %(on)s 不是月初：请选某月 1 日", on=on.isoformat())
    locks.lock_programme([app], alone=True)
    path = organisation.path_on(on)
    if Programme.objects.filter(app=app, path__in=checking.above(path)).exists():
        raise Refusal("reports.programme_twice", "“%(name)s”的这项工作已经在平台办理", name=organisation.name)
    reach = rules.Span(path, rules.SUBTREE, on, date.max)
    for line in Line.objects.standing().filter(figure__in=codes, last_on__gte=on).select_related("organisation"):
        if rules.share_organisations(reach, line.span):
            raise checking.clash_refusal(FIGURES[line.figure], line)
    started = Programme.objects.create(app=app, organisation=organisation, path=path, first_on=on, started_by=by.id)
    record(ProgrammeStarted(app=app), about=started, by=by, happened_on=on)
    return started
