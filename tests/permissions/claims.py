"""Addresses of enrolment and claims."""

from gonghui.web.papers.tests.builders import a_pdf
from tests.permissions.row import AID, AID_LEAD, AID_OFFICE, AID_READERS, LEADING, Row, file

CHAIR = ("{b}.shop.lead",)
CLAIM = {
    "input-is_inpatient": "yes",
    "input-self_pay1_fen": "2000.00",
    "event_on": "2020-07-20",
    "hospital": "",
    "diagnosis": "",
    "bills": "",
}

ROWS: dict[str, Row] = {
    "aid_enrolments": Row(read=AID_READERS, also=(*CHAIR, "city.accountant")),
    "aid_enrolment": Row(
        "enrolment",
        "shop",
        read=AID_READERS,
        send=LEADING,
        doers=CHAIR,
        also=(*CHAIR, "city.accountant"),
        body=lambda world, branch: {"step": "certify", "words": "示例"},
    ),
    "aid_money": Row(read=AID_LEAD, send=AID_LEAD),
    "aid_claims": Row(read=AID_READERS),
    "aid_claim": Row(
        "claim",
        "town",
        read=AID_READERS,
        send=AID,
        doers=("city.aid",),
        body=lambda world, branch: {"step": "accept"},
    ),
    "aid_claim_new": Row(
        read=AID_OFFICE,
        send=AID_OFFICE,
        body=lambda world, branch: {"plan": "universal", "number": "NOBODY-1", "on": "2020-07-20"},
    ),
    "aid_claim_enter": Row(
        "member free_plan",
        "town",
        read=AID_OFFICE,
        send=AID_OFFICE,
        doers=("city.aid",),
        body=lambda world, branch: CLAIM,
    ),
    "aid_claim_change": Row(
        "claim_draft",
        "town",
        read=AID_OFFICE,
        send=AID_OFFICE,
        doers=("city.aid",),
        body=lambda world, branch: CLAIM,
    ),
    "aid_claim_papers": Row(
        "claim_draft",
        "town",
        send=AID_OFFICE,
        doers=("city.aid",),
        body=lambda world, branch: {"kind": "invoice", "papers": file("a.pdf", a_pdf("one"))},
    ),
    "aid_claim_paper": Row("claim_paper", "town", read=AID),
    # Members' own pages: for officials' accounts these are not there.
    "my_aid_claim_new": Row("free_plan", signed_in=404),
    "my_aid_claim": Row("claim", signed_in=404),
    "my_aid_claim_change": Row("claim_draft", signed_in=404),
    "my_aid_claim_papers": Row("claim_draft", signed_in=404),
    "my_aid_paper": Row("claim_paper", signed_in=404),
}
