"""Posts: who may act where, in which role, from when to when; and the codes that open an account again."""

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, SENSITIVE, declare
from gonghui.spine.officials import rules
from gonghui.spine.officials.rules import Role
from gonghui.spine.organisations.models import DayRange, OneNumber, Organisation
from gonghui.web.acting import finds_actors, finds_all_actors
from gonghui.web.models import Account

ROLES = rules.read_roles(settings.GONGHUI_ROLES)
ADMINISTRATORS = [role.key for role in ROLES.values() if role.administrator]


class PostQuerySet(models.QuerySet["Post"]):
    """Questions asked of the posts."""

    def seen_by(self, actor: Actor) -> "PostQuerySet":
        """The posts of the actor's subtree."""
        return self.filter(actor.within("organisation__path"))

    def standing(self, on: date) -> "PostQuerySet":
        """Those whose days hold the day, in organisations that stand, of enabled accounts."""
        return self.filter(
            Q(last_on=None) | Q(last_on__gte=on),
            first_on__lte=on,
            organisation__is_active=True,
            account__is_active=True,
            account__is_member=False,
        )

    def current(self, on: date) -> "PostQuerySet":
        """Those held on the day: a lent one needs its lender, and a colleague who is still one, with an own post."""
        lender = Q(deputy_of__last_on=None) | Q(deputy_of__last_on__gte=on)
        still = Post.objects.filter(
            Q(last_on=None) | Q(last_on__gte=on),
            account=OuterRef("account"),
            deputy_of=None,
            first_on__lte=on,
            organisation__is_active=True,
        )
        return self.standing(on).filter(
            Q(deputy_of=None) | Q(lender, Exists(still), deputy_of__account__is_active=True)
        )

    def own(self) -> "PostQuerySet":
        """Without those held for an absent colleague."""
        return self.filter(deputy_of=None)

    def overlapping(self, first_on: date, last_on: date | None) -> "PostQuerySet":
        """Those with a day in common with the days given."""
        found = self.filter(Q(last_on=None) | Q(last_on__gte=first_on))
        return found if last_on is None else found.filter(first_on__lte=last_on)


class Post(Record):
    """One account in one role of one organisation, from a day on; a deputy's post names the one it stands for.

    Where the role speaks for departments, those it is limited to stand here; none means all.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="posts", verbose_name=_("人员"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="posts", verbose_name=_("组织"))
    role = models.CharField(_("岗位"), max_length=40)
    departments = ArrayField(models.CharField(max_length=60), verbose_name=_("部门"), default=list, blank=True)
    first_on = models.DateField(_("起始日期"))
    last_on = models.DateField(_("截止日期"), null=True, blank=True)
    deputy_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="deputies", verbose_name=_("代理")
    )
    objects = PostQuerySet.as_manager()
    privacy = declare(
        (
            PERSONAL,
            "权限与责任留痕",
            "离任后3年",
            "id public_id account organisation role departments first_on last_on deputy_of",
        )
    )

    class Meta:
        ordering = ["first_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on=None) | Q(last_on__gte=F("first_on")), name="post_order"),
            models.CheckConstraint(
                condition=Q(deputy_of=None) | Q(last_on__isnull=False), name="post_deputy_has_an_end"
            ),
            models.CheckConstraint(condition=~Q(deputy_of=F("id")), name="post_deputy_of_another"),
            models.UniqueConstraint(fields=["account", "organisation", "role", "first_on"], name="post_begun_once"),
            # No two of the three administrators in one person, on any day.
            ExclusionConstraint(
                name="post_one_administrator",
                expressions=[(OneNumber("account_id"), "&&"), (DayRange(), "&&")],
                condition=Q(role__in=ADMINISTRATORS),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "role"], name="post_place")]

    @property
    def kind(self) -> Role:
        """The role as roles.toml describes it."""
        return ROLES[self.role]

    @property
    def departments_en(self) -> list[str]:
        """The English names of the departments it is limited to."""
        names = rules.departments_at(self.organisation.level)
        return [names.get(one) or one for one in self.departments]

    def is_current(self, on: date) -> bool:
        """Whether the post is held on the day."""
        return self.first_on <= on and (self.last_on is None or self.last_on >= on)

    def as_actor(self) -> Actor:
        """The actor that acts in this post, with the rights it has now."""
        role = ROLES.get(self.role)
        return Actor(
            id=self.id,
            account_id=self.account_id,
            name=self.account.name,
            organisation_id=self.organisation_id,
            organisation_name=self.organisation.name,
            path=self.organisation.path,
            level=self.organisation.level,
            role=self.role,
            powers=role.powers_at(self.organisation.level) if role is not None else frozenset(),
            organisation_english=self.organisation.english_name,
            departments=tuple(self.departments),
        )


def posts_of(account: Account, on: date) -> Sequence[Post]:
    """The posts the account may act in on the day: its own first, then those it holds for others.

    Every page asks this. The whole question is put only where one of the posts is another's; most people's are not.
    """
    found = list(Post.objects.standing(on).filter(account=account).select_related("organisation"))
    if any(post.deputy_of_id for post in found):
        lent = Post.objects.current(on).filter(account=account)
        found = list(lent.select_related("organisation", "deputy_of__account"))
    for post in found:
        post.account = account
    return sorted(
        found, key=lambda post: (post.deputy_of_id is not None, post.organisation.depth, post.first_on, post.id)
    )


def actor_for(account: Account, post_public_id: str | None, today: date) -> Actor | None:
    """The post chosen, else the only one of its own; nobody where the choice is open. Rights are read each time."""
    posts = posts_of(account, today)
    for post in posts:
        if post_public_id is not None and str(post.public_id) == post_public_id:
            return post.as_actor()
    own = [post for post in posts if post.deputy_of_id is None]
    return own[0].as_actor() if len(own) == 1 else None


@finds_all_actors
def actors_of_account(account: int, on: date) -> list[Actor]:
    """The account in each of its posts."""
    held = Account.objects.filter(pk=account, is_active=True).first()
    return [post.as_actor() for post in posts_of(held, on)] if held is not None else []


@finds_actors
def actor_in_post(post: int, on: date) -> Actor | None:
    """The actor of a post as it is on the day, for work that goes on after the request."""
    held = Post.objects.current(on).filter(pk=post).select_related("organisation", "account", "deputy_of__account")
    found = held.first()
    return found.as_actor() if found is not None else None


class ResetCodeQuerySet(models.QuerySet["ResetCode"]):
    """Questions asked of the reset codes."""

    def seen_by(self, actor: Actor) -> "ResetCodeQuerySet":
        """Codes for officials of the actor's subtree."""
        return self.filter(actor.within("organisation__path"))

    def open(self) -> "ResetCodeQuerySet":
        """Neither used nor voided."""
        return self.filter(used_at=None, voided_at=None)


class ResetCode(Record):
    """A printed one-time code that lets an official set a new password: two people each print a half."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="reset_codes", verbose_name=_("人员"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("组织"))
    first_hash = models.CharField(max_length=160)
    second_hash = models.CharField(max_length=160, blank=True)
    # Nobody issued what the one-time command printed for the first administrators.
    issued_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("开出人"))
    issued_at = models.DateTimeField(_("开出时间"))
    confirmed_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("复核人"))
    confirmed_at = models.DateTimeField(_("复核时间"), null=True)
    expires_at = models.DateTimeField(_("失效时间"), null=True)
    used_at = models.DateTimeField(_("使用时间"), null=True)
    voided_at = models.DateTimeField(_("作废时间"), null=True)
    tries = models.SmallIntegerField(_("输错次数"), default=0)
    objects = ResetCodeQuerySet.as_manager()
    privacy = declare(
        (
            INTERNAL,
            "登录重置",
            "使用后1年",
            "id public_id organisation issued_at confirmed_at expires_at used_at voided_at tries",
        ),
        (PERSONAL, "登录重置留痕", "使用后1年", "account issued_by confirmed_by"),
        (SENSITIVE, "登录验证", "使用或作废即失效", "first_hash second_hash"),
    )

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(used_at=None, voided_at=None), name="reset_code_one_open"
            ),
            models.CheckConstraint(condition=~Q(confirmed_by=F("issued_by")), name="reset_code_two_people"),
            models.CheckConstraint(
                condition=~Q(issued_by=F("account")) & ~Q(confirmed_by=F("account")), name="reset_code_not_own"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(confirmed_at__isnull=False), name="reset_code_used_confirmed"
            ),
        ]

    def state(self, now: datetime) -> str:
        """Where the code stands: waiting for the second person, usable, used, voided, or too old."""
        if self.used_at is not None:
            return "used"
        if self.voided_at is not None:
            return "voided"
        if self.confirmed_at is None:
            return "issued"
        return "expired" if self.expires_at is not None and now >= self.expires_at else "usable"
