"""The tree as a workbook: founding, renaming and moving unions by the row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.functional import cached_property

from gonghui.core import bulk, codes
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.organisations import actions, rules
from gonghui.spine.organisations.actions import EmployerEntry, Founding
from gonghui.spine.organisations.actions.employers import as_employer
from gonghui.spine.organisations.actions.reshaping import check_move
from gonghui.spine.organisations.actions.tree import check_founding
from gonghui.spine.organisations.models import Employer, Industry, Organisation, OrganisationQuerySet
from gonghui.web.imports import later
from gonghui.web.imports.kinds import Choice, Code, Day, Text, Whole
from gonghui.web.imports.sheet import Change, Column, Only, Scope, Sheet, Standing, Typed, Wrong, sheet

NAMES = ("name", "short_name", "english_name")
EMPLOYER = ("employer_uscc", "employer_name", "employer_industry", "employer_ownership", "employees")
CELL_OF = {
    "organisations.place": "superior",
    "organisations.superior_missing": "superior",
    "organisations.superior_closed": "superior",
    "organisations.reach": "superior",
    "organisations.depth": "superior",
    "organisations.date_order": "founded_on",
    "organisations.level": "level",
    "organisations.area_elsewhere": "area",
    "codes.area_retired": "area",
    "organisations.industry": "employer_industry",
    "organisations.ownership": "employer_ownership",
    "organisations.employees": "employees",
    "organisations.rename_too_early": "name",
}
"""Which column a refusal of the tree is shown at; every other one stands at the name."""


def _now_of(seen: OrganisationQuerySet, typed: str) -> set[str]:
    """The code of what became of a merged union's code, a name of then or an abolished area."""
    now = seen.resolved(typed)
    return {now.code} if now is not None else set()


@sheet
class Unions(Sheet):
    """Every union of the reader's subtree that stands."""

    name, title, power = "organisations.unions", "组织名册", "organisations.edit"
    list_url = "organisations"
    key_is_ours = True
    keys = (("code",), ("name", "superior"))
    help = (
        "一行一个组织。组织代码由平台编，新增的行把它留空，名称和上级都对得上的，当作已有的组织。",
        "改名称、简称、英文名称是更名，改上级组织是变更隶属关系，都从“变更日期”起算，旧名和旧隶属留在沿革里。",
        "合并、分设、撤销不在这里办，请到组织的页面上办理。",
    )
    columns = (
        Column("code", "组织代码", Code(codes.checked_organisation_code), aliases=("代码", "工会代码", "编号")),
        Column("name", "名称", Text(120, rules.checked_name), required=True, aliases=("工会名称", "组织名称", "全称")),
        Column("short_name", "简称", Text(40)),
        Column("english_name", "英文名称", Text(160), aliases=("英文名", "English name")),
        Column(
            "level",
            "层级",
            Choice({key: level.title for key, level in rules.levels().items()}),
            required=True,
            fixed=True,
            aliases=("类型", "工会类型", "组织层级"),
            example="base",
        ),
        Column(
            "superior",
            "上级组织",
            Text(120),
            aliases=("上级", "上级代码", "上级工会", "隶属"),
            hint="填上级的组织代码或名称",
        ),
        Column("superior_name", "上级名称", Text(120), ours=True),
        Column("area", "行政区划", Code(codes.area), fixed=True, aliases=("区划代码",), hint="不填同上级"),
        Column("industry", "产业", Code(longest=12), fixed=True, hint="产业代码，如 INDU-01"),
        Column("uscc", "工会法人代码", Code(codes.union_uscc), fixed=True, aliases=("法人代码",)),
        Column("founded_on", "成立日期", Day(), fixed=True, aliases=("建会日期", "批复日期"), hint="不填按变更日期"),
        Column("employer_uscc", "单位信用代码", Code(codes.employer_uscc), fixed=True, aliases=("统一社会信用代码",)),
        Column("employer_name", "单位名称", Text(120), fixed=True),
        Column("employer_industry", "单位行业", Code(longest=3), fixed=True, hint="门类字母，可加两位大类，如 I64"),
        Column(
            "employer_ownership",
            "单位类型",
            Choice(dict(rules.ownerships())),
            fixed=True,
            aliases=("经济类型", "所有制"),
        ),
        Column("employees", "职工人数", Whole(least=1, most=10_000_000), fixed=True),
    )

    # Reading ------------------------------------------------------------------------------------------------------

    def resolve(self, rows: Sequence[Typed], scope: Scope, wrong: Wrong) -> None:
        """A superior is named by its code; the name of one that stands alone with it does as well."""
        typed = {row.values["superior"] for row in rows if row.values.get("superior")}
        seen = Organisation.objects.seen_by(scope.actor).active()
        known: dict[str, set[str]] = defaultdict(set)
        named = Q(bulk.among("code", [word.upper() for word in typed], "text"))
        named |= Q(bulk.among("name", typed, "text")) | Q(bulk.among("short_name", typed, "text"))
        for code, name, short in seen.filter(named).values_list("code", "name", "short_name"):
            known[code].add(code)
            known[name].add(code)
            known[short].add(code)
        for row in rows:
            word = row.values.get("superior")
            if not word:
                continue
            found = known.get(word) or known.get(word.upper()) or _now_of(seen, word)
            if len(found) == 1:
                (row.values["superior"],) = found
            elif found:
                wrong(row, "superior", Refusal("organisations.superior_several", SEVERAL, name=word))
            else:
                wrong(row, "superior", Refusal("organisations.superior_unknown", UNKNOWN, name=word))

    def rows(self, scope: Scope, only: Only | None = None) -> Iterable[Standing]:
        """The unions that stand, from the top down, each with its one employer if it has one."""
        seen = Organisation.objects.seen_by(scope.actor).active()
        if only is not None:
            found = Q(pk__in=list(only.subjects))
            for column in ("code", "name"):
                found |= Q(**{f"{column}__in": list(only.values.get(column, ()))})
            seen = seen.filter(found)
        listed = list(
            seen.order_by("depth", "code").values_list(
                "pk", "code", *NAMES, "level", "parent__code", "parent__name", "area_code", "industry__code", "uscc",
                "founded_on",
            )
        )  # fmt: skip
        employers = self._employers(None if only is None else [one[0] for one in listed], scope.actor)
        own = scope.actor.organisation_id
        for pk, code, name, short, english, level, above, above_name, area, industry, uscc, founded_on in listed:
            yield Standing(
                pk,
                {
                    "code": code,
                    "name": name,
                    "short_name": short,
                    "english_name": english or None,
                    "level": level,
                    "superior": above if pk != own else None,
                    "superior_name": above_name if pk != own else None,
                    "area": area,
                    "industry": industry,
                    "uscc": uscc or None,
                    "founded_on": founded_on,
                    **employers.get(pk, {}),
                },
            )

    def _employers(self, organisations: list[int] | None, actor: Actor) -> Mapping[int, dict[str, Any]]:
        found = Employer.objects.filter(organisation__is_active=True).filter(actor.within("organisation__path"))
        if organisations is not None:
            found = found.filter(organisation_id__in=organisations)
        rows = found.values_list("organisation_id", "uscc", "name", "industry_code", "ownership", "employees")
        by_union: dict[int, dict[str, Any]] = {}
        several = set()
        for union, *values in rows:
            if union in by_union:
                several.add(union)
            by_union[union] = dict(zip(EMPLOYER, values, strict=True))
        return {union: values for union, values in by_union.items() if union not in several}

    # Checking -----------------------------------------------------------------------------------------------------

    def check(self, changes: Sequence[Change], scope: Scope, wrong: Wrong) -> None:
        """Each founding and each move may be done as the tree's own actions would; codes stand once."""
        asked = _Asked(changes)
        for change in changes:
            try:
                if change.is_new:
                    self._check_new(change, asked, scope, wrong)
                else:
                    self._check_change(change, asked, scope, wrong)
            except Refusal as refusal:
                wrong(change, CELL_OF.get(refusal.code, "name"), refusal)

    def _check_new(self, change: Change, asked: "_Asked", scope: Scope, wrong: Wrong) -> None:
        check_founding(asked.founding(change), by=scope.actor, on=founded_on(change, scope))
        employer = asked.founding(change).employer
        if employer is not None:
            as_employer(employer, on=founded_on(change, scope))
        for key, taken in (("uscc", asked.unions), ("employer_uscc", asked.covered)):
            code = change.values.get(key)
            if code is not None and (code in taken or asked.times(key, code) > 1):
                wrong(change, key, Refusal("organisations.code_taken", TAKEN, code=code))

    def _check_change(self, change: Change, asked: "_Asked", scope: Scope, wrong: Wrong) -> None:
        if "superior" in change.touched:
            superior = asked.superiors.get(change.text("superior"))
            if superior is None:
                raise Refusal("organisations.superior_missing", MISSING, level=change.label)
            if change.subject == scope.actor.organisation_id:
                raise Refusal("organisations.own_superior", OWN)
            check_move(asked.moving[change.subject or 0], superior, on=scope.on)

    # Doing --------------------------------------------------------------------------------------------------------

    def apply(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New rows are founded on their days, the others renamed and moved on the day of the changes."""
        asked = _Asked(changes)
        by_day: dict[date, list[Change]] = defaultdict(list)
        for change in changes:
            if change.is_new:
                by_day[founded_on(change, scope)].append(change)
        for day, new in sorted(by_day.items()):
            made = actions.bulk_found([asked.founding(change) for change in new], by=by, on=day)
            for change, organisation in zip(new, made, strict=True):
                change.subject = organisation.pk
        self._rename([one for one in changes if not one.is_new], to="values", by=by, on=scope.on)
        self._move([one for one in changes if not one.is_new], asked, by=by, on=scope.on)

    def _rename(self, changes: Sequence[Change], *, to: str, by: Actor, on: date) -> None:
        renamed = [one for one in changes if set(NAMES) & set(one.touched)]
        if renamed:
            names = {}
            for one in renamed:
                name, short, english = (str(getattr(one, to).get(key) or "") for key in NAMES)
                names[one.subject or 0] = (name, short, english)
            actions.bulk_rename(names, by=by, on=on)

    def _move(self, changes: Sequence[Change], asked: "_Asked", *, by: Actor, on: date) -> None:
        for change in changes:
            if "superior" in change.touched:
                superior = asked.superiors[change.text("superior")]
                actions.move_organisation(asked.moving[change.subject or 0], superior, by=by, on=on)

    # Taking back --------------------------------------------------------------------------------------------------

    def obstacles(self, changes: Sequence[Change], scope: Scope, *, after: int) -> Iterable[tuple[Change, Refusal]]:
        """A new union in which or under which anything has happened since; a move that cannot be turned back today."""
        new = {one.subject: one for one in changes if one.is_new and one.subject is not None}
        told = later.in_organisations(new, after=after)
        for subject, what in told.items():
            yield new[subject], later.refusal(what)
        parents = Organisation.objects.filter(bulk.among("parent_id", list(new)))
        for pk in parents.values_list("parent_id", flat=True).distinct().order_by():
            if pk is not None and pk not in told:
                yield new[pk], Refusal("organisations.children_since", "下面已建有组织")
        moved = [one for one in changes if not one.is_new and "superior" in one.touched]
        asked = _Asked(moved, back=True)
        for one in moved:
            try:
                check_move(asked.moving[one.subject or 0], asked.superiors[str(one.was["superior"])], on=scope.on)
            except Refusal as refusal:
                yield one, refusal

    def undo(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New unions never were: their founding is reversed; the others have their names and superiors again."""
        actions.bulk_unfound([one.subject for one in changes if one.is_new and one.subject is not None], by=by)
        self._rename([one for one in changes if not one.is_new], to="was", by=by, on=max(scope.on, on))
        moved = [one for one in changes if not one.is_new and "superior" in one.touched]
        asked = _Asked(moved, back=True)
        for one in moved:
            superior = asked.superiors[str(one.was["superior"])]
            actions.move_organisation(asked.moving[one.subject or 0], superior, by=by, on=scope.on)

    def label(self, values: Mapping[str, Any]) -> str:
        """The name, and the code of one that has it."""
        return " ".join(str(values[key]) for key in ("name", "code") if values.get(key))


SEVERAL = "有几个组织叫“%(name)s”：请填上级的组织代码"
UNKNOWN = "名册里没有上级“%(name)s”：请填组织代码，或先建立上级"
TAKEN = "代码 %(code)s 已由其他组织使用，或在表里填了两次，请核对"
MISSING = "“%(level)s”必须有上级组织，请选择上级"
OWN = "本级的隶属关系由上级办理，不能在这里改"


def founded_on(change: Change, scope: Scope) -> date:
    """The day of a founding: as written, else the day of the changes."""
    day: date = change.values.get("founded_on") or scope.on
    return day


class _Asked:
    """What the rows name, read once for all of them."""

    def __init__(self, changes: Sequence[Change], *, back: bool = False) -> None:
        self.changes = changes
        wanted = {str((one.was if back else one.values).get("superior") or "") for one in changes}
        self.superiors = {
            one.code: one for one in Organisation.objects.filter(bulk.among("code", [w for w in wanted if w], "text"))
        }
        moved = [one.subject for one in changes if not one.is_new and "superior" in one.touched]
        self.moving = {one.pk: one for one in Organisation.objects.filter(bulk.among("id", moved))}
        self._foundings: dict[int, Founding] = {}

    @cached_property
    def industries(self) -> dict[str, Industry]:
        return {one.code: one for one in Industry.objects.all()}

    @cached_property
    def unions(self) -> set[str]:
        """Codes of unions that are taken."""
        return self._taken(Organisation.objects.active(), "uscc", "uscc")

    @cached_property
    def covered(self) -> set[str]:
        """Codes of employers that a union covers."""
        return self._taken(Employer.objects.filter(organisation__isnull=False), "uscc", "employer_uscc")

    def _taken(self, rows: Any, column: str, key: str) -> set[str]:
        typed = [one.values[key] for one in self.changes if one.is_new and one.values.get(key)]
        return set(rows.filter(bulk.among(column, typed, "text")).values_list(column, flat=True)) if typed else set()

    @cached_property
    def _times(self) -> dict[tuple[str, str], int]:
        times: dict[tuple[str, str], int] = defaultdict(int)
        for one in self.changes:
            for key in ("uscc", "employer_uscc"):
                if one.is_new and one.values.get(key):
                    times[key, one.values[key]] += 1
        return times

    def times(self, key: str, code: str) -> int:
        """How often the new rows name a code."""
        return self._times[key, code]

    def founding(self, change: Change) -> Founding:
        """The founding of a new row; refused where what it names is not there."""
        found = self._foundings.get(id(change))
        if found is None:
            found = self._foundings[id(change)] = self._made(change)
        return found

    def _made(self, change: Change) -> Founding:
        industry = change.values.get("industry")
        if industry is not None and industry not in self.industries:
            raise Refusal("organisations.industry_unknown", "产业目录里没有 %(code)s，请核对", code=industry)
        superior = self.superiors.get(change.text("superior"))
        if superior is None:
            raise Refusal("organisations.superior_missing", MISSING, level=change.label)
        return Founding(
            name=change.text("name"),
            level=change.text("level"),
            superior=superior,
            short_name=change.text("short_name"),
            english_name=change.text("english_name"),
            area_code=change.text("area"),
            industry=self.industries[industry] if industry is not None else None,
            uscc=change.text("uscc"),
            employer=_employer(change, superior),
        )


def _employer(change: Change, superior: Organisation) -> EmployerEntry | None:
    """The employer of a new union, if one of its columns is filled in: then all of them are needed."""
    given = [key for key in EMPLOYER if change.values.get(key) is not None]
    if not given:
        return None
    if len(given) < len(EMPLOYER):
        missing = next(key for key in EMPLOYER if key not in given)
        raise Refusal(
            "organisations.employer_part",
            "填了单位就要填全：还缺“%(title)s”",
            title=Unions().column(missing).title,
        )
    values = change.values
    return EmployerEntry(
        uscc=values["employer_uscc"],
        name=values["employer_name"],
        area_code=change.text("area") or superior.area_code,
        industry_code=values["employer_industry"],
        ownership=values["employer_ownership"],
        employees=values["employees"],
    )
