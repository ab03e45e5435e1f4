"""Employers as the set-up desk and the founding form enter them, and how they come under a union."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gonghui.core import codes
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import record
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.facts import EmployerCovered, EmployerCoveredAgain, EmployerUncovered
from gonghui.spine.organisations.models import Employer, Organisation


@dataclass(frozen=True)
class EmployerEntry:
    """An employer as typed: its code, name, area, industry, kind of ownership, people employed."""

    uscc: str
    name: str
    area_code: str
    industry_code: str
    ownership: str
    employees: int


def as_employer(entry: EmployerEntry, *, on: date) -> Employer:
    """The checked entry as a row that is not saved yet."""
    rules.check_industry(entry.industry_code)
    rules.check_ownership(entry.ownership)
    if entry.employees < 1:
        raise Refusal(
            "organisations.employees",
            "职工人数是 %(employees)s，应为 1 以上的整数，请核对",
            employees=entry.employees,
        )
    return Employer(
        uscc=codes.employer_uscc(entry.uscc),
        name=rules.checked_name(entry.name),
        area_code=codes.area(entry.area_code, on=on),
        industry_code=entry.industry_code,
        ownership=entry.ownership,
        employees=entry.employees,
    )


def enter_employers(entries: Sequence[EmployerEntry], *, by: Actor, on: date) -> list[Employer]:
    """The rows of the entries, saved, locked until the action ends, and free of any other union."""
    wanted = [as_employer(entry, on=on) for entry in entries]
    seen: set[str] = set()
    for row in wanted:
        if row.uscc in seen:
            raise Refusal("organisations.employer_twice", "单位 %(code)s 填了两次，请删去一个", code=row.uscc)
        seen.add(row.uscc)
    Employer.objects.bulk_create(wanted, ignore_conflicts=True)
    return lock_free([row.uscc for row in wanted], by=by)


def lock_free(usccs: Sequence[str], *, by: Actor) -> list[Employer]:
    """The employers, locked in one order; refused where another union that stands covers one.

    Which union that is, and what the employer is called there, is said to those who see that union.
    """
    rows = list(Employer.objects.select_for_update(of=("self",)).filter(uscc__in=usccs).order_by("id"))
    for row in rows:
        if row.organisation_id is None:
            continue
        union = Organisation.objects.get(pk=row.organisation_id)
        if not by.sees(union.path):
            raise Refusal(
                "organisations.employer_taken",
                "单位 %(code)s 已由其他工会覆盖，不能再建会；请核对代码，或请上级工会协调",
                code=row.uscc,
            )
        raise Refusal(
            "organisations.employer_taken",
            "单位“%(name)s”（%(code)s）已由“%(union)s”覆盖，不能再建会；分支场所请建分会",
            name=row.name,
            code=row.uscc,
            union=union.name,
        )
    return rows


def coverage_fact(employer: Employer, *, new: bool) -> EmployerCovered | EmployerCoveredAgain:
    """What is recorded when a union comes to cover the employer."""
    made = EmployerCovered if new else EmployerCoveredAgain
    return made(
        area=codes.district_of(employer.area_code),
        industry=employer.industry_code[:1],
        non_public=rules.is_non_public(employer.ownership),
        band=rules.band(employer.employees),
    )


def is_new(employer: Employer, *, on: date) -> bool:
    """Whether covering the employer on the day counts as new."""
    return employer.uncovered_on is None or rules.counts_as_new(
        employer.uncovered_on, on, scheme=rules.set_up_scheme(on)
    )


def cover(employer: Employer, union: Organisation, *, by: Actor, on: date) -> None:
    """The union covers the employer; the first time counts as new."""
    new = is_new(employer, on=on)
    employer.organisation, employer.covered_on = union, on
    employer.save(update_fields=["organisation", "covered_on"])
    record(coverage_fact(employer, new=new), about=employer, by=by, happened_on=on, organisation=union)


def uncover_all(union: Organisation, *, by: Actor, on: date) -> None:
    """A union that closes covers nobody any more."""
    for employer in Employer.objects.select_for_update(of=("self",)).filter(organisation=union).order_by("id"):
        employer.organisation, employer.uncovered_on = None, on
        employer.save(update_fields=["organisation", "uncovered_on"])
        fact = EmployerUncovered(area=codes.district_of(employer.area_code))
        record(fact, about=employer, by=by, happened_on=on, organisation=union)
