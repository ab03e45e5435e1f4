"""The bulk path writes row for row what the single action writes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from procrastinate.contrib.django.models import ProcrastinateJob

from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import entries_of
from gonghui.core.models import Entry, FactGroup
from gonghui.spine.organisations import actions
from gonghui.spine.organisations.actions import Founding, terms
from gonghui.spine.organisations.models import (
    CodeSequence,
    Employer,
    NameTerms,
    Organisation,
    PathSpan,
    find_organisations,
    tree_differences,
)
from gonghui.spine.organisations.tests.builders import JANUARY, JUNE, LONG_AGO, MARCH, Federation, an_actor, an_employer

pytestmark = pytest.mark.django_db


def foundings(federation: Federation, names: Sequence[str]) -> list[Founding]:
    superiors = [federation.wangjing, federation.zhongguancun, federation.catering, federation.education]
    return [
        Founding(
            name=name,
            level="base" if at % 5 else "sector" if superiors[at % 4].level != "town" else "joint",
            superior=superiors[at % 4],
            area_code="110105" if superiors[at % 4] == federation.education else "",
            english_name=f"Union {at}",
            employer=an_employer(name=name) if at % 3 else None,
        )
        for at, name in enumerate(names)
    ]


def bulk_found(rows: Sequence[Founding], *, by: Actor, on: date) -> list[Organisation]:
    return list(Organisation.objects.filter(pk__in=actions.bulk_found(rows, by=by, on=on)).order_by("pk"))


def rows_of(model: type[Model], ids: Sequence[int], named: str, *without: str) -> list[dict[str, Any]]:
    columns = [f.attname for f in model._meta.concrete_fields if f.attname not in (*without, "id", "public_id")]
    return list(model._default_manager.filter(**{f"{named}__in": ids}).order_by(named, *columns).values(*columns))


def shape(organisations: Sequence[Organisation]) -> dict[str, Any]:
    """Everything written for the organisations, with keys replaced by their order."""
    ids = [one.pk for one in organisations]
    employers = list(Employer.objects.filter(organisation_id__in=ids).order_by("organisation_id"))
    order = {key: f"o{at}" for at, key in enumerate(ids)} | {e.pk: f"e{at}" for at, e in enumerate(employers)}
    below = {f"/{key}/": f"/o{at}/" for at, key in enumerate(ids)}

    def hidden(path: str) -> str:
        tail = "/" + path.rsplit("/", 2)[1] + "/"
        return path.removesuffix(tail) + below[tail]

    stood = rows_of(Organisation, ids, "pk")
    spans = rows_of(PathSpan, ids, "organisation_id")
    entries = Entry.objects.filter(organisation_id__in=ids)
    facts = dict(FactGroup.objects.values_list("id", "facts"))
    skipped = ("id", "recorded_at", "group_id", "salt")
    written = [
        {
            **{f.attname: getattr(entry, f.attname) for f in Entry._meta.concrete_fields if f.attname not in skipped},
            "subject_id": order[entry.subject_id],
            "organisation_id": order[entry.organisation_id],
            "path": hidden(entry.path),
            "facts": facts[entry.group_id],
        }
        for entry in entries
    ]
    found_by = dict(NameTerms.objects.values_list("organisation", "terms"))
    for row, key in zip(stood, ids, strict=True):
        assert f"#{row['code'].split('-')[2]}" in found_by[key]
        row["terms"] = [term for term in found_by[key] if not term.startswith("#")]
    return {
        "organisations": [{**row, "path": hidden(row["path"]), "code": "", "name": ""} for row in stood],
        "codes": [row["code"][:10] for row in stood],
        "spans": [{**row, "organisation_id": "", "path": hidden(row["path"])} for row in spans],
        "employers": rows_of(Employer, ids, "organisation_id", "organisation_id", "uscc", "name"),
        "entries": sorted(written, key=lambda row: (row["organisation_id"], str(row["subject_id"]), row["kind"])),
    }


def test_the_bulk_path_writes_what_the_action_writes(federation: Federation) -> None:
    actions.move_organisation(federation.catering, federation.city, by=SYSTEM, on=JUNE)
    names = [f"示例{word}有限公司工会" for word in "甲乙丙丁戊己庚辛壬癸"]
    officer = an_actor("org_officer", federation.city)
    before = dict(CodeSequence.objects.values_list("area", "last").filter(letters="BA"))
    singly = [actions.found_organisation(one, by=officer, on=MARCH) for one in foundings(federation, names)]
    between = dict(CodeSequence.objects.values_list("area", "last").filter(letters="BA"))
    together = bulk_found(foundings(federation, names), by=officer, on=MARCH)
    after = dict(CodeSequence.objects.values_list("area", "last").filter(letters="BA"))
    assert shape(together) == shape(singly)
    assert {a: after[a] - between[a] for a in after} == {a: between[a] - before.get(a, 0) for a in after}
    assert list(tree_differences()) == []


def test_codes_run_on_without_gap_or_repeat(federation: Federation) -> None:
    rows = [Founding(f"企业{n}工会", "base", federation.wangjing) for n in range(30)]
    made = bulk_found(rows, by=SYSTEM, on=LONG_AGO)
    assert [int(one.code[10:15]) for one in made] == list(range(3, 33))


def test_where_the_numbers_of_an_area_run_out_nobody_is_founded(federation: Federation) -> None:
    CodeSequence.objects.filter(area="110105", letters="BA").update(last=99_998)
    two = [Founding(f"企业{n}工会", "base", federation.wangjing) for n in range(2)]
    with pytest.raises(Refusal, match="110105") as refused, transaction.atomic():
        actions.bulk_found(two, by=SYSTEM, on=LONG_AGO)
    assert refused.value.code == "organisations.codes_used_up"
    [last] = actions.bulk_found(two[:1], by=SYSTEM, on=LONG_AGO)
    assert Organisation.objects.get(pk=last).code[10:15] == "99999"


def test_one_wrong_row_leaves_nothing_behind(federation: Federation) -> None:
    good = Founding("好工会", "base", federation.wangjing, employer=an_employer())
    count = Organisation.objects.count()
    for wrong in (
        replace(good, level="branch"),
        replace(good, superior=None),
        replace(good, employer=replace(an_employer(), uscc="91110105MA0000001X")),
        good,
    ):
        with pytest.raises(Refusal):
            actions.bulk_found([good, wrong], by=SYSTEM, on=JUNE)
    assert Organisation.objects.count() == count


def test_the_bulk_path_asks_for_power_and_reach(federation: Federation) -> None:
    rows = [Founding("工会", "base", federation.wangjing)]
    for actor in (an_actor("statistician", federation.city), an_actor("org_officer", federation.haidian)):
        with pytest.raises(PowerMissing):
            actions.bulk_found(rows, by=actor, on=JUNE)


def test_many_renamings_are_row_for_row_what_the_single_ones_write(federation: Federation) -> None:
    names = ("示例新名公司工会", "新名", "New Name Union")
    actions.rename_organisation(
        federation.first, names[0], by=SYSTEM, on=JUNE, short_name=names[1], english_name=names[2]
    )
    actions.bulk_rename({federation.second.pk: names}, by=SYSTEM, on=JUNE)
    both = (federation.first, federation.second)
    for one in both:
        one.refresh_from_db()
    assert federation.first.pinyin_key == federation.second.pinyin_key
    own = [{term for term in one.found_by.terms if not term.startswith("#")} for one in both]
    assert own[0] == own[1]
    former = [one.former_names.values("last_on").get() for one in both]
    acts = [one.acts.values("act", "on", "units", "source", "target").get() for one in both]
    told = [entries_of(one).values("kind", "group_id", "happened_on", "quantity", "sign").last() for one in both]
    assert former[0] == former[1]
    assert acts[0] == acts[1]
    assert told[0] == told[1]


def test_very_many_are_found_by_name_once_the_worker_has_been_there(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "AT_ONCE", 2)
    monkeypatch.setattr(terms, "CHUNK", 2)
    rows = [Founding(f"远山{sign}号公司工会", "base", federation.wangjing) for sign in "甲乙丙"]
    made = bulk_found(rows, by=SYSTEM, on=MARCH)
    assert not find_organisations(SYSTEM, "远山", 9)
    assert [job.task_name for job in ProcrastinateJob.objects.all()] == ["gonghui.name_terms"]
    assert terms.make_missing() == 3
    assert set(find_organisations(SYSTEM, "远山", 9)) == set(made)
    actions.bulk_rename({one.pk: (f"改称{one.pk}工会", "", "") for one in made}, by=SYSTEM, on=JUNE)
    assert terms.make_missing() == 3
    assert terms.make_missing() == 0
    assert {one.pk for one in find_organisations(SYSTEM, "改称", 9)} == {one.pk for one in made}


def test_an_employer_known_and_free_comes_under_the_union_founded_in_bulk(federation: Federation) -> None:
    entry = an_employer()
    first, second = (
        Founding(name=f"示例{n}公司工会", level="base", superior=federation.wangjing, employer=entry) for n in "甲乙"
    )
    [union] = bulk_found([first], by=SYSTEM, on=JANUARY)
    with pytest.raises(Refusal, match="覆盖"):
        actions.bulk_found([second], by=SYSTEM, on=MARCH)
    actions.bulk_unfound([union.pk], by=SYSTEM)
    [again] = bulk_found([second], by=SYSTEM, on=MARCH)
    assert Employer.objects.get(uscc=entry.uscc).organisation == again
