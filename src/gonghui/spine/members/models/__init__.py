"""The tables of the roster."""

from gonghui.spine.members.models.memberships import Membership, MembershipQuerySet, Transfer, TransferQuerySet
from gonghui.spine.members.models.own import (
    WISHED,
    ActivationCode,
    MemberAccount,
    MemberRequest,
    MemberRequestQuerySet,
    SignInCode,
    own_person,
)
from gonghui.spine.members.models.people import (
    ADDRESS,
    CARD,
    GENDERS,
    PAPER,
    PAPER_FOUND,
    PHONE,
    PHONE_FOUND,
    Consent,
    Person,
    PersonQuerySet,
    paper_index,
)

__all__ = [
    "ADDRESS",
    "CARD",
    "GENDERS",
    "PAPER",
    "PAPER_FOUND",
    "PHONE",
    "PHONE_FOUND",
    "WISHED",
    "ActivationCode",
    "Consent",
    "MemberAccount",
    "MemberRequest",
    "MemberRequestQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Person",
    "PersonQuerySet",
    "SignInCode",
    "Transfer",
    "TransferQuerySet",
    "own_person",
    "paper_index",
]
