"""The tables of the tree: organisations and where they stood when, industries, employers, set-ups."""

import uuid
from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length, Replace, Upper
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, PUBLIC, declare
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.flow import SET_UP_FLOW
from gonghui.web.models import Account

LEVELS = [(level.key, _(level.title)) for level in rules.levels().values()]
OWNERSHIPS = [(key, _(title)) for key, title in rules.ownerships().items()]
SET_UP_KINDS = [("base", _("基层工会")), ("joint", _("联合基层工会"))]
ABANDON_REASONS = [
    ("gone", _("单位已注销或迁出")),
    ("covered", _("已由其他工会覆盖")),
    ("unready", _("暂不具备条件")),
    ("mistake", _("登记有误")),
]
TREE_LOCK = 12 << 48
"""The advisory lock of the tree: founding shares it, moving and closing hold it alone."""


def _in_english() -> bool:
    return (get_language() or "").startswith("en")


class Industry(Record):
    """One industry of the federation's own list; an industry union stands for each."""

    code = models.CharField(_("代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    order = models.SmallIntegerField(_("次序"), default=0)
    is_active = models.BooleanField(_("在用"), default=True)
    privacy = declare((PUBLIC, "产业目录", "长期", "id public_id code name order is_active"))

    class Meta:
        ordering = ["order", "code"]

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
        return self.filter(path__gte=path, path__lt=rules.end_of(path))

    def active(self) -> "OrganisationQuerySet":
        """Those that were not closed."""
        return self.filter(is_active=True)

    def city(self) -> "Organisation":
        """The federation itself, the root of the tree."""
        return self.get(parent=None)

    def line_of(self, path: str) -> "OrganisationQuerySet":
        """The organisations a path names, from the top down."""
        return self.filter(pk__in=[int(step) for step in path.split("/") if step]).order_by("depth")


class Organisation(models.Model):
    """One union of the tree. Its code never changes; its path is where it stands today."""

    id = models.AutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("组织代码"), max_length=20, unique=True, db_collation="C")
    name = models.CharField(_("名称"), max_length=rules.NAME_LONGEST)
    short_name = models.CharField(_("简称"), max_length=40)
    english_name = models.CharField(_("英文名称"), max_length=160, blank=True)
    level = models.CharField(_("层级"), max_length=12, choices=LEVELS)
    area_code = models.CharField(_("行政区划"), max_length=9)
    industry = models.ForeignKey(Industry, models.PROTECT, null=True, blank=True, verbose_name=_("产业"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级组织")
    )
    secondary = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="served", verbose_name=_("业务指导上级")
    )
    path = models.CharField(max_length=200, unique=True, db_collation="C", editable=False)
    path_since = models.DateField(editable=False)
    depth = models.SmallIntegerField(editable=False)
    founded_on = models.DateField(_("成立日期"))
    closed_on = models.DateField(_("撤销日期"), null=True, blank=True)
    is_active = models.BooleanField(default=True)
    uscc = models.CharField(_("工会法人代码"), max_length=18, blank=True, db_collation="C")
    pinyin_key = models.CharField(max_length=240, db_collation="C", editable=False)
    search_terms = ArrayField(models.TextField(), default=list, editable=False)
    objects = OrganisationQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "组织管理与统计",
            "长期",
            "id public_id code name short_name english_name level area_code industry parent secondary path path_since "
            "depth founded_on closed_on is_active uscc pinyin_key search_terms",
        )
    )

    class Meta:
        ordering = ["pinyin_key", "id"]
        constraints = [
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
            models.UniqueConstraint(
                fields=["uscc"], condition=Q(is_active=True) & ~Q(uscc=""), name="organisation_uscc_once"
            ),
        ]
        indexes = [
            models.Index(fields=["parent", "pinyin_key", "id"], name="organisation_children"),
            models.Index(fields=["pinyin_key", "id"], name="organisation_list"),
            GinIndex(fields=["search_terms"], name="organisation_terms"),
            models.Index(Upper("name"), name="organisation_exact_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The name in the reader's language where there is one."""
        return self.english_name if self.english_name and _in_english() else self.name

    @property
    def short_title(self) -> str:
        """The short name, or the English name in English."""
        return self.english_name if self.english_name and _in_english() else self.short_name

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


class PathSpan(models.Model):
    """The path an organisation had from one day to another; open-ended for the present one."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="spans")
    path = models.CharField(max_length=200, db_collation="C")
    first_on = models.DateField()
    last_on = models.DateField(null=True)
    privacy = declare((INTERNAL, "组织管理与统计", "长期", "id organisation path first_on last_on"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "first_on"], name="path_span_first"),
            models.CheckConstraint(condition=Q(last_on=None) | Q(last_on__gte=F("first_on")), name="path_span_order"),
            ExclusionConstraint(
                name="path_span_apart",
                expressions=[(OneNumber("organisation_id"), "&&"), (DayRange(), "&&")],
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        indexes = [models.Index(fields=["path"], name="path_span_path")]


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


class EmployerQuerySet(models.QuerySet["Employer"]):
    """Questions asked of the employers."""

    def seen_by(self, actor: Actor) -> "EmployerQuerySet":
        """Employers covered or being organised in the actor's subtree."""
        return self.filter(actor.within("organisation__path") | actor.within("set_ups__superior__path")).distinct()


class Employer(Record):
    """A unit that employs people: covered by a union, or not yet."""

    uscc = models.CharField(_("统一社会信用代码"), max_length=18, unique=True, db_collation="C")
    name = models.CharField(_("单位名称"), max_length=rules.NAME_LONGEST)
    area_code = models.CharField(_("行政区划"), max_length=9)
    industry_code = models.CharField(_("行业"), max_length=3)
    ownership = models.CharField(_("单位类型"), max_length=12, choices=OWNERSHIPS)
    employees = models.IntegerField(_("职工人数"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="employers", verbose_name=_("所属工会")
    )
    covered_on = models.DateField(_("建会日期"), null=True, blank=True)
    uncovered_on = models.DateField(_("脱离日期"), null=True, blank=True)
    objects = EmployerQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "建会",
            "长期",
            "id public_id uscc name area_code industry_code ownership employees organisation covered_on uncovered_on",
        )
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(employees__gte=1), name="employer_employees"),
            models.CheckConstraint(
                condition=Q(organisation=None) | Q(covered_on__isnull=False), name="employer_covered_on"
            ),
            models.CheckConstraint(condition=~Q(uscc__startswith="8"), name="employer_uscc"),
        ]


class SetUpQuerySet(models.QuerySet["SetUp"]):
    """Questions asked of the set-ups."""

    def seen_by(self, actor: Actor) -> "SetUpQuerySet":
        """Set-ups whose superior lies in the actor's subtree."""
        return self.filter(actor.within("superior__path"))

    def open(self) -> "SetUpQuerySet":
        """Those neither established nor given up."""
        return self.exclude(state__in=["established", "abandoned"])


class SetUp(Record):
    """The setting up of one union: its employers, its superior, its steps and their days."""

    state = models.CharField(_("状态"), max_length=12, choices=SET_UP_FLOW.choices, default="prospect")
    superior = models.ForeignKey(Organisation, models.PROTECT, related_name="set_ups", verbose_name=_("上级工会"))
    kind = models.CharField(_("形式"), max_length=12, choices=SET_UP_KINDS)
    name = models.CharField(_("拟用名称"), max_length=rules.NAME_LONGEST)
    area_code = models.CharField(_("行政区划"), max_length=9)
    employers = models.ManyToManyField(Employer, through="SetUpEmployer", related_name="set_ups")
    preparers = models.IntegerField(_("筹备组人数"), null=True, blank=True)
    members = models.IntegerField(_("会员人数"), null=True, blank=True)
    entitled = models.IntegerField(_("应到会人数"), null=True, blank=True)
    attended = models.IntegerField(_("到会人数"), null=True, blank=True)
    votes = models.IntegerField(_("当选者最低得票"), null=True, blank=True)
    term_years = models.SmallIntegerField(_("任期（年）"), null=True, blank=True)
    prospected_on = models.DateField(_("摸排日期"))
    approved_on = models.DateField(_("同意筹备日期"), null=True, blank=True)
    approval_no = models.CharField(_("筹备批复文号"), max_length=60, blank=True)
    elected_on = models.DateField(_("选举日期"), null=True, blank=True)
    established_on = models.DateField(_("批复成立日期"), null=True, blank=True)
    establishment_no = models.CharField(_("成立批复文号"), max_length=60, blank=True)
    abandoned_on = models.DateField(_("终止日期"), null=True, blank=True)
    reason = models.CharField(_("终止原因"), max_length=12, choices=ABANDON_REASONS, blank=True)
    union = models.OneToOneField(
        Organisation, models.PROTECT, null=True, blank=True, related_name="set_up", verbose_name=_("建成的工会")
    )
    proposed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人"))
    established_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人"))
    objects = SetUpQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "建会",
            "长期",
            "id public_id state superior kind name area_code employers preparers members entitled attended votes "
            "term_years prospected_on approved_on approval_no elected_on established_on establishment_no abandoned_on "
            "reason union",
        ),
        (PERSONAL, "建会经办与批准留痕", "长期", "proposed_by established_by"),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SET_UP_FLOW.states), name="set_up_state"),
            models.CheckConstraint(
                condition=Q(approved_on=None) | Q(approved_on__gte=F("prospected_on")), name="set_up_approved"
            ),
            models.CheckConstraint(
                condition=Q(elected_on=None) | Q(elected_on__gte=F("approved_on")), name="set_up_elected"
            ),
            models.CheckConstraint(
                condition=Q(established_on=None) | Q(established_on__gte=F("elected_on")), name="set_up_established"
            ),
            models.CheckConstraint(
                condition=Q(votes=None)
                | Q(votes__lte=F("attended"), attended__lte=F("entitled"), entitled__lte=F("members")),
                name="set_up_sums",
            ),
            models.CheckConstraint(
                condition=~Q(state="established") | Q(established_on__isnull=False, union__isnull=False),
                name="set_up_stands",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-prospected_on", "-id"], name="set_up_state_list"),
            models.Index(fields=["-prospected_on", "-id"], name="set_up_list"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def organisation(self) -> Organisation:
        """Until the union stands the work is its superior's."""
        return self.superior


class SetUpEmployer(models.Model):
    """An employer of a set-up; an employer is in one open set-up at a time."""

    set_up = models.ForeignKey(SetUp, models.CASCADE, related_name="places")
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="places")
    is_open = models.BooleanField(default=True)
    privacy = declare((INTERNAL, "建会", "长期", "id set_up employer is_open"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["set_up", "employer"], name="set_up_employer_once"),
            models.UniqueConstraint(fields=["employer"], condition=Q(is_open=True), name="set_up_employer_open"),
        ]


def lock_tree(*, alone: bool) -> None:
    """Hold the tree until the transaction ends: alone to move or close, shared to found."""
    with connection.cursor() as cursor:
        cursor.execute(f"select pg_advisory_xact_lock{'' if alone else '_shared'}(%s::bigint)", [TREE_LOCK])


def tree_faults() -> list[str]:
    """What is wrong with the tree: paths that do not follow the parent, spans that do not meet; empty is right."""
    found: list[Any] = []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select 'path of ' || o.code from organisations_organisation o left join organisations_organisation p
              on p.id = o.parent_id where o.path is distinct from coalesce(p.path, '/') || o.id || '/'
            union all
            select 'span of ' || o.code from organisations_organisation o where not exists (
              select 1 from organisations_pathspan s where s.organisation_id = o.id and s.path = o.path
              and s.last_on is null and s.first_on = o.path_since)
            union all
            select 'gap in spans of ' || organisation_id from (
              select organisation_id, last_on,
                lead(first_on) over (partition by organisation_id order by first_on) as next_on
              from organisations_pathspan) s
              where next_on is distinct from last_on + 1 and next_on is not null
            union all
            select 'first span of ' || o.code from organisations_organisation o join (
              select organisation_id, min(first_on) as first_on from organisations_pathspan group by 1) s
              on s.organisation_id = o.id where s.first_on <> o.founded_on
            limit 100
            """
        )
        found = [row[0] for row in cursor.fetchall()]
    return found
