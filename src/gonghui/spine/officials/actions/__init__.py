"""The verbs of posts, accounts, reset codes and social workers; the only code that writes these tables."""

from gonghui.spine.officials.actions.certificates import (
    CertificateEntry,
    add_scans,
    check_certificates,
    renew_with_scans,
    submit_certificates,
    submit_renewal,
    submit_with_scans,
    turn_certificates,
)
from gonghui.spine.officials.actions.codes import (
    confirm_reset_code,
    issue_reset_code,
    use_reset_code,
    void_reset_code,
)
from gonghui.spine.officials.actions.first import FirstCode, appoint_first_administrators
from gonghui.spine.officials.actions.lists import follow_move
from gonghui.spine.officials.actions.positions import PositionEntry, change_position, open_positions
from gonghui.spine.officials.actions.posts import (
    appoint,
    delegate,
    disable_account,
    enable_account,
    end_post,
    open_account,
)
from gonghui.spine.officials.actions.scans import withdraw_scan
from gonghui.spine.officials.actions.social_workers import (
    Posting,
    WorkerEntry,
    change_worker,
    enrol_and_post,
    enrol_workers,
    post_workers,
    turn_worker,
)
from gonghui.spine.officials.actions.withdrawing import (
    reopen_posts,
    withdraw_certificates,
    withdraw_positions,
    withdraw_postings,
    withdraw_posts,
    withdraw_renewals,
    withdraw_workers,
)

__all__ = [
    "CertificateEntry",
    "FirstCode",
    "PositionEntry",
    "Posting",
    "WorkerEntry",
    "add_scans",
    "appoint",
    "appoint_first_administrators",
    "change_position",
    "change_worker",
    "check_certificates",
    "confirm_reset_code",
    "delegate",
    "disable_account",
    "enable_account",
    "end_post",
    "enrol_and_post",
    "enrol_workers",
    "follow_move",
    "issue_reset_code",
    "open_account",
    "open_positions",
    "post_workers",
    "renew_with_scans",
    "reopen_posts",
    "submit_certificates",
    "submit_renewal",
    "submit_with_scans",
    "turn_certificates",
    "turn_worker",
    "use_reset_code",
    "void_reset_code",
    "withdraw_certificates",
    "withdraw_positions",
    "withdraw_postings",
    "withdraw_posts",
    "withdraw_renewals",
    "withdraw_scan",
    "withdraw_workers",
]
