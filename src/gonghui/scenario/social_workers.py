"""The federation's social workers: 820 on post in June, 338 of them with a certificate that counts, by unit and day.

Their shares are those of the plan, so that the figure has the same parts as everything else; who they are, what they
hold and when it lapses is generated here and entered by the same actions that officials use.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from gonghui.reports.actions import start_programme
from gonghui.scenario import names, plan
from gonghui.scenario.stage import DEMO_TODAY, Stage
from gonghui.scenario.targets import QUALIFIED_SHARE, SEED
from gonghui.scenario.tree import Items
from gonghui.spine.officials import actions, schedule
from gonghui.spine.officials.actions import CertificateEntry, PositionEntry, Posting, WorkerEntry
from gonghui.spine.officials.models import Certificate, Position, SocialWorker

APP, RECORDED_SINCE = "officials", date(2019, 1, 1)
TAKEN_OVER, VERIFIED = date(2019, 1, 2), date(2019, 1, 3)
JOINING = (date(2020, 3, 2), date(2020, 5, 6))
VERIFYING = (date(2020, 1, 15), date(2020, 4, 10), date(2020, 6, 12))
"""The days of the half-year on which people came on post, and on which certificates were verified."""
SOCIAL_WORK, COUNSELLING, LABOUR_RELATIONS = 214, 96, 121
"""How many of the qualified hold each kind; some hold two, and count once."""
LAPSING = (
    (date(2020, 8, 31), 4),
    (date(2020, 9, 30), 5),
    (date(2020, 10, 31), 6),
    (date(2020, 11, 30), 9),
    (date(2020, 12, 31), 14),
    (date(2021, 1, 31), 7),
    (date(2021, 2, 28), 6),
    (date(2021, 6, 30), 60),
    (date(2021, 12, 31), 103),
)
"""When the registrations of the social-work certificates end: cities register in batches, at the end of a month."""
AWAY = (("leave", date(2019, 5, 6)), ("second", date(2019, 9, 2)), ("end", date(2019, 11, 29)))
"""People beyond the 820 who went on leave, were seconded or left the year before: two of each."""
WAITING = 4
LEVELS = {"social_work": ("assistant", "worker"), "counselling": ("third", "second"), "labour_relations": ("third",)}
DUTIES = ("organising", "service", "disputes", "bargaining", "aid", "training")
ISSUERS = {
    "social_work": "示范市人力资源和社会保障局",
    "counselling": "示范市职业技能鉴定中心",
    "labour_relations": "示范市职业技能鉴定中心",
}


@dataclass(frozen=True)
class Person:
    """One social worker of the plan: where, since when, and when the certificate was verified, if any was."""

    number: int
    unit: str
    joined_on: date
    qualified_on: date | None = None
    kinds: tuple[str, ...] = ()
    until: date | None = None

    @property
    def worker_no(self) -> str:
        """The number on the roll."""
        return f"S{self.number:04d}"


@cache
def people() -> tuple[Person, ...]:
    """All 820, unit by unit: first those who stood there at the end of 2019, then those who came."""
    now, before = plan.half_year(QUALIFIED_SHARE), plan.before(QUALIFIED_SHARE)
    found: list[Person] = []
    for unit, share in now.items():
        was = before[unit]
        for place in range(share.denominator or 0):
            number = len(found)
            came = place >= (was.denominator or 0)
            joined_on = JOINING[number % len(JOINING)] if came else _hired_on(number)
            qualified_on = None
            if place < was.number:
                qualified_on = VERIFIED
            elif place < share.number:
                qualified_on = VERIFYING[2] if came else VERIFYING[number % len(VERIFYING)]
            found.append(Person(number, unit, joined_on, qualified_on))
    return tuple(_with_certificates(found))


def _hired_on(number: int) -> date:
    return date(2012, 3, 1) + timedelta(days=7 * (number * 37 % 340))


def _with_certificates(everybody: Sequence[Person]) -> Iterator[Person]:
    """The qualified get their kinds in an order of chance, so that no unit has all of one kind."""
    qualified = [person.number for person in everybody if person.qualified_on is not None]
    Random(f"{SEED}:certificates").shuffle(qualified)
    ends = [until for until, many in LAPSING for _ in range(many)]
    Random(f"{SEED}:registrations").shuffle(ends)
    alone = len(qualified) - SOCIAL_WORK
    both = COUNSELLING + LABOUR_RELATIONS - alone
    kinds: dict[int, tuple[str, ...]] = {}
    until = dict(zip(qualified[:SOCIAL_WORK], ends, strict=True))
    second = ["labour_relations"] * LABOUR_RELATIONS + ["counselling"] * COUNSELLING
    # Those without the social-work certificate come first, then whoever holds two.
    for number, kind in zip(
        (*qualified[SOCIAL_WORK:], *qualified[SOCIAL_WORK - both : SOCIAL_WORK]), second, strict=True
    ):
        kinds[number] = (kind,)
    for number in qualified[:SOCIAL_WORK]:
        kinds[number] = ("social_work", *kinds.get(number, ()))
    for person in everybody:
        yield replace(person, kinds=kinds.get(person.number, ()), until=until.get(person.number))


# What is entered ----------------------------------------------------------------------------------------------------


def taken_over(stage: Stage) -> Items:
    """The roll of 2019 stands, and the figure is recorded from then on."""
    return [lambda: _start(stage), lambda: _positions(stage), lambda: _roll(stage), lambda: _gone(stage)]


def half_year(stage: Stage) -> Items:
    """Who came, whose certificate was verified, and what waits today."""
    return [lambda: _come(stage), lambda: _verified(stage), lambda: _today(stage)]


def _start(stage: Stage) -> None:
    start_programme(APP, stage.unit(plan.CITY_KEY), by=stage.actor("admin.system"), on=RECORDED_SINCE)


def _post_no(unit: str) -> str:
    return f"SG{list(plan.half_year(QUALIFIED_SHARE)).index(unit) + 1:02d}"


def _positions(stage: Stage) -> None:
    entries = [
        PositionEntry(
            stage.unit(unit),
            _post_no(unit),
            ("junior", "middle", "senior")[place % 3],
            (share.denominator or 0) + 2 + (share.denominator or 0) // 20,
            date(2012, 1, 2),
        )
        for place, (unit, share) in enumerate(plan.half_year(QUALIFIED_SHARE).items())
    ]
    actions.open_positions(entries, by=stage.actor("city.hr"), on=TAKEN_OVER)


def _entry(stage: Stage, person: Person) -> WorkerEntry:
    chance = Random(f"{SEED}:social worker:{person.number}")
    unit = stage.unit(person.unit)
    return WorkerEntry(
        organisation=unit,
        worker_no=person.worker_no,
        name=names.official(7_000 + person.number),
        born_on=date(1972 + chance.randrange(18), 1 + chance.randrange(12), 1 + chance.randrange(28)),
        hired_on=person.joined_on,
        contract_to=_contract(person.joined_on),
        station=f"{unit.short_name}第{1 + person.number % 9}工会服务站",
        duties=tuple(sorted(chance.sample(DUTIES, 2), key=DUTIES.index)),
    )


def _contract(hired_on: date) -> date:
    """The end of the contract that runs today: they are made for three years."""
    end = hired_on
    while end <= DEMO_TODAY:
        end = end.replace(year=end.year + 3)
    return end - timedelta(days=1)


def _enrol(stage: Stage, some: Iterable[Person], *, on: date) -> dict[int, SocialWorker]:
    """They are on the roll and on post since they joined."""
    listed, by = list(some), stage.actor("city.hr")
    workers = actions.enrol_workers([_entry(stage, person) for person in listed], by=by, on=on)
    positions = {one.post_no: one for one in Position.objects.select_related("organisation")}
    postings = [
        Posting(worker, positions[_post_no(person.unit)], person.joined_on)
        for person, worker in zip(listed, workers, strict=True)
    ]
    actions.post_workers(postings, by=by, on=on)
    return {person.number: worker for person, worker in zip(listed, workers, strict=True)}


def _submit(stage: Stage, some: Iterable[tuple[Person, SocialWorker]], *, on: date) -> list[Certificate]:
    entries = [
        CertificateEntry(
            worker,
            kind,
            LEVELS[kind][person.number % len(LEVELS[kind])],
            f"YS-{kind[:2].upper()}-{person.number:06d}",
            _issued_on(person, kind),
            ISSUERS[kind],
            person.until if kind == "social_work" else None,
        )
        for person, worker in some
        for kind in person.kinds
    ]
    return actions.submit_certificates(entries, by=stage.actor("city.hr"), on=on)


def _issued_on(person: Person, kind: str) -> date:
    """A day between the youngest's thirtieth year and the last examination in counselling."""
    return date(2012, 5, 15) + timedelta(days=(person.number * 53 + len(kind) * 11) % 1_980)


def _check(stage: Stage, certificates: Sequence[Certificate], *, on: date) -> None:
    actions.check_certificates(certificates, "verify", by=stage.actor("city.org"), on=on)


def _roll(stage: Stage) -> None:
    workers = _enrol(stage, (one for one in people() if one.joined_on < TAKEN_OVER), on=TAKEN_OVER)
    pairs = [(one, workers[one.number]) for one in people() if one.qualified_on == VERIFIED]
    _check(stage, _submit(stage, pairs, on=TAKEN_OVER), on=VERIFIED)


def _gone(stage: Stage) -> None:
    """Two on leave, two seconded, two who left, all before 2020: on neither list since."""
    many = len(people())
    away = [
        Person(many + place, person.unit, date(2016, 3, 1))
        for place, person in enumerate(people()[:: many // (2 * len(AWAY))][: 2 * len(AWAY)])
    ]
    workers = _enrol(stage, away, on=TAKEN_OVER)
    for person, (step, on) in zip(away, (*AWAY, *AWAY), strict=True):
        actions.turn_worker(workers[person.number], step, by=stage.actor("city.hr"), on=on)
    schedule.turn(max(on for _step, on in AWAY) + timedelta(days=1))  # who left counts no more from the next day on


def _come(stage: Stage) -> None:
    for day in JOINING:
        if some := [one for one in people() if one.joined_on == day]:
            _enrol(stage, some, on=day)


def _of(some: Iterable[Person]) -> list[tuple[Person, SocialWorker]]:
    listed = list(some)
    found = SocialWorker.objects.select_related("organisation").in_bulk(
        [one.worker_no for one in listed], field_name="worker_no"
    )
    return [(one, found[one.worker_no]) for one in listed]


def _verified(stage: Stage) -> None:
    for day in VERIFYING:
        _check(stage, _submit(stage, _of(one for one in people() if one.qualified_on == day), on=day), on=day)


def _today(stage: Stage) -> None:
    """The clock has told what ends soon; some renewals and some new certificates wait for whoever verifies."""
    schedule.turn(DEMO_TODAY)
    by, on = stage.actor("city.hr"), date(2020, 8, 6)
    for certificate in Certificate.objects.filter(registered_until=LAPSING[0][0]).select_related("worker")[:2]:
        actions.submit_renewal(certificate, date(2023, 8, 31), by=by, on=on)
    fresh = [one for one in people() if one.qualified_on is None][: WAITING * 40 : 40]
    kinds = ("social_work", "labour_relations", "social_work", "counselling")
    pairs = _of(replace(one, kinds=(kind,), until=date(2023, 6, 30)) for one, kind in zip(fresh, kinds, strict=True))
    _submit(stage, pairs, on=on)
