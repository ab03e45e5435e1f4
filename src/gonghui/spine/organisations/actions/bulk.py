"""Founding, renaming and unfounding many organisations at once: what the single actions write, by binary COPY."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, Max, Model, OuterRef, QuerySet
from django.utils import timezone

from gonghui.core import bulk
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import KIND_IDS, SUBJECT_TYPE_IDS, Pending, subject_type_of
from gonghui.core.models import Entry
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.actions.employers import as_employer, coverage_fact, is_new, lock_free
from gonghui.spine.organisations.actions.terms import make_findable
from gonghui.spine.organisations.actions.tree import (
    Founding,
    Names,
    area_of,
    as_row,
    check_founding,
    check_renaming,
    draw_ids,
    draw_numbers,
    former_name,
    named,
    pinyin_key,
    require_reach,
)
from gonghui.spine.organisations.facts import (
    OrganisationFounded,
    OrganisationRenamed,
)
from gonghui.spine.organisations.models import Employer, FormerName, Organisation, PathSpan, TreeAct, lock_tree

New = Mapping[str, Any]
"""A new organisation's columns."""
_CALLED = itemgetter("id", "name", "short_name", "english_name", "code", "path", "level")


@transaction.atomic
def bulk_found(foundings: Sequence[Founding], *, by: Actor, on: date) -> list[int]:
    """Each founding has become an organisation, as if found one by one; all of them or none. Their keys, in order."""
    by.require("organisations.edit")
    lock_tree(alone=False)
    superiors = _fresh_superiors(foundings)
    checked = set()
    for founding in foundings:
        if founding.superior is None:
            raise Refusal(
                "organisations.superior_missing", "“%(level)s”必须有上级组织，请选择上级", level=founding.level
            )
        founding.superior.__dict__.update(superiors[founding.superior.pk].__dict__)
        if (alike := (founding.level, founding.superior.pk, founding.area_code)) not in checked:
            check_founding(founding, by=by, on=on)  # which looks at nothing else
            checked.add(alike)
    rows: list[New] = []
    bulk.copy(Organisation, _columns(Organisation), _written(_new_rows(foundings, on=on), rows))
    make_findable([_CALLED(row) for row in rows])
    spans = _spans(rows, on=on)
    bulk.copy(PathSpan, ["organisation_id", "path", "first_on", "last_on", "act_id"], spans)
    employers = _employers(foundings, rows, on=on)
    places = {key: path for key, path, first_on, _last_on, _act in spans if first_on == on}
    known = _cover_known(employers, by=by)
    entries = [*_founded(rows, places, by=by, on=on), *_covered(employers, places, by=by, on=on)]
    fresh = (_values(row) for row in employers if row.pk not in known)
    bulk.load(Employer, _columns(Employer), fresh, entries=entries)
    return [row["id"] for row in rows]


def _founded(rows: Sequence[New], places: Mapping[int, str], *, by: Actor, on: date) -> Iterator[Pending]:
    """The entries of the foundings; what organisations of a level have in common is made once."""
    alike: dict[str, partial[Pending]] = {}
    for row in rows:
        level, key = row["level"], row["id"]
        if level not in alike:
            about = {"subject_type": subject_type_of(Organisation), "subject_id": 0, "organisation_id": 0, "path": ""}
            one = bulk.pending_like(OrganisationFounded(level=level), **about, actor_id=by.id, happened_on=on)
            alike[level] = partial(Pending, **vars(one))
        yield alike[level](subject_id=key, organisation_id=key, path=places[key])


def _covered(employers: Sequence[Employer], places: Mapping[int, str], *, by: Actor, on: date) -> Iterator[Pending]:
    for one in employers:
        union = one.organisation_id or 0
        yield bulk.pending_like(
            coverage_fact(one, new=is_new(one, on=on)),
            subject_type=subject_type_of(one),
            subject_id=one.pk,
            organisation_id=union,
            path=places[union],
            actor_id=by.id,
            happened_on=on,
        )


# Renaming and taking back -------------------------------------------------------------------------------------------

_RENAMED = """
update organisations_organisation o set name = r.name, short_name = r.short_name, english_name = r.english_name,
  pinyin_key = r.pinyin_key from organisations_renamed r where r.id = o.id
"""


@transaction.atomic
def bulk_rename(names: Mapping[int, Names], *, by: Actor, on: date) -> None:
    """Each organisation has its other name, as if renamed one by one; all of them or none."""
    by.require("organisations.edit")
    lock_tree(alone=True)
    found = list(Organisation.objects.filter(bulk.among("id", names)).order_by("pk"))
    since = dict(
        FormerName.objects.filter(bulk.among("organisation_id", names))
        .values_list("organisation_id")
        .annotate(last=Max("last_on"))
    )
    kept, acts, rows = [], [], []
    for one in found:
        require_reach(by, one)
        given = named(*names[one.pk])
        check_renaming(one, given, since.get(one.pk), on=on)
        if (former := former_name(one, since.get(one.pk), on=on)) is not None:
            kept.append(former)
        acts.append(TreeAct(act="rename", organisation=one, on=on, recorded_at=timezone.now()))
        rows.append((one.pk, *given, pinyin_key(given[0])))
    with connection.cursor() as cursor:
        cursor.execute(
            "create temporary table organisations_renamed (id int primary key, name text, short_name text, "
            "english_name text, pinyin_key text) on commit drop"
        )
        with cursor.copy("copy organisations_renamed from stdin (format binary)") as out:
            out.set_types(["int4", "text", "text", "text", "text"])
            for row in rows:
                out.write_row(row)
        cursor.execute(_RENAMED)
        cursor.execute("drop table organisations_renamed")
    make_findable([(one.pk, *row[1:4], one.code, one.path, one.level) for one, row in zip(found, rows, strict=True)])
    columns = [name for name in _columns(FormerName) if name != "id"]
    bulk.copy(FormerName, columns, ([getattr(one, name) for name in columns] for one in kept))
    entries = [_entry(OrganisationRenamed(), one, one, by, on) for one in found]
    bulk.load(TreeAct, _columns(TreeAct), (_values(act) for act in acts), entries=entries)


UNFOUNDED = "unfounded"


@transaction.atomic
def bulk_unfound(ids: Sequence[int], *, by: Actor) -> None:
    """Organisations founded by mistake count as never founded: what recorded it is reversed, their employers are free.

    Their codes stay used, and they stay in the tree as closed on the day of their founding.
    """
    by.require("organisations.edit")
    lock_tree(alone=True)
    for path in Organisation.objects.filter(bulk.among("id", ids)).values_list("path", flat=True):
        if not by.sees(path):
            raise PowerMissing("organisations.reach_many", "有组织不在本单位的范围内，无权操作")
    covered = Employer.objects.filter(bulk.among("organisation_id", ids))
    employers = list(covered.select_for_update(of=("self",)).values_list("pk", flat=True))
    kinds = ("organisations.employer_covered", "organisations.employer_covered_again")
    founded = _standing(Organisation, ids, ("organisations.organisation_founded",))
    came = _standing(Employer, employers, kinds).filter(bulk.among("organisation_id", ids))
    undone = [*founded.values_list("pk", flat=True), *came.values_list("pk", flat=True)]
    covered.update(organisation=None, covered_on=None)
    Organisation.objects.filter(bulk.among("id", ids)).update(is_active=False, closed_on=F("founded_on"))
    bulk.reverse_entries(undone, why=UNFOUNDED, by=by)


def _standing(model: type[Model], ids: Sequence[int], kinds: Sequence[str]) -> QuerySet[Entry]:
    """The entries of the kinds about the records that were not reversed."""
    subject = SUBJECT_TYPE_IDS.known(subject_type_of(model)) or -1
    found = Entry.objects.filter(bulk.among("subject_id", ids), subject_type=subject, sign=1)
    return found.filter(kind__in=[KIND_IDS.known(kind) or -1 for kind in kinds]).exclude(
        Exists(Entry.objects.filter(reverses=OuterRef("pk")))
    )


def _fresh_superiors(foundings: Sequence[Founding]) -> dict[int, Organisation]:
    keys = {founding.superior.pk for founding in foundings if founding.superior is not None}
    return Organisation.objects.in_bulk(keys)


def _new_rows(foundings: Sequence[Founding], *, on: date) -> Iterator[New]:
    """The rows in the order given, with the numbers the single action would have drawn; asked for before the first."""
    kinds = [(area_of(founding)[:6], rules.level_of(founding.level).letters) for founding in foundings]
    following = {kind: draw_numbers(*kind, how_many) for kind, how_many in sorted(Counter(kinds).items())}
    keys = draw_ids(len(foundings))

    def made() -> Iterator[New]:
        for founding, kind, key in zip(foundings, kinds, keys, strict=True):
            yield as_row(founding, key=key, number=following[kind], on=on)
            following[kind] += 1

    return made()


def _written(rows: Iterable[New], made: list[New]) -> Iterator[tuple[object, ...]]:
    """The rows as COPY takes them, while the server writes those before; each is also among the `made`."""
    in_order = itemgetter(*(field.attname for field in Organisation._meta.concrete_fields))
    for row in rows:
        made.append(row)
        yield in_order(row)


def _employers(foundings: Sequence[Founding], rows: Sequence[New], *, on: date) -> list[Employer]:
    """The employers of the foundings, covered from the day on; those known already are free of any other union."""
    made = []
    for founding, row in zip(foundings, rows, strict=True):
        if founding.employer is not None:
            employer = as_employer(founding.employer, on=on)
            employer.organisation_id, employer.covered_on = row["id"], on
            made.append(employer)
    usccs = [employer.uscc for employer in made]
    for code in [code for code, times in Counter(usccs).items() if times > 1][:1]:
        raise Refusal("organisations.employer_twice", "单位 %(code)s 填了两次，请删去一个", code=code)
    return made


def _cover_known(employers: Sequence[Employer], *, by: Actor) -> set[int]:
    """Employers that are known already take over their row, locked and free; the keys of those."""
    asked = Employer.objects.filter(bulk.among("uscc", [one.uscc for one in employers], "text"))
    known = {one.uscc: one for one in asked}
    if not known:
        return set()
    free = {one.uscc: one for one in lock_free(list(known), by=by)}
    for employer in employers:
        if (before := free.get(employer.uscc)) is not None:
            employer.pk, employer.public_id = before.pk, before.public_id
            employer.uncovered_on = before.uncovered_on
            before.organisation_id, before.covered_on = employer.organisation_id, employer.covered_on
    Employer.objects.bulk_update(free.values(), ["organisation", "covered_on"], batch_size=5_000)
    return {one.pk for one in free.values()}


def _spans(rows: Sequence[New], *, on: date) -> list[tuple[int, str, date, date | None, int | None]]:
    """The spans of the superiors from the day on, each with the new organisation's key behind."""
    above: dict[int, list[PathSpan]] = {}
    for span in PathSpan.objects.filter(organisation_id__in={row["parent_id"] for row in rows}):
        if span.last_on is None or span.last_on >= on:
            above.setdefault(span.organisation_id, []).append(span)
    return [
        (
            row["id"],
            f"{span.path}{row['id']}/",
            max(span.first_on, on),
            span.last_on,
            span.act_id if span.first_on > on else None,
        )
        for row in rows
        for span in above[row["parent_id"]]
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
