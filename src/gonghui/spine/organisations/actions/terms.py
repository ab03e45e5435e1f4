"""What organisations are found by: made with a founding or a new name, of very many together by the worker."""

from collections.abc import Sequence

from django.db import connection, transaction
from procrastinate.contrib.django import app

from gonghui.core import bulk, codes, search
from gonghui.spine.organisations.models import NameTerms, Organisation, lock_tree, place_terms

AT_ONCE = 5_000
"""So many have their terms in the transaction that names them; more would keep a clerk waiting for the index."""
CHUNK = 5_000

Called = tuple[int, str, str, str, str, str, str]
"""Key, name, short name, English name, code, path, level."""


def terms_of(name: str, short: str, english: str, code: str) -> list[str]:
    """The terms of an organisation's names and of the number in its code."""
    return [*search.terms(name, short), *search.word_terms(english), f"#{codes.running_number(code)}"]


def make_findable(called: Sequence[Called]) -> None:
    """The organisations are found by these names and by no others: now, or soon where they are many."""
    if len(called) == 1:
        key, terms = _row(called[0])
        fresh = NameTerms(organisation_id=key, terms=terms)
        NameTerms.objects.bulk_create(
            [fresh], update_conflicts=True, unique_fields=["organisation"], update_fields=["terms"]
        )
        return
    NameTerms.objects.filter(bulk.among("organisation_id", [key for key, *_ in called])).delete()
    if len(called) > AT_ONCE:
        terms_job.defer()
    else:
        _write(called)


def make_missing() -> int:
    """Every organisation is found by its names; how many were not. Goes on after the last chunk where it was killed."""
    made = 0
    while True:
        with transaction.atomic():
            lock_tree(alone=False)
            missing = Organisation.objects.filter(found_by=None).order_by("pk")
            called = list(
                missing.values_list("pk", "name", "short_name", "english_name", "code", "path", "level")[:CHUNK]
            )
            _write(called)
        made += len(called)
        if len(called) < CHUNK:
            return made


@app.task(name="gonghui.name_terms", lock="gonghui.name_terms")
def terms_job() -> None:
    """After many were founded or renamed together."""
    make_missing()


def _write(called: Sequence[Called]) -> None:
    bulk.copy(NameTerms, ["organisation_id", "terms"], map(_row, called))


def _row(called: Called) -> tuple[int, list[str]]:
    key, *names, path, level = called
    return key, [*terms_of(*names), *place_terms(path, level)]


_ELSEWHERE = """
update organisations_nameterms t
  set terms = array(select term from unnest(t.terms) term where term not like '@%%') || here.term
  from (select id, '@' || split_part(path, '/', 3) as term from organisations_organisation where id = any(%s)) here
  where t.organisation_id = here.id and not t.terms @> array[here.term]
"""


def stand_elsewhere(moved: Sequence[int]) -> None:
    """Organisations that were moved are found in the district that they stand in now."""
    with connection.cursor() as cursor:
        cursor.execute(_ELSEWHERE, [list(moved)])
