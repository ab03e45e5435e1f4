"""A member's own account, the codes that open it, and what members ask their union for."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.keyring import Sealed, sealed_column
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, SENSITIVE, declare
from gonghui.spine.members.flow import REQUEST_FLOW
from gonghui.spine.members.models.people import WHILE_MEMBER, Person
from gonghui.spine.members.rules import own
from gonghui.spine.organisations.models import Organisation
from gonghui.web.models import Account
from gonghui.web.portal import finds_members, member_actor

WISHED = Sealed("members.memberrequest.value")


class MemberAccount(Record):
    """Whose account it is; its id is what the journal knows a member's own acts by."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="member")
    person = models.OneToOneField(Person, models.PROTECT, related_name="own_account")
    opened_on = models.DateField(_("开通日期"))
    privacy = declare((PERSONAL, "会员登录", WHILE_MEMBER, "id public_id account person opened_on"))


@finds_members
def actor_of(account: Account) -> Actor | None:
    """The member behind an account that is one."""
    if not account.is_member:
        return None
    row = MemberAccount.objects.select_related("person").filter(account=account).first()
    return (
        member_actor(account, record_id=row.pk, organisation_id=row.person.organisation_id) if row is not None else None
    )


def own_person(actor: Actor) -> Person:
    """The member who is signed in and acts."""
    return Person.objects.select_related("organisation").get(own_account=actor.id)


class ActivationCode(Record):
    """A printed code by which a member opens an account; only a keyed hash of it is kept."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="activation_codes")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("工会"))
    digest = models.CharField(max_length=64)
    issued_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("开出人"))
    issued_at = models.DateTimeField(_("开出时间"))
    expires_at = models.DateTimeField(_("失效时间"))
    used_at = models.DateTimeField(_("使用时间"), null=True)
    voided_at = models.DateTimeField(_("作废时间"), null=True)
    tries = models.SmallIntegerField(_("输错次数"), default=0)
    privacy = declare(
        (INTERNAL, "会员开通账号", "使用后1年", "id public_id issued_at expires_at used_at voided_at tries"),
        (PERSONAL, "会员开通账号", "使用后1年", "person organisation issued_by"),
        (SENSITIVE, "会员开通账号", "使用或作废即失效", "digest"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(used_at=None, voided_at=None), name="activation_one_open"
            )
        ]

    def is_usable(self, now: datetime) -> bool:
        """Neither used, voided nor too old."""
        return self.used_at is None and self.voided_at is None and now < self.expires_at


class SignInCode(models.Model):
    """A one-time code that was sent to a member's phone; only a keyed hash of it is kept."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="sign_in_codes")
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    privacy = declare(
        (INTERNAL, "会员登录", "30天", "id account sent_at expires_at tries used_at"),
        (SENSITIVE, "会员登录", "使用或过期即失效", "digest"),
    )

    class Meta:
        indexes = [models.Index(fields=["account", "-sent_at"], name="sign_in_code_sent")]


class MemberRequestQuerySet(models.QuerySet["MemberRequest"]):
    """Questions asked of the requests."""

    def seen_by(self, actor: Actor) -> "MemberRequestQuerySet":
        """Those of people whose membership is, or last was, at a union of the actor's subtree."""
        return self.filter(actor.within("person__organisation__path"))


class MemberRequest(Record):
    """What a member asks the union for: a correction, or to leave; and what came of it."""

    FLOW = REQUEST_FLOW
    person = models.ForeignKey(Person, models.PROTECT, related_name="requests")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("工会"))
    """Which union was asked; the one that the member goes over to answers for it."""
    what = models.CharField(_("事项"), max_length=10, choices=[(key, _(title)) for key, title in own.ASKED.items()])
    value_sealed = models.BinaryField(null=True)
    state = models.CharField(_("状态"), max_length=10, choices=REQUEST_FLOW.choices, default="asked")
    asked_on = models.DateField(_("提出日期"))
    due_on = models.DateField(_("答复期限"))
    done_on = models.DateField(_("办结日期"), null=True)
    done_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人"))
    why_not = models.CharField(_("原因"), max_length=200, blank=True)
    objects = MemberRequestQuerySet.as_manager()
    privacy = declare(
        (
            PERSONAL,
            "会员更正、退会申请",
            WHILE_MEMBER,
            "id public_id person organisation what state asked_on due_on done_on done_by why_not",
        ),
        (SENSITIVE, "会员更正申请", "办结即删", "value_sealed"),
    )

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(REQUEST_FLOW.states)), name="member_request_state"),
            models.CheckConstraint(condition=Q(what__in=list(own.ASKED)), name="member_request_what"),
            models.CheckConstraint(
                condition=Q(state="asked") | Q(value_sealed=None), name="member_request_value_while_asked"
            ),
            models.UniqueConstraint(
                fields=["person", "what"], condition=Q(state="asked"), name="member_request_one_open"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state", "due_on"], name="member_request_due")]

    @property
    def value(self) -> str:
        """What the member wrote; empty once it is over."""
        return WISHED.open(self.value_sealed, self.public_id) if self.value_sealed is not None else ""


sealed_column(MemberRequest, "value_sealed", WISHED)
