"""Where organisations stood: an organisation that was moved keeps what happened before under its earlier paths."""

from collections.abc import Iterable

from django.db.models import F

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


def within(paths: tuple[str, ...], above: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the paths that lie under one of the others: what a union below had while it stood there."""
    return tuple(path for path in paths if path.startswith(above))


def short_name(organisation: Organisation, *, english: bool) -> str:
    """The organisation's short name; in English its English one without what all of them share."""
    if english and organisation.english_name:
        return organisation.english_name.removesuffix(" Federation of Trade Unions").removesuffix(" Trade Union")
    return organisation.short_name
