"""Tables filled for the first time end with every index and constraint they had, or their load fails."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from gonghui.core import bulk, first_load
from gonghui.core.models import random_id
from gonghui.spine.members.actions.people import MEMBERSHIP_COLUMNS
from gonghui.spine.members.models import Membership, Person
from gonghui.spine.members.tests.builders import a_member
from gonghui.spine.organisations.tests.builders import Federation

BOTH = (Person, Membership)
DAY = date(2020, 1, 2)
GUARDS = """
select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = any(%(tables)s::regclass[])
union all select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index
where indrelid = any(%(tables)s::regclass[])
"""


def guards() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(GUARDS, {"tables": [one._meta.db_table for one in BOTH]})
        return set(cursor.fetchall())


def a_membership(person: int, union: int) -> None:
    bulk.copy(Membership, MEMBERSHIP_COLUMNS, [(person, union, DAY, None, None, "taken_over", False, "")])


def names(found: set[tuple[str, str]]) -> set[str]:
    return {name for name, _definition in found}


@pytest.mark.django_db
def test_what_stood_aside_is_put_back_to_the_letter() -> None:
    migrated = guards()
    first_load.set_aside(*BOTH)
    off = names(migrated) - names(guards())
    assert off > {"membership_chain", "membership_one_open", "person_terms", "members_person_paper_index_key"}
    assert off.isdisjoint({"members_person_pkey", "person_state", "membership_order"})
    first_load.set_aside(*BOTH)  # a load that was killed begins again
    first_load.put_back(*BOTH)
    before = guards()  # the server now writes some conditions in other words
    assert names(before) == names(migrated)
    assert len(before) == len(migrated)
    first_load.set_aside(*BOTH)
    first_load.put_back(*BOTH)
    first_load.put_back(*BOTH)
    assert guards() == before


@pytest.mark.django_db
def test_a_load_that_breaks_a_rule_does_not_end() -> None:
    first_load.set_aside(*BOTH)
    a_membership(random_id(), Federation().first.pk)
    with pytest.raises(IntegrityError, match="members_membership_person_id"), transaction.atomic():
        first_load.put_back(*BOTH)
    Membership.objects.all().delete()
    first_load.put_back(*BOTH)


@pytest.mark.django_db
def test_tables_that_hold_rows_stay_whole() -> None:
    a_member(Federation().first)
    before = guards()
    first_load.set_aside(*BOTH)
    assert guards() == before
