"""The palette's shelf of members: by name, initials or number within the scope, masked as the roster shows them."""

from gonghui.core import search
from gonghui.core.planning import as_in_memory
from gonghui.spine.members.console.roster import by_number
from gonghui.spine.members.flow import SEE
from gonghui.spine.members.models import Person
from gonghui.web.palette import A_SHELF, Found, Sought, searching
from gonghui.web.subjects import address_of


def people_for(sought: Sought) -> list[Person]:
    """The members in sight that were typed: whose number it is, or whose name."""
    rows = Person.objects.seen_by(sought.actor).members().select_related("organisation").order_by()
    numbered = by_number(sought.words)
    if numbered is not None:
        return list(rows.filter(numbered)[:A_SHELF])
    with as_in_memory():
        return search.ranked(rows, "name_terms", "name", sought.words, limit=A_SHELF, people=True, exact=False)


@searching("会员")
def find(sought: Sought) -> list[Found]:
    """Members, for the search box."""
    if not sought.actor.may(SEE):
        return []
    return [
        Found(
            one.masked_name,
            address_of("member", one.public_id),
            f"{one.number} · {one.organisation.short_title}",
            also=(one.name, sought.words if by_number(sought.words) is not None else one.number),
        )
        for one in people_for(sought)
    ]
