"""Moving, merging, splitting organisations and setting them up again: nothing is lost, nothing counts twice.

Who is merged away stays in the tree as a closed organisation under the one that goes on, so that today's tree alone
says whose every old entry is; its former places stay on the days it had them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Model

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import SUBJECT_TYPE_IDS, Place, record, subject_type_of
from gonghui.core.models import Entry
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.actions import moving
from gonghui.spine.organisations.actions.moving import Moved, Stretch
from gonghui.spine.organisations.actions.tree import Founding, place, require_reach, tell
from gonghui.spine.organisations.facts import (
    OrganisationMerged,
    OrganisationMoved,
    OrganisationRestored,
    OrganisationSplit,
)
from gonghui.spine.organisations.models import (
    Employer,
    EmployerQuerySet,
    Organisation,
    SetUp,
    SetUpQuerySet,
    TreeAct,
    lock_tree,
)


def _alone(by: Actor, *organisations: Organisation) -> None:
    """The tree is held, the organisations are read again and lie in the actor's reach."""
    by.require("organisations.edit")
    lock_tree(alone=True)
    for one in organisations:
        one.refresh_from_db()
        require_reach(by, one)


def _not_own(organisation: Organisation, by: Actor) -> None:
    if organisation.path == by.path or organisation.parent_id is None:
        raise PowerMissing("organisations.own", "撤销本级组织由上级办理")


@action
def move_organisation(organisation: Organisation, to: Organisation, *, by: Actor, on: date) -> None:
    """The organisation and all under it stand under another superior from the day on; earlier days keep their paths."""
    _alone(by, organisation, to)
    check_move(organisation, to, on=on)
    act = tell("move", organisation, on=on, source=organisation.parent, target=to)
    how = moving.rewrite([Stretch.subtree(organisation.path, f"{to.path}{organisation.id}/")], act, by=by, on=on)
    Organisation.objects.filter(pk=organisation.pk).update(parent=to)
    organisation.refresh_from_db()
    record(OrganisationMoved(level=organisation.level), about=organisation, by=by, happened_on=on)
    moving.follow(Moved(how, to, by, on))


def check_move(organisation: Organisation, to: Organisation, *, on: date) -> None:
    """Refuse a move into the own subtree, out of place, to where it stands, or before it stood where it stands."""
    moving.check_not_below(organisation, to)
    if to.pk == organisation.parent_id:
        raise Refusal("organisations.same_superior", "“%(name)s”已隶属于“%(to)s”", name=organisation.name, to=to.name)
    moving.check_active(organisation, to)
    rules.check_place(organisation.level, to.level)
    moving.check_since(organisation, max(organisation.path_since, to.path_since), on=on)
    moving.check_depth(organisation, deeper=to.depth + 1 - organisation.depth)


# Merging ----------------------------------------------------------------------------------------------------------


@action
def merge_organisations(organisation: Organisation, into: Organisation, *, by: Actor, on: date) -> TreeAct:
    """The organisation is closed and the other goes on in its place, with all that stood under it and its employers."""
    _alone(by, organisation, into)
    _not_own(organisation, by)
    check_merge(organisation, into, on=on)
    act = tell("merge", organisation, on=on, source=organisation.parent, target=into)
    _absorb(organisation, into, act, by=by, on=on)
    return act


def check_merge(organisation: Organisation, into: Organisation, *, on: date) -> None:
    """Refuse to merge what stands one under the other, what is not alike, or on a day that is too early."""
    for above, other in ((organisation, into), (into, organisation)):
        if other.path.startswith(above.path):
            raise Refusal(
                "organisations.merge_cycle",
                "“%(name)s”与“%(into)s”是同一组织或上下级，不能合并，请另选",
                name=organisation.name,
                into=into.name,
            )
    moving.check_active(organisation, into)
    rules.check_merge(organisation.level, into.level)
    for level in organisation.children.values_list("level", flat=True).distinct().order_by():
        rules.check_place(level, into.level)
    moving.check_since(organisation, max(organisation.path_since, into.path_since), on=on)
    moving.check_depth(organisation, deeper=into.depth - organisation.depth)
    rules.check_depth(into.depth + 1)


def _absorb(organisation: Organisation, into: Organisation, act: TreeAct, *, by: Actor, on: date) -> None:
    """All that the organisation had is the other's; itself stands under it, closed."""
    children = list(organisation.children.all())
    old, now = organisation.path, f"{into.path}{organisation.pk}/"
    how = moving.rewrite([Stretch.below(old, into.path), Stretch.alone(old, now)], act, by=by, on=on)
    organisation.children.update(parent=into)
    Organisation.objects.filter(secondary=organisation).exclude(pk=into.pk).update(secondary=into)
    Organisation.objects.filter(pk=into.pk, secondary=organisation).update(secondary=None)
    Organisation.objects.filter(pk=organisation.pk).update(
        parent=into, is_active=False, closed_on=on, successor=into, secondary=None
    )
    Employer.objects.filter(organisation=organisation).update(organisation=into)
    SetUp.objects.open().filter(superior=organisation).update(superior=into)
    organisation.refresh_from_db()
    moving.record_moves(children, into, by=by, on=on)
    record(
        OrganisationMerged(level=organisation.level),
        about=organisation,
        by=by,
        happened_on=on,
        organisation=Place(organisation.pk, now),
    )
    moving.follow(Moved(how, into, by, on, merged=organisation))


# Splitting --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One organisation to be set up out of another: what it is, and which of those directly below go with it."""

    founding: Founding
    units: Sequence[Organisation]


@action
def split_organisation(
    organisation: Organisation,
    parts: Sequence[Part],
    *,
    by: Actor,
    on: date,
    successor: int | None = None,
) -> list[Organisation]:
    """Each part stands beside the organisation with the units named for it.

    With a successor, one of the parts, the organisation itself is closed and all that is left goes to that part.
    """
    _alone(by, organisation)
    _not_own(organisation, by)
    check_split(organisation, parts, on=on)
    superior = organisation.parent
    assert superior is not None
    act = tell("split", organisation, on=on, source=superior)
    made = []
    for part in parts:
        founding = replace(
            part.founding,
            level=organisation.level,
            superior=superior,
            area_code=part.founding.area_code or organisation.area_code,
            industry=part.founding.industry or organisation.industry,
        )
        new = place(founding, by=by, on=on)
        _hand_over(part.units, new, act, by=by, on=on)
        made.append(new)
    act.target = made[0] if successor is None else made[successor]
    act.save(update_fields=["target"])
    record(
        OrganisationSplit(level=organisation.level, parts=len(made)),
        about=organisation,
        by=by,
        happened_on=on,
    )
    if successor is not None:
        organisation.refresh_from_db()
        _absorb(organisation, made[successor], act, by=by, on=on)
    return made


def check_split(organisation: Organisation, parts: Sequence[Part], *, on: date) -> None:
    """Refuse a split without parts, of units that stand elsewhere or go twice, or on a day that is too early."""
    moving.check_active(organisation)
    if not parts:
        raise Refusal("organisations.split_nothing", "请至少写明一个分设出来的组织")
    chosen = [unit.pk for part in parts for unit in part.units]
    here = set(organisation.children.active().filter(pk__in=chosen).values_list("pk", flat=True))
    for part in parts:
        if not part.units:
            raise Refusal(
                "organisations.split_empty",
                "请选定转入“%(name)s”的下级组织；没有下级转入的，请直接新建",
                name=part.founding.name,
            )
        for unit in part.units:
            if unit.pk not in here or chosen.count(unit.pk) > 1:
                raise Refusal(
                    "organisations.split_unit",
                    "“%(unit)s”不是“%(name)s”的直接下级，或选了两次，请核对",
                    unit=unit.name,
                    name=organisation.name,
                )
    for unit in (organisation, *(unit for part in parts for unit in part.units)):
        moving.check_since(unit, unit.path_since, on=on)


def _hand_over(units: Sequence[Organisation], to: Organisation, act: TreeAct, *, by: Actor, on: date) -> None:
    """The units stand under another superior, as part of a larger act."""
    fresh = list(Organisation.objects.filter(pk__in=[unit.pk for unit in units]).order_by("pk"))
    how = moving.rewrite([Stretch.subtree(one.path, f"{to.path}{one.pk}/") for one in fresh], act, by=by, on=on)
    Organisation.objects.filter(pk__in=[one.pk for one in fresh]).update(parent=to)
    moving.record_moves(fresh, to, by=by, on=on)
    moving.follow(Moved(how, to, by, on))


# Taking back ------------------------------------------------------------------------------------------------------


def former_units(act: TreeAct) -> list[Organisation]:
    """Those that an act brought to where they still stand: the others have gone on since and stay where they are."""
    if act.target_id is None:
        return []
    came = Organisation.objects.filter(parent_id=act.target_id, spans__act=act, spans__last_on=None)
    return list(came.exclude(pk=act.organisation_id).distinct().order_by("pk"))


def former_employers(organisation: Organisation, holder: Organisation) -> EmployerQuerySet:
    """The employers with the holder that the organisation was the last to be recorded as covering."""
    return Employer.objects.filter(organisation=holder, pk__in=_last_recorded(organisation, Employer, _COVERING))


def former_set_ups(organisation: Organisation, holder: Organisation) -> SetUpQuerySet:
    """The open set-ups with the holder that were proposed under the organisation."""
    return SetUp.objects.open().filter(superior=holder, pk__in=_last_recorded(organisation, SetUp, _PROPOSING))


_COVERING = ("organisations.employer_covered", "organisations.employer_covered_again")
_PROPOSING = ("organisations.set_up_proposed",)


def _last_recorded(organisation: Organisation, about: type[Model], kinds: Sequence[str]) -> list[int]:
    """Whom entries of these kinds name last, and name under the organisation."""
    entries = Entry.objects.of_kinds(*kinds).filter(reverses=None)
    subjects = entries.filter(organisation_id=organisation.pk).values_list("subject_id", flat=True)
    type_id = SUBJECT_TYPE_IDS.known(subject_type_of(about)) or -1
    last = entries.filter(subject_type=type_id, subject_id__in=list(subjects)).order_by("subject_id", "-id")
    named = last.distinct("subject_id").values_list("subject_id", "organisation_id")
    return [subject for subject, place in named if place == organisation.pk]


@action
def restore_organisation(organisation: Organisation, *, by: Actor, on: date) -> TreeAct:
    """A merged or closed organisation stands again from the day on, with the units that went with it and stayed.

    Its employers and open set-ups come back too, as far as the other one still has them. It compensates and erases
    nothing: between the two days the other organisation had them.
    """
    _alone(by, organisation)
    ending = ending_of(organisation)
    superior = check_restore(organisation, ending, on=on)
    require_reach(by, superior)
    back = former_units(ending) if ending is not None and ending.act != "close" else []
    was_at = organisation.parent
    act = tell("restore", organisation, on=on, source=was_at, target=superior, undoes=ending)
    Organisation.objects.filter(pk=organisation.pk).update(is_active=True, closed_on=None, successor=None)
    if superior.pk != organisation.parent_id:
        now = f"{superior.path}{organisation.pk}/"
        how = moving.rewrite([Stretch.alone(organisation.path, now)], act, by=by, on=on)
        Organisation.objects.filter(pk=organisation.pk).update(parent=superior)
        organisation.refresh_from_db()
        moving.follow(Moved(how, superior, by, on, given_back=(organisation, was_at) if was_at is not None else None))
    organisation.refresh_from_db()
    if was_at is not None:
        former_employers(organisation, was_at).update(organisation=organisation)
        former_set_ups(organisation, was_at).update(superior=organisation)
    record(OrganisationRestored(level=organisation.level), about=organisation, by=by, happened_on=on)
    if back:
        _hand_over(back, organisation, act, by=by, on=on)
    return act


def ending_of(organisation: Organisation) -> TreeAct | None:
    """The act by which the organisation was merged, split up or closed last."""
    ended = TreeAct.objects.filter(organisation=organisation, act__in=("merge", "split", "close"), undone_by=None)
    return ended.order_by("-on", "-recorded_at").first()


def check_restore(organisation: Organisation, ending: TreeAct | None, *, on: date) -> Organisation:
    """The superior it comes to stand under; refused where it stands already or on a day that is too early."""
    if organisation.is_active or organisation.parent_id is None:
        raise Refusal("organisations.stands", "“%(name)s”在册，不需要恢复", name=organisation.name)
    source = ending.source if ending is not None else None
    superior = Organisation.objects.now_of((source or organisation.parent or organisation).code)
    assert superior is not None
    moving.check_active(superior)
    rules.check_place(organisation.level, superior.level)
    moving.check_since(organisation, max(organisation.path_since, superior.path_since), on=on)
    if organisation.closed_on is not None:
        rules.check_order(organisation.closed_on, on, what_earlier="撤销", what_later="恢复")
    for unit in former_units(ending) if ending is not None and ending.act != "close" else []:
        moving.check_since(unit, unit.path_since, on=on)
    if organisation.uscc and Organisation.objects.active().filter(uscc=organisation.uscc).exists():
        raise Refusal("organisations.uscc_taken", "工会法人代码 %(code)s 已由其他组织使用", code=organisation.uscc)
    return superior
