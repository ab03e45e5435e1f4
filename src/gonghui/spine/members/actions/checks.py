"""Whether somebody is in another union: asked with the whole paper number and their consent, answered by yes or no."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from gonghui.core import access
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.models import Access
from gonghui.spine.members.actions.entries import takes_generated
from gonghui.spine.members.flow import CHECK
from gonghui.spine.members.models import Person
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.members.rules import papers

CHECKED = "members.checked"
FREE, HERE, ELSEWHERE = "free", "here", "elsewhere"


@dataclass(frozen=True)
class Answer:
    """Not in any union, on the asker's own roster, or in another union: which one is never said."""

    how: str
    person: Person | None = None


def check_across(kind: str, number: str, *, consents: bool, by: Actor, on: date) -> Answer:
    """The answer, with a trace that the person can read; refused without consent, or asked too often."""
    by.require(CHECK)
    if not consents:
        raise Refusal("members.check_consent", "须有本人同意才能跨工会查询：请取得同意后勾选")
    paper = papers.paper(kind, number, on=on, generated=takes_generated())
    person = Person.objects.of_paper(paper.kind, paper.number).select_related("organisation").first()
    _asked(person, by=by, on=on)
    if person is None or person.state == "left":
        return Answer(FREE)
    return Answer(HERE, person) if by.sees(person.organisation.path) else Answer(ELSEWHERE, person)


def note_elsewhere(kind: str, number: str, *, by: Actor, on: date) -> None:
    """Admitting or correcting also tells whether somebody is elsewhere: then it counts, and is traced, as a check."""
    paper = papers.paper(kind, number, on=on, generated=takes_generated())
    person = Person.objects.of_paper(paper.kind, paper.number).select_related("organisation").first()
    if person is not None and not by.sees(person.organisation.path):
        _asked(person, by=by, on=on)


@transaction.atomic
def _asked(person: Person | None, *, by: Actor, on: date) -> None:
    """The question stands in the looks; those of one account are counted one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"{CHECKED} {by.account_id}"])
    _limit(by, on)
    access.looked(by, CHECKED, subject_type="members.person", subject_id=person.pk if person is not None else 0)


def _limit(by: Actor, on: date) -> None:
    """So many questions an hour and a day from one account."""
    scheme, now = rules.scheme(on), timezone.now()
    asked = Access.objects.filter(account_id=by.account_id, what=CHECKED)
    for span, most in ((timedelta(hours=1), scheme.checks_an_hour), (timedelta(days=1), scheme.checks_a_day)):
        if asked.filter(looked_at__gt=now - span).count() >= most:
            message = "查询太频繁：每小时最多 %(most)s 次，请过一会儿再试"
            raise Refusal("members.check_often", message, most=scheme.checks_an_hour)
