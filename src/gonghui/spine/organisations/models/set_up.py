"""Employers, and the setting up of the unions that cover them."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, declare
from gonghui.core.search import SearchTerms
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.flow import SET_UP_FLOW
from gonghui.spine.organisations.models.tree import Organisation, in_english
from gonghui.web.models import Account

OWNERSHIPS = [(key, _(title)) for key, title in rules.ownerships().items()]
SET_UP_KINDS = [("base", _("基层工会")), ("joint", _("联合基层工会"))]
ABANDON_REASONS = [
    ("gone", _("单位已注销或迁出")),
    ("covered", _("已由其他工会覆盖")),
    ("unready", _("暂不具备条件")),
    ("mistake", _("登记有误")),
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
        return self.filter(state__in=["prospect", "preparing", "elected"])


class SetUp(Record):
    """The setting up of one union: its employers, its superior, its steps and their days."""

    state = models.CharField(_("状态"), max_length=12, choices=SET_UP_FLOW.choices, default="prospect")
    superior = models.ForeignKey(Organisation, models.PROTECT, related_name="set_ups", verbose_name=_("上级工会"))
    kind = models.CharField(_("形式"), max_length=12, choices=SET_UP_KINDS)
    name = models.CharField(_("拟用名称"), max_length=rules.NAME_LONGEST)
    english_name = models.CharField(_("英文名称"), max_length=160, blank=True, default="")
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
    search_terms = SearchTerms("name")
    objects = SetUpQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "建会",
            "长期",
            "id public_id state superior kind name english_name area_code employers preparers members entitled "
            "attended votes term_years prospected_on approved_on approval_no elected_on established_on "
            "establishment_no abandoned_on reason union search_terms",
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
            GinIndex(fields=["search_terms"], name="set_up_terms"),
            # A small union's set-ups among all others', of some states: found here, whatever the list's order.
            models.Index(fields=["superior", "state", "-prospected_on", "-id"], name="set_up_superior_list"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """The name in the reader's language where there is one."""
        return self.english_name if self.english_name and in_english() else self.name

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
