"""What is held while lines are written and decided on, so that no two of them count the same thing."""

import hashlib
from collections.abc import Iterable

from django.db import connection

from gonghui.reports.checking import above
from gonghui.reports.models.filings import ancestors

LINE_LOCKS = 21 << 48
"""The advisory locks of returned figures: one for each figure and organisation, shared along the path above it."""
MANY = 50
"""From so many families on, the whole figure is locked instead of each family."""


def lock_families(families: Iterable[tuple[str, str]]) -> None:
    """Hold the organisation of each (figure, path) alone and those above it shared, until the transaction ends.

    Lines of sister organisations do not wait for each other; a line and one above or below it do, and so do two lines
    of one organisation before and after it was moved. A large batch holds the whole figure instead.
    """
    wanted: dict[int, bool] = {}
    asked = sorted(set(families))
    if len(asked) > MANY:
        asked = sorted({(figure, above(path)[0]) for figure, path in asked})
    for figure, path in asked:
        *higher, own = ancestors(path)
        for each in higher:
            wanted.setdefault(_key(figure, each), False)
        wanted[_key(figure, own)] = True
    _lock(wanted)


def lock_programme(apps: Iterable[str], *, alone: bool) -> None:
    """Accepting lines shares the app's lock, starting its programme holds it alone."""
    _lock({_key(app, "programme"): alone for app in apps})


def _key(figure: str, whose: int | str) -> int:
    digest = hashlib.blake2b(f"{figure} {whose}".encode(), digest_size=6).digest()
    return LINE_LOCKS | int.from_bytes(digest, "big")


def _lock(wanted: dict[int, bool]) -> None:
    keys = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "select case when alone then pg_advisory_xact_lock(key)::text "
            "else pg_advisory_xact_lock_shared(key)::text end "
            "from unnest(%s::bigint[], %s::boolean[]) as wanted(key, alone)",
            [keys, [wanted[key] for key in keys]],
        )
