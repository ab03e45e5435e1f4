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
    "member_code": Row("member", "town", send=ROSTERING, doers=KEEPERS),
    "member_requests": Row(read=ROSTERING),
    "member_request": Row(
        "member_request",
        "town",
        read=ROSTERING,
        send=ROSTERING,
        doers=KEEPERS,
        body=lambda world, branch: {"step": "agree"},
    ),
    # The members' own side: for officials' accounts it is not there (test_portal.py has what members see).
    "my_sign_in": Row(signed_in=302, anonymous=200),
    "my_help": Row(signed_in=200, anonymous=200),
    "my_open": Row(signed_in=302, anonymous=200),
    "my_code": Row(signed_in=404, anonymous=404),
    **{
        name: Row(signed_in=404)
        for name in (
            *("my", "my_card", "my_affairs", "my_data", "my_value_withdraw", "my_looks", "my_consents"),
            *("my_account", "my_account_close"),
        )
    },
    "my_export": Row("own_form", signed_in=404),
    "my_request_back": Row("member_request", signed_in=404),
    "my_transfer_back": Row("transfer", signed_in=404),
}
