"""What reports do when the tree changes, and which departments they know of."""

from gonghui.reports import report_forms
from gonghui.reports.actions.levels import follow_move
from gonghui.spine.officials import rules
from gonghui.spine.organisations.actions import with_each_move

with_each_move(follow_move)
rules.DEPARTMENTS.append(report_forms.departments)
