"""The journal as its readers see it: the entries behind a figure, all entries of the subtree, one entry whole."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from gonghui.core import access, answers
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.facts import KINDS
from gonghui.core.figures import FIGURES, RETURNED_KIND
from gonghui.core.models import Entry, EntryQuerySet, FactGroup, Kind
from gonghui.reports import seals
from gonghui.reports.console.figures import number_of, opened, readable, since_filing
from gonghui.reports.console.report import Live, exact_of, name_of, place_of
from gonghui.spine.officials.models import Post
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, attachment, page, render
from gonghui.web.desk import Keyset
from gonghui.web.lists.declared import Filter, Listing, listed
from gonghui.web.lists.declared import Shown as Cell
from gonghui.web.subjects import Subject, subjects_of
from gonghui.web.templatetags.gonghui import yuan

SIZE = 50
SPARSE = 5_000
FIELDS = {
    "figure": "数字",
    "part": "部分",
    "coverage": "口径范围",
    "form": "报告表",
    "period": "期间",
    "table": "数字表指纹",
    "paper": "文字指纹",
    "paper_en": "英文文字指纹",
    "notice": "勘误指纹",
    "checkpoint": "检查点指纹",
    "level": "层级",
    "area": "区划",
    "industry": "行业",
    "app": "业务",
    "kind": "形式",
    "band": "规模",
    "non_public": "非公企业",
    "code": "代码",
    "reason": "原因",
    "given": "设有第二上级",
    "role": "岗位",
    "certificate": "证书",
    "grade": "职级",
    "why": "事由",
}
WORDS = {
    "numerator": "分子",
    "denominator": "总数",
    "own": "本级",
    "subtree": "本级及所辖",
    "city": "市级",
    "district": "区级",
    "town": "街道乡镇",
    "sector": "行业",
    "base": "基层工会",
    "joint": "联合工会",
    "correction": "更正",
    "union_moved": "单位转走，存量随单位转移",
    "level_before_changed": "前一期存量有变，差额重算",
    "placed_anew": "隶属变更的日期在前，改记到当日的隶属",
    "list_changed": "名单有变",
    "social_work": "社会工作者职业资格",
    "counselling": "心理咨询师",
    "labour_relations": "劳动关系协调员（师）",
    "law": "法律职业资格",
    "family_counselling": "婚姻家庭咨询师",
    "health_management": "健康管理师",
    "junior": "初级",
    "middle": "中级",
    "senior": "高级",
    "leave": "休假",
    "seconded": "借调",
}


@dataclass(frozen=True)
class Shown:
    """An entry in words."""

    entry: Entry
    kind: str
    organisation: str
    part: str
    number: str
    subject: Subject | None

    @property
    def url(self) -> str:
        """The entry's own page."""
        return reverse("entry", args=[self.entry.id])


def sensitive_groups() -> list[int]:
    """The groups of entries that carry sensitive figures: returned ones by their code, recorded ones by their kind."""
    names = [figure.name for figure in FIGURES.values() if figure.sensitive]
    kinds = {
        fold.kind
        for figure in FIGURES.values()
        if figure.sensitive
        for fold in (figure.fold, *figure.fold.parts)
        if fold.kind is not None
    }
    recorded = Kind.objects.filter(name__in=kinds).values("pk")
    about = Q(facts__figure__in=names) | Q(kind__in=recorded)
    return list(FactGroup.objects.filter(about).values_list("pk", flat=True))


def seen_by(actor: Actor, *, moved: bool = False) -> EntryQuerySet:
    """The entries of the actor's subtree; those of sensitive figures only where its own unit recorded them.

    With `moved` also what unions of the subtree did while they still stood elsewhere.
    """
    placed = actor.within("path")
    if moved:
        placed |= Q(organisation_id__in=Organisation.objects.seen_by(actor).values("pk"))
    entries = Entry.objects.filter(placed)
    hidden = sensitive_groups()
    if not hidden:
        return entries
    return entries.filter(~Q(group_id__in=hidden) | Q(organisation_id=actor.organisation_id))


def in_words(actor: Actor, entries: Sequence[Entry]) -> list[Shown]:
    """Some entries with the names of their kinds, unions and subjects; one query for each of these."""
    kinds = dict(Kind.objects.values_list("pk", "name"))
    unions = {
        one.pk: one
        for one in Organisation.objects.seen_by(actor).filter(pk__in={entry.organisation_id for entry in entries})
    }
    groups = dict(FactGroup.objects.filter(pk__in={e.group_id for e in entries}).values_list("pk", "facts"))
    subjects = subjects_of(actor, entries)
    return [
        Shown(
            entry,
            title_of_kind(kinds.get(entry.kind, "")),
            name_of(unions[entry.organisation_id]) if entry.organisation_id in unions else "—",
            word(groups.get(entry.group_id, {}).get("part", "")),
            number(entry, kinds.get(entry.kind, ""), groups.get(entry.group_id, {})),
            subjects.get(entry.id),
        )
        for entry in entries
    ]


def title_of_kind(kind: str) -> str:
    """The Chinese or English title of a kind of fact."""
    return _(KINDS[kind].title) if kind in KINDS else kind


def word(text: Any) -> str:
    """A fact's value in words, where it has one."""
    if isinstance(text, bool):
        return _("是") if text else _("否")
    if text in FIGURES:
        return _(FIGURES[text].title)
    return _(WORDS[text]) if text in WORDS else str(text)


def number(entry: Entry, kind: str, facts: dict[str, Any]) -> str:
    """What the entry adds, signed: money in yuan, everything else as a quantity."""
    fact = KINDS.get(kind)
    figure = FIGURES.get(str(facts.get("figure", "")))
    money = bool(fact is not None and fact.amount_field) and (kind != RETURNED_KIND or bool(figure and figure.is_money))
    amount = entry.sign * (entry.amount_fen if money else entry.quantity)
    text = yuan(abs(amount)) + " " + _("元") if money else f"{abs(amount):,}"
    return f"−{text}" if amount < 0 else text


@page("reports.see")
def entries(request: ConsoleRequest, form: str, period: str, code: str, row: str) -> HttpResponseBase:
    """The rows whose sum is the number."""
    place = place_of(request.actor, form, period, code)
    kept, _filling, filled = opened(place, row)
    only_moved = "moved" in request.GET and filled.cut is not None
    found = (since_filing if only_moved else readable)(request.actor, place, filled)
    if filled.figure.sensitive:
        access.looked(request.actor, "reports.entries_opened", subject_type=filled.figure.name)
    listed = Keyset(found, ("-happened_on", "-id"), SIZE, ids_first=True).page(request)
    return render(
        request,
        "reports/console/entries.html",
        {
            "place": place,
            "name": name_of(place.organisation),
            "live": Live(filled, place.figure_url(row), place.organisation.code),
            "filled": filled,
            "exact": exact_of(filled),
            "number": number_of(filled, filled.value),
            "report": kept,
            "page": listed,
            "rows": in_words(request.actor, listed.rows),
            "is_partial": filled.figure.sensitive,
            "only_moved": only_moved,
        },
    )


def _asked(actor: Actor, asked: QueryDict) -> EntryQuerySet:
    """The entries of the subtree that the address asks for: by kind, union and days."""
    found = seen_by(actor)
    kind = Kind.objects.filter(name=asked.get("kind", "")).values_list("pk", flat=True).first()
    if words := asked.get("unit", "").strip()[:60]:
        unions = Organisation.objects.seen_by(actor)
        union = unions.filter(_named(words)).first() or unions.resolved(words)
        found = narrowed(found, union.path, kind) if union is not None else found.none()
    else:
        found = narrowed(found, actor.path, kind)
    for name, lookup in (("first", "happened_on__gte"), ("last", "happened_on__lte")):
        if (day := _day(asked, name)) is not None:
            found = found.filter(**{lookup: day})
    return found


def _told(actor: Actor, entries: Sequence[Entry]) -> Iterable[Sequence[Cell]]:
    """The entries as the journal's list shows them."""
    for one in in_words(actor, entries):
        entry, sign = one.entry, _("冲销") if one.entry.sign < 0 else ""
        recorded = f"{timezone.localtime(entry.recorded_at):%Y-%m-%d %H:%M:%S}"
        subject = one.subject.title if one.subject is not None else ""
        yield (entry.pk, entry.happened_on, one.kind, one.organisation, one.part, one.number, sign, subject, recorded)


LISTING = listed(
    Listing(
        name="journal",
        title="台账",
        power="journal.see",
        rows=_asked,
        order=("-id",),
        columns=("编号", "发生日", "事项", "单位", "部分", "数量", "冲销", "对象", "记录时间"),
        cells=_told,
        filters={
            "kind": Filter("事项", title_of_kind),
            "unit": Filter("单位名称或代码（连同所辖）"),
            "first": Filter("发生日从"),
            "last": Filter("到"),
        },
        size=SIZE,
        protected=True,
    )
)


@page("journal.see")
def journal(request: ConsoleRequest) -> HttpResponseBase:
    """All entries of the subtree, newest first, by kind, union and days."""
    asked = request.GET
    kinds = sorted(Kind.objects.values_list("name", flat=True), key=title_of_kind)
    found = LISTING.page(request)
    return render(
        request,
        "reports/console/journal.html",
        {
            "kinds": [(kind, title_of_kind(kind)) for kind in kinds],
            **{name: asked.get(name, "") for name in LISTING.filters},
            "page": found,
            "rows": in_words(request.actor, found.rows),
        },
    )


def narrowed(entries: EntryQuerySet, path: str, kind: int | None) -> EntryQuerySet:
    """Entries under a path, of a kind if one is given; where they are sparse they are found by path."""
    found = entries.under(path) if kind is None else entries.under(path).filter(kind=kind)
    kinds = Kind.objects.all() if kind is None else Kind.objects.filter(pk=kind)
    names = dict(kinds.values_list("pk", "name"))
    if path.count("/") == 2 or answers.about_how_many(path, names.values()) > SPARSE:
        return found
    return found.found_by_path(path, names)


def _named(words: str) -> Q:
    return Q(code=words) | Q(name=words) | Q(short_name=words)


def _day(asked: QueryDict, name: str) -> date | None:
    try:
        return date.fromisoformat(asked.get(name, ""))
    except ValueError:
        return None


@page()
def entry(request: ConsoleRequest, entry_id: int) -> HttpResponseBase:
    """One entry whole: what happened, where, when, by whom; what it reverses or what reversed it; its record."""
    if not request.actor.may("reports.see"):
        request.actor.require("journal.see")
    found = get_object_or_404(seen_by(request.actor, moved=True), pk=entry_id)
    group = FactGroup.objects.get(pk=found.group_id)
    if any(found.group_id == hidden for hidden in sensitive_groups()):
        access.looked(request.actor, "reports.entry_opened", subject_type="core.entry", subject_id=found.id)
    shown = in_words(request.actor, [found])[0]
    kind = Kind.objects.get(pk=found.kind).name
    return render(
        request,
        "reports/console/entry.html",
        {
            "shown": shown,
            "entry": found,
            "kind": kind,
            "facts": [
                (_(FIELDS[key]) if key in FIELDS else key, word(value))
                for key, value in group.facts.items()
                if value != ""
            ],
            "line": _line(request.actor, found),
            "by": _by(found.actor_id),
            "why": word(found.why or ""),
            "reverses": _other(request.actor, Q(pk=found.reverses)) if found.reverses else None,
            "reversed_by": _other(request.actor, Q(reverses=found.id)),
            "same_subject": _about(request.actor, found),
            "sealed": seals.place_of(found.pk),
            "may_see_checkpoints": request.actor.may("journal.see"),
        },
    )


@page()
def entry_proof(request: ConsoleRequest, entry_id: int) -> HttpResponseBase:
    """The proof that the entry stands under a checkpoint, as a file that others check without the platform."""
    if not request.actor.may("reports.see"):
        request.actor.require("journal.see")
    found = get_object_or_404(seen_by(request.actor, moved=True), pk=entry_id)
    if any(found.group_id == hidden for hidden in sensitive_groups()):
        access.looked(request.actor, "reports.entry_exported", subject_type="core.entry", subject_id=found.id)
    sealed = seals.place_of(found.pk)
    if sealed is not None and sealed.wrong is not None:
        raise sealed.wrong
    if sealed is None or sealed.proof is None:
        raise Refusal(
            "seals.not_sealed", "台账第 %(entry)s 条还没有封存，请等下一个检查点之后再来", entry=f"{entry_id:,}"
        )
    text = json.dumps(sealed.proof, ensure_ascii=False, indent=1)
    return attachment(text, f"proof-{entry_id}.json", "application/json; charset=utf-8")


def _line(actor: Actor, found: Entry) -> list[str]:
    """The unions above the entry on its day, down to its own, as far as the reader's scope reaches."""
    ids = [int(step) for step in found.path.split("/") if step]
    names = {one.pk: name_of(one) for one in Organisation.objects.seen_by(actor).filter(pk__in=ids)}
    return [names[one] for one in ids if one in names]


def _by(actor_id: int) -> str:
    """Who did it; the unit alone where the matter is sensitive."""
    if actor_id == 0:
        return _("登记单位（不记个人）或系统")
    post = Post.objects.filter(pk=actor_id).select_related("account").first()
    return post.account.name if post is not None else _("岗位已不存在")


def _other(actor: Actor, which: Q) -> Entry | None:
    return seen_by(actor).filter(which).first()


def _about(actor: Actor, found: Entry) -> list[Shown]:
    """The other entries of the same record, in journal order."""
    if not found.subject_id:
        return []
    same = seen_by(actor).filter(subject_type=found.subject_type, subject_id=found.subject_id).exclude(pk=found.pk)
    return in_words(actor, list(same.order_by("id")[:SIZE]))


urlpatterns = [
    path("reports/<slug:form>/<str:period>/<str:code>/<slug:row>/entries/", entries, name="report_entries"),
    path("journal/", journal, name="journal"),
    path("journal/<int:entry_id>/", entry, name="entry"),
    path("journal/<int:entry_id>/proof.json", entry_proof, name="entry_proof"),
]
