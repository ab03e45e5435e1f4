"""Where organisations stood: an organisation that was moved keeps what happened before under its earlier paths."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q

from gonghui.core.period import Period
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.models import Organisation, PathSpan


def paths_of(organisations: Iterable[Organisation]) -> dict[int, tuple[str, ...]]:
    """Every path of each organisation that stood at more than one, the present one first; the others are left out."""
    here = {one.pk: one.path for one in organisations}
    spans = PathSpan.objects.filter(organisation_id__in=here).exclude(path=F("organisation__path"))
    found: dict[int, tuple[str, ...]] = {}
    for pk, path in spans.order_by("-first_on").values_list("organisation_id", "path"):
        kept = found.setdefault(pk, (here[pk],))
        if path not in kept:
            found[pk] = (*kept, path)
    return found


def spans_of(organisation_ids: Iterable[int]) -> dict[int, list[tuple[date, str]]]:
    """Where each of the organisations stood: every path with its first day, in day order."""
    found: dict[int, list[tuple[date, str]]] = defaultdict(list)
    spans = PathSpan.objects.filter(organisation_id__in=set(organisation_ids)).order_by("first_on")
    for pk, first_on, path in spans.values_list("organisation_id", "first_on", "path"):
        found[pk].append((first_on, path))
    return found


def spans_since(organisation_id: int, day: date) -> list[PathSpan]:
    """Where the organisation stood on the day and after it."""
    later = Q(last_on=None) | Q(last_on__gte=day)
    return list(PathSpan.objects.filter(later, organisation_id=organisation_id).order_by("first_on"))


def stood_below(organisation: Organisation, period: Period) -> set[int]:
    """The organisations that an act brought directly under the organisation or took from there, and that stood there
    on some day of the period."""
    spans = PathSpan.objects.filter(path__contains=f"/{organisation.pk}/", first_on__lte=period.last)
    brought = spans.filter(Q(last_on__isnull=False) | Q(act__isnull=False)).exclude(last_on__lt=period.first)
    return {
        pk for pk, path in brought.values_list("organisation_id", "path") if rules.ids_of(path)[-2] == organisation.pk
    } - {organisation.pk}


def within(paths: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the paths that lie under one of the others: what a union below had while it stood there."""
    return tuple(path for path in paths if path.startswith(above))


def short_name(organisation: Organisation, *, english: bool) -> str:
    """The organisation's short name; in English its English one without what all of them share."""
    if english and organisation.english_name:
        return organisation.english_name.removesuffix(" Federation of Trade Unions").removesuffix(" Trade Union")
    return organisation.short_name
