"""Random histories of social workers, certificates and unions: the books' two lists are the tables' on every day."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.core.actor import SYSTEM
from gonghui.core.errors import Refusal
from gonghui.core.models import Entry
from gonghui.core.period import Period
from gonghui.spine.officials import actions, schedule
from gonghui.spine.officials.actions import Posting
from gonghui.spine.officials.figures import QUALIFIED_SHARE
from gonghui.spine.officials.models import Certificate, Registration, SocialWorker, Spell, share_differences
from gonghui.spine.officials.tests import worker_builders as made
from gonghui.spine.organisations.actions import move_organisation
from gonghui.spine.organisations.models import Organisation, PathSpan
from gonghui.spine.organisations.models.audits import entry_differences
from gonghui.spine.organisations.tests.builders import Federation

BEGIN, END = date(2020, 1, 2), date(2020, 12, 31)
KINDS = (("social_work", "worker"), ("counselling", "third"), ("law", "whole"))
Step = tuple[str, int, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            "post post transfer leave come_back end submit submit verify renew reject clock move".split()  # noqa: SIM905
        ),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(0, 25),
    ),
    min_size=6,
    max_size=18,
)


class Play:
    """Four people, four unions, and days that go on; what a step may not do is refused and leaves nothing."""

    def __init__(self) -> None:
        self.federation = Federation()
        units = (self.federation.wangjing, self.federation.first, self.federation.zhongguancun, self.federation.city)
        self.positions = [made.a_position(unit, headcount=2, first_on=BEGIN) for unit in units]
        self.workers = [made.a_hired_worker(unit) for unit in units]
        self.on = BEGIN

    def take(self, step: Step) -> None:
        """One step, some days after the one before."""
        name, one, other, days = step
        self.on += timedelta(days=days)
        worker = SocialWorker.objects.get(pk=self.workers[one].pk)
        try:
            with transaction.atomic():
                self.verbs(worker, other)[name]()
        except Refusal:
            pass

    def verbs(self, worker: SocialWorker, other: int) -> dict[str, Callable[[], object]]:
        """What each step does."""
        on, federation, position = self.on, self.federation, self.positions[other]
        kind, level = KINDS[other % 3]
        until = on + timedelta(days=20 * (other + 1)) if kind == "social_work" else None
        above = (federation.chaoyang, federation.haidian, federation.education, federation.city)[other]
        return {
            # Half of them are entered late, for a day of the past.
            "post": lambda: actions.post_workers(
                [Posting(worker, position, max(BEGIN, on - timedelta(days=9 * (other % 2))))], by=SYSTEM, on=on
            ),
            "transfer": lambda: actions.turn_worker(worker, "transfer", position=position, by=SYSTEM, on=on),
            **{
                step: lambda step=step: actions.turn_worker(
                    worker, step, by=SYSTEM, on=on, day=on - timedelta(days=5 * (other % 2))
                )
                for step in ("leave", "come_back", "end")
            },
            "submit": lambda: made.a_certificate(worker, kind=kind, level=level, until=until, on=on),
            "verify": lambda: self.check("verify", worker),
            "reject": lambda: self.check("reject", worker),
            "renew": lambda: [
                made.renewed(one, on + timedelta(days=60), on=on) for one in worker.certificates.exclude(kind="law")
            ],
            "clock": lambda: schedule.turn(on),
            "move": lambda: self.move(above),
        }

    def check(self, step: str, worker: SocialWorker) -> None:
        """Everything of theirs that waits is decided on."""
        waiting = list(Certificate.objects.filter(worker=worker, state="submitted"))
        if waiting:
            actions.check_certificates(waiting, step, by=SYSTEM, on=self.on, why_not="原件不清")

    def move(self, above: Organisation) -> None:
        """Wangjing, with the union under it, comes to stand under another."""
        unit = Organisation.objects.get(pk=self.federation.wangjing.pk)
        move_organisation(unit, Organisation.objects.get(pk=above.pk), by=SYSTEM, on=self.on)

    def expected(self, path: str, day: date) -> tuple[int, int]:
        """Both lists under a path, person by person, in the plainest words."""
        qualified = everybody = 0
        for spell in Spell.objects.filter(state="on_post").select_related("position__organisation"):
            is_there = spell.first_on <= day and (spell.last_on is None or day <= spell.last_on)
            if not is_there or not spell.position.organisation.path_on(day).startswith(path):
                continue
            everybody += 1
            qualified += any(
                one.checked_on is not None and one.checked_on <= day and (one.until is None or day <= one.until)
                for one in Registration.objects.filter(
                    certificate__worker=spell.worker_id,
                    accepted=True,
                    certificate__kind__in=("social_work", "counselling"),
                )
            )
        return qualified, everybody


def played(steps: list[Step]) -> None:
    """The steps are taken, the clock comes late, and every list of every day is compared with the tables."""
    with transaction.atomic():
        play = Play()
        for step in steps:
            play.take(step)
        schedule.turn(END)
        assert not list(share_differences())
        days = set(
            Entry.objects.of_kinds("officials.on_post_changed", "officials.qualified_changed").values_list(
                "happened_on", flat=True
            )
        )
        for path in set(PathSpan.objects.values_list("path", flat=True)):
            for day in {near for one in days for near in (one, one - timedelta(days=1))} | {END}:
                value = QUALIFIED_SHARE.value(path, Period.day(day)).total
                assert value == play.expected(path, day), (path, day)
        assert list(entry_differences()) == []
        before = Entry.objects.count()
        assert schedule.turn(END) == 0
        assert Entry.objects.count() == before
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_on_every_day_under_every_path_the_books_tell_the_lists_of_the_tables(steps: list[Step]) -> None:
    played(steps)


@pytest.mark.soak
@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_same_in_many_more_orders(steps: list[Step]) -> None:
    played(steps)
