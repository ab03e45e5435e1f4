"""Putting social workers on the roll, and moving them onto positions, away from them, between unions and out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from gonghui.core import text
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.facts import Fact
from gonghui.core.journal import record
from gonghui.spine.officials import rules as posts
from gonghui.spine.officials.actions import lists
from gonghui.spine.officials.actions.positions import clean_code
from gonghui.spine.officials.actions.posts import require_reach
from gonghui.spine.officials.facts import (
    SocialWorkerAway,
    SocialWorkerChanged,
    SocialWorkerHired,
    SocialWorkerLeft,
    SocialWorkerPosted,
)
from gonghui.spine.officials.flow import STAFF, WORKER_FLOW
from gonghui.spine.officials.models import Position, SocialWorker, Spell
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.organisations.models import Organisation
from gonghui.web.models import Account

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkerEntry:
    """A social worker as somebody enters them; without a day of hiring a candidate."""

    organisation: Organisation
    worker_no: str
    name: str
    born_on: date
    hired_on: date | None = None
    contract_to: date | None = None
    station: str = ""
    duties: tuple[str, ...] = ()
    account: Account | None = None


@dataclass(frozen=True)
class Posting:
    """Who comes onto which position from which day on."""

    worker: SocialWorker
    position: Position
    first_on: date


def require_worker(by: Actor, worker: SocialWorker) -> None:
    """Refuse where the social worker's union lies outside the actor's subtree."""
    if not by.sees(worker.organisation.path):
        raise PowerMissing("officials.worker_reach", "这名社工不在您所在组织的范围内，无权操作")


def filled_in(entry: WorkerEntry, on: date) -> dict[str, object]:
    """The columns of an entry, cleaned and checked."""
    born_on, scheme = entry.born_on, rules.scheme(on)
    youngest = rules.birthday(born_on, scheme.hired_from_age)
    if not youngest <= on < rules.birthday(born_on, scheme.oldest_age):
        raise Refusal(
            "officials.born_on",
            "出生日期 %(day)s 不合理：应满 %(youngest)s 周岁、不到 %(oldest)s 岁，请核对",
            day=born_on,
            youngest=scheme.hired_from_age,
            oldest=scheme.oldest_age,
        )
    if entry.hired_on is not None:
        if entry.hired_on < youngest:
            raise Refusal(
                "officials.hired_young",
                "聘用日期 %(day)s 时未满 %(age)s 周岁，请核对",
                day=entry.hired_on,
                age=scheme.hired_from_age,
            )
        posts.check_days(entry.hired_on, entry.contract_to)
        _not_to_come(entry.hired_on, on, what="聘用日期")
    elif entry.contract_to is not None:
        raise Refusal("officials.contract_hired", "填了合同止日，也须填聘用日期")
    known = rules.scheme(on).duties
    for duty in entry.duties:
        if duty not in known:
            raise Refusal("officials.duty", "没有“%(duty)s”这项职责，请从列表中选", duty=duty[:40])
    name = text.person_name(entry.name)
    if len(name) < 2:
        raise Refusal("officials.worker_name", "姓名必填，至少两个字")
    return {
        "name": name,
        "born_on": born_on,
        "hired_on": entry.hired_on,
        "contract_to": entry.contract_to,
        "station": text.clean(entry.station, longest=60, field="服务站"),
        "duties": list(dict.fromkeys(entry.duties)),
        "account": entry.account,
    }


def _not_to_come(day: date, on: date, *, what: str) -> None:
    if day > on:
        raise Refusal("officials.date_future", "%(what)s %(day)s 还没有到，请核对", what=what, day=day)


@action
def enrol_workers(entries: Sequence[WorkerEntry], *, by: Actor, on: date) -> list[SocialWorker]:
    """They are on the roll: hired where they have a day of hiring, else candidates."""
    by.require(STAFF)
    made, places = [], lists.places(entry.organisation for entry in entries)
    for entry in entries:
        organisation = places[entry.organisation.pk]
        require_reach(by, organisation)
        made.append(
            SocialWorker(
                organisation=organisation,
                worker_no=clean_code(entry.worker_no, field="工号"),
                state="hired" if entry.hired_on is not None else "candidate",
                **filled_in(entry, on),
            )
        )
    numbers = Counter(worker.worker_no for worker in made)
    known = SocialWorker.objects.filter(worker_no__in=numbers).values_list("worker_no", flat=True)
    if taken := {*known, *(number for number, times in numbers.items() if times > 1)}:
        raise Refusal("officials.worker_dup", "已存在相同的工号：%(worker_no)s，请换一个", worker_no=min(taken))
    SocialWorker.objects.bulk_create(made)
    for worker in made:
        record(SocialWorkerHired(), about=worker, by=by, happened_on=worker.hired_on or on)
    return made


@action
def change_worker(worker: SocialWorker, entry: WorkerEntry, *, by: Actor, on: date) -> None:
    """The roll says this of them now; their number, union and state stay."""
    by.require(STAFF)
    [worker] = lists.lock([worker])
    require_worker(by, worker)
    if worker.state in ("candidate", "hired"):
        worker.state = "hired" if entry.hired_on is not None else "candidate"
    elif entry.hired_on is None:
        raise Refusal("officials.hired_missing", "到过岗的社工须有聘用日期，请填写")
    columns = filled_in(entry, on)
    for name, value in columns.items():
        setattr(worker, name, value)
    worker.save(update_fields=[*columns, "state"])
    record(SocialWorkerChanged(), about=worker, by=by, happened_on=on)


@action
def enrol_and_post(
    entry: WorkerEntry, position: Position | None, first_on: date | None, *, by: Actor, on: date
) -> SocialWorker:
    """They are on the roll, and on the position where one is given: both or neither."""
    [worker] = enrol_workers([entry], by=by, on=on)
    if position is not None and first_on is not None:
        post_workers([Posting(worker, position, first_on)], by=by, on=on)
    return worker


# Onto positions and away from them --------------------------------------------------------------------------------


@action
def post_workers(postings: Sequence[Posting], *, by: Actor, on: date) -> None:
    """Each holds the position from their day on, and counts among those on post."""
    by.require(STAFF)
    given = {posting.worker.pk: posting for posting in postings}
    if len(given) < len(postings):
        raise Refusal("officials.posted_twice", "同一名社工一次只能上一个岗位，请删去重复的一行")
    workers = lists.lock(posting.worker for posting in postings)
    places = lists.positions(posting.position for posting in postings)
    held = _held([worker.pk for worker in workers], postings)
    spells = []
    for worker in workers:
        require_worker(by, worker)
        WORKER_FLOW.check("post", worker, by=by)
        place, first_on = places[given[worker.pk].position.pk], given[worker.pk].first_on
        _apart(worker, first_on, held.get(worker.pk))
        check_start(worker, place, first_on, by=by, on=on)
        spells.append(Spell(worker=worker, position=place, state="on_post", first_on=first_on))
        worker.state, worker.organisation = "on_post", place.organisation
        record(SocialWorkerPosted(), about=worker, by=by, happened_on=first_on)
    Spell.objects.bulk_create(spells)
    _check_places(places, min(one.first_on for one in postings))
    SocialWorker.objects.bulk_update(workers, ["state", "organisation"], batch_size=500)
    lists.settle(workers, by=by, on=on)


def _held(ids: Iterable[int], postings: Sequence[Posting]) -> dict[int, Spell]:
    """A position each of them still holds on or after the first of the days."""
    first = min(posting.first_on for posting in postings)
    spells = Spell.objects.filter(Q(last_on=None) | Q(last_on__gte=first), worker__in=ids).select_related("position")
    return {spell.worker_id: spell for spell in spells.order_by("first_on")}


def _apart(worker: SocialWorker, first_on: date, held: Spell | None) -> None:
    """Nobody is on post twice on one day."""
    if held is not None and (held.last_on is None or held.last_on >= first_on):
        raise Refusal(
            "officials.overlap",
            "工号 %(worker_no)s 从 %(first_on)s 起在岗位 %(post_no)s，日期重叠：请先办离岗，或改用调岗",
            worker_no=worker.worker_no,
            first_on=held.first_on,
            post_no=held.position.post_no,
        )


def check_start(worker: SocialWorker, position: Position, first_on: date, *, by: Actor, on: date) -> None:
    """Refuse a position out of reach or not there on the day, and days in no possible order."""
    require_reach(by, position.organisation)
    _not_to_come(first_on, on, what="到岗日期")
    if worker.hired_on is not None:
        posts.check_days(worker.hired_on, first_on)
    if not rules.Days(position.first_on, position.last_on).has(first_on) or not position.organisation.is_active:
        raise Refusal(
            "officials.position_absent",
            "岗位 %(post_no)s 在 %(day)s 还没有设立或已经撤销，请另选岗位",
            post_no=position.post_no,
            day=first_on,
        )


def _check_places(places: Mapping[int, Position], since: date) -> None:
    """No position holds more people than it has places, of those who hold it since the day; the positions are held."""
    spans: dict[int, list[rules.Days]] = {}
    for spell in Spell.objects.filter(Q(last_on=None) | Q(last_on__gte=since), position__in=places):
        spans.setdefault(spell.position_id, []).append(spell.days)
    for pk, position in places.items():
        rules.check_quota(position.post_no, position.headcount, rules.most_at_once(spans.get(pk, ())))


@action
def turn_worker(
    worker: SocialWorker,
    step: str,
    *,
    by: Actor,
    on: date,
    day: date | None = None,
    position: Position | None = None,
) -> None:
    """The step of the flow is taken: transferred, on leave, seconded or back from the day on, or gone after it.

    The day is that of the entry unless it was an earlier one; the books are told at once of all that follows by today.
    """
    [worker] = lists.lock([worker])
    require_worker(by, worker)
    taken = WORKER_FLOW.check(step, worker, by=by)
    day = on if day is None else day
    _not_to_come(day, on, what="日期")
    if step == "hire":
        _hire(worker, by=by, on=day)
        return
    held = Spell.objects.filter(worker=worker, last_on=None).select_related("position__organisation").first()
    if held is None:
        raise Refusal("officials.not_on_post", "工号 %(worker_no)s 不在岗位上", worker_no=worker.worker_no)
    posts.check_days(held.first_on, day)
    place = held.position
    fact: Fact = SocialWorkerLeft()  # type: ignore[assignment]
    if step == "end":
        held.last_on = day
        held.save(update_fields=["last_on"])
    else:
        place = _taken_up(worker, position if step == "transfer" else held.position, by=by, on=day)
        _end_before(held, day)
        Spell.objects.create(worker=worker, position=place, state=taken.after, first_on=day)
        _check_places({place.pk: place}, day)
        fact = SocialWorkerPosted() if taken.after == "on_post" else SocialWorkerAway(why=taken.after)  # type: ignore[assignment]
    record(fact, about=worker, by=by, happened_on=day, organisation=place.organisation)
    worker.state, worker.organisation = taken.after, place.organisation
    worker.save(update_fields=["state", "organisation"])
    lists.settle([worker], by=by, on=on)


def _hire(worker: SocialWorker, *, by: Actor, on: date) -> None:
    worker.state, worker.hired_on = "hired", on
    worker.save(update_fields=["state", "hired_on"])
    record(SocialWorkerHired(), about=worker, by=by, happened_on=on)


def _taken_up(worker: SocialWorker, position: Position | None, *, by: Actor, on: date) -> Position:
    """The position they hold from the day on."""
    if position is None:
        raise Refusal("officials.position_missing", "调岗须选新的岗位")
    place = lists.positions([position])[position.pk]
    check_start(worker, place, on, by=by, on=on)
    return place


def _end_before(held: Spell, on: date) -> None:
    """The spell ends on the eve; one that began on the very day never was."""
    if held.first_on == on:
        held.delete()
        return
    held.last_on = on - ONE_DAY
    held.save(update_fields=["last_on"])
