"""A small federation and its returns, built by the same actions officials use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from django.test import Client

from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.figures import FIGURES
from gonghui.core.period import Period
from gonghui.reports import actions, rules
from gonghui.reports.actions.rounds import Asked
from gonghui.reports.checking import Draft
from gonghui.reports.models import Line, Return, Round
from gonghui.spine.officials.tests.builders import a_post
from gonghui.spine.organisations.actions import Founding, found_organisation
from gonghui.spine.organisations.models import Organisation
from gonghui.web.tests.builders import signed_in

FOUNDED = date(2015, 1, 1)
H1 = Period.parse("2020H1")
OPENED = date(2020, 6, 20)
JULY = date(2020, 7, 3)
DUE = date(2020, 7, 10)
HOMES, PAYMENTS, PAID, HOTLINE = (
    "places.homes_built",
    "mutual_aid.payments_made",
    "mutual_aid.paid_fen",
    "hotline.cases_accepted",
)
MEETINGS, FRONTLINE, QUALIFIED, WARMTH = (
    "honours.jury_meetings",
    "honours.frontline_share",
    "officials.qualified_share",
    "assistance.warmth_fen",
)
_people = count(1001)


def someone(organisation: Organisation, role: str, *powers: str) -> Actor:
    """Somebody of an organisation with these powers, another person each time."""
    number = next(_people)
    return Actor(
        id=number,
        account_id=number,
        name=f"{role}{number}",
        organisation_id=organisation.pk,
        organisation_name=organisation.name,
        path=organisation.path,
        level=organisation.level,
        role=role,
        powers=frozenset(powers),
    )


@dataclass
class Unit:
    """An organisation with the people who work on its returns."""

    organisation: Organisation
    clerk: Actor
    lead: Actor
    reviewer: Actor

    def browser(self, role: str) -> Client:
        """The browser of somebody fresh in a role here, signed in a moment ago."""
        return signed_in(a_post(role, self.organisation).account)


def a_unit(name: str, level: str, superior: Organisation | None, *, area_code: str = "") -> Unit:
    """A union with a statistician, a head and a reviewer."""
    organisation = found_organisation(
        Founding(name=name, level=level, superior=superior, area_code=area_code), by=SYSTEM, on=FOUNDED
    )
    return Unit(
        organisation,
        someone(organisation, "statistician", "reports.see", "reports.enter"),
        someone(organisation, "unit_lead", "reports.see", "reports.sign"),
        someone(organisation, "reviewer", "reports.see", "reports.review", "rounds.open", "system.settings"),
    )


@dataclass
class Federation:
    """A city with two districts, a street in each, and an enterprise union."""

    city: Unit
    east: Unit
    west: Unit
    street: Unit
    shop: Unit


def a_federation() -> Federation:
    """The smallest tree in which coverage can clash."""
    city = a_unit("示范市总工会", "city", None, area_code="110000")
    east = a_unit("东区总工会", "district", city.organisation, area_code="110101")
    west = a_unit("西区总工会", "district", city.organisation, area_code="110102")
    street = a_unit("东一街道总工会", "town", east.organisation, area_code="110101001")
    shop = a_unit("示例商店工会", "base", street.organisation)
    return Federation(city, east, west, street, shop)


def asked_for(*codes: str, period: Period = H1) -> list[Asked]:
    """Figures with the days of a period."""
    return [(code, period.first, period.last) for code in codes]


def a_round(unit: Unit, *codes: str, period: Period = H1, figures: Sequence[Asked] = (), on: date = OPENED) -> Round:
    """A round of the unit for these figures; every declared one when none is named."""
    return actions.open_round(
        unit.organisation,
        title=f"{period.label}收数",
        period=period,
        figures=list(figures) or asked_for(*(codes or tuple(sorted(FIGURES))), period=period),
        due_on=max(DUE, on),
        by=unit.reviewer,
        on=on,
    )


def return_of(opened: Round, unit: Unit) -> Return:
    """The unit's answer to a round."""
    return Return.objects.select_related("round", "organisation").get(round=opened, organisation=unit.organisation)


def a_draft(code: str, number: int | None, denominator: int | None = None, **more: object) -> Draft:
    """A draft of one figure."""
    nothing = bool(more.pop("nothing", False))
    return Draft(code, rules.Amount(number, denominator, nothing), **more)  # type: ignore[arg-type]


def a_submitted_return(opened: Round, unit: Unit, *drafts: Draft, on: date = JULY) -> list[Line]:
    """The drafts entered by the clerk and signed by the head."""
    in_return = return_of(opened, unit)
    lines = actions.enter_lines(in_return, drafts, by=unit.clerk, on=on)
    actions.send_for_signature(in_return, by=unit.clerk, on=on)
    actions.sign_return(in_return, by=unit.lead, on=on)
    return [Line.objects.get(pk=line.pk) for line in lines]


def an_accepted_return(opened: Round, unit: Unit, above: Unit, *drafts: Draft, on: date = JULY) -> list[Line]:
    """The drafts entered, signed and accepted by the level above."""
    lines = a_submitted_return(opened, unit, *drafts, on=on)
    actions.accept_lines(lines, by=above.reviewer, on=on)
    return [Line.objects.get(pk=line.pk) for line in lines]


def a_corrected_line(line: Line, unit: Unit, above: Unit, number: int, denominator: int | None = None) -> Line:
    """The line corrected by its unit and accepted by the level above."""
    correction = actions.correct_line(
        line, amount=rules.Amount(number, denominator), reason="漏统计", by=unit.clerk, on=JULY
    )
    actions.send_for_signature(line.in_return, by=unit.clerk, on=JULY)
    actions.sign_return(line.in_return, by=unit.lead, on=JULY)
    actions.accept_lines([correction], by=above.reviewer, on=JULY)
    return Line.objects.get(pk=correction.pk)
