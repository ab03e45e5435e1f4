"""Social workers and the positions they hold, by the row."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import F, Q

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.officials import actions
from gonghui.spine.officials.actions import PositionEntry, Posting, WorkerEntry
from gonghui.spine.officials.actions.positions import checked_position, clean_code
from gonghui.spine.officials.actions.social_workers import check_start, filled_in
from gonghui.spine.officials.flow import STAFF, WORKER_FLOW
from gonghui.spine.officials.models import Certificate, Position, SocialWorker, Spell, on_day
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.officials.sheets.cells import Several, resolve_unions, unions_of
from gonghui.spine.organisations.models import Organisation
from gonghui.web.imports import later
from gonghui.web.imports.kinds import Choice, Code, Day, Text, Whole
from gonghui.web.imports.sheet import Change, Column, Only, Scope, Sheet, Standing, Typed, Wrong, sheet

NEWEST = rules.WORKERS.all[-1]
CELL_OF = {
    "officials.worker_no": "worker_no",
    "officials.code": "worker_no",
    "officials.born_on": "born_on",
    "officials.hired_young": "hired_on",
    "officials.hired_missing": "hired_on",
    "officials.date_future": "hired_on",
    "officials.contract_hired": "hired_on",
    "officials.date_order": "contract_to",
    "officials.duty": "duties",
    "officials.quota": "post_no",
    "officials.position_absent": "post_no",
    "officials.before_founding": "first_on",
    "officials.grade": "grade",
    "officials.headcount": "headcount",
}
"""Which column a refusal is shown at; every other one stands at the first column."""


def _number(field: str) -> Code:
    return Code(lambda typed: clean_code(typed, field=field), longest=20)


@sheet
class Positions(Sheet):
    """The positions for social workers of the reader's subtree."""

    name, title, power = "officials.positions", "社工岗位", STAFF
    list_url = "positions"
    keys = (("post_no",),)
    asks_day = False
    help = (
        "一行一个岗位，按岗位编号对应；编号没有登记过的，当作新设的岗位。",
        "在编人数由平台数出，只供查看；编制不能少于在编。",
    )
    columns = (
        Column("post_no", "岗位编号", _number("岗位编号"), required=True, aliases=("编号",), example="SG01"),
        Column("organisation", "组织", Text(120), required=True, fixed=True, aliases=("单位", "组织代码")),
        Column("grade", "职级", Choice(dict(NEWEST.grades)), required=True, example="junior"),
        Column("headcount", "编制人数", Whole("人", least=1, most=999), required=True, aliases=("编制",)),
        Column("first_on", "设立日期", Day(), required=True, fixed=True),
        Column("last_on", "撤销日期", Day()),
        Column("filled", "在编人数", Whole(), ours=True),
    )

    def resolve(self, rows: Sequence[Typed], scope: Scope, wrong: Wrong) -> None:
        """A union's name becomes its code."""
        resolve_unions(rows, scope.actor, wrong)

    def rows(self, scope: Scope, only: Only | None = None) -> Iterable[Standing]:
        """The positions as they stand."""
        seen = Position.objects.seen_by(scope.actor).with_filled(scope.on).select_related("organisation")
        if only is not None:
            numbers = list(only.values.get("post_no", ()))
            seen = seen.filter(Q(pk__in=list(only.subjects)) | Q(post_no__in=numbers))
        for one in seen.order_by("post_no"):
            yield Standing(
                one.pk,
                {
                    "post_no": one.post_no,
                    "organisation": one.organisation.code,
                    "grade": one.grade,
                    "headcount": one.headcount,
                    "first_on": one.first_on,
                    "last_on": one.last_on,
                    "filled": one.filled,
                },
            )

    def check(self, changes: Sequence[Change], scope: Scope, wrong: Wrong) -> None:
        """Each could be opened or changed as on its page."""
        unions = unions_of({change.text("organisation") for change in changes})
        taken = set(
            Position.objects.filter(
                post_no__in=[change.text("post_no") for change in changes if change.is_new]
            ).values_list("post_no", flat=True)
        )
        for change in changes:
            try:
                checked_position(_position(change, unions), by=scope.actor, on=scope.on)
                rules.check_quota(change.text("post_no"), change.values["headcount"], change.values.get("filled") or 0)
            except Refusal as refusal:
                wrong(change, "headcount" if refusal.code == "officials.quota" else _cell(refusal, "post_no"), refusal)
            if change.is_new and change.text("post_no") in taken:
                wrong(change, "post_no", _elsewhere("岗位编号", change.text("post_no")))

    def apply(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New ones are opened, the others changed."""
        unions = unions_of({change.text("organisation") for change in changes})
        new = [change for change in changes if change.is_new]
        made = actions.open_positions([_position(change, unions) for change in new], by=by, on=on) if new else []
        for change, position in zip(new, made, strict=True):
            change.subject = position.pk
        self._change([one for one in changes if not one.is_new], "values", by=by, on=on)

    def _change(self, changes: Sequence[Change], to: str, *, by: Actor, on: date) -> None:
        standing = Position.objects.select_related("organisation").in_bulk([one.subject for one in changes])
        for one in changes:
            position, values = standing[one.subject or 0], getattr(one, to)
            entry = PositionEntry(
                position.organisation,
                position.post_no,
                values["grade"],
                values["headcount"],
                position.first_on,
                values.get("last_on"),
            )
            actions.change_position(position, entry, by=by, on=on)

    def obstacles(self, changes: Sequence[Change], scope: Scope, *, after: int) -> Iterable[tuple[Change, Refusal]]:
        """Somebody holds a new position, or held it."""
        new = {one.subject: one for one in changes if one.is_new and one.subject is not None}
        for pk in Spell.objects.filter(position__in=list(new)).values_list("position_id", flat=True).distinct():
            yield new[pk], Refusal("officials.position_used", "已有社工上过这个岗位")

    def undo(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New ones never were; the others are as before."""
        new = [one.subject for one in changes if one.is_new and one.subject is not None]
        if new:
            actions.withdraw_positions(list(Position.objects.filter(pk__in=new)), by=by)
        self._change([one for one in changes if not one.is_new], "was", by=by, on=on)


def _position(change: Change, unions: dict[str, Organisation]) -> PositionEntry:
    values = change.values
    return PositionEntry(
        unions[change.text("organisation")],
        change.text("post_no"),
        values["grade"],
        values["headcount"],
        values["first_on"],
        values.get("last_on"),
    )


def _cell(refusal: Refusal, otherwise: str) -> str:
    return CELL_OF.get(refusal.code, otherwise)


def _elsewhere(title: str, number: str) -> Refusal:
    return Refusal(
        "officials.number_elsewhere", "%(title)s %(number)s 已由别的组织使用，请换一个", title=title, number=number
    )


# Social workers ---------------------------------------------------------------------------------------------------

ROLL = ("name", "born_on", "hired_on", "contract_to", "station", "duties")
"""What the roll says of somebody, and a row may change."""


@sheet
class SocialWorkers(Sheet):
    """The social workers of the reader's subtree, by full name: whoever takes the list away may see them one by one."""

    name, title, power = "officials.social_workers", "社工名册", STAFF
    list_url = "social_workers"
    of_people = True
    keys = (("worker_no",),)
    asks_day = False
    help = (
        "一行一名社工，按工号对应；工号没有登记过的，当作新登记的社工。",
        "新登记的可以同时填岗位编号和到岗日期；已聘待岗的补填这两格，就是到岗。调岗、休假、借调、离岗请到社工的页上办。",
        "出生日期用来核对取得证书时的年龄，请照身份证填。",
    )
    columns = (
        Column("worker_no", "工号", _number("工号"), required=True, aliases=("编号", "员工号"), example="S0001"),
        Column("name", "姓名", Text(50), required=True),
        Column("born_on", "出生日期", Day(), required=True, aliases=("生日", "出生年月日")),
        Column("organisation", "组织", Text(120), required=True, fixed=True, aliases=("单位", "组织代码", "所在工会")),
        Column("hired_on", "聘用日期", Day(), aliases=("入职日期",), hint="不填为拟聘"),
        Column("contract_to", "合同止日", Day(), aliases=("合同到期",)),
        Column("station", "服务站", Text(60)),
        Column("duties", "职责", Several(dict(NEWEST.duties)), hint="几项之间用顿号分开"),
        Column("post_no", "岗位编号", Code(longest=20), aliases=("岗位",)),
        Column("first_on", "到岗日期", Day(), aliases=("上岗日期",)),
        Column("state", "状态", Choice(dict(WORKER_FLOW.states)), ours=True),
    )

    def resolve(self, rows: Sequence[Typed], scope: Scope, wrong: Wrong) -> None:
        """A union's name becomes its code."""
        resolve_unions(rows, scope.actor, wrong)

    def rows(self, scope: Scope, only: Only | None = None) -> Iterable[Standing]:
        """The roll, each with the position held today and since when."""
        seen = SocialWorker.objects.seen_by(scope.actor).select_related("organisation")
        if only is not None:
            numbers = list(only.values.get("worker_no", ()))
            seen = seen.filter(Q(pk__in=list(only.subjects)) | Q(worker_no__in=numbers))
        held = dict(
            Spell.objects.filter(on_day(scope.on), worker__in=seen)
            .annotate(number=F("position__post_no"))
            .values_list("worker_id", "number")
        )
        # Since when they hold it without a gap is the page's to say; the sheet says when they first came.
        first: dict[int, date] = {}
        came = Spell.objects.filter(worker__in=seen).order_by("-first_on").values_list("worker_id", "first_on")
        first.update({worker: day for worker, day in came if worker in held})
        for one in seen.order_by("worker_no"):
            yield Standing(
                one.pk,
                {
                    "worker_no": one.worker_no,
                    "name": one.name,
                    "born_on": one.born_on,
                    "organisation": one.organisation.code,
                    "hired_on": one.hired_on,
                    "contract_to": one.contract_to,
                    "station": one.station or None,
                    "duties": tuple(key for key in NEWEST.duties if key in one.duties) or None,
                    "post_no": held.get(one.pk),
                    "first_on": first.get(one.pk),
                    "state": one.state,
                },
            )

    def check(self, changes: Sequence[Change], scope: Scope, wrong: Wrong) -> None:
        """Each could be entered as on its page; positions have room for all who come together."""
        asked = _Asked(changes)
        coming = Counter(change.text("post_no") for change in changes if _comes(change))
        for change in changes:
            try:
                self._check(change, asked, coming, scope, wrong)
            except Refusal as refusal:
                wrong(change, _cell(refusal, "worker_no"), refusal)

    def _check(self, change: Change, asked: "_Asked", coming: Counter[str], scope: Scope, wrong: Wrong) -> None:
        if change.is_new and change.text("worker_no") in asked.taken:
            raise _elsewhere("工号", change.text("worker_no"))
        filled_in(asked.entry(change), scope.on)
        if change.values.get("hired_on") is None and change.was.get("state") not in (None, "candidate", "hired"):
            raise Refusal("officials.hired_missing", "到过岗的社工须有聘用日期，请填写")
        if not {"post_no", "first_on"} & set(change.touched):
            return
        if not change.is_new and change.was.get("state") not in ("candidate", "hired"):
            wrong(change, "post_no", Refusal("officials.post_elsewhere", "调岗、离岗请到社工的页上办，这里请改回原样"))
            return
        post_no, first_on = change.values.get("post_no"), change.values.get("first_on")
        if post_no is None or first_on is None:
            wrong(change, "first_on", Refusal("officials.post_part", "岗位编号和到岗日期要么都填，要么都不填"))
            return
        if change.values.get("hired_on") is None:
            wrong(change, "hired_on", Refusal("officials.post_hired", "上岗的社工须有聘用日期，请填写"))
            return
        position = asked.positions.get(post_no)
        if position is None:
            wrong(change, "post_no", Refusal("officials.position_unknown", "没有岗位 %(number)s", number=post_no))
            return
        check_start(SocialWorker(hired_on=change.values["hired_on"]), position, first_on, by=scope.actor, on=scope.on)
        rules.check_quota(post_no, position.headcount, position.filled + coming[post_no])

    def apply(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New ones are on the roll, the others changed; whoever has a position now comes onto it."""
        asked = _Asked(changes)
        new = [change for change in changes if change.is_new]
        made = actions.enrol_workers([asked.entry(change) for change in new], by=by, on=on) if new else []
        for change, worker in zip(new, made, strict=True):
            change.subject = worker.pk
        self._change([one for one in changes if not one.is_new], "values", by=by, on=on)
        workers = SocialWorker.objects.select_related("organisation").in_bulk([change.subject for change in changes])
        postings = [
            Posting(workers[change.subject or 0], asked.positions[change.values["post_no"]], change.values["first_on"])
            for change in changes
            if _comes(change)
        ]
        if postings:
            actions.post_workers(postings, by=by, on=on)

    def _change(self, changes: Sequence[Change], to: str, *, by: Actor, on: date) -> None:
        changed = [one for one in changes if set(ROLL) & set(one.touched)]
        standing = SocialWorker.objects.select_related("organisation", "account").in_bulk(
            [one.subject for one in changed]
        )
        for one in changed:
            worker = standing[one.subject or 0]
            entry = _entry(getattr(one, to), worker.organisation, account=worker.account)
            actions.change_worker(worker, entry, by=by, on=on)

    def obstacles(self, changes: Sequence[Change], scope: Scope, *, after: int) -> Iterable[tuple[Change, Refusal]]:
        """Whatever was done with somebody since, and certificates that were added."""
        subjects = {one.subject: one for one in changes if one.subject is not None and (one.is_new or _comes(one))}
        told = later.about(SocialWorker, subjects, after=after)
        for pk, what in told.items():
            yield subjects[pk], later.refusal(what)
        new = [pk for pk, one in subjects.items() if one.is_new and pk not in told]
        holding = Certificate.objects.filter(worker__in=new).values_list("worker_id", flat=True).distinct()
        for pk in holding.order_by():
            yield subjects[pk], Refusal("officials.certificates_since", "已加了证书")

    def undo(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New ones never were, who came onto a position waits for one again, the roll says what it said."""
        subjects = SocialWorker.objects.select_related("organisation").in_bulk([one.subject for one in changes])
        new = [subjects[one.subject or 0] for one in changes if one.is_new]
        if new:
            actions.withdraw_workers(new, by=by)
        came = [subjects[one.subject or 0] for one in changes if not one.is_new and _comes(one)]
        if came:
            actions.withdraw_postings(came, by=by)
        self._change([one for one in changes if not one.is_new], "was", by=by, on=on)

    def label(self, values: Any) -> str:
        """The number and a masked name."""
        return f"{values.get('worker_no') or ''} {rules.masked_name(str(values.get('name') or ''))}".strip()


def _comes(change: Change) -> bool:
    """Whether the row brings somebody onto a position; `check` lets only those through who have none."""
    return "post_no" in change.touched and change.values.get("post_no") is not None


def _entry(values: Any, organisation: Organisation, **more: Any) -> WorkerEntry:
    return WorkerEntry(
        organisation,
        str(values["worker_no"]),
        str(values["name"]),
        values["born_on"],
        values.get("hired_on"),
        values.get("contract_to"),
        str(values.get("station") or ""),
        tuple(values.get("duties") or ()),
        **more,
    )


class _Asked:
    """What the rows name, read once for all of them."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.unions = unions_of({change.text("organisation") for change in changes})
        numbers = {change.text("post_no") for change in changes if change.values.get("post_no")}
        found = Position.objects.filter(post_no__in=numbers).select_related("organisation")
        self.positions = {one.post_no: one for one in found.with_filled(date.max)}
        new = [change.text("worker_no") for change in changes if change.is_new]
        self.taken = set(SocialWorker.objects.filter(worker_no__in=new).values_list("worker_no", flat=True))

    def entry(self, change: Change) -> WorkerEntry:
        """The row as the action takes it."""
        return _entry(change.values, self.unions[change.text("organisation")])
