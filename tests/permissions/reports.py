"""Addresses of reports, the journal, checkpoints, and of machines."""

from typing import Any

from gonghui.reports.tests.paper_builders import a_foreign_checkpoint
from tests.permissions.row import (
    AUDITING,
    EDITING,
    JOURNAL_READERS,
    LEADING,
    OWNING,
    REPORT_READERS,
    Row,
)


def a_kept_checkpoint(given_by: str) -> dict[str, Any]:
    """A checkpoint of another journal, as it is handed over."""
    text, keys = a_foreign_checkpoint(50)
    return {"text": text, "keys": keys, "given_by": given_by}


REPORT, ROW_OF = "form h1 district", "form h1 district figure"

ROWS: dict[str, Row] = {
    "reports": Row(read=REPORT_READERS),
    "report": Row(REPORT, "district", read=REPORT_READERS),
    "report_figure": Row(ROW_OF, "district", read=REPORT_READERS),
    "report_entries": Row(ROW_OF, "district", read=REPORT_READERS),
    "report_verify": Row("form past district filed_figure", "district", read=REPORT_READERS),
    "then_and_now_of": Row("district", "district", read=REPORT_READERS, answers=302),
    "report_then_and_now": Row(REPORT, "district", read=REPORT_READERS),
    "report_bridge": Row(ROW_OF, "district", read=REPORT_READERS),
    "report_bridge_xlsx": Row(ROW_OF, "district", read=REPORT_READERS),
    "report_annex": Row(REPORT, "district", read=REPORT_READERS),
    "report_annex_xlsx": Row(REPORT, "district", read=REPORT_READERS),
    "report_reconcile": Row(REPORT, "district", read=REPORT_READERS),
    "report_propose": Row("quarter ready district", "district", send=EDITING, doers=("{b}.editor",)),
    "report_confirm": Row("quarter proposed district", "district", send=LEADING, doers=("{b}.lead",)),
    "report_begin": Row("form fresh district", "district", send=EDITING, doers=("{b}.editor",)),
    "report_step": Row(
        "half_year earlier district",
        "district",
        send=REPORT_READERS,
        body=lambda world, branch: {"step": "revise"},  # a comment still waits for its answer
    ),
    "report_text": Row(
        "form h1 district section",
        "district",
        read=EDITING,
        send=EDITING,
        own=True,
        doers=("{b}.editor",),
        body=lambda world, branch: {"text": "互助付款 {F35}。", "text_en": "", "base": "0"},
    ),
    "report_signing": Row(REPORT, "district", read=REPORT_READERS),
    "report_ask_signatures": Row(
        "form h1 district", "district", send=EDITING, body=lambda world, branch: {}
    ),  # all are asked already
    "report_sign": Row(
        REPORT,
        "district",
        send=OWNING,
        doers=("{b}.owner",),
        in_vain=("{b}.finance",),  # another department's figure
        body=lambda world, branch: {"row": ["F53"], "seen-F53": "0 0人"},
    ),
    "report_object": Row(
        REPORT,
        "district",
        send=OWNING,
        doers=("{b}.owner",),
        in_vain=("{b}.finance",),
        body=lambda world, branch: {"row": "F53", "why": "还没有收齐"},
    ),
    "report_comments": Row(REPORT, "district", read=REPORT_READERS),
    "report_ask_comments": Row(
        REPORT, "district", send=EDITING, body=lambda world, branch: {"unit": [branch.town.code]}
    ),  # the figures are not signed yet
    "report_answer": Row(
        "half_year earlier district",
        "district",
        send=EDITING,
        doers=("{b}.editor",),
        body=lambda world, branch: {"remark": str(branch.remark.public_id), "accepted": "1"},
    ),
    "report_asked": Row(
        "circulated",
        "town",
        read=REPORT_READERS,
        send=REPORT_READERS,
        own=True,
        doers=tuple(f"{{b}}.town.{word}" for word in ("stats", "lead", "review")),
        body=lambda world, branch: {"text": "没有意见"},
    ),
    "report_publish": Row("quarter filed district", "district", send=LEADING, doers=("{b}.lead",)),
    "report_erratum": Row(
        "quarter published district",
        "district",
        read=LEADING,
        send=LEADING,
        own=True,
        doers=("{b}.lead",),
        body=lambda world, branch: {"said": "一季度", "should_say": "第一季度"},
    ),
    "open_reports": Row(signed_in=200, anonymous=200),
    "open_report": Row("published_report", signed_in=200, anonymous=200),
    "report_print": Row("form h1 district json", "district", read=REPORT_READERS),
    "open_report_print": Row("published_report html", signed_in=200, anonymous=200),
    "journal": Row(read=JOURNAL_READERS),
    "entry_proof": Row("entry", "district", read=JOURNAL_READERS),
    "checkpoints": Row(read=JOURNAL_READERS),
    "checkpoint": Row("checkpoint", read=JOURNAL_READERS),
    "keep_checkpoint": Row(
        send=AUDITING | {"audit_admin"},
        doers=("city.audit", "{b}.audit", "admin.audit"),
        body=lambda world, branch: a_kept_checkpoint(branch.marked("示例省总工会")),
    ),
    "kept_checkpoint": Row("kept", "district", read=JOURNAL_READERS),
    "open_checkpoints": Row(signed_in=200, anonymous=200),
    "open_checkpoint": Row("checkpoint", signed_in=200, anonymous=200),
    "checkpoint_file": Row("checkpoint", signed_in=200, anonymous=200),
    "checkpoint_keys": Row(signed_in=200, anonymous=200),
    "api:openapi-json": Row(signed_in=200, anonymous=200, cacheable=True),
    "api:api-root": Row(signed_in=404, anonymous=404, cacheable=True),
    "api:checkpoints": Row(signed_in=200, anonymous=200, cacheable=True),
    "api:checkpoint": Row("checkpoint", signed_in=200, anonymous=200, cacheable=True),
    "api:checkpoint_since": Row("checkpoint checkpoint", signed_in=200, anonymous=200, cacheable=True),
    "entry": Row("entry", "district", read=JOURNAL_READERS),
}
