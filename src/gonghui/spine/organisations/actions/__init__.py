"""The verbs of the tree and of setting up unions; the only code that writes these tables."""

from gonghui.spine.organisations.actions.bulk import bulk_found, bulk_rename, bulk_unfound
from gonghui.spine.organisations.actions.employers import EmployerEntry
from gonghui.spine.organisations.actions.moving import Moved, with_each_move
from gonghui.spine.organisations.actions.reshaping import (
    Part,
    merge_organisations,
    move_organisation,
    restore_organisation,
    split_organisation,
)
from gonghui.spine.organisations.actions.set_up import (
    Proposal,
    abandon_set_up,
    approve_preparation,
    establish_union,
    propose_set_up,
    record_election,
)
from gonghui.spine.organisations.actions.tree import (
    Founding,
    close_organisation,
    edit_industry,
    found_organisation,
    rename_organisation,
    set_secondary_superior,
)

__all__ = [
    "EmployerEntry",
    "Founding",
    "Moved",
    "Part",
    "Proposal",
    "abandon_set_up",
    "approve_preparation",
    "bulk_found",
    "bulk_rename",
    "bulk_unfound",
    "close_organisation",
    "edit_industry",
    "establish_union",
    "found_organisation",
    "merge_organisations",
    "move_organisation",
    "propose_set_up",
    "record_election",
    "rename_organisation",
    "restore_organisation",
    "set_secondary_superior",
    "split_organisation",
    "with_each_move",
]
