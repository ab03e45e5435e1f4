"""Addresses of the roster: members, transfers, who came and went."""

from gonghui.spine.members.tests.builders import a_paper
from tests.permissions.row import MEMBER_READERS, ROSTERING, Row

KEEPERS = ("city.members", "{b}.members")

ROWS: dict[str, Row] = {
    "members": Row(read=MEMBER_READERS),
    "member_changes": Row(read=MEMBER_READERS),
    "member_new": Row(
        read=ROSTERING,
        send=ROSTERING,
        doers=KEEPERS,
        body=lambda world, branch: {
            "organisation": branch.town.code,
            "name": branch.marked("新"),
            "paper_kind": "resident",
            "paper": a_paper(),
            "form": "employed",
            "admitted_on": "2020-08-03",
            "consents": "on",
        },
    ),
    "member": Row("member", "town", read=MEMBER_READERS),
    "member_step": Row(
        "member",
        "town",
        read=MEMBER_READERS,
        send=ROSTERING,
        doers=KEEPERS,
        body=lambda world, branch: {"step": "retain", "on": "2020-08-10"},
    ),
    "member_change": Row(
        "member",
        "town",
        read=ROSTERING,
        send=ROSTERING,
        doers=KEEPERS,
        body=lambda world, branch: {
            "name": branch.marked("改"),
            "paper_kind": "resident",
            "form": "employed",
            "consents": "on",
        },
    ),
    "member_certificate": Row("member", "town", read=MEMBER_READERS),
    "transfers": Row(read=MEMBER_READERS),
    "transfer": Row(
        "transfer",
        "town",
        read=MEMBER_READERS,
        send=ROSTERING,
        doers=KEEPERS,
        body=lambda world, branch: {"step": "receive"},
    ),
    "member_check": Row(read=ROSTERING),
}
