"""Positions for social workers, the people on them from day to day, and their certificates with every registration."""

from collections.abc import Sequence
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gonghui.core import crypto
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, PERSONAL, SENSITIVE, declare
from gonghui.spine.officials.flow import CERTIFICATE_FLOW, HOLDING, SPELL_STATES, UNMASK, VERIFY, WORKER_FLOW
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.organisations.models import DayRange, OneNumber, Organisation
from gonghui.web.models import Account
from gonghui.web.papers import keeping

NUMBER = "officials.certificate number"
"""What certificates' numbers are sealed and found by: a key of their own."""
SCAN = "officials.certificate scan"
"""What scans of certificates are sealed by."""
WHILE_EMPLOYED = "离岗后3年"
UNLESS_REFUSED = "退回或撤回即删；其余离岗后3年"


def on_day(day: date) -> Q:
    """Rows whose days have the day among them."""
    return Q(first_on__lte=day) & (Q(last_on=None) | Q(last_on__gte=day))


class PositionQuerySet(models.QuerySet["Position"]):
    """Questions asked of the positions."""

    def seen_by(self, actor: Actor) -> "PositionQuerySet":
        """The positions of the actor's subtree."""
        return self.filter(actor.within("organisation__path"))

    def with_filled(self, on: date) -> "PositionQuerySet":
        """Each with how many people hold it on the day, those away included."""
        held = Q(spells__first_on__lte=on) & (Q(spells__last_on=None) | Q(spells__last_on__gte=on))
        return self.annotate(filled=models.Count("spells", filter=held))  # type: ignore[no-redef]


class Position(Record):
    """A position for social workers at one union: so many places of one grade, from a day on."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="positions", verbose_name=_("组织"))
    post_no = models.CharField(_("岗位编号"), max_length=20, unique=True, db_collation="C")
    grade = models.CharField(_("职级"), max_length=20)
    headcount = models.PositiveSmallIntegerField(_("编制人数"))
    first_on = models.DateField(_("设立日期"))
    last_on = models.DateField(_("撤销日期"), null=True, blank=True)
    filled: int
    """How many people hold it on a day; where `with_filled` asked."""
    objects = PositionQuerySet.as_manager()
    privacy = declare(
        (INTERNAL, "社工岗位管理", "长期", "id public_id organisation post_no grade headcount first_on last_on")
    )

    class Meta:
        ordering = ["post_no"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on=None) | Q(last_on__gte=F("first_on")), name="position_order"),
            models.CheckConstraint(condition=Q(headcount__gte=1), name="position_headcount"),
        ]

    def __str__(self) -> str:
        return self.post_no

    @property
    def grade_title(self) -> str:
        """The grade in words."""
        return rules.scheme(self.first_on).grades.get(self.grade, self.grade)


class SocialWorkerQuerySet(models.QuerySet["SocialWorker"]):
    """Questions asked of the social workers."""

    def seen_by(self, actor: Actor) -> "SocialWorkerQuerySet":
        """Those whose union lies in the actor's subtree."""
        return self.filter(actor.within("organisation__path"))

    def on_post(self, on: date) -> "SocialWorkerQuerySet":
        """Those on post on the day: the longer list of the share."""
        return self.filter(Exists(Spell.objects.filter(on_day(on), worker=OuterRef("pk"), state="on_post")))

    def qualified(self, on: date) -> "SocialWorkerQuerySet":
        """Those on post on the day with a certificate that counts: the shorter list of the share."""
        counting = [key for key, kind in rules.scheme(on).certificates.items() if kind.counts_for_share]
        held = Registration.objects.filter(
            Q(until=None) | Q(until__gte=on),
            certificate__worker=OuterRef("pk"),
            certificate__kind__in=counting,
            accepted=True,
            checked_on__lte=on,
        )
        return self.on_post(on).filter(Exists(held))


class SocialWorker(Record):
    """A social worker employed by the unions, from being a candidate to having left."""

    FLOW = WORKER_FLOW
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="social_workers", verbose_name=_("组织")
    )
    worker_no = models.CharField(_("工号"), max_length=20, unique=True, db_collation="C")
    name = models.CharField(_("姓名"), max_length=50)
    born_on = models.DateField(_("出生日期"))
    hired_on = models.DateField(_("聘用日期"), null=True, blank=True)
    contract_to = models.DateField(_("合同止日"), null=True, blank=True)
    station = models.CharField(_("服务站"), max_length=60, blank=True)
    duties = ArrayField(models.CharField(max_length=20), default=list, verbose_name=_("职责"))
    state = models.CharField(_("状态"), max_length=10, choices=WORKER_FLOW.choices, default="candidate")
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="social_workers", verbose_name=_("账号")
    )
    turns_on = models.DateField(null=True, editable=False)
    """The next day on which the two lists change by themselves; the books hold up to the day before."""
    objects = SocialWorkerQuerySet.as_manager()
    privacy = declare(
        (
            PERSONAL,
            "社工聘用与岗位管理",
            WHILE_EMPLOYED,
            "id public_id organisation worker_no name hired_on contract_to station duties state account turns_on",
        ),
        (PERSONAL, "核对取得证书时的年龄", WHILE_EMPLOYED, "born_on"),
    )

    class Meta:
        ordering = ["worker_no"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(WORKER_FLOW.states)), name="social_worker_state"),
            models.CheckConstraint(
                condition=Q(contract_to=None) | Q(hired_on__isnull=False, contract_to__gte=F("hired_on")),
                name="social_worker_contract",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "worker_no"], name="social_worker_place"),
            models.Index(fields=["turns_on"], name="social_worker_turns"),
            models.Index(fields=["contract_to"], name="social_worker_contract"),
        ]

    @property
    def masked_name(self) -> str:
        """The name as lists show it."""
        return rules.masked_name(self.name)

    def duty_titles(self, on: date) -> list[str]:
        """The duties in words."""
        titles = rules.scheme(on).duties
        return [titles.get(duty, duty) for duty in self.duties]


class Spell(models.Model):
    """Days a social worker holds a position: on post, or away from it on leave or seconded."""

    id = models.BigAutoField(primary_key=True)
    worker = models.ForeignKey(SocialWorker, models.PROTECT, related_name="spells")
    position = models.ForeignKey(Position, models.PROTECT, related_name="spells")
    state = models.CharField(_("状态"), max_length=10, choices=list(SPELL_STATES.items()))
    first_on = models.DateField(_("起始日期"))
    last_on = models.DateField(_("截止日期"), null=True, blank=True)
    privacy = declare((PERSONAL, "社工聘用与岗位管理", WHILE_EMPLOYED, "id worker position state first_on last_on"))

    class Meta:
        ordering = ["first_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on=None) | Q(last_on__gte=F("first_on")), name="spell_order"),
            models.CheckConstraint(condition=Q(state__in=list(SPELL_STATES)), name="spell_state"),
            ExclusionConstraint(
                name="spell_apart",
                expressions=[(OneNumber("worker_id"), "&&"), (DayRange(), "&&")],
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        indexes = [models.Index(fields=["position", "first_on"], name="spell_position")]

    @property
    def days(self) -> rules.Days:
        """Its days."""
        return rules.Days(self.first_on, self.last_on)


class CertificateQuerySet(models.QuerySet["Certificate"]):
    """Questions asked of the certificates."""

    def seen_by(self, actor: Actor) -> "CertificateQuerySet":
        """Those of social workers in the actor's subtree."""
        return self.filter(actor.within("worker__organisation__path"))

    def to_verify(self) -> "CertificateQuerySet":
        """Those with a registration, the first or a renewal, that nobody has checked."""
        return self.filter(Exists(Registration.objects.filter(certificate=OuterRef("pk"), accepted=None)))

    def lapsing(self, first: date, last: date) -> "CertificateQuerySet":
        """Those that hold now and whose registration ends within the days."""
        return self.filter(state__in=HOLDING, registered_until__range=(first, last))


class Certificate(Record):
    """A certificate a social worker holds; its number is sealed and found again by a keyed digest only."""

    FLOW = CERTIFICATE_FLOW
    worker = models.ForeignKey(SocialWorker, models.PROTECT, related_name="certificates")
    kind = models.CharField(_("证书种类"), max_length=40)
    level = models.CharField(_("级别"), max_length=20)
    number_sealed = models.TextField()
    number_digest = models.CharField(max_length=64)
    issued_on = models.DateField(_("发证日期"))
    issuer = models.CharField(_("发证机关"), max_length=80)
    registered_until = models.DateField(_("登记止日"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=CERTIFICATE_FLOW.choices, default="submitted")
    objects = CertificateQuerySet.as_manager()
    privacy = declare(
        (
            PERSONAL,
            "核验职业资格",
            WHILE_EMPLOYED,
            "id public_id worker kind level issued_on issuer registered_until state",
        ),
        (SENSITIVE, "查重和向发证机关核对", WHILE_EMPLOYED, "number_sealed number_digest"),
    )

    class Meta:
        ordering = ["kind", "issued_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(CERTIFICATE_FLOW.states)), name="certificate_state"),
            models.UniqueConstraint(
                fields=["kind", "number_digest"], condition=~Q(state="rejected"), name="certificate_number_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "registered_until"], name="certificate_until")]

    @property
    def organisation(self) -> Organisation:
        """Entries about a certificate are of the union whose social worker holds it."""
        return self.worker.organisation

    @property
    def declared(self) -> rules.CertificateKind:
        """The kind as the scheme of its issue says."""
        return rules.kind_of(self.kind, self.issued_on)

    @property
    def title(self) -> str:
        """The kind in words."""
        return self.declared.title

    @property
    def level_title(self) -> str:
        """The level in words."""
        return self.declared.levels.get(self.level, self.level)

    @property
    def is_doubtful(self) -> bool:
        """Whether the kind was no longer issued on its day."""
        return rules.doubt(self.declared, self.issued_on)

    @property
    def number(self) -> str:
        """The number itself; whoever shows it has written an access."""
        return crypto.unseal(self.number_sealed, purpose=NUMBER, place=str(self.public_id))

    @property
    def waiting(self) -> "Registration | None":
        """The registration that nobody has checked yet."""
        return next((one for one in self.registrations.all() if one.accepted is None), None)

    @property
    def scans(self) -> "list[CertificateScan]":
        """The scans behind its registrations, the first ones first."""
        return [scan for one in self.registrations.all() for scan in one.scans.all()]

    @property
    def is_unbacked(self) -> bool:
        """Whether it waits without a scan: whoever verifies it has the original to go by, and nothing else."""
        return self.waiting is not None and not self.waiting.scans.all()

    @property
    def people_concerned(self) -> Sequence[int | None]:
        """The accounts that may not verify it: who entered what waits, and who holds it."""
        waiting = self.waiting
        return (self.worker.account_id, waiting.submitted_by_id if waiting is not None else None)


class Registration(models.Model):
    """What one verification found: the certificate holds from that day to the end of its registration, if it has one.

    The first comes with the certificate, each later one is a renewal.
    """

    id = models.BigAutoField(primary_key=True)
    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="registrations")
    until = models.DateField(_("登记止日"), null=True, blank=True)
    submitted_on = models.DateField(_("提交日期"))
    # The system enters nothing by itself but what a replay or a first import brings.
    submitted_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("提交人"))
    accepted = models.BooleanField(null=True)
    checked_on = models.DateField(_("核验日期"), null=True)
    checked_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("核验人"))
    why_not = models.CharField(_("退回原因"), max_length=200, blank=True)
    privacy = declare(
        (
            PERSONAL,
            "核验职业资格",
            WHILE_EMPLOYED,
            "id certificate until submitted_on submitted_by accepted checked_on checked_by why_not",
        )
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(accepted=None), name="registration_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(accepted=None, checked_on=None) | Q(accepted__isnull=False, checked_on__isnull=False),
                name="registration_checked",
            ),
            models.CheckConstraint(condition=~Q(checked_by=F("submitted_by")), name="registration_two_people"),
        ]

    @property
    def days(self) -> rules.Days | None:
        """The days it holds; none where it was verified after its end."""
        if not self.accepted or self.checked_on is None or (self.until is not None and self.until < self.checked_on):
            return None
        return rules.Days(self.checked_on, self.until)


class CertificateScanQuerySet(models.QuerySet["CertificateScan"]):
    """Which scans somebody may open."""

    def seen_by(self, actor: Actor) -> "CertificateScanQuerySet":
        """Those of the actor's subtree, to who verifies certificates or may unmask; for others there are none."""
        if not opens_scans(actor):
            return self.none()
        return self.filter(actor.within("registration__certificate__worker__organisation__path"))


def opens_scans(actor: Actor) -> bool:
    """Whether the actor opens scans and numbers of certificates at all, with a reason each time."""
    return actor.may(UNMASK) or actor.may(VERIFY)


class CertificateScan(Record):
    """One scan behind a registration, the first or a renewal. Its bytes lie sealed on the disk, bound to this row.

    The name of the file as it was sent is kept nowhere: it often is the holder's.
    """

    registration = models.ForeignKey(Registration, models.PROTECT, related_name="scans")
    stored_name = models.CharField(max_length=60, unique=True)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    added_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+", verbose_name=_("提交人"))
    added_on = models.DateField(_("提交日期"))
    objects = CertificateScanQuerySet.as_manager()
    privacy = declare(
        (
            SENSITIVE,
            "对着原件核验证书",
            UNLESS_REFUSED,
            "id public_id registration stored_name content_type size added_by added_on",
        )
    )

    class Meta:
        ordering = ["added_on", "id"]

    @property
    def seal(self) -> keeping.Seal:
        """What its bytes are sealed by: a key of their own, and this row."""
        return keeping.Seal(SCAN, str(self.public_id))

    @property
    def content(self) -> bytes:
        """The scan itself; whoever shows it has written an access."""
        try:
            return keeping.kept(self.stored_name, seal=self.seal)
        except (OSError, crypto.Unreadable) as error:
            raise Refusal("officials.scan_unreadable", "这份扫描件读不出来：请核对原件，并告诉系统管理员") from error

    @property
    def ending(self) -> str:
        """How a file of its type ends."""
        return {"application/pdf": "pdf", "image/png": "png"}.get(self.content_type, "jpg")
