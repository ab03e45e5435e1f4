"""Organisations and where they stood when; the list of industries; numbers of codes; the lock of the tree."""

import uuid
from datetime import date, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length, Replace, Upper
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gonghui.core import codes
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.models import Record
from gonghui.core.paths import end_of
from gonghui.core.privacy import INTERNAL, PUBLIC, declare
from gonghui.spine.organisations import rules

LEVELS = [(level.key, _(level.title)) for level in rules.levels().values()]
UPPER = ("city", "district", "industry", "town", "sector")
"""The levels with unions below them; search names these before the many others."""
TREE_LOCK = 12 << 48
"""The advisory lock of the tree: founding shares it, moving and closing hold it alone."""


def in_english() -> bool:
    """Whether the reader reads English."""
    return (get_language() or "").startswith("en")


class Industry(Record):
    """One industry of the federation's own list; an industry union stands for each."""

    code = models.CharField(_("代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    english_name = models.CharField(_("英文名称"), max_length=120, blank=True, default="")
    order = models.SmallIntegerField(_("次序"), default=0)
    is_active = models.BooleanField(_("在用"), default=True)
    privacy = declare((PUBLIC, "产业目录", "长期", "id public_id code name english_name order is_active"))

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.english_name if self.english_name and in_english() else self.name

    @property
    def organisation(self) -> "Organisation":
        """The list belongs to the city."""
        return Organisation.objects.city()


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Questions asked of the tree."""

    def seen_by(self, actor: Actor) -> "OrganisationQuerySet":
        """The organisations of the actor's subtree."""
        return self.filter(actor.within("path"))

    def under(self, path: str) -> "OrganisationQuerySet":
        """The organisation at `path` and all below it; two comparisons that any plan finds in the index."""
        return self.filter(path__gte=path, path__lt=end_of(path))

    def active(self) -> "OrganisationQuerySet":
        """Those that were not closed."""
        return self.filter(is_active=True)

    def city(self) -> "Organisation":
        """The federation itself, the root of the tree."""
        return self.get(parent=None)

    def line_of(self, path: str) -> "OrganisationQuerySet":
        """The organisations a path names, from the top down."""
        return self.filter(pk__in=rules.ids_of(path)).order_by("depth")

    def resolved(self, typed: str) -> "Organisation | None":
        """What became of what was typed: a code or name of a merged union, a name of then, a district's area code.

        Of an abolished area, the district that took over; the development area is not Daxing's (rights.md 0.3).
        """
        typed = " ".join(typed.split())
        found = Organisation.objects.now_of(typed.upper())
        if found is None and (area := codes.now_of_area(typed)) in codes.DISTRICTS:
            found = Organisation.objects.active().filter(level="district", area_code=area).first()
        if found is None and typed:
            merged = Organisation.objects.filter(successor__isnull=False).filter(Q(name=typed) | Q(short_name=typed))
            former = FormerName.objects.filter(Q(name=typed) | Q(short_name=typed)).order_by("-last_on")
            names = (merged.values_list("code", flat=True), former.values_list("organisation__code", flat=True))
            code = next((code for listed in names if (code := listed.first()) is not None), None)
            found = Organisation.objects.now_of(code) if code is not None else None
        return self.filter(pk=found.pk).first() if found is not None else None

    def now_of(self, code: str) -> "Organisation | None":
        """What the organisation of a code has become: itself, or the one it was merged into at last."""
        found = self.filter(code=code).first()
        passed: set[int] = set()
        while found is not None and found.successor_id is not None and found.pk not in passed:
            passed.add(found.pk)
            found = Organisation.objects.filter(pk=found.successor_id).first()
        return found


class Organisation(models.Model):
    """One union of the tree. Its code never changes; its path is where it stands today."""

    id = models.AutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("组织代码"), max_length=20, db_collation="C")
    name = models.CharField(_("名称"), max_length=rules.NAME_LONGEST)
    short_name = models.CharField(_("简称"), max_length=40)
    english_name = models.CharField(_("英文名称"), max_length=160, blank=True)
    level = models.CharField(_("层级"), max_length=12, choices=LEVELS)
    area_code = models.CharField(_("行政区划"), max_length=9)
    industry = models.ForeignKey(
        Industry, models.PROTECT, null=True, blank=True, verbose_name=_("产业"), db_index=False
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级组织"),
        db_index=False,  # organisation_children begins with it
    )
    secondary = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="served",
        verbose_name=_("业务指导上级"),
        db_index=False,
    )
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("承继组织"),
        db_index=False,
    )
    path = models.CharField(max_length=200, db_collation="C", editable=False)
    path_since = models.DateField(editable=False)
    depth = models.SmallIntegerField(editable=False)
    founded_on = models.DateField(_("成立日期"))
    closed_on = models.DateField(_("撤销日期"), null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_mixed = models.BooleanField(default=False, editable=False)
    uscc = models.CharField(_("工会法人代码"), max_length=18, blank=True, db_collation="C")
    pinyin_key = models.CharField(max_length=240, db_collation="C", editable=False)
    objects = OrganisationQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "组织管理与统计",
            "长期",
            "id public_id code name short_name english_name level area_code industry parent secondary successor path "
            "path_since depth founded_on closed_on is_active is_mixed uscc pinyin_key",
        )
    )

    class Meta:
        ordering = ["pinyin_key", "id"]
        constraints = [
            # By constraint: `unique=True` would add a second index for LIKE, which collation C does not need.
            models.UniqueConstraint(fields=["code"], name="organisation_code_once"),
            models.UniqueConstraint(fields=["path"], name="organisation_path_once"),
            models.CheckConstraint(
                condition=Q(depth=Length("path") - Length(Replace("path", Value("/"), Value(""))) - 1),
                name="organisation_depth",
            ),
            models.CheckConstraint(
                condition=Q(parent=None, depth=1) | Q(parent__isnull=False, depth__gt=1), name="organisation_parent"
            ),
            models.UniqueConstraint(F("depth"), condition=Q(parent=None), name="organisation_one_root"),
            models.CheckConstraint(
                condition=Q(closed_on=None, is_active=True) | Q(closed_on__gte=F("founded_on"), is_active=False),
                name="organisation_closed",
            ),
            models.CheckConstraint(condition=Q(level__in=list(rules.levels())), name="organisation_level"),
            models.CheckConstraint(condition=~Q(secondary=F("id")), name="organisation_secondary"),
            models.CheckConstraint(
                condition=Q(successor=None) | (Q(is_active=False) & ~Q(successor=F("id"))),
                name="organisation_successor",
            ),
            models.UniqueConstraint(
                fields=["uscc"], condition=Q(is_active=True) & ~Q(uscc=""), name="organisation_uscc_once"
            ),
        ]
        indexes = [
            models.Index(fields=["parent", "pinyin_key", "id"], name="organisation_children"),
            models.Index(fields=["pinyin_key", "id"], name="organisation_list"),
            models.Index(Upper("name"), name="organisation_exact_name"),
            models.Index(fields=["path"], condition=Q(level__in=UPPER), name="organisation_upper"),
            # The beginning of a code, within a scope that may not hold any: answered without reading rows.
            models.Index(fields=["code", "path"], name="organisation_code_in_path"),
            # Few have one of these, and every founding and closing would write all three.
            *(
                models.Index(fields=[one], condition=Q(**{f"{one}__isnull": False}), name=f"organisation_{one}_of")
                for one in ("industry", "secondary", "successor")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The name in the reader's language where there is one."""
        return self.english_name if self.english_name and in_english() else self.name

    @property
    def short_title(self) -> str:
        """The short name, or the English name in English."""
        return self.english_name if self.english_name and in_english() else self.short_name

    @property
    def organisation(self) -> "Organisation":
        """Entries about an organisation are its own."""
        return self

    def path_on(self, day: date) -> str:
        """The path the organisation had on the day; before it was founded it had none."""
        if day >= self.path_since:
            return self.path
        found = self.spans.filter(first_on__lte=day).order_by("-first_on").values_list("path", flat=True).first()
        if found is None:
            raise Refusal(
                "organisations.not_yet",
                "“%(name)s”于 %(founded_on)s 成立，%(day)s 时尚不存在，请核对日期",
                name=self.name,
                founded_on=self.founded_on,
                day=day,
            )
        return found


class NameTerms(models.Model):
    """What an organisation is found by; apart from it, so that a new place or state leaves the large index alone.

    A few organisations have theirs at once; of very many founded or renamed together the worker makes them.
    """

    organisation = models.OneToOneField(Organisation, models.CASCADE, primary_key=True, related_name="found_by")
    terms = ArrayField(models.TextField())
    privacy = declare((INTERNAL, "组织管理与统计", "长期", "organisation terms"))

    class Meta:
        indexes = [GinIndex(fields=["terms"], name="name_terms")]


class DayRange(Func):
    """The days of a span as a range, its last day in it."""

    function = "daterange"

    def __init__(self) -> None:
        super().__init__(F("first_on"), F("last_on"), Value("[]"))


class OneNumber(Func):
    """A whole number as a range of itself, so that GiST compares it without an extension."""

    function = "int8range"

    def __init__(self, column: str) -> None:
        whole = models.functions.Cast(F(column), models.BigIntegerField())
        super().__init__(whole, whole, Value("[]"))


class SpanLine(Func):
    """A span as an upright line in the plane of organisations and days.

    GiST places boxes three times as quickly as pairs of ranges, and the founding of many waits for it.
    """

    template = (
        "box(point(organisation_id, first_on - date '2000-01-01'), "
        "point(organisation_id, coalesce(last_on, date '9999-12-31') - date '2000-01-01'))"
    )


class FormerName(models.Model):
    """What an organisation was called up to a day; what it is called now stands in its own row."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="former_names")
    name = models.CharField(_("名称"), max_length=rules.NAME_LONGEST)
    short_name = models.CharField(_("简称"), max_length=40)
    english_name = models.CharField(_("英文名称"), max_length=160, blank=True)
    last_on = models.DateField(_("止日"))
    search_terms = ArrayField(models.TextField(), default=list, editable=False)
    privacy = declare(
        (INTERNAL, "组织沿革", "长期", "id organisation name short_name english_name last_on search_terms")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "last_on"], name="former_name_last")]
        indexes = [GinIndex(fields=["search_terms"], name="former_name_terms")]

    @property
    def next_on(self) -> date:
        """The first day of the name after it."""
        return self.last_on + timedelta(days=1)


class TreeActQuerySet(models.QuerySet["TreeAct"]):
    """Questions asked of the acts on the tree."""

    def seen_by(self, actor: Actor) -> "TreeActQuerySet":
        """The acts on organisations of the actor's subtree."""
        return self.filter(actor.within("organisation__path"))

    def about(self, organisation: Organisation) -> "TreeActQuerySet":
        """The acts that an organisation's own history tells, the newest first."""
        names_it = Q(organisation=organisation) | Q(source=organisation) | Q(target=organisation)
        return self.filter(names_it).order_by("-on", "-id")


class TreeAct(Record):
    """One act on the tree: who went from where to where on which day, and the act that it takes back, if any."""

    ACTS = [
        ("move", _("隶属变更")),
        ("merge", _("合并")),
        ("split", _("分设")),
        ("restore", _("恢复建制")),
        ("rename", _("更名")),
        ("close", _("撤销")),
        ("secondary", _("业务指导变更")),
    ]
    act = models.CharField(_("事项"), max_length=12, choices=ACTS)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="acts", verbose_name=_("组织"))
    source = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("原在"))
    target = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("转到"))
    on = models.DateField(_("日期"))
    recorded_at = models.DateTimeField(auto_now_add=True)
    units = models.IntegerField(_("涉及组织"), default=0)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by", verbose_name=_("撤回"))
    objects = TreeActQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "组织沿革",
            "长期",
            "id public_id act organisation source target on recorded_at units undoes",
        )
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(act__in=["move", "merge", "split", "restore", "rename", "close", "secondary"]),
                name="tree_act_kind",
            )
        ]
        indexes = [
            models.Index(fields=["organisation", "on"], name="tree_act_organisation"),
            models.Index(fields=["source", "on"], name="tree_act_source"),
            models.Index(fields=["target", "on"], name="tree_act_target"),
        ]


class PathSpan(models.Model):
    """The path an organisation had from one day to another; open-ended for the present one."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="spans", db_index=False)
    path = models.CharField(max_length=200, db_collation="C")
    first_on = models.DateField()
    last_on = models.DateField(null=True)
    act = models.ForeignKey(TreeAct, models.PROTECT, null=True, related_name="spans")
    """The act that brought the organisation here; none for where it was founded."""
    privacy = declare((INTERNAL, "组织管理与统计", "长期", "id organisation path first_on last_on act"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "first_on"], name="path_span_first"),
            models.CheckConstraint(condition=Q(last_on=None) | Q(last_on__gte=F("first_on")), name="path_span_order"),
            ExclusionConstraint(
                name="path_span_apart",
                expressions=[(SpanLine(), "&&")],
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        indexes = [
            models.Index(fields=["path"], name="path_span_path"),
            models.Index(fields=["path"], condition=Q(last_on__isnull=False), name="path_span_past"),
        ]


class CodeSequence(models.Model):
    """The last number given to an organisation's code, for each area and kind of letters."""

    area = models.CharField(max_length=6)
    letters = models.CharField(max_length=2)
    last = models.IntegerField(default=0)
    privacy = declare((INTERNAL, "组织代码", "长期", "id area letters last"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "letters"], name="code_sequence_once"),
            models.CheckConstraint(condition=Q(last__range=(0, 99_999)), name="code_sequence_range"),
        ]


def lock_tree(*, alone: bool) -> None:
    """Hold the tree until the transaction ends: alone to move or close, shared to found."""
    with connection.cursor() as cursor:
        cursor.execute(f"select pg_advisory_xact_lock{'' if alone else '_shared'}(%s::bigint)", [TREE_LOCK])
