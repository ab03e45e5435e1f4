"""The people in the unions: some 1.6 million at full scale, 97,812 of them new in the half-year; a few move or leave.

Their shares are those of the plan. Papers carry division 99, phones begin with 100 and cards with 999, so that nobody
holds them; names are drawn from common ones. Who stood on a roster before 2020 is taken over by the bulk path, whole
unions at a time; whoever is new is recorded one by one in the journal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from random import Random

from gonghui.core import bulk, first_load
from gonghui.core.actor import SYSTEM, Actor
from gonghui.reports.actions import start_programme
from gonghui.scenario import plan
from gonghui.scenario.split import split
from gonghui.scenario.stage import DEMO_TODAY, Stage
from gonghui.scenario.targets import PEOPLE_ADMITTED, SEED
from gonghui.scenario.tree import Item, Items
from gonghui.spine.members import actions
from gonghui.spine.members.actions import Admission
from gonghui.spine.members.actions.entries import Ready
from gonghui.spine.members.flow import OPEN
from gonghui.spine.members.models import PHONE_FOUND, Membership, Person, Transfer, paper_index
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.members.rules import papers
from gonghui.spine.organisations.models import Employer, Organisation

APP, RECORDED_SINCE = "members", date(2020, 1, 1)
AT_SCALE_ONE = 1_600_000 - 97_812
TAKEN_OVER = date(2020, 1, 2)
UNIONS_AT_ONCE, ADMITTED_AT_ONCE = 120, 8_000
OLDEST, YOUNGEST = date(1961, 1, 1), date(2000, 12, 31)
EARLY_MONTHS = ((1, 24), (2, 8), (3, 18), (4, 24), (5, 26))
"""How the admissions of January to May spread: few in the month that nobody went out."""
MOVES, MOVES_AT_SCALE_ONE, MOVING_PARTS = 24, 600, 4
LEAVERS, LEAVERS_AT_SCALE_ONE = 160, 1_600
WITH_A_PAST = 8
"""One in so many was in another union before."""
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国志文海燕红波辉鹏飞宇浩婷雪琳佳欣怡晨阳"
    "鑫博凯丹莉颖慧斌健峰亮永福成康林松柏云龙凤珍荣祥瑞庆宏达立新学东晓光利民安宁"
)


@dataclass(frozen=True)
class Size:
    """A union and how large its employer is, for sharing members out."""

    union: Organisation
    employees: int


def taken_over(stage: Stage) -> Items:
    """Every roster of before 2020 stands, and from then on the figure is recorded."""
    sizes = _sizes()
    counts = split(_taken_over(stage), [one.employees for one in sizes]) if sizes else []
    starts = [sum(counts[:at]) for at in range(0, len(counts), UNIONS_AT_ONCE)]

    def chunk(at: int, first: int) -> Item:
        some = slice(at, at + UNIONS_AT_ONCE)
        return lambda: _take_over(sizes[some], counts[some], first)

    chunks = [chunk(number * UNIONS_AT_ONCE, first) for number, first in enumerate(starts)]
    roster = (Person, Membership)
    return [
        lambda: _start(stage),
        lambda: first_load.set_aside(*roster),
        tuple(chunks),
        lambda: first_load.put_back(*roster),
    ]


def _taken_over(stage: Stage) -> int:
    return max(1, round(AT_SCALE_ONE * stage.scale))


def _start(stage: Stage) -> None:
    start_programme(APP, stage.unit(plan.CITY_KEY), by=stage.actor("admin.system"), on=RECORDED_SINCE)


def _sizes() -> list[Size]:
    """The unions in employers that stood before 2020, in the order of their founding."""
    found = Employer.objects.filter(organisation__is_active=True, covered_on__lt=RECORDED_SINCE)
    rows = found.select_related("organisation").order_by("organisation_id")
    return [Size(row.organisation, row.employees) for row in rows if row.organisation is not None]


@bulk.without_collecting()
def _take_over(sizes: Sequence[Size], counts: Sequence[int], first: int) -> None:
    people: list[Ready] = []
    for one, many in zip(sizes, counts, strict=True):
        chance = Random(f"{SEED}:members:{one.union.code}")
        days = max(1, (TAKEN_OVER - one.union.founded_on).days)
        for number in range(first, first + many):
            since = one.union.founded_on + timedelta(days=int(days * chance.random()))
            made = person(chance, number, one.union, since=since)
            people.append(_with_a_past(made, sizes, chance) if number % WITH_A_PAST == 5 else made)
        first += many
    actions.bulk_enter(people, by=SYSTEM, on=TAKEN_OVER)


def _with_a_past(made: Ready, sizes: Sequence[Size], chance: Random) -> Ready:
    """The same person, who came over from another union if one of those drawn stood long enough before."""
    entry, before = made.entry, chance.choice(sizes).union
    assert entry.since is not None
    days = (entry.since - before.founded_on).days - 180
    if days < 1 or before.pk == entry.organisation.pk:
        return made
    since = before.founded_on + timedelta(days=int(days * chance.random()))
    return made._replace(entry=entry._replace(came_from=before, came_from_since=since))


def person(
    chance: Random, number: int, union: Organisation, *, on: date | None = None, since: date | None = None
) -> Ready:
    """The person of a number: the number makes the paper, the phone and the card, all unlike anybody else's."""
    drawn = chance.random
    born_on = OLDEST + timedelta(days=int(_AGES * drawn()))
    gender = papers.MAN if number % 2 else papers.WOMAN
    body = f"99{number // 1000 % 10_000:04d}{born_on:%Y%m%d}{number % 1000:03d}"
    paper = papers.Paper(papers.RESIDENT, body + papers.check_character(body), born_on, gender)
    name = _SURNAMES[int(len(_SURNAMES) * drawn())] + _GIVEN[int(40 * drawn())]
    if number % 5:
        name += _GIVEN[40 + int(8 * drawn())]
    share = drawn()
    form = rules.EMPLOYED if share < 0.82 else rules.DISPATCHED if share < 0.95 else rules.PLATFORM
    card = f"999{number:012d}" if number % 4 == 0 else ""
    return Ready(
        Admission(union, name, papers.RESIDENT, paper.number, on, form=form, since=since, consents=on is not None),
        name,
        paper,
        paper_index(papers.RESIDENT, paper.number),
        _phone(number),
        card + papers.luhn_digit(card) if card else "",
        "",
        gender,
        born_on,
    )


_AGES = (YOUNGEST - OLDEST).days


def _phone(number: int) -> str:
    return f"100{number:08d}"


# The half-year ----------------------------------------------------------------------------------------------------


FIRST_NEW = 5_000_000
"""The numbers of people who are new; those taken over have smaller ones at any scale."""


def half_year(stage: Stage) -> Items:
    """The new members of January to July, then those who move and who leave."""
    return [tuple(_admissions(stage)), tuple(_moves(stage)), lambda: _leavers(stage)]


def _admissions(stage: Stage) -> Iterator[Item]:
    """Each unit's new members in pieces, shared out to its unions by the size of their employers."""
    early, june, july = plan.months(PEOPLE_ADMITTED)
    first = FIRST_NEW
    for key in plan.half_year(PEOPLE_ADMITTED):
        months = dict(zip((1, 2, 3, 4, 5), split(early[key].number, [many for _, many in EARLY_MONTHS]), strict=True))
        months |= {6: june[key].number, 7: july[key].number // 10}
        days = [date(2020, month, 1 + at * 27 // many) for month, many in months.items() for at in range(many)]
        for at in range(0, len(days), ADMITTED_AT_ONCE):
            yield _admitting(stage, key, days[at : at + ADMITTED_AT_ONCE], first + at)
        first += len(days)


def _admitting(stage: Stage, key: str, days: Sequence[date], first: int) -> Item:
    @bulk.without_collecting()
    def run() -> None:
        unit, chance = stage.unit(key), Random(f"{SEED}:admitted:{first}")
        unions = Employer.objects.filter(
            organisation__path__startswith=unit.path, organisation__is_active=True, covered_on__lt=RECORDED_SINCE
        ).select_related("organisation")
        sizes = [(row.organisation, row.employees) for row in unions.order_by("organisation_id") if row.organisation]
        places, weights = zip(*sizes, strict=True) if sizes else ((unit,), (1,))
        chosen = chance.choices(places, weights, k=len(days))
        people = [
            person(chance, first + at, place, on=day) for at, (place, day) in enumerate(zip(chosen, days, strict=True))
        ]
        actions.bulk_enter(people, by=SYSTEM, on=DEMO_TODAY)

    return run


def _some(stage: Stage, many: int, thirds: int) -> list[Person]:
    """Members spread over all unions, the same ones every time; others for each number of thirds."""
    whole = _taken_over(stage)
    step = 3 * max(1, whole // many // 3)  # so that no number of one third is one of another, however many there are
    found = [PHONE_FOUND.of(_phone(number)) for number in range(thirds, whole, step)]
    rows = Person.objects.filter(bulk.among("phone_index", found, "bytea")).select_related("organisation")
    return list(rows.order_by("phone_index"))


def _moves(stage: Stage) -> Iterator[Item]:
    """Memberships go over from union to union by both sides' word, or a side's silence; some wait for one today."""
    many = max(MOVES, round(MOVES_AT_SCALE_ONE * stage.scale))

    def run(part: int) -> None:
        officer = stage.actor("chaoyang.members")
        pairs = zip(_some(stage, many, 0), _some(stage, many, 1), strict=False)
        for at, (person, stays) in list(enumerate(pairs))[part::MOVING_PARTS]:
            target = stays.organisation
            if person.organisation_id == target.pk:
                continue
            is_open = at % 8 == 0
            asked_on = DEMO_TODAY - timedelta(days=2) if is_open else date(2020, 2, 3) + timedelta(days=at % 130)
            knows = officer.sees(person.organisation.path) or officer.sees(target.path)
            waits_for_her = is_open and officer.sees(person.organisation.path)
            by = officer if knows and not waits_for_her else replace(SYSTEM, path=target.path)
            [transfer] = actions.ask_transfers([person], target, by=by, on=asked_on)
            while not is_open and transfer.state in OPEN:
                _answer(transfer, officer)
                transfer.refresh_from_db()

    return (partial(run, part) for part in range(MOVING_PARTS))


def _answer(transfer: Transfer, officer: Actor) -> None:
    """The side that has to answer does, or is silent until its days have run out."""
    if officer.sees(transfer.organisation.path):
        step = "release" if transfer.state == "asked" else "receive"
        on = (transfer.released_on or transfer.asked_on) + timedelta(days=2)
        actions.turn_transfer(transfer, step, by=officer, on=on)
    else:
        actions.turn_due_transfers([transfer], on=transfer.due_on + timedelta(days=1))


def _leavers(stage: Stage) -> None:
    """Some left at their own wish, some died, a few were expelled, some retired and keep their membership."""
    many = max(LEAVERS, round(LEAVERS_AT_SCALE_ONE * stage.scale))
    for at, person in enumerate(_some(stage, many, 2)):
        step = "expel" if at % 80 == 79 else ("exit", "exit", "retain", "die")[at % 4]
        actions.turn_member(person, step, by=SYSTEM, on=DEMO_TODAY, day=date(2020, 2 + at % 5, 10 + at % 17))
