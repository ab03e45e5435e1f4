"""What the rows of a workbook of unions name, read once for all of them: superiors, codes, names of then."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils.functional import cached_property

from gonghui.core import bulk
from gonghui.core.errors import Refusal
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.actions import EmployerEntry, Founding
from gonghui.spine.organisations.actions.tree import Names, as_organisation, named
from gonghui.spine.organisations.models import Employer, FormerName, Industry, Organisation
from gonghui.spine.organisations.sheets import superiors
from gonghui.web.imports.sheet import Change, Scope

NAMES = ("name", "short_name", "english_name")
EMPLOYER = ("employer_uscc", "employer_name", "employer_industry", "employer_ownership", "employees")
MISSING = "“%(level)s”必须有上级组织，请选择上级"


def founded_on(change: Change, scope: Scope) -> date:
    """The day of a founding: as written, else the day of the changes."""
    day: date = change.values.get("founded_on") or scope.on
    return day


def renames(change: Change) -> bool:
    """Whether one of the names of a union that stands is another one."""
    return not change.is_new and not set(NAMES).isdisjoint(change.touched)


def names_of(values: Mapping[str, Any]) -> Names:
    name, short, english = (str(values.get(key) or "") for key in NAMES)
    return named(name, short, english)


def as_it_stands(change: Change) -> Organisation:
    """What a renaming asks of the union: its names and when it was founded."""
    name, short, english = names_of(change.was)
    return Organisation(name=name, short_name=short, english_name=english, founded_on=change.was["founded_on"])


class Asked:
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

    @cached_property
    def _under(self) -> dict[int, int]:
        """The rows whose superior the same file founds, each with the row that does."""
        named = ((one.row, superiors.row_in_file(one.text("superior"))) for one in self.changes)
        return {row: there[0] for row, there in named if there is not None}

    def above(self, change: Change) -> list[Change]:
        """The rows of the file that found the superiors of a row, the next above first."""
        found: list[Change] = []
        at: Change | None = change
        while at is not None and (there := self._under.get(at.row)) is not None:
            at = self.new.get(there)
            if at is not None:
                found.append(at)
            rules.check_depth(len(found) + 1)
        return found

    def top_down(self) -> list[Change]:
        """Superiors before those whom they found."""
        return sorted(self.changes, key=self._depth) if self._under else list(self.changes)

    def _depth(self, change: Change) -> int:
        try:
            return len(self.above(change))
        except Refusal:  # said when its turn comes
            return rules.deepest()

    def waits(self, change: Change) -> bool:
        """Whether a row above it is wrong, so that nobody can tell yet what it comes to stand under."""
        above = self.above(change)
        top = above[-1] if above else change
        return any(one.row in self.wrong for one in above) or top.row in self._under

    def superior(self, change: Change) -> Organisation | None:
        """Whom a row comes to stand under; one that another row founds is as it will be, until it is founded."""
        there = self._under.get(change.row)
        if there is None:
            return self.superiors.get(change.text("superior"))
        found = self.founded.get(there)
        if found is None and (row := self.new.get(there)) is not None:
            on = founded_on(row, self.scope)
            found = self.founded[row.row] = as_organisation(self.founding(row), key=0, number=0, on=on)
        return found

    def now_stand(self, new: Sequence[Change]) -> None:
        """Rows have been founded: those under which others come to stand are what they have become, wherever named."""
        below = set(self._under.values())
        rows = {one.subject or 0: one.row for one in new if one.row in below}
        for organisation in Organisation.objects.filter(bulk.among("id", rows)) if rows else ():
            self.founded.setdefault(rows[organisation.pk], organisation).__dict__.update(organisation.__dict__)

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
    """The employer of a new union, if its columns are filled in."""
    if any(change.values.get(key) is None for key in EMPLOYER):
        return None
    values = change.values
    return EmployerEntry(
        uscc=values["employer_uscc"],
        name=values["employer_name"],
        area_code=change.text("area") or superior.area_code,
        industry_code=values["employer_industry"],
        ownership=values["employer_ownership"],
        employees=values["employees"],
    )
