"""What a row of the permission table says, and the groups of roles that rows name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.world.federation import Branch, World

Roles = frozenset[str]
Body = Callable[[World, Branch], dict[str, Any]]

ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
ENTERING, REVIEWING, LEADING, EDITING, AUDITING, ORGANISING, OWNING, STAFFING, ROSTERING = (
    frozenset({role})
    for role in (
        "statistician",
        "reviewer",
        "unit_lead",
        "report_editor",
        "auditor",
        "org_officer",
        "figure_owner",
        "hr_officer",
        "member_officer",
    )
)
CASHING, RELEASING, ACCOUNTING, TREASURING = (
    frozenset({role}) for role in ("cashier", "payment_releaser", "accountant", "finance_lead")
)
AID_OFFICE, AID_REVIEW, AID_LEAD = (frozenset({role}) for role in ("aid_officer", "aid_reviewer", "aid_lead"))
AID = AID_OFFICE | AID_REVIEW | AID_LEAD
FINANCE = CASHING | RELEASING | ACCOUNTING | TREASURING
SECURITY, SYSTEM = frozenset({"security_admin"}), frozenset({"system_admin"})
NOBODY: Roles = frozenset()
OFFICES: Roles = (
    ENTERING | REVIEWING | LEADING | EDITING | AUDITING | ORGANISING | OWNING | STAFFING | ROSTERING | FINANCE | AID
)
EVERYBODY: Roles = OFFICES | ADMINISTRATORS
REPORT_READERS: Roles = OFFICES - ORGANISING - STAFFING - ROSTERING - FINANCE - AID
JOURNAL_READERS: Roles = OFFICES | {"audit_admin"}
TREE_READERS: Roles = OFFICES | {"security_admin", "audit_admin"}
SET_UP_READERS: Roles = REVIEWING | LEADING | AUDITING | ORGANISING
OFFICIAL_READERS: Roles = TREE_READERS - EDITING - OWNING - STAFFING - ROSTERING - FINANCE - AID
MEMBER_READERS: Roles = ROSTERING | ORGANISING
AID_READERS: Roles = AID | AUDITING
FUND_READERS: Roles = FINANCE | LEADING | AUDITING
WORKER_READERS: Roles = STAFFING | ORGANISING | LEADING | AUDITING
APPOINTING: Roles = ORGANISING | SECURITY


@dataclass(frozen=True)
class Row:
    """One address: the words of its example, who reads, who sends what, and whose sending succeeds.

    `home` is where the example lies (district, town), or nothing for what everybody has for themselves; with `own`
    only people of that very unit see it. `knock` are roles that may ask whether the example is there at all, where
    these are more than those who read or send. `also` are people who read it for a reason other than their role.
    """

    parts: str = ""
    home: str = ""
    read: Roles = NOBODY
    send: Roles = NOBODY
    doers: tuple[str, ...] = ()
    """Who sends `body` with success, by username; {b} is the branch. An entry is recorded; nobody else records one."""
    in_vain: tuple[str, ...] = ()
    """Who holds the office and sends `body` all the same, which is another's to send: no entry is recorded."""
    body: Body = field(default=lambda world, branch: {})
    query: str = ""
    answers: int = 200
    """What a reader gets: a page, or (302) another address."""
    own: bool = False
    knock: Roles = NOBODY
    also: tuple[str, ...] = ()
    signed_in: int = 0
    """For pages of one's own account: what anybody signed in gets, with or without a post."""
    anonymous: int = 302
    cacheable: bool = False
    """Whether caches may keep it: what is the same for everybody."""


def all_in_sight(offices: str) -> tuple[str, ...]:
    """Everybody of the city, of the district and of the town below it who holds one of the offices."""
    words = offices.split()
    below = ("{b}.town." + word for word in words if word in ("stats", "lead", "review", "org"))
    return (*(f"city.{word}" for word in words), *("{b}." + word for word in words), *below)


def file(name: str, content: bytes) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)
