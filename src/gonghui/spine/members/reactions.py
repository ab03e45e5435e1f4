"""What rosters do when their unions stand elsewhere: members go along, in the same transaction."""

from gonghui.spine.members.actions.following import follow_move
from gonghui.spine.organisations.actions import with_each_move

with_each_move(follow_move)
