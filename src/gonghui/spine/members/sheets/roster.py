"""A union's roster, one person a row: whoever stands in another union becomes a transfer, never a second member."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from gonghui.core import access, bulk
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import RUNNING
from gonghui.spine.members import actions
from gonghui.spine.members.actions import Admission
from gonghui.spine.members.actions.checks import CHECKED
from gonghui.spine.members.actions.entries import checked, takes_generated
from gonghui.spine.members.flow import KEEP, MEMBER_FLOW
from gonghui.spine.members.models import PHONE_FOUND, Membership, Person, Transfer, TransferQuerySet, paper_index
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.members.rules import papers
from gonghui.spine.members.sheets.cells import Secret, SecretCell, hidden, may_be_number, secret, shown_again
from gonghui.spine.organisations.models import Organisation
from gonghui.web.imports import later
from gonghui.web.imports.kinds import Choice, Code, Day, Text, YesNo, as_text
from gonghui.web.imports.sheet import Change, Column, Only, Remark, Scope, Sheet, Standing, Typed, Wrong, sheet

NUMBERS = ("paper", "phone")
EVERYBODY = 10**9
MOST = 200
"""Over so many people a file takes a purpose and a second person: that is the list's export."""
CELL_OF = {
    "members.consent": "consents",
    "members.form": "form",
    "members.name_short": "name",
    "members.name_sign": "name",
    "text.too_long": "name",
    "members.gender_missing": "gender",
    "members.gender_differs": "gender",
    "members.born_missing": "born_on",
    "members.born_differs": "born_on",
    "members.date_future": "admitted_on",
    "members.before_founding": "admitted_on",
    "members.overlap": "admitted_on",
    "members.union_closed": "organisation",
    "members.union_level": "organisation",
    "members.paper_kind": "paper_kind",
    "members.paper_is_hmt": "paper_kind",
    "members.phone_length": "phone",
    "members.phone_head": "phone",
}
"""Which column a refusal is shown at; all others stand at the paper's number."""


@sheet
class Roster(Sheet):
    """The members of the reader's subtree, found by their papers."""

    name, title, power = "members.roster", "会员花名册", KEEP
    list_url = "members"
    of_people = True
    keys = (("number",), ("paper",))
    key_is_ours = True
    asks_day = False
    all_from = EVERYBODY  # a federation's roster is never read whole: those in question are asked for
    help = (
        "一行一人，按会员编号对应，没有编号的按证件号码；名册上没有的，当作新入会；在其他工会有会籍的，导入后提出会籍接转。",
        "入会日期填批准入会的日子，计入新发展会员；不填的是原有会员建档，不计入。",
        "证件号码那一列请先设为文本格式再填：表格软件会把18位数字的末三位变成0。",
        "须取得本人同意。证件和手机号加密保存，预览里遮住显示，只在您自己的工作簿里原样退回。",
    )
    columns = (
        Column("number", "会员编号", Code(longest=20), hint="新入会的不填，由平台给号"),
        Column(
            "organisation", "工会", Text(120), fixed=True, aliases=("单位", "工会名称", "组织代码"), hint="不填为本工会"
        ),
        Column("name", "姓名", Text(50), required=True, aliases=("职工姓名", "会员姓名")),
        Column(
            "paper_kind",
            "证件类型",
            Choice(dict(papers.KINDS), {"身份证": "resident", "居住证": "hmt", "通行证": "permit"}),
            hint="不填时看号码",
        ),
        Column(
            "paper", "证件号码", SecretCell(), required=True, aliases=("身份证号", "身份证号码", "身份证", "证件号")
        ),
        Column("gender", "性别", Choice({papers.WOMAN: "女", papers.MAN: "男"}, {"女性": "f", "男性": "m"})),
        Column("born_on", "出生日期", Day(), aliases=("出生年月日", "生日"), hint="居民身份证不用填"),
        Column(
            "form",
            "用工形式",
            Choice(dict(rules.FORMS), {"职工": "employed", "劳务派遣": "dispatched", "农民工": "dispatched"}),
            hint="不填为单位职工",
        ),
        Column("phone", "手机号", SecretCell(width=16), aliases=("手机", "电话", "联系电话", "手机号码")),
        Column("admitted_on", "入会日期", Day(), fixed=True, aliases=("入会时间", "批准入会日期")),
        Column("consents", "本人同意", YesNo(), required=True, aliases=("是否同意", "同意")),
        Column("state", "状态", Choice(dict(MEMBER_FLOW.states)), ours=True),
    )

    # What is kept of a row ----------------------------------------------------------------------------------------

    def kept_cell(self, value: Any, key: str = "") -> Any:
        """Numbers of people sealed; a cell of a column that is none of ours may hold one, and so may any by mistake."""
        if key in NUMBERS or not key or may_be_number(value, key):
            return hidden(value)
        return super().kept_cell(value, key)

    def given_cell(self, kept: Any, key: str = "") -> Any:
        """As it was typed."""
        return shown_again(kept)

    def faulty_cell(self, value: Any, key: str) -> Any:
        """Numbers masked, in whichever column they were typed."""
        if key == "phone":
            return papers.masked_phone(as_text(value))
        return papers.masked_paper(as_text(value)) if key == "paper" or may_be_number(value, key) else value

    def label(self, values: Mapping[str, Any]) -> str:
        """Whose row it is."""
        name = values.get("name")
        return papers.masked_name(name) if name else ""

    # Reading ------------------------------------------------------------------------------------------------------

    def resolve(self, rows: Sequence[Typed], scope: Scope, wrong: Wrong) -> None:
        """Papers and phones are sealed; unions become codes; what a paper says and the list knows is filled in."""
        unknown = _resolve_unions(rows, scope.actor, wrong)
        generated = takes_generated()
        for row in rows:
            _make_canonical(row, scope.on, generated, wrong)
        numbers = {row.values["number"] for row in rows if row.values.get("number")}
        found = {row.values["paper"].found for row in rows if isinstance(row.values.get("paper"), Secret)}
        known: dict[object, dict[str, Any]] = {}
        for _pk, values in _standing(scope.actor, found, numbers=numbers):
            known[values["number"]] = known[values["paper"].found] = values
        own = _own_union(scope.actor)
        for row in rows:
            _unmask(row, known.get(row.values.get("number")), wrong)
            typed = row.values.get("paper")
            stands = known.get(row.values.get("number") or (typed.found if typed is not None else None))
            for key in ("organisation", "form", "admitted_on", "gender", "born_on"):
                if stands is not None and row.values.get(key) is None:
                    row.values[key] = stands[key]
            if row.values.get("form") is None:
                row.values["form"] = rules.EMPLOYED
            if row.values.get("organisation") is not None or row.row in unknown:
                continue
            if own is None:
                wrong(row, "organisation", Refusal("members.union_missing", "请填工会名称或组织代码"))
            row.values["organisation"] = own

    def rows(self, scope: Scope, only: Only | None = None) -> Iterable[Standing]:
        """The members in question, or all of a small roster, their numbers masked."""
        if only is None:
            only = Only(_few(scope.actor))
        found = {one.found for one in only.values.get("paper", ()) if isinstance(one, Secret)}
        numbers = only.values.get("number", ())
        for pk, values in _standing(scope.actor, found, only.subjects, numbers):
            yield Standing(pk, values)
        for transfer in _asked(only.subjects).seen_by(scope.actor).select_related("source"):
            if not scope.actor.sees(transfer.source.path):
                yield Standing(transfer.person_id, {})

    def settle(self, changes: Sequence[Change]) -> None:
        """Of whom another union still has, nothing but the transfer was written."""
        asked = {one.person_id for one in _asked({one.subject or 0 for one in changes})}
        for change in changes:
            if change.is_new and change.subject in asked:
                change.touched = ()

    def check(self, changes: Sequence[Change], scope: Scope, wrong: Wrong) -> None:
        """Each could be admitted or corrected as on its page; whoever is elsewhere was asked for, and knows."""
        unions = _unions(changes)
        elsewhere = _elsewhere(changes, unions)
        for change in changes:
            place = unions.get(change.text("organisation"))
            if place is None:
                wrong(change, "organisation", Refusal("members.union_missing", "请填工会名称或组织代码"))
                continue
            try:
                change.ready = checked(_entry(change, place), on=scope.on)
            except Refusal as refusal:
                wrong(change, CELL_OF.get(refusal.code, "paper"), refusal)
                continue
            person = elsewhere.get(change.values["paper"].found)
            if person is None or not change.is_new:
                continue
            change.ready = person
            if person.transfers.waiting().exists():
                wrong(change, "paper", Refusal("members.transferring", "会籍接转还没有办结：请先办结或撤回"))
            elif RUNNING.get() is None:
                access.looked(scope.actor, CHECKED, subject_type="members.person", subject_id=person.pk)

    # Committing and taking back -----------------------------------------------------------------------------------

    def apply(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New ones are admitted, those from elsewhere asked for, the others corrected."""
        new = [one for one in changes if one.is_new]
        coming = [one for one in new if isinstance(one.ready, Person)]
        fresh = [one for one in new if not isinstance(one.ready, Person)]
        admitted = actions.bulk_admit([one.ready for one in fresh], by=by, on=on) if fresh else []
        for change, done in zip(fresh, admitted, strict=True):
            change.subject = done.person_id
        for code, place in _unions(coming).items():
            there = [one for one in coming if one.text("organisation") == code]
            actions.ask_transfers([one.ready for one in there], place, by=by, on=on)
            for change in there:
                change.subject = change.ready.pk
        self._correct([one for one in changes if not one.is_new], "values", by=by, on=on)

    def _correct(self, changes: Sequence[Change], to: str, *, by: Actor, on: date) -> None:
        people = Person.objects.select_related("organisation").in_bulk([one.subject for one in changes])
        for change in changes:
            person = people[change.subject or 0]
            values = {**getattr(change, to), "consents": True}
            entry = _entry(replace(change, values=values), person.organisation)
            kept = {name: getattr(person, name) for name in ("card", "address")}
            actions.correct_member(person, entry._replace(admitted_on=None, **kept), by=by, on=on)

    def obstacles(self, changes: Sequence[Change], scope: Scope, *, after: int) -> Iterable[tuple[Change, Refusal]]:
        """Whatever was done since with somebody who is new, or a transfer that was answered."""
        new = {one.subject: one for one in changes if one.is_new and one.subject is not None}
        for pk, what in later.about(Person, new, after=after).items():
            yield new[pk], later.refusal(what)
        waiting = {one.person_id for one in _asked(new)}
        own = _admitted_here(new)
        for pk in new.keys() - own - waiting:
            yield new[pk], Refusal("members.transfer_answered", "会籍接转已经答复，或工会已经合并，不能撤回")

    def undo(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New ones never were, transfers are withdrawn, the others are as before."""
        new = [one.subject for one in changes if one.is_new and one.subject is not None]
        asked = {one.person_id: one for one in _asked(new)}
        own = _admitted_here(new) - asked.keys()
        if own:
            actions.bulk_withdraw(sorted(own), by=by)
        for transfer in asked.values():
            actions.turn_transfer(transfer, "withdraw", by=by, on=on)
        self._correct([one for one in changes if not one.is_new], "was", by=by, on=on)

    def remarks(self, rows: Sequence[tuple[int, str, Mapping[str, Any]]], scope: Scope) -> Mapping[int, list[Remark]]:
        """Who will be asked for from another union."""
        papers_of = {row: values["paper"].found for row, _label, values in rows if values.get("paper")}
        people = _members(papers_of.values())
        return {
            row: [Remark(_("在其他工会有会籍：导入后提出会籍接转"))]
            for row, found in papers_of.items()
            if found in people and not scope.actor.sees(people[found].organisation.path)
        }


# Rows -------------------------------------------------------------------------------------------------------------


def _make_canonical(row: Typed, on: date, generated: bool, wrong: Wrong) -> None:
    """The row's name is as it is kept, paper and phone are sealed; a wrong one is out, and said at its cell."""
    if (typed := row.values.get("name")) is not None:
        try:
            row.values["name"] = papers.name(typed)
        except Refusal as refusal:
            row.values["name"] = None
            wrong(row, "name", refusal)
    typed = row.values.get("paper")
    if isinstance(typed, str) and "*" not in typed:
        row.values["paper"] = None
        kind = row.values.get("paper_kind") or papers.kind_of(typed)
        try:
            paper = papers.paper(kind, typed, on=on, generated=generated)
        except Refusal as refusal:
            wrong(row, CELL_OF.get(refusal.code, "paper"), refusal)
        else:
            row.values["paper"] = secret(paper_index(paper.kind, paper.number), paper.number, papers.masked_paper)
            row.values["paper_kind"] = paper.kind
            row.values["gender"] = row.values.get("gender") or paper.gender or None
            row.values["born_on"] = row.values.get("born_on") or paper.born_on
    typed = row.values.get("phone")
    if isinstance(typed, str) and "*" not in typed:
        row.values["phone"] = None
        try:
            phone = papers.phone(typed, generated=generated)
        except Refusal as refusal:
            wrong(row, "phone", refusal)
        else:
            row.values["phone"] = secret(PHONE_FOUND.of(phone), phone, papers.masked_phone)


def _unmask(row: Typed, known: Mapping[str, Any] | None, wrong: Wrong) -> None:
    """What our own workbook shows masked is what stands under the member's number."""
    for key in NUMBERS:
        typed = row.values.get(key)
        if isinstance(typed, str):
            row.values[key] = known[key] if known is not None and str(known[key] or "") == typed else None
            if row.values[key] is None:
                wrong(row, key, Refusal("members.paper_masked", "证件号码带星号，是打印时遮住的：请填完整号码"))


def _resolve_unions(rows: Sequence[Typed], actor: Actor, wrong: Wrong) -> set[int]:
    """A union is named by its code, or by a name that it alone has; the rows that name none there is."""
    named = {row.values["organisation"] for row in rows if row.values.get("organisation")}
    if not named:
        return set()
    seen = Organisation.objects.seen_by(actor).active()
    known: dict[str, set[str]] = {}
    unknown: set[int] = set()
    for one in seen.filter(Q(code__in=[word.upper() for word in named]) | Q(name__in=named) | Q(short_name__in=named)):
        for name in (one.code, one.name, one.short_name):
            known.setdefault(name, set()).add(one.code)
    for row in rows:
        word = row.values.get("organisation")
        if not word:
            continue
        found = known.get(word) or known.get(word.upper()) or set()
        if len(found) == 1:
            row.values["organisation"] = min(found)
            continue
        row.values["organisation"] = None
        message = "有几个工会叫“%(name)s”：请填组织代码" if found else "您的范围内没有工会“%(name)s”：请填组织代码"
        wrong(row, "organisation", Refusal("members.union_unknown", message, name=word))
        unknown.add(row.row)
    return unknown


def _own_union(actor: Actor) -> str | None:
    """The code of the reader's own union, if it keeps members itself: rows that name none are of it."""
    if actor.level not in ("base", "joint"):
        return None
    return Organisation.objects.values_list("code", flat=True).get(pk=actor.organisation_id)


def _unions(changes: Sequence[Change]) -> dict[str, Organisation]:
    codes = {change.text("organisation") for change in changes}
    return {one.code: one for one in Organisation.objects.filter(code__in=codes)}


def _members(found: Iterable[str]) -> dict[str, Person]:
    """Who is in a union now, by what papers are found by."""
    indexes = [bytes.fromhex(one) for one in found]
    people = Person.objects.filter(bulk.among("paper_index", indexes, "bytea")).members()
    return {bytes(one.paper_index).hex(): one for one in people.select_related("organisation")}


def _elsewhere(changes: Sequence[Change], unions: Mapping[str, Organisation]) -> dict[str, Person]:
    """Those of the new rows who are in a union other than the one they are to be admitted to."""
    wanted = {one.values["paper"].found: one.text("organisation") for one in changes if one.is_new}
    people = _members(wanted)
    return {
        found: person
        for found, person in people.items()
        if (place := unions.get(wanted[found])) is None or person.organisation_id != place.pk
    }


def _asked(ids: Collection[int]) -> TransferQuerySet:
    """The open transfers by which they are to come from another union."""
    return Transfer.objects.waiting().filter(bulk.among("person_id", ids), asked_by_target=True)


def _admitted_here(ids: Collection[int]) -> set[int]:
    """Those of them whose open membership began here by being admitted or taken over, not by coming from elsewhere."""
    held = Membership.objects.filter(bulk.among("person_id", ids), last_on=None, merged_from=None)
    return set(held.filter(began__in=(rules.ADMITTED, rules.TAKEN_OVER)).values_list("person_id", flat=True))


def _few(actor: Actor) -> list[int]:
    """Everybody on the roster, where these are no more than one file may hold."""
    keys = list(Person.objects.seen_by(actor).members().order_by("number").values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        raise Refusal("members.roster_large", "名册超过 %(most)s 人，不整表取走：请用名册页上的导出", most=MOST)
    return keys


def _standing(
    actor: Actor, found: Collection[str], subjects: Collection[int] = (), numbers: Collection[str] = ()
) -> Iterable[tuple[int, dict[str, Any]]]:
    """The members of the subtree with one of the papers, or among the subjects, as rows of the sheet."""
    indexes = [bytes.fromhex(one) for one in found]
    wanted = bulk.among("paper_index", indexes, "bytea")
    rows = Person.objects.seen_by(actor).members().select_related("organisation")
    people = list(rows.filter(wanted))
    people += list(rows.filter(bulk.among("members_person.id", subjects))) if subjects else []
    people += list(rows.filter(bulk.among("number", numbers, "text"))) if numbers else []
    began = dict(
        Membership.objects.filter(bulk.among("person_id", [one.pk for one in people]), last_on=None)
        .filter(began=rules.ADMITTED)
        .values_list("person_id", "first_on")
    )
    for one in {person.pk: person for person in people}.values():
        yield (
            one.pk,
            {
                "organisation": one.organisation.code,
                "name": one.name,
                "paper_kind": one.paper_kind,
                "paper": secret(bytes(one.paper_index), one.paper, papers.masked_paper),
                "gender": one.gender,
                "born_on": one.born_on,
                "form": one.form,
                "phone": secret(bytes(one.phone_index or b""), one.phone, papers.masked_phone) if one.phone else None,
                "admitted_on": began.get(one.pk),
                "consents": True,
                "number": one.number,
                "state": one.state,
            },
        )


def _entry(change: Change, place: Organisation) -> Admission:
    values = change.values
    return Admission(
        organisation=place,
        name=change.text("name"),
        paper_kind=values["paper_kind"],
        paper=values["paper"].plain,
        admitted_on=values.get("admitted_on"),
        phone=values["phone"].plain if values.get("phone") is not None else "",
        gender=values.get("gender") or "",
        born_on=values.get("born_on"),
        form=values.get("form") or rules.EMPLOYED,
        consents=bool(values.get("consents")),
    )
