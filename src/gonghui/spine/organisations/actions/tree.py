"""Founding, renaming and closing organisations, second superiors and industries, under the one lock of the tree."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from django.db import connection
from django.db.models import Q

from gonghui.core import codes, search
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import record
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.actions.employers import (
    EmployerEntry,
    cover,
    enter_employers,
    uncover_all,
)
from gonghui.spine.organisations.actions.terms import Called, make_findable, terms_of
from gonghui.spine.organisations.facts import (
    IndustryEdited,
    OrganisationClosed,
    OrganisationFounded,
    OrganisationRenamed,
    SecondarySuperiorSet,
)
from gonghui.spine.organisations.models import FormerName, Industry, Organisation, PathSpan, SetUp, TreeAct, lock_tree

Names = tuple[str, str, str]
"""Name, short name, English name."""


@dataclass(frozen=True)
class Founding:
    """A new organisation as it is entered; area and short name follow the superior and the name when left out."""

    name: str
    level: str
    superior: Organisation | None
    short_name: str = ""
    english_name: str = ""
    area_code: str = ""
    industry: Industry | None = None
    uscc: str = ""
    employer: EmployerEntry | None = None


def require_reach(by: Actor, organisation: Organisation) -> None:
    """Refuse where the organisation lies outside the actor's subtree."""
    if not by.sees(organisation.path):
        raise PowerMissing(
            "organisations.reach",
            "“%(name)s”不在“%(own)s”的范围内，无权操作",
            name=organisation.name,
            own=by.organisation_name,
        )


@action
def found_organisation(founding: Founding, *, by: Actor, on: date) -> Organisation:
    """An organisation stands under its superior from the day on, with its own code."""
    by.require("organisations.edit")
    return place(founding, by=by, on=on)


def place(founding: Founding, *, by: Actor, on: date) -> Organisation:
    """The founding itself, for actions that have their own power to check."""
    lock_tree(alone=False)
    if founding.superior is not None:
        founding.superior.refresh_from_db()
    check_founding(founding, by=by, on=on)
    letters = rules.level_of(founding.level).letters
    number = draw_numbers(area_of(founding)[:6], letters, 1)
    organisation = as_organisation(founding, key=draw_ids(1)[0], number=number, on=on)
    organisation.save(force_insert=True)
    make_findable([called(organisation)])
    _copy_spans(organisation, on=on)
    record(OrganisationFounded(level=organisation.level), about=organisation, by=by, happened_on=on)
    if founding.employer is not None:
        (employer,) = enter_employers([founding.employer], by=by, on=on)
        cover(employer, organisation, by=by, on=on)
    return organisation


def check_founding(founding: Founding, *, by: Actor, on: date) -> None:
    """Refuse a founding out of reach, out of place or out of time."""
    superior = founding.superior
    rules.check_place(founding.level, superior.level if superior is not None else None)
    code = codes.area(area_of(founding), on=on)
    if superior is None:
        if by.path != "/":
            raise PowerMissing("organisations.root", "市总工会由系统初始化时建立，不能在此新建")
        return
    require_reach(by, superior)
    rules.check_depth(superior.depth + 1)
    if not superior.is_active:
        raise Refusal("organisations.superior_closed", "上级“%(name)s”已撤销，请另选上级", name=superior.name)
    rules.check_order(superior.founded_on, on, what_earlier="上级组织成立", what_later="成立")
    if founding.level == "town" and superior.area_code != "110000" and code[:6] != superior.area_code[:6]:
        raise Refusal(
            "organisations.area_elsewhere",
            "行政区划代码 %(code)s 不属于上级所在的 %(area)s，请核对",
            code=code,
            area=superior.area_code,
        )


def area_of(founding: Founding) -> str:
    """The area entered, else the superior's."""
    return codes.area(founding.area_code or (founding.superior.area_code if founding.superior else ""))


def as_row(founding: Founding, *, key: int, number: int, on: date) -> dict[str, object]:
    """Every column of a checked founding's row, which is not there yet."""
    superior, name = founding.superior, rules.checked_name(founding.name)
    area = area_of(founding)
    path = f"{superior.path if superior is not None else '/'}{key}/"
    return {
        "id": key,
        "public_id": uuid4(),
        "code": codes.organisation_code(area[:6], rules.level_of(founding.level).letters, number),
        "name": name,
        "short_name": " ".join(founding.short_name.split())[:40] or name[:40],
        "english_name": " ".join(founding.english_name.split())[:160],
        "level": founding.level,
        "area_code": area,
        "industry_id": founding.industry.pk if founding.industry is not None else None,
        "parent_id": superior.pk if superior is not None else None,
        "secondary_id": None,
        "successor_id": None,
        "path": path,
        "path_since": max(on, superior.path_since) if superior is not None else on,
        "depth": rules.depth_of(path),
        "founded_on": on,
        "closed_on": None,
        "is_active": True,
        "is_mixed": False,
        "uscc": codes.union_uscc(founding.uscc) if founding.uscc.strip() else "",
        "pinyin_key": pinyin_key(name),
    }


def as_organisation(founding: Founding, *, key: int, number: int, on: date) -> Organisation:
    """The row of a checked founding, not saved yet."""
    organisation = Organisation(**as_row(founding, key=key, number=number, on=on))
    organisation.parent, organisation.industry = founding.superior, founding.industry
    return organisation


def pinyin_key(name: str) -> str:
    """What lists order an organisation of the name by."""
    return search.pinyin_key(name)[:240]


def draw_ids(how_many: int) -> list[int]:
    """Fresh keys for organisations; the path holds the key, so it is known before the row is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(drawn.sequence) from generate_series(1, %s), (select"
            " pg_get_serial_sequence('organisations_organisation', 'id')::regclass as sequence offset 0) as drawn",
            [how_many],
        )
        return [row[0] for row in cursor.fetchall()]


def draw_numbers(area: str, letters: str, how_many: int) -> int:
    """The first of a run of fresh numbers for codes of an area and a kind; refused where they run out."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into organisations_codesequence as s (area, letters, last) values (%(area)s, %(letters)s, %(many)s)
            on conflict (area, letters) do update set last = s.last + excluded.last
              where s.last + excluded.last <= %(most)s returning last
            """,
            {
                "area": area,
                "letters": letters,
                "many": min(how_many, codes.LARGEST_NUMBER),
                "most": codes.LARGEST_NUMBER,
            },
        )
        row = cursor.fetchone()
    if row is None or how_many > codes.LARGEST_NUMBER:
        raise Refusal(
            "organisations.codes_used_up",
            "%(area)s 的 %(letters)s 类组织代码一共 %(most)s 个，不够再编 %(many)s 个：请核对行政区划",
            area=area,
            letters=letters,
            most=codes.LARGEST_NUMBER,
            many=how_many,
        )
    return int(row[0]) - how_many + 1


def _copy_spans(organisation: Organisation, *, on: date) -> None:
    """The new organisation stands wherever its superior stood since the day."""
    if organisation.parent_id is None:
        PathSpan.objects.create(organisation=organisation, path=organisation.path, first_on=on)
        return
    above = PathSpan.objects.filter(organisation_id=organisation.parent_id).filter(Q(last_on=None) | Q(last_on__gte=on))
    PathSpan.objects.bulk_create(
        PathSpan(
            organisation=organisation,
            path=f"{span.path}{organisation.id}/",
            first_on=max(span.first_on, on),
            last_on=span.last_on,
            act_id=span.act_id if span.first_on > on else None,
        )
        for span in above
    )


@action
def rename_organisation(
    organisation: Organisation, name: str, *, by: Actor, on: date, short_name: str = "", english_name: str = ""
) -> None:
    """The organisation has another name; code and place stay."""
    by.require("organisations.edit")
    require_reach(by, organisation)
    given = named(name, short_name, english_name)
    lock_tree(alone=True)
    organisation.refresh_from_db()
    last = organisation.former_names.order_by("-last_on").values_list("last_on", flat=True).first()
    check_renaming(organisation, given, last, on=on)
    if (former := former_name(organisation, last, on=on)) is not None:
        former.save(force_insert=True)
    organisation.name, organisation.short_name, organisation.english_name = given
    organisation.pinyin_key = pinyin_key(given[0])
    organisation.save(update_fields=["name", "short_name", "english_name", "pinyin_key"])
    make_findable([called(organisation)])
    tell("rename", organisation, on=on)
    record(OrganisationRenamed(), about=organisation, by=by, happened_on=on)


def named(name: str, short_name: str, english_name: str) -> Names:
    """The three names as they are kept; the short one follows the name where it is left out."""
    name = rules.checked_name(name)
    return name, " ".join(short_name.split())[:40] or name[:40], " ".join(english_name.split())[:160]


def check_renaming(organisation: Organisation, given: Names, last: date | None, *, on: date) -> None:
    """Refuse the same names once more, and a day before the present ones came; `last` is the last day before those."""
    if given == (organisation.name, organisation.short_name, organisation.english_name):
        raise Refusal("organisations.same_name", "新名称与现名称“%(name)s”相同，请改后再存", name=given[0])
    rules.check_order(organisation.founded_on, on, what_earlier="成立", what_later="更名")
    since = named_since(organisation, last)
    if on < since:
        raise Refusal(
            "organisations.rename_too_early",
            "“%(name)s”自 %(since)s 起才用现在的名称，更名日期不能早于这一天",
            name=organisation.name,
            since=since,
        )


def named_since(organisation: Organisation, last: date | None) -> date:
    """The first day of the present names."""
    return organisation.founded_on if last is None else last + timedelta(days=1)


def former_name(organisation: Organisation, last: date | None, *, on: date) -> FormerName | None:
    """The name up to the day before stays findable; one that never stood for a whole day is not kept."""
    if on <= named_since(organisation, last):
        return None
    return FormerName(
        organisation=organisation,
        name=organisation.name,
        short_name=organisation.short_name,
        english_name=organisation.english_name,
        last_on=on - timedelta(days=1),
        search_terms=terms_of(*called(organisation)[1:-2]),
    )


def called(organisation: Organisation) -> Called:
    """The organisation's key and all it is called by."""
    names = (organisation.name, organisation.short_name, organisation.english_name)
    return organisation.pk, *names, organisation.code, organisation.path, organisation.level


def tell(
    act: str,
    organisation: Organisation,
    *,
    on: date,
    source: Organisation | None = None,
    target: Organisation | None = None,
    undoes: TreeAct | None = None,
) -> TreeAct:
    """The act stands in the history of everyone it names."""
    return TreeAct.objects.create(
        act=act, organisation=organisation, source=source, target=target, on=on, undoes=undoes
    )


@action
def close_organisation(organisation: Organisation, *, by: Actor, on: date) -> None:
    """The organisation ceased to exist; its employers are free, its place in the past stays."""
    by.require("organisations.edit")
    lock_tree(alone=True)
    organisation.refresh_from_db()
    require_reach(by, organisation)
    if organisation.path == by.path or organisation.parent_id is None:
        raise PowerMissing("organisations.own", "撤销本级组织由上级办理")
    if not organisation.is_active:
        raise Refusal("organisations.closed_before", "“%(name)s”已撤销，不能再次撤销", name=organisation.name)
    rules.check_order(organisation.founded_on, on, what_earlier="成立", what_later="撤销")
    if (children := organisation.children.active().count()) > 0:
        raise Refusal(
            "organisations.children_open",
            "“%(name)s”还有 %(children)s 个下级组织，请先撤销或转出",
            name=organisation.name,
            children=children,
        )
    if SetUp.objects.open().filter(superior=organisation).exists():
        raise Refusal("organisations.set_ups_open", "“%(name)s”还有未办结的建会，请先办结", name=organisation.name)
    organisation.is_active, organisation.closed_on = False, on
    organisation.save(update_fields=["is_active", "closed_on"])
    tell("close", organisation, on=on, source=organisation.parent)
    uncover_all(organisation, by=by, on=on)
    record(OrganisationClosed(level=organisation.level), about=organisation, by=by, happened_on=on)


@action
def set_secondary_superior(organisation: Organisation, superior: Organisation | None, *, by: Actor, on: date) -> None:
    """The organisation is served by a second superior too, or by none; figures still add by the first alone."""
    by.require("organisations.edit")
    lock_tree(alone=True)
    organisation.refresh_from_db()
    require_reach(by, organisation)
    if superior is not None:
        superior.refresh_from_db()
        if superior.path.startswith(organisation.path):
            raise Refusal(
                "organisations.cycle",
                "“%(to)s”就是“%(name)s”或其下级，不能作为它的上级，请另选上级",
                to=superior.name,
                name=organisation.name,
            )
        if superior.pk == organisation.parent_id:
            raise Refusal(
                "organisations.same_superior", "“%(name)s”已隶属于“%(to)s”", name=organisation.name, to=superior.name
            )
    tell("secondary", organisation, on=on, source=organisation.secondary, target=superior)
    organisation.secondary = superior
    organisation.save(update_fields=["secondary"])
    record(SecondarySuperiorSet(given=superior is not None), about=organisation, by=by, happened_on=on)


@action
def edit_industry(
    code: str, name: str, *, order: int, is_active: bool, by: Actor, on: date, english_name: str = ""
) -> Industry:
    """The list of industries has the row as given."""
    by.require("organisations.edit")
    if by.level != "city":
        raise PowerMissing("organisations.industry_city", "产业目录由市总工会维护")
    code = code.strip().upper()
    if not (code.startswith("INDU-") and code[5:].isdigit() and len(code) <= 12):
        raise Refusal("organisations.industry_code", "产业代码 %(code)s 不合格式，应如 INDU-01", code=code)
    names = {"name": rules.checked_name(name)[:60], "english_name": " ".join(english_name.split())[:120]}
    industry, _ = Industry.objects.update_or_create(
        code=code, defaults={**names, "order": order, "is_active": is_active}
    )
    record(IndustryEdited(code=code), about=industry, by=by, happened_on=on)
    return industry
