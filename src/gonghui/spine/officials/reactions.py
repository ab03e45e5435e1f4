"""What the lists of social workers do when their unions stand elsewhere: they go along, in the same transaction."""

from gonghui.spine.officials.actions import follow_move
from gonghui.spine.organisations.actions import with_each_move

with_each_move(follow_move)
