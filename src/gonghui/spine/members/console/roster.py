"""The roster of a subtree: found by name, initials, number, paper or phone, none of which an address shows."""

from collections.abc import Iterable, Sequence

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _

from gonghui.core import bulk, clock, search
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.members import actions
from gonghui.spine.members.actions.people import NEEDS_TRANSFER
from gonghui.spine.members.console.segments import behind, part_in_words
from gonghui.spine.members.console.spans import LISTS, span_of
from gonghui.spine.members.flow import CHECK, KEEP, MEMBER_FLOW, SEE
from gonghui.spine.members.forms import MemberForm
from gonghui.spine.members.models import PHONE_FOUND, Person, paper_index
from gonghui.spine.members.rules import papers
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.web.lists.declared import Filter, Listing, Shown, listed

FEW = 2_000
"""So many holders of a name are fetched before they are put in order."""


def _rows(actor: Actor, query: QueryDict) -> QuerySet[Person]:
    """The members that an address asks for, within the actor's reach."""
    which = query.get("list", "")
    rows: QuerySet[Person] = Person.objects.seen_by(actor)
    words = query.get("unit", "").strip()[:60]
    under = _under(actor, words) if words else Q()
    if which in LISTS:
        rows = behind(actor, which, *span_of(query), query.get("part", ""), under=under)
        under = Q()
    state = query.get("state", "")
    if state in MEMBER_FLOW.states:
        rows = rows.filter(state=state)
    elif state != "all" and which not in LISTS:
        rows = rows.exclude(state="left")
    rows = rows.filter(under)
    if words := search.asked(query.get("q", "")):
        rows = _sought(words, rows)
    return rows.select_related("organisation")


def _under(actor: Actor, words: str) -> Q:
    named = Q(code=words.upper()) | Q(name=words) | Q(short_name=words)
    under = Q(pk__in=[])
    for unit in Organisation.objects.seen_by(actor).filter(named):
        under |= Q(organisation__path__gte=unit.path, organisation__path__lt=unit.path[:-1] + "0")
    return under


def _sought(words: str, rows: QuerySet[Person]) -> QuerySet[Person]:
    """By what was typed: a whole paper or phone number, a member's number, or a name."""
    numbered = by_number(words)
    if numbered is not None:
        return rows.filter(numbered)
    found = search.matching(rows, "name_terms", "name", words)
    # Of a rare name the page is drawn from its holders; only of a common one by walking the list, which else is long.
    few = list(found.order_by().values_list("pk", flat=True)[: FEW + 1])
    return rows.filter(bulk.among("members_person.id", few)) if len(few) <= FEW else found


def by_number(words: str) -> Q | None:
    """Whose whole number was typed, of the roster, a paper or a phone; nothing where it can be none."""
    number = "".join(words.split()).upper()
    if not any(sign.isdigit() for sign in number):
        return None
    asked = Q(number=number) | Q(paper_index=paper_index(papers.kind_of(number), number))
    return asked | Q(phone_index=PHONE_FOUND.of(number)) if len(number) == 11 else asked


def _cells(actor: Actor, rows: Sequence[Person]) -> Iterable[Sequence[Shown]]:
    for one in rows:
        state, form = _(str(one.get_state_display())), _(str(one.get_form_display()))
        yield (one.number, one.masked_name, one.organisation.title, form, state)


LISTING = listed(
    Listing(
        "members",
        "会员名册",
        SEE,
        rows=_rows,
        order=("number",),
        columns=("会员编号", "姓名", "工会", "用工形式", "状态"),
        cells=_cells,
        filters={
            "q": Filter("姓名或号码", personal=True),
            "state": Filter("状态", lambda key: _(MEMBER_FLOW.states.get(key, key))),
            "unit": Filter("组织"),
            "list": Filter("名单", lambda key: _(LISTS.get(key, key))),
            "first": Filter("从"),
            "last": Filter("到"),
            "part": Filter("分类", part_in_words),
        },
        protected=True,
        of_people=True,
        by_words=True,
    )
)


@page(SEE)
def members(request: ConsoleRequest) -> HttpResponseBase:
    """The members of the subtree, masked."""
    asked = LISTING.asked(request.actor, request.GET)
    which = asked.get("list", "")
    first, last = span_of(asked)
    return render(
        request,
        "members/console/members.html",
        {
            "page": LISTING.page(request),
            "asked": asked,
            "listed": _(LISTS[which]) if which in LISTS else "",
            "part": part_in_words(asked.get("part", "")),
            "first": first,
            "last": last,
            "states": [(key, _(word)) for key, word in MEMBER_FLOW.states.items()],
            "may_keep": request.actor.may(KEEP),
        },
    )


@page(KEEP)
def member_new(request: ConsoleRequest) -> HttpResponseBase:
    """The form that admits somebody."""
    typed = request.POST if request.method == "POST" else request.typed
    form = MemberForm(typed or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        entry = form.entry()
        actions.note_elsewhere(entry.paper_kind, entry.paper, by=request.actor, on=clock.today())
        [person] = actions.admit_members([entry], by=request.actor, on=clock.today())
        messages.success(request, _("已入会，会员编号 %(number)s") % {"number": person.number})
        return redirect("member", person.public_id)
    refused: Refusal | None = request.refusal
    elsewhere = refused is not None and refused.code == NEEDS_TRANSFER and request.actor.may(CHECK)
    return render(request, "members/console/member_form.html", {"form": form, "person": None, "elsewhere": elsewhere})


urlpatterns = [
    path("members/", members, name="members"),
    path("members/new/", member_new, name="member_new"),
]
