"""The tree as a workbook: founding, renaming and moving unions by the row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from gonghui.core import bulk, codes
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.organisations import actions, rules
from gonghui.spine.organisations.actions.employers import as_employer
from gonghui.spine.organisations.actions.reshaping import check_move
from gonghui.spine.organisations.actions.tree import check_founding, check_renaming
from gonghui.spine.organisations.models import Employer, Organisation
from gonghui.spine.organisations.sheets import superiors
from gonghui.spine.organisations.sheets.asked import (
    EMPLOYER,
    MISSING,
    NAMES,
    Asked,
    as_it_stands,
    founded_on,
    names_of,
    renames,
)
from gonghui.web.imports import later
from gonghui.web.imports.kinds import Choice, Code, Day, Text, Whole
from gonghui.web.imports.sheet import Change, Column, Only, Remark, Scope, Sheet, Standing, Typed, Wrong, sheet

SHORT = 40
"""So much of the name is the short name of a union that has none of its own."""
ALSO = {
    "level": ("类别", "工会类别", "组织类别", "工会级别"),  # zh
    "founded_on": ("建会时间", "成立时间", "建立日期"),  # zh
    "employer_name": ("单位全称", "企业名称"),  # zh
    "employer_industry": ("所属行业", "行业", "行业代码", "行业类别"),  # zh
    "employer_ownership": ("企业类型", "单位性质"),  # zh
    "employees": ("职工数", "职工总数", "从业人数", "人数"),  # zh
}
"""What else clerks call the columns."""
CELL_OF = {
    "organisations.place": "superior",
    "organisations.superior_missing": "superior",
    "organisations.superior_closed": "superior",
    "organisations.reach": "superior",
    "organisations.depth": "superior",
    "organisations.date_order": "founded_on",
    "organisations.founded_later": "founded_on",
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
            aliases=("类型", "工会类型", "组织层级", *ALSO["level"]),
            example="base",
        ),
        Column(
            "superior",
            "上级组织",
            Text(120),
            aliases=("上级", "上级代码", "上级工会", "隶属"),
            hint="新增的行都要填：上级的组织代码或名称；上级也在这张表里新增的，填那一行的名称或临时代码",
        ),
        Column("superior_name", "上级名称", Text(120), ours=True),
        Column("area", "行政区划", Code(codes.area), fixed=True, aliases=("区划代码",), hint="不填同上级"),
        Column("industry", "产业", Code(longest=12), fixed=True, hint="产业代码，如 INDU-01"),
        Column("uscc", "工会法人代码", Code(codes.union_uscc), fixed=True, aliases=("法人代码",)),
        Column(
            "founded_on",
            "成立日期",
            Day(),
            fixed=True,
            aliases=("建会日期", "批复日期", *ALSO["founded_on"]),
            hint="不填按变更日期",
        ),
        Column("employer_uscc", "单位信用代码", Code(codes.employer_uscc), fixed=True, aliases=("统一社会信用代码",)),
        Column("employer_name", "单位名称", Text(120), fixed=True, aliases=ALSO["employer_name"]),
        Column(
            "employer_industry",
            "单位行业",
            Code(longest=3),
            fixed=True,
            hint="门类字母，可加两位大类，如 I64",
            aliases=ALSO["employer_industry"],
        ),
        Column(
            "employer_ownership",
            "单位类型",
            Choice(dict(rules.ownerships()), also=rules.ownership_words()),
            fixed=True,
            aliases=("经济类型", "所有制", *ALSO["employer_ownership"]),
        ),
        Column(
            "employees",
            "职工人数",
            Whole("人", least=1, most=10_000_000),
            fixed=True,
            aliases=ALSO["employees"],
        ),
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
        for pk, code, name, short, english, level, above, above_name, area, industry, uscc, since in listed:
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
                    "founded_on": since,
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
        asked = Asked(changes, scope)
        for change in asked.top_down():
            change.ready = asked
            try:
                if change.is_new:
                    self._check_codes(change, asked, wrong)
                    self._check_employer(change, wrong)
                if asked.waits(change):
                    continue
                if change.is_new:
                    self._check_new(change, asked, scope)
                else:
                    self._check_change(change, asked, scope)
            except Refusal as refusal:
                asked.wrong.add(change.row)
                wrong(change, CELL_OF.get(refusal.code, "name"), refusal)

    def _check_new(self, change: Change, asked: Asked, scope: Scope) -> None:
        if founded_on(change, scope) > scope.today:
            raise Refusal("organisations.founded_later", LATER, day=founded_on(change, scope))
        check_founding(asked.founding(change), by=scope.actor, on=founded_on(change, scope))
        employer = asked.founding(change).employer
        if employer is not None:
            as_employer(employer, on=founded_on(change, scope))

    def _check_codes(self, change: Change, asked: Asked, wrong: Wrong) -> None:
        for key, taken in (("uscc", asked.unions), ("employer_uscc", asked.covered)):
            code = change.values.get(key)
            if code is not None and (code in taken or asked.times(key, code) > 1):
                wrong(change, key, Refusal("organisations.code_taken", TAKEN, code=code))

    def _check_employer(self, change: Change, wrong: Wrong) -> None:
        """Who names an employer says all of it."""
        missing = [key for key in EMPLOYER if change.values.get(key) is None]
        for key in missing if len(missing) < len(EMPLOYER) else ():
            wrong(change, key, Refusal("organisations.employer_part", PART, title=self.column(key).title))

    def _check_change(self, change: Change, asked: Asked, scope: Scope) -> None:
        if renames(change):
            check_renaming(as_it_stands(change), names_of(change.values), asked.named_until(change), on=scope.on)
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
        asked: Asked = changes[0].ready or Asked(changes, scope)
        together: dict[tuple[date, int], list[Change]] = defaultdict(list)
        for change in changes:
            if change.is_new:
                together[founded_on(change, scope), len(asked.above(change))].append(change)
        for (day, _below), new in sorted(together.items()):
            made = actions.bulk_found([asked.founding(change) for change in new], by=by, on=day)
            for change, key in zip(new, made, strict=True):
                change.subject = key
            asked.now_stand(new)
        self._rename([one for one in changes if not one.is_new], to="values", by=by, on=scope.on)
        self._move([one for one in changes if not one.is_new], asked, by=by, on=scope.on)

    def _rename(self, changes: Sequence[Change], *, to: str, by: Actor, on: date) -> None:
        renamed = {one.subject or 0: names_of(getattr(one, to)) for one in changes if renames(one)}
        if renamed:
            actions.bulk_rename(renamed, by=by, on=on)

    def _move(self, changes: Sequence[Change], asked: Asked, *, by: Actor, on: date) -> None:
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
        asked = Asked([one for one in changes if not one.is_new and "superior" in one.touched], scope, back=True)
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
        asked = Asked([one for one in old if "superior" in one.touched], scope, back=True)
        for one in asked.changes:
            superior = asked.superiors[str(one.was["superior"])]
            actions.move_organisation(asked.moving[one.subject or 0], superior, by=by, on=scope.on)
        founded = Organisation.objects.filter(bulk.among("id", [one.subject for one in new]))
        by_depth: dict[int, list[int]] = defaultdict(list)
        for pk, depth in founded.values_list("pk", "depth"):
            by_depth[depth].append(pk)
        for depth in sorted(by_depth, reverse=True):
            actions.bulk_unfound(by_depth[depth], by=by)

    def cells(self, label: str, was: Mapping[str, Any], values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """The columns that differ; a superior that the file founds by its row and name."""
        there = superiors.row_in_file(str(values.get("superior") or ""))
        if there is not None:
            shown = _("%(name)s（这张表第 %(row)s 行新增）") % {"row": there[0], "name": there[1]}
            values = {**values, "superior": shown}
        return super().cells(label, was, values)

    def remarks(self, rows: Sequence[tuple[int, str, Mapping[str, Any]]], scope: Scope) -> Mapping[int, list[Remark]]:
        """How a superior is called whose code is all that a row says."""
        wanted = {row: str(values["superior"]) for row, _label, values in rows if values.get("superior")}
        named = {one.code: one.title for one in Organisation.objects.filter(code__in=set(wanted.values()))}
        said = {row: _("上级：%(name)s") % {"name": named[code]} for row, code in wanted.items() if code in named}
        return {row: [Remark(text)] for row, text in said.items()}

    def label(self, values: Mapping[str, Any]) -> str:
        """The name, and the code of one that has it."""
        return " ".join(str(values[key]) for key in ("name", "code") if values.get(key))


TAKEN = "代码 %(code)s 已由其他组织使用，或在表里填了两次，请核对"
LATER = "成立日期 %(day)s 还没有到：请填今天或以前的日期"
PART = "填了单位就要填全：还缺“%(title)s”"
OWN = "本级的隶属关系由上级办理，不能在这里改"
