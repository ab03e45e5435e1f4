"""What reports do when the tree changes."""

from gonghui.reports.actions.levels import follow_move
from gonghui.spine.organisations.actions import with_each_move

with_each_move(follow_move)
