"""Founding many organisations at once: the rows and entries the single action writes, by binary COPY."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model

from gonghui.core import bulk
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import Pending, subject_type_of
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.actions.employers import as_employer, coverage_fact
from gonghui.spine.organisations.actions.tree import (
    Founding,
    area_of,
    as_organisation,
    check_founding,
    draw_ids,
    draw_numbers,
)
from gonghui.spine.organisations.facts import OrganisationFounded
from gonghui.spine.organisations.models import Employer, Organisation, PathSpan, lock_tree


@transaction.atomic
def bulk_found(foundings: Sequence[Founding], *, by: Actor, on: date) -> list[Organisation]:
    """Each founding has become an organisation, as if found one by one; all of them or none."""
    by.require("organisations.edit")
    lock_tree(alone=False)
    superiors = _fresh_superiors(foundings)
    for founding in foundings:
        if founding.superior is None:
            raise Refusal(
                "organisations.superior_missing", "“%(level)s”必须有上级组织，请选择上级", level=founding.level
            )
        founding.superior.__dict__.update(superiors[founding.superior.pk].__dict__)
        check_founding(founding, by=by, on=on)
    rows = _rows(foundings, on=on)
    employers = _employers(foundings, rows, on=on)
    bulk.copy(Organisation, _columns(Organisation), (_values(row) for row in rows))
    bulk.copy(PathSpan, ["organisation_id", "path", "first_on", "last_on", "act_id"], _spans(rows, on=on))
    entries = [_entry(OrganisationFounded(level=row.level), row, row, by, on) for row in rows]
    entries += [
        _entry(coverage_fact(one, new=True), one, organisation, by, on)
        for one in employers
        if (organisation := one.organisation) is not None
    ]
    bulk.load(Employer, _columns(Employer), (_values(row) for row in employers), entries=entries)
    return rows


def _fresh_superiors(foundings: Sequence[Founding]) -> dict[int, Organisation]:
    keys = {founding.superior.pk for founding in foundings if founding.superior is not None}
    return Organisation.objects.in_bulk(keys)


def _rows(foundings: Sequence[Founding], *, on: date) -> list[Organisation]:
    """The organisations in the order given, with the numbers the single action would have drawn."""
    kinds = [(area_of(founding)[:6], rules.level_of(founding.level).letters) for founding in foundings]
    following = {kind: draw_numbers(*kind, how_many) for kind, how_many in sorted(Counter(kinds).items())}
    rows = []
    for founding, kind, key in zip(foundings, kinds, draw_ids(len(foundings)), strict=True):
        rows.append(as_organisation(founding, key=key, number=following[kind], on=on))
        following[kind] += 1
    return rows


def _employers(foundings: Sequence[Founding], rows: Sequence[Organisation], *, on: date) -> list[Employer]:
    """The employers of the foundings, covered from the day on; none of them may be known already."""
    made = []
    for founding, row in zip(foundings, rows, strict=True):
        if founding.employer is not None:
            employer = as_employer(founding.employer, on=on)
            employer.organisation, employer.covered_on = row, on
            made.append(employer)
    codes = [employer.uscc for employer in made]
    twice = [code for code, times in Counter(codes).items() if times > 1]
    known = list(Employer.objects.filter(uscc__in=codes).values_list("uscc", flat=True)[:1])
    for code in twice[:1] or known:
        raise Refusal(
            "organisations.employer_known", "单位 %(code)s 已登记或重复，成批建立只收新单位，请删去", code=code
        )
    return made


def _spans(rows: Sequence[Organisation], *, on: date) -> Iterable[tuple[object, ...]]:
    """The spans of the superiors from the day on, each with the new organisation's key behind."""
    above: dict[int, list[PathSpan]] = {}
    for span in PathSpan.objects.filter(organisation_id__in={row.parent_id for row in rows}):
        if span.last_on is None or span.last_on >= on:
            above.setdefault(span.organisation_id, []).append(span)
    return [
        (
            row.id,
            f"{span.path}{row.id}/",
            max(span.first_on, on),
            span.last_on,
            span.act_id if span.first_on > on else None,
        )
        for row in rows
        for span in above[row.parent_id or 0]
    ]


def _entry(fact: Any, about: Model, organisation: Organisation, by: Actor, on: date) -> Pending:
    return bulk.pending_like(
        fact,
        subject_type=subject_type_of(about),
        subject_id=int(about.pk),
        organisation_id=organisation.id,
        path=organisation.path_on(on),
        actor_id=by.id,
        happened_on=on,
    )


def _columns(model: type[Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def _values(row: Model) -> list[object]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields]
