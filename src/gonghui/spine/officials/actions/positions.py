"""Positions for social workers: opened, changed, closed; never fewer places than people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from gonghui.core import text
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import record
from gonghui.spine.officials import rules as posts
from gonghui.spine.officials.actions import lists
from gonghui.spine.officials.actions.posts import require_reach
from gonghui.spine.officials.facts import PositionChanged, PositionOpened
from gonghui.spine.officials.flow import STAFF
from gonghui.spine.officials.models import Position, Spell
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.organisations.models import Organisation


@dataclass(frozen=True)
class PositionEntry:
    """A position as somebody enters it."""

    organisation: Organisation
    post_no: str
    grade: str
    headcount: int
    first_on: date
    last_on: date | None = None


def clean_code(typed: str, *, field: str) -> str:
    """A number of ours as it is kept: half-width capitals, no blanks."""
    found = "".join(text.fold(typed).upper().split())
    if not found or len(found) > 20:
        raise Refusal("officials.code", "%(field)s“%(typed)s”须为 1 至 20 个字符", field=field, typed=typed[:40])
    return found


def checked_position(entry: PositionEntry, *, by: Actor, on: date) -> PositionEntry:
    """The entry, or a refusal of what is wrong with it."""
    require_reach(by, entry.organisation)
    if entry.grade not in rules.scheme(on).grades:
        raise Refusal("officials.grade", "没有“%(grade)s”这一职级，请从列表中选", grade=entry.grade[:40])
    if not 1 <= entry.headcount <= 999:
        raise Refusal("officials.headcount", "编制 %(headcount)s 人不合理，应为 1 至 999", headcount=entry.headcount)
    posts.check_days(entry.first_on, entry.last_on)
    if entry.first_on < entry.organisation.founded_on:
        raise Refusal(
            "officials.before_founding",
            "“%(name)s”于 %(founded_on)s 成立，%(day)s 还不能设岗，请核对日期",
            name=entry.organisation.name,
            founded_on=entry.organisation.founded_on,
            day=entry.first_on,
        )
    return entry


@action
def open_positions(entries: Sequence[PositionEntry], *, by: Actor, on: date) -> list[Position]:
    """The positions stand."""
    by.require(STAFF)
    made, places = [], lists.places(entry.organisation for entry in entries)
    for entry in entries:
        one = checked_position(replace(entry, organisation=places[entry.organisation.pk]), by=by, on=on)
        made.append(
            Position(
                organisation=one.organisation,
                post_no=clean_code(one.post_no, field="岗位编号"),
                grade=one.grade,
                headcount=one.headcount,
                first_on=one.first_on,
                last_on=one.last_on,
            )
        )
    numbers = [position.post_no for position in made]
    twice = {number for number, times in Counter(numbers).items() if times > 1}
    known = set(Position.objects.filter(post_no__in=numbers).values_list("post_no", flat=True))
    if twice or known:
        raise Refusal(
            "officials.position_dup", "已存在相同的岗位编号：%(post_no)s，请换一个", post_no=min(twice | known)
        )
    Position.objects.bulk_create(made)
    for position in made:
        fact = PositionOpened(grade=position.grade, headcount=position.headcount)
        record(fact, about=position, by=by, happened_on=position.first_on)
    return made


@action
def change_position(position: Position, entry: PositionEntry, *, by: Actor, on: date) -> None:
    """The position has these places, this grade, this last day; its number and union stay."""
    by.require(STAFF)
    position = lists.positions([position])[position.pk]
    one = checked_position(replace(entry, organisation=position.organisation), by=by, on=on)
    position.grade, position.headcount, position.last_on = one.grade, one.headcount, one.last_on
    spans = [spell.days for spell in Spell.objects.filter(position=position)]
    now = [days for days in spans if days.last is None or days.last >= on]
    rules.check_quota(position.post_no, position.headcount, rules.most_at_once(now))
    if one.last_on is not None and any(days.last is None or days.last > one.last_on for days in spans):
        raise Refusal(
            "officials.position_held",
            "岗位 %(post_no)s 在 %(day)s 之后还有人在岗，请先办调岗或离岗",
            post_no=position.post_no,
            day=one.last_on,
        )
    position.save(update_fields=["grade", "headcount", "last_on"])
    record(PositionChanged(grade=position.grade, headcount=position.headcount), about=position, by=by, happened_on=on)
