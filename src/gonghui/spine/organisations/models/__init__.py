"""The tables of the tree and of setting up unions."""

from gonghui.spine.organisations.models.audits import tree_differences
from gonghui.spine.organisations.models.set_up import (
    ABANDON_REASONS,
    OWNERSHIPS,
    SET_UP_KINDS,
    Employer,
    EmployerQuerySet,
    SetUp,
    SetUpEmployer,
    SetUpQuerySet,
)
from gonghui.spine.organisations.models.tree import (
    LEVELS,
    TREE_LOCK,
    CodeSequence,
    DayRange,
    Industry,
    OneNumber,
    Organisation,
    OrganisationQuerySet,
    PathSpan,
    lock_tree,
)

__all__ = [
    "ABANDON_REASONS",
    "LEVELS",
    "OWNERSHIPS",
    "SET_UP_KINDS",
    "TREE_LOCK",
    "CodeSequence",
    "DayRange",
    "Employer",
    "EmployerQuerySet",
    "Industry",
    "OneNumber",
    "Organisation",
    "OrganisationQuerySet",
    "PathSpan",
    "SetUp",
    "SetUpEmployer",
    "SetUpQuerySet",
    "lock_tree",
    "tree_differences",
]
