"""The tables of the tree and of setting up unions."""

from gonghui.spine.organisations.models.audits import tree_differences
from gonghui.spine.organisations.models.finding import find_organisations
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
    UPPER,
    CodeSequence,
    DayRange,
    FormerName,
    Industry,
    OneNumber,
    Organisation,
    OrganisationQuerySet,
    PathSpan,
    TreeAct,
    TreeActQuerySet,
    lock_tree,
)

__all__ = [
    "ABANDON_REASONS",
    "LEVELS",
    "OWNERSHIPS",
    "SET_UP_KINDS",
    "TREE_LOCK",
    "UPPER",
    "CodeSequence",
    "DayRange",
    "Employer",
    "EmployerQuerySet",
    "FormerName",
    "Industry",
    "OneNumber",
    "Organisation",
    "OrganisationQuerySet",
    "PathSpan",
    "SetUp",
    "SetUpEmployer",
    "SetUpQuerySet",
    "TreeAct",
    "TreeActQuerySet",
    "find_organisations",
    "lock_tree",
    "tree_differences",
]
