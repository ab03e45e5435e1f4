"""The tree as a workbook: founding, renaming and moving unions by the row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F, Max, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from gonghui.core import bulk, codes
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.organisations import actions, rules, superiors
from gonghui.spine.organisations.actions import EmployerEntry, Founding
from gonghui.spine.organisations.actions.employers import as_employer
from gonghui.spine.organisations.actions.reshaping import check_move
from gonghui.spine.organisations.actions.tree import Names, as_organisation, check_founding, check_renaming, named
from gonghui.spine.organisations.models import Employer, FormerName, Industry, Organisation
from gonghui.web.imports import later
from gonghui.web.imports.kinds import Choice, Code, Day, Text, Whole
from gonghui.web.imports.sheet import Change, Column, Only, Scope, Sheet, Standing, Typed, Wrong, sheet

SHORT = 40
"""So much of the name is the short name of a union that has none of its own."""
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


@sheet
class Unions(Sheet):
    """Every union of the reader's subtree that stands."""

    name, title, power = "organisations.unions", "组织名册", "organisations.edit"
    list_url = "organisations"
    key_is_ours = True
    keys = (("code",), ("name", "superior"))
    help = (
        "一行一个组织。组织代码由平台编，新增的行把它留空，名称和上级都对得上的，当作已有的组织。",
        "上级和下级可以在一张表里一起新增，先后不拘：下级的上级组织填上级那一行的名称。",
        "改名称、简称、英文名称是更名，改上级组织是变更隶属关系，都从“变更日期”起算，旧名和旧隶属留在沿革里。",
        "合并、分设、撤销不在这里办，请到组织的页面上办理。",
    )
    columns = (
        Column(
            "code",
            "组织代码",
            Code(superiors.code_or_mark),
            aliases=("代码", "工会代码", "编号"),
            hint="新增的行不填；要作别的行的上级而有重名的，填一个临时代码，如 新1",
        ),
        Column("name", "名称", Text(120, rules.checked_name), required=True, aliases=("工会名称", "组织名称", "全称")),
        Column("short_name", "简称", Text(40)),
        Column("english_name", "英文名称", Text(160), aliases=("英文名", "English name")),
        Column(
            "level",
            "层级",
            Choice(
                {key: level.title for key, level in rules.levels().items()},
                also={word: key for key, level in rules.levels().items() for word in level.also},
            ),
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
            hint="填上级的组织代码或名称；上级也在这张表里新增的，填那一行的名称或临时代码",
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
        """A superior is named by its code, or by its name where it alone has it; it may be a row of the same file.

        A short name that only repeats the name says nothing: it follows the name.
        """
        for row in rows:
            if (short := row.values.get("short_name")) is not None and short == str(row.values.get("name"))[:SHORT]:
                row.values["short_name"] = None
        superiors.resolve(rows, scope.actor, wrong)

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
                    "short_name": short if short != name[:SHORT] else None,
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
        """Each founding and each move may be done as the tree's own actions would; codes stand once.

        What a wrong row would found cannot be told, so its units wait: the row itself says what to mend.
        """
        asked = _Asked(changes, scope)
        for change in asked.top_down():
            try:
                if change.is_new:
                    self._check_codes(change, asked, wrong)
                if asked.waits(change):
                    continue
                if change.is_new:
                    self._check_new(change, asked, scope)
                else:
                    self._check_change(change, asked, scope)
            except Refusal as refusal:
                asked.wrong.add(change.row)
                wrong(change, CELL_OF.get(refusal.code, "name"), refusal)

    def _check_new(self, change: Change, asked: "_Asked", scope: Scope) -> None:
        check_founding(asked.founding(change), by=scope.actor, on=founded_on(change, scope))
        employer = asked.founding(change).employer
        if employer is not None:
            as_employer(employer, on=founded_on(change, scope))

    def _check_codes(self, change: Change, asked: "_Asked", wrong: Wrong) -> None:
        for key, taken in (("uscc", asked.unions), ("employer_uscc", asked.covered)):
            code = change.values.get(key)
            if code is not None and (code in taken or asked.times(key, code) > 1):
                wrong(change, key, Refusal("organisations.code_taken", TAKEN, code=code))

    def _check_change(self, change: Change, asked: "_Asked", scope: Scope) -> None:
        if renames(change):
            check_renaming(_as_it_stands(change), _names(change.values), asked.named_until(change), on=scope.on)
        if "superior" in change.touched:
            superior = asked.superior(change)
            if superior is None:
                raise Refusal("organisations.superior_missing", MISSING, level=change.label)
            if change.subject == scope.actor.organisation_id:
                raise Refusal("organisations.own_superior", OWN)
            check_move(asked.moving[change.subject or 0], superior, on=scope.on)

    # Doing --------------------------------------------------------------------------------------------------------

    def apply(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New rows are founded on their days, superiors first; others renamed and moved on the day of the changes."""
        asked = _Asked(changes, scope)
        together: dict[tuple[date, int], list[Change]] = defaultdict(list)
        for change in changes:
            if change.is_new:
                together[founded_on(change, scope), len(asked.above(change))].append(change)
        for (day, _below), new in sorted(together.items()):
            made = actions.bulk_found([asked.founding(change) for change in new], by=by, on=day)
            for change, organisation in zip(new, made, strict=True):
                change.subject = organisation.pk
                asked.founded[change.row] = organisation
        self._rename([one for one in changes if not one.is_new], to="values", by=by, on=scope.on)
        self._move([one for one in changes if not one.is_new], asked, by=by, on=scope.on)

    def _rename(self, changes: Sequence[Change], *, to: str, by: Actor, on: date) -> None:
        renamed = {one.subject or 0: _names(getattr(one, to)) for one in changes if renames(one)}
        if renamed:
            actions.bulk_rename(renamed, by=by, on=on)

    def _move(self, changes: Sequence[Change], asked: "_Asked", *, by: Actor, on: date) -> None:
        for change in changes:
            if "superior" in change.touched and (superior := asked.superior(change)) is not None:
                actions.move_organisation(asked.moving[change.subject or 0], superior, by=by, on=on)

    # Taking back --------------------------------------------------------------------------------------------------

    def obstacles(self, changes: Sequence[Change], scope: Scope, *, after: int) -> Iterable[tuple[Change, Refusal]]:
        """A new union in which or under which anything has happened since; a move that cannot be turned back today."""
        new = {one.subject: one for one in changes if one.is_new and one.subject is not None}
        told = later.in_organisations(new, after=after)
        for subject, what in told.items():
            yield new[subject], later.refusal(what)
        ours = [one.subject for one in changes if one.is_new or "superior" in one.touched]
        never = Q(is_active=False, closed_on=F("founded_on"))
        others = Organisation.objects.filter(bulk.among("parent_id", list(new))).exclude(never)
        others = others.exclude(bulk.among("id", ours))
        for pk in others.values_list("parent_id", flat=True).distinct().order_by():
            if pk is not None and pk not in told:
                yield new[pk], Refusal("organisations.children_since", "下面已建有组织")
        asked = _Asked([one for one in changes if not one.is_new and "superior" in one.touched], scope, back=True)
        for one in asked.changes:
            try:
                check_move(asked.moving[one.subject or 0], asked.superiors[str(one.was["superior"])], on=scope.on)
            except Refusal as refusal:
                yield one, refusal

    def settle(self, changes: Sequence[Change]) -> None:
        """A superior that the file founded is the code that it was given."""
        founded = {one.row: one.subject for one in changes if one.is_new}
        there = {one.row: superiors.row_in_file(one.text("superior")) for one in changes if "superior" in one.touched}
        subjects = {row: founded.get(found[0]) for row, found in there.items() if found is not None}
        wanted = {one for one in subjects.values() if one is not None}
        if wanted:
            codes_of = dict(Organisation.objects.filter(bulk.among("id", wanted)).values_list("pk", "code"))
            for change in changes:
                if change.row in subjects:
                    change.values["superior"] = codes_of.get(subjects[change.row] or 0)

    def undo(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """Who was renamed or moved is again as it was; then new unions never were, units before their superiors."""
        old, new = [one for one in changes if not one.is_new], [one for one in changes if one.is_new]
        self._rename(old, to="was", by=by, on=max(scope.on, on))
        asked = _Asked([one for one in old if "superior" in one.touched], scope, back=True)
        for one in asked.changes:
            superior = asked.superiors[str(one.was["superior"])]
            actions.move_organisation(asked.moving[one.subject or 0], superior, by=by, on=scope.on)
        actions.bulk_unfound([one.subject for one in new if one.subject is not None], by=by)

    def cells(self, label: str, was: Mapping[str, Any], values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """The columns that differ; a superior that the file founds by its row and name."""
        there = superiors.row_in_file(str(values.get("superior") or ""))
        if there is not None:
            shown = _("%(name)s（这张表第 %(row)s 行新增）") % {"row": there[0], "name": there[1]}
            values = {**values, "superior": shown}
        return super().cells(label, was, values)

    def label(self, values: Mapping[str, Any]) -> str:
        """The name, and the code of one that has it."""
        return " ".join(str(values[key]) for key in ("name", "code") if values.get(key))


TAKEN = "代码 %(code)s 已由其他组织使用，或在表里填了两次，请核对"
MISSING = "“%(level)s”必须有上级组织，请选择上级"
OWN = "本级的隶属关系由上级办理，不能在这里改"


def founded_on(change: Change, scope: Scope) -> date:
    """The day of a founding: as written, else the day of the changes."""
    day: date = change.values.get("founded_on") or scope.on
    return day


def renames(change: Change) -> bool:
    """Whether one of the names of a union that stands is another one."""
    return not change.is_new and not set(NAMES).isdisjoint(change.touched)


def _names(values: Mapping[str, Any]) -> Names:
    name, short, english = (str(values.get(key) or "") for key in NAMES)
    return named(name, short, english)


def _as_it_stands(change: Change) -> Organisation:
    """What a renaming asks of the union: its names and when it was founded."""
    name, short, english = _names(change.was)
    return Organisation(name=name, short_name=short, english_name=english, founded_on=change.was["founded_on"])


class _Asked:
    """What the rows name, read once for all of them."""

    def __init__(self, changes: Sequence[Change], scope: Scope, *, back: bool = False) -> None:
        self.changes, self.scope = changes, scope
        wanted = {str((one.was if back else one.values).get("superior") or "") for one in changes}
        self.superiors = {
            one.code: one for one in Organisation.objects.filter(bulk.among("code", [w for w in wanted if w], "text"))
        }
        moved = [one.subject for one in changes if not one.is_new and "superior" in one.touched]
        self.moving = {one.pk: one for one in Organisation.objects.filter(bulk.among("id", moved))}
        self.new = {one.row: one for one in changes if one.is_new}
        self.wrong: set[int] = set()
        self.founded: dict[int, Organisation] = {}
        """What new rows have become; before that, what each superior among them is going to be."""
        self._foundings: dict[int, Founding] = {}

    def above(self, change: Change) -> list[Change]:
        """The rows of the file that found the superiors of a row, the next above first."""
        found: list[Change] = []
        at: Change | None = change
        while at is not None and (there := superiors.row_in_file(at.text("superior"))) is not None:
            at = self.new.get(there[0])
            if at is not None:
                found.append(at)
            rules.check_depth(len(found) + 1)
        return found

    def top_down(self) -> list[Change]:
        """Superiors before those whom they found."""
        return sorted(self.changes, key=self._depth) if any(map(self._is_below, self.changes)) else list(self.changes)

    def _is_below(self, change: Change) -> bool:
        return superiors.row_in_file(change.text("superior")) is not None

    def _depth(self, change: Change) -> int:
        try:
            return len(self.above(change))
        except Refusal:  # said when its turn comes
            return rules.deepest()

    def waits(self, change: Change) -> bool:
        """Whether a row above it is wrong, so that nobody can tell yet what it comes to stand under."""
        above = self.above(change)
        top = above[-1] if above else change
        return any(one.row in self.wrong for one in above) or self._is_below(top)

    def superior(self, change: Change) -> Organisation | None:
        """Whom a row comes to stand under; one that another row founds is as it will be, until it is founded."""
        there = superiors.row_in_file(change.text("superior"))
        if there is None:
            return self.superiors.get(change.text("superior"))
        found = self.founded.get(there[0])
        if found is None and (row := self.new.get(there[0])) is not None:
            on = founded_on(row, self.scope)
            found = self.founded[row.row] = as_organisation(self.founding(row), key=0, number=0, on=on)
        return found

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

    @cached_property
    def _named_until(self) -> dict[int, date]:
        subjects = [one.subject for one in self.changes if renames(one)]
        former = FormerName.objects.filter(bulk.among("organisation_id", subjects)).values_list("organisation_id")
        return dict(former.annotate(last=Max("last_on")))

    def named_until(self, change: Change) -> date | None:
        """The last day of the union's former name."""
        return self._named_until.get(change.subject or 0)

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
        superior = self.superior(change)
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
