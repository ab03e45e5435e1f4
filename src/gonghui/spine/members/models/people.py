"""A person of the roster: what is sealed, what is found by a keyed hash, what they consented to."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.keyring import Found, Sealed, sealed_column
from gonghui.core.models import Record
from gonghui.core.privacy import PERSONAL, SENSITIVE, declare
from gonghui.core.search import SearchTerms
from gonghui.spine.members.flow import MEMBER_FLOW
from gonghui.spine.members.rules import membership as rules
from gonghui.spine.members.rules import papers
from gonghui.spine.organisations.models import Organisation

PAPER, PHONE = Sealed("members.person.paper"), Sealed("members.person.phone")
CARD, ADDRESS = Sealed("members.person.card"), Sealed("members.person.address")
PAPER_FOUND, PHONE_FOUND = Found("members.person.paper"), Found("members.person.phone")
WHILE_MEMBER = "在籍期间及离会后3年"
KINDS = [(key, _(title)) for key, title in papers.KINDS.items()]
GENDERS = [(papers.WOMAN, _("女")), (papers.MAN, _("男"))]


def paper_index(kind: str, number: str) -> bytes:
    """By what a paper is found: its kind and number."""
    return PAPER_FOUND.of(f"{kind} {number}")


class PersonQuerySet(models.QuerySet["Person"]):
    """Questions asked of the roster."""

    def seen_by(self, actor: Actor) -> "PersonQuerySet":
        """Those whose membership is, or last was, at a union of the actor's subtree."""
        return self.filter(actor.within("organisation__path"))

    def members(self) -> "PersonQuerySet":
        """Those who are in a union now, retained ones included."""
        return self.exclude(state="left")

    def of_paper(self, kind: str, number: str) -> "PersonQuerySet":
        """The holder of a paper."""
        return self.filter(paper_index=paper_index(kind, number))


class Person(Record):
    """Somebody who is or was a member; one row a person, whatever unions they were in."""

    FLOW = MEMBER_FLOW
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="people", verbose_name=_("工会"), db_index=False
    )
    """Where the membership is, or was last."""
    number = models.CharField(_("会员编号"), max_length=20, db_collation="C")
    name = models.CharField(_("姓名"), max_length=50)
    name_terms = SearchTerms("name", people=True)
    paper_kind = models.CharField(_("证件类型"), max_length=10, choices=KINDS)
    paper_sealed = models.BinaryField()
    paper_index = models.BinaryField(max_length=16, unique=True)
    phone_sealed = models.BinaryField(null=True)
    phone_index = models.BinaryField(max_length=16, null=True)
    card_sealed = models.BinaryField(null=True)
    address_sealed = models.BinaryField(null=True)
    gender = models.CharField(_("性别"), max_length=1, choices=GENDERS)
    born_on = models.DateField(_("出生日期"))
    form = models.CharField(_("用工形式"), max_length=10, choices=[(k, _(v)) for k, v in rules.FORMS.items()])
    state = models.CharField(_("状态"), max_length=8, choices=MEMBER_FLOW.choices, default="active")
    retained_on = models.DateField(_("保留会籍起"), null=True)
    objects = PersonQuerySet.as_manager()
    privacy = declare(
        (
            PERSONAL,
            "会籍管理",
            WHILE_MEMBER,
            "id public_id organisation number name name_terms paper_kind gender born_on form state retained_on",
        ),
        (SENSITIVE, "核对身份、查重", WHILE_MEMBER, "paper_sealed paper_index"),
        (SENSITIVE, "联系会员、查重", WHILE_MEMBER, "phone_sealed phone_index"),
        (SENSITIVE, "发放款项", WHILE_MEMBER, "card_sealed"),
        (SENSITIVE, "送达、走访", WHILE_MEMBER, "address_sealed"),
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="person_number"),
            models.CheckConstraint(condition=Q(state__in=list(MEMBER_FLOW.states)), name="person_state"),
            models.CheckConstraint(condition=Q(paper_kind__in=list(papers.KINDS)), name="person_paper_kind"),
            models.CheckConstraint(condition=Q(gender__in=["f", "m"]), name="person_gender"),
            models.CheckConstraint(
                condition=Q(state="retained", retained_on__isnull=False)
                | Q(state__in=["active", "left"], retained_on=None),
                name="person_retained",
            ),
        ]
        indexes = [
            GinIndex(fields=["name_terms"], name="person_terms"),
            models.Index(fields=["organisation", "number"], name="person_place"),
            models.Index(fields=["number"], condition=~Q(state="active"), name="person_not_active"),
            models.Index(fields=["phone_index"], condition=Q(phone_index__isnull=False), name="person_phone"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def masked_name(self) -> str:
        """The name as lists show it."""
        return papers.masked_name(self.name)

    @property
    def paper(self) -> str:
        """The paper's number itself; whoever shows it has written an access."""
        return PAPER.open(self.paper_sealed, self.public_id)

    @property
    def phone(self) -> str:
        """The phone itself, empty for none."""
        return PHONE.open(self.phone_sealed, self.public_id) if self.phone_sealed is not None else ""

    @property
    def card(self) -> str:
        """The bank card itself, empty for none."""
        return CARD.open(self.card_sealed, self.public_id) if self.card_sealed is not None else ""

    @property
    def address(self) -> str:
        """The address itself, empty for none."""
        return ADDRESS.open(self.address_sealed, self.public_id) if self.address_sealed is not None else ""


for _name, _sealed in (
    ("paper_sealed", PAPER),
    ("phone_sealed", PHONE),
    ("card_sealed", CARD),
    ("address_sealed", ADDRESS),
):
    sealed_column(Person, _name, _sealed)


class Consent(models.Model):
    """A person's consent to one purpose in one version of its words, until withdrawn; a ledger, never rewritten."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    purpose = models.CharField(_("目的"), max_length=20)
    version = models.CharField(_("版本"), max_length=20)
    given_on = models.DateField(_("同意日期"))
    withdrawn_on = models.DateField(_("撤回日期"), null=True)
    privacy = declare((PERSONAL, "证明同意", "撤回或离会后3年", "id person purpose version given_on withdrawn_on"))

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("given_on")), name="consent_order"
            ),
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_on=None), name="consent_one_standing"
            ),
        ]
