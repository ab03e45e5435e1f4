"""The verbs of posts, accounts and reset codes; the only code that writes these tables."""

from gonghui.spine.officials.actions.codes import (
    confirm_reset_code,
    issue_reset_code,
    use_reset_code,
    void_reset_code,
)
from gonghui.spine.officials.actions.first import FirstCode, appoint_first_administrators
from gonghui.spine.officials.actions.posts import (
    appoint,
    delegate,
    disable_account,
    enable_account,
    end_post,
    open_account,
)

__all__ = [
    "FirstCode",
    "appoint",
    "appoint_first_administrators",
    "confirm_reset_code",
    "delegate",
    "disable_account",
    "enable_account",
    "end_post",
    "issue_reset_code",
    "open_account",
    "use_reset_code",
    "void_reset_code",
]
