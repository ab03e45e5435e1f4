"""Addresses of mutual aid."""

from gonghui.work.mutual_aid.tests.scheme_texts import lower
from tests.permissions.row import AID_LEAD, AID_OFFICE, AID_READERS, Row, file

DRAFT = ("aid_draft", "city")

ROWS: dict[str, Row] = {
    "aid_schemes": Row(read=AID_READERS),
    "aid_scheme_new": Row("aid_plan", send=AID_OFFICE, doers=("city.aid",)),
    "aid_scheme": Row(
        *DRAFT,
        read=AID_READERS,
        send=AID_OFFICE | AID_LEAD,
        doers=("city.aid_lead",),
        body=lambda world, branch: {"step": "publish", "content": world.aid_draft.version},
    ),
    "aid_scheme_text": Row(
        *DRAFT,
        read=AID_OFFICE,
        send=AID_OFFICE,
        doers=("city.aid",),
        body=lambda world, branch: {"step": "save", "base": world.aid_draft.version, "text": lower() + "# 又改\n"},
    ),
    "aid_replay": Row("aid_draft aid_replay", "city", read=AID_READERS),
    "aid_files": Row(
        read=AID_READERS,
        send=AID_OFFICE,
        doers=("city.aid",),
        body=lambda world, branch: {"month": "2020-07", "file": file("sent.csv", branch.marked("结算").encode())},
    ),
    "aid_file": Row(
        "aid_file",
        "city",
        read=AID_READERS,
        send=AID_OFFICE,
        doers=("city.aid",),
        body=lambda world, branch: {"step": "sample", "content": world.aid_file.summary["sha256"]},
    ),
    "aid_sample": Row("aid_file", "city", read=AID_OFFICE),
    "aid_exceptions": Row("aid_file", "city", read=AID_READERS, send=AID_OFFICE),
    "aid_exception": Row(
        "aid_issue",
        "city",
        read=AID_OFFICE,
        send=AID_OFFICE,
        doers=("city.aid",),
        body=lambda world, branch: {"step": "leave", "note": branch.marked("已请医保部门改正")},
    ),
    "aid_letter": Row("aid_settlement", "city", read=AID_READERS),
    "aid_reviews": Row(read=AID_READERS),
    "aid_review": Row(
        "aid_review",
        "city",
        read=AID_READERS,
        send=AID_OFFICE,
        doers=("city.aid",),
        body=lambda world, branch: {"finding": "right", "words": "按条文没有过起付线"},
    ),
    "aid_print": Row(
        read=AID_READERS,
        send=AID_READERS,
        doers=("city.aid", "city.aid_second", "city.aid_lead", "city.audit", "{b}.audit"),
        body=lambda world, branch: {
            "paper": branch.member.paper,
            "year": "2020",
            "whose": "post",
            "reason": branch.marked("来信"),
        },
    ),
    "aid_printed": Row("nobodys", read=AID_READERS, answers=404),
    # What everybody may read, and the members' own pages: for officials' accounts these are not there.
    "aid_plan": Row("free_plan", signed_in=200, anonymous=200),
    "aid_plan_text": Row("free_plan text_day", signed_in=200, anonymous=200),
    "my_aid": Row(signed_in=404),
    "my_aid_why": Row("aid_settlement", signed_in=404),
    "my_aid_review": Row("aid_settlement", signed_in=404),
}
