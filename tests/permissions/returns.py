"""Addresses of rounds, returns and their lines."""

from typing import Any

from gonghui.reports.actions.lines import digest_of, drafts_of
from gonghui.reports.sheets.out import workbook
from tests.permissions.row import ENTERING, LEADING, REPORT_READERS, REVIEWING, Row, all_in_sight, file
from tests.world.federation import Branch, World
from tests.world.plan import FORM, HOMES, PAID, PAYMENTS
from tests.world.returns import a_summary, filled


def _workbook(world: World, branch: Branch) -> dict[str, Any]:
    content = workbook(branch.july_answer, demo=True)
    return {"workbook": file("填好.xlsx", filled(content, {PAID: {"number": 9.5}}))}


ROWS: dict[str, Row] = {
    "rounds": Row(read=REPORT_READERS),
    "open_round": Row(
        read=REVIEWING,
        send=REVIEWING,
        doers=("city.review", "{b}.review"),
        body=lambda world, branch: {
            "form": FORM,
            "period": "2020-08",
            "figure": [HOMES],
            "title": "2020年8月收数",
            "due_on": "2020-09-10",
        },
    ),
    "round": Row("town_round", "town", read=REPORT_READERS),
    "remind": Row(
        "town_round",
        "town",
        send=REVIEWING,
        doers=("{b}.review",),
        body=lambda world, branch: {"return": [str(branch.town_answer.public_id)]},
    ),
    "close_round": Row("town_round", "town", send=REVIEWING, doers=("{b}.review",)),
    "returns": Row(read=REPORT_READERS),
    "return": Row(
        "july_answer",
        "district",
        read=REPORT_READERS,
        send=ENTERING,
        doers=("{b}.stats",),
        body=lambda world, branch: {
            f"{PAYMENTS}:number": "30500",
            f"{PAYMENTS}:coverage": "subtree",
            f"{PAID}:number": "12.50",
            f"{PAID}:coverage": "subtree",
        },
    ),
    "send_return": Row("july_answer", "district", send=ENTERING, doers=("{b}.stats",), own=True),
    "sign_return": Row(
        "answer",
        "district",
        send=LEADING,
        doers=("{b}.lead",),
        own=True,
        body=lambda world, branch: {"digest": digest_of(drafts_of(branch.answer))},
    ),
    "decline_return": Row(
        "answer",
        "district",
        send=LEADING,
        doers=("{b}.lead",),
        own=True,
        body=lambda world, branch: {"why": "请再核对"},
    ),
    "upload_evidence": Row(
        "july_answer",
        "district",
        send=ENTERING,
        doers=("{b}.stats",),
        own=True,
        body=lambda world, branch: {"paper": file("盖章汇总.xlsx", a_summary("盖章"))},
    ),
    "print_return": Row("answer", "district", read=REPORT_READERS),
    "evidence": Row("evidence", "district", read=REPORT_READERS),
    "line": Row("line", "district", read=REPORT_READERS),
    "take_line": Row(
        "line_submitted",
        "district",
        send=REVIEWING,
        knock=REPORT_READERS,
        doers=("city.review",),
        body=lambda world, branch: {"step": "accept"},
    ),
    "comment_line": Row(
        "line",
        "district",
        send=REPORT_READERS,
        doers=tuple(one for one in all_in_sight("stats review lead editor audit owner") if ".town" not in one),
        body=lambda world, branch: {"text": "请附佐证"},
    ),
    "correct_line": Row(
        "line",
        "district",
        send=ENTERING,
        doers=("{b}.stats",),
        body=lambda world, branch: {"number": "123457", "reason": "漏计一人", "coverage": "subtree"},
    ),
    "drop_line": Row("line_draft", "district", send=ENTERING, doers=("{b}.stats",)),
    "review": Row(
        read=REVIEWING,
        send=REVIEWING,
        doers=("city.review",),
        body=lambda world, branch: {"line": [str(branch.lines["submitted"].public_id)]},
    ),
    "take_workbook": Row("july_answer", "district", read=ENTERING, own=True),
    "bring_workbook": Row(
        "july_answer", "district", read=ENTERING, send=ENTERING, doers=("{b}.stats",), own=True, body=_workbook
    ),
}
