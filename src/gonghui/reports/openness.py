"""Which numbers of a report anybody may read: never a sensitive one so small that it points at somebody."""

from collections.abc import Iterable

from gonghui.core.figures import FIGURES, Ask, Value, answer
from gonghui.reports import disclosure
from gonghui.reports.filling import Filled
from gonghui.reports.places import paths_of
from gonghui.spine.organisations.models import Organisation


def hidden_rows(filled: Iterable[Filled], organisation: Organisation) -> frozenset[str]:
    """The rows that print as — outside: sensitive ones below ten, shares whose smaller part is, money of few cases."""
    hidden, counted = set(), []
    for one in filled:
        if not one.figure.sensitive or not one.is_known:
            continue
        if one.row.counted_by:
            counted.append(one)
        elif not disclosure.may_show(_least(one.value)):
            hidden.add(one.row.id)
    if counted:
        paths = paths_of([organisation]).get(organisation.pk, ())
        for one in counted:
            ask = Ask(FIGURES[one.row.counted_by], organisation.path, one.period, paths)
            if not disclosure.may_show(_least(answer([ask], one.cut)[0])):
                hidden.add(one.row.id)
    return frozenset(hidden)


def _least(value: Value) -> int:
    """The number the rule looks at: the smaller part of a share, the number itself otherwise."""
    whole = value.whole
    return whole[0] if len(whole) == 1 else min(whole[0], whole[1] - whole[0])
