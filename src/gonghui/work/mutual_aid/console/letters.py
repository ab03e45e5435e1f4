"""A settlement as its letter tells it: what the bureau said, the text line by line, what was paid and when."""

from django.http import Http404, HttpResponseBase
from django.urls import path

from gonghui.core import access
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import letters
from gonghui.work.mutual_aid.facts import SETTLEMENT_OPENED
from gonghui.work.mutual_aid.flow import SEE
from gonghui.work.mutual_aid.forms.telling import told
from gonghui.work.mutual_aid.rules import numbers


@page(SEE)
def settlement(request: ConsoleRequest, number: str) -> HttpResponseBase:
    """The letter of one settlement; the look is written down. Its member is named by number alone."""
    found = actions.settled(numbers.of_letters(number) or 0)
    if found is None or not request.actor.sees(found.piece.file.organisation.path):
        raise Http404
    access.looked(request.actor, SETTLEMENT_OPENED, subject_type="mutual_aid.settlement", subject_id=found.pk)
    person = letters.person_of(found)
    return render(
        request,
        "mutual_aid/console/letter.html",
        {
            **told(letters.letter_of(found)),
            "file": found.piece.file,
            "unit": Organisation.objects.get(pk=found.unit),
            "member": person.number,
            "number": number,
        },
    )


urlpatterns = [path("mutual_aid/letters/<str:number>/", settlement, name="aid_letter")]
