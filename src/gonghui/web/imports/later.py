"""What the journal tells since an import: whatever anybody did with a record has left an entry there."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _

from gonghui.core.errors import Refusal
from gonghui.core.facts import KINDS
from gonghui.core.journal import SUBJECT_TYPE_IDS, subject_type_of

_SINCE = """
select distinct on (at) {column} as at, k.name, e.happened_on from core_entry e join core_kind k on k.id = e.kind
where e.id > %s and {column} = any(%s::bigint[]) {more} order by at, e.id
"""
Told = dict[int, tuple[str, date]]


def in_organisations(organisations: Collection[int], *, after: int) -> Told:
    """For each organisation the first thing that was accounted for in it after a position of the journal."""
    return _told(_SINCE.format(column="e.organisation_id", more=""), [after, list(organisations)])


def about(model: type[Model], ids: Collection[int], *, after: int) -> Told:
    """For each record the first thing that was accounted for about it after a position of the journal."""
    subject = SUBJECT_TYPE_IDS.known(subject_type_of(model)) or -1
    sql = _SINCE.format(column="e.subject_id", more="and e.subject_type = %s")
    return _told(sql, [after, list(ids), subject])


def _told(sql: str, values: list[Any]) -> Told:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall()}


def refusal(told: tuple[str, date]) -> Refusal:
    """That something was built on a row, as the sentence beside it."""
    kind, on = told
    title = KINDS[kind].title if kind in KINDS else kind
    return Refusal("imports.built_on", "之后已有台账：%(what)s（%(on)s）", what=_(title), on=on)
