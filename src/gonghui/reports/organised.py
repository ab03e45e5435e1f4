"""A figure as organised now: today's tree applied to old entries, told from the figure as it was organised then."""

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection

from gonghui.core.answers import Units
from gonghui.core.figures import Ask
from gonghui.reports.places import paths_of
from gonghui.spine.organisations.models import Organisation, PathSpan

_PIECES = """
with recursive piece as (
  select id, is_mixed from organisations_organisation where id = %s
  union all
  select below.id, below.is_mixed from organisations_organisation below join piece on below.parent_id = piece.id
  where piece.is_mixed)
select id, is_mixed from piece
"""


def units_now(organisation: Organisation) -> Units:
    """Who stands under the organisation today, in as few pieces as say it.

    An organisation nobody ever came to or left, wherever it stood itself, is one piece with all under it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PIECES, [organisation.pk])
        pieces = cursor.fetchall()
    under = Organisation.objects.under(organisation.path)
    paths = PathSpan.objects.filter(organisation__in=under).values_list("path", flat=True).distinct().order_by("path")
    return Units(
        whole=tuple(pk for pk, mixed in pieces if not mixed),
        own=tuple(pk for pk, mixed in pieces if mixed),
        paths=tuple(paths),
    )


def as_now(asks: Sequence[Ask], organisation: Organisation) -> list[Ask]:
    """The same questions of one organisation, for all who stand under it today."""
    if not organisation.is_mixed:
        return as_then(asks, organisation)
    units = units_now(organisation)
    return [replace(ask, units=units) for ask in asks]


def as_then(asks: Sequence[Ask], organisation: Organisation) -> list[Ask]:
    """The same questions of one organisation, for whoever stood under it on each day.

    All that ever happened under it is one piece of the roll-up, wherever it stood itself.
    """
    paths = paths_of([organisation]).get(organisation.pk, ())
    units = Units((organisation.pk,), (), ()) if paths else None
    return [replace(ask, paths=paths, units=units) for ask in asks]
