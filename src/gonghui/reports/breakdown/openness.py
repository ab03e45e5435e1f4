"""Which numbers of a report anybody may read: never a sensitive one so small that it points at somebody."""

from collections.abc import Iterable

from gonghui.reports.breakdown import areas
from gonghui.reports.filling import Filled
from gonghui.spine.organisations.models import Organisation


def hidden_rows(filled: Iterable[Filled], organisation: Organisation) -> frozenset[str]:
    """The rows that print as — outside: sensitive ones below ten, shares whose smaller part is, money of few cases.

    Of a district also those that its own report would give away of another, by the city's number less the rest.
    """
    return areas.masked_outside(filled, organisation)
