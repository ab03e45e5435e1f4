"""The permission table: for each address who may read it, who may send it, and an example that lies in a district.

Read rows like this: somebody whose role is not named gets 403; somebody named from whose place the example cannot be
seen gets 404; the others get the page. A new address without a row here fails `test_every_page.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from gonghui.core.codes import demo_uscc
from gonghui.reports.actions.lines import digest_of, drafts_of
from gonghui.reports.sheets.out import workbook
from gonghui.reports.tests.paper_builders import a_foreign_checkpoint
from tests.world import (
    ABSENT_UUID,
    EARLIER,
    FORM,
    H1,
    HOMES,
    PAID,
    PAST,
    PAYMENTS,
    QUARTERS,
    Branch,
    World,
    a_summary,
    filled,
)

Roles = frozenset[str]
Body = Callable[[World, Branch], dict[str, Any]]

ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})
ENTERING, REVIEWING, LEADING, EDITING, AUDITING, ORGANISING, OWNING = (
    frozenset({role})
    for role in ("statistician", "reviewer", "unit_lead", "report_editor", "auditor", "org_officer", "figure_owner")
)
SECURITY, SYSTEM = frozenset({"security_admin"}), frozenset({"system_admin"})
NOBODY: Roles = frozenset()
OFFICES: Roles = ENTERING | REVIEWING | LEADING | EDITING | AUDITING | ORGANISING | OWNING
EVERYBODY: Roles = OFFICES | ADMINISTRATORS
REPORT_READERS: Roles = OFFICES - ORGANISING
JOURNAL_READERS: Roles = OFFICES | {"audit_admin"}
TREE_READERS: Roles = OFFICES | {"security_admin", "audit_admin"}
SET_UP_READERS: Roles = REVIEWING | LEADING | AUDITING | ORGANISING
OFFICIAL_READERS: Roles = TREE_READERS - EDITING - OWNING
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


def _all_in_sight(offices: str) -> tuple[str, ...]:
    """Everybody of the city, of the district and of the town below it who holds one of the offices."""
    words = offices.split()
    below = ("{b}.town." + word for word in words if word in ("stats", "lead", "review", "org"))
    return (*(f"city.{word}" for word in words), *("{b}." + word for word in words), *below)


def file(name: str, content: bytes) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def _workbook(world: World, branch: Branch) -> dict[str, Any]:
    content = workbook(branch.july_answer, demo=True)
    return {"workbook": file("填好.xlsx", filled(content, {PAID: {"number": 9.5}}))}


def a_kept_checkpoint(given_by: str) -> dict[str, Any]:
    """A checkpoint of another journal, as it is handed over."""
    text, keys = a_foreign_checkpoint(50)
    return {"text": text, "keys": keys, "given_by": given_by}


REPORT, ROW_OF = "form h1 district", "form h1 district figure"

TABLE: dict[str, Row] = {
    # The shells
    "today": Row(read=EVERYBODY),
    "search": Row(read=EVERYBODY, query="q=示例"),
    "profile": Row(signed_in=200),
    "come_back": Row(signed_in=302),
    "end_session": Row(signed_in=405),
    "choose_language": Row(signed_in=405, anonymous=405),
    "choose_theme": Row(signed_in=405, anonymous=405),
    "progress": Row(signed_in=200, anonymous=200),
    "account_login": Row(signed_in=302, anonymous=200),
    "account_logout": Row(signed_in=200),
    "account_inactive": Row(signed_in=200, anonymous=200),
    "account_reauthenticate": Row(signed_in=200),
    "account_change_password": Row(signed_in=200),
    "mfa_index": Row(signed_in=302),
    "mfa_authenticate": Row(signed_in=302),
    "mfa_reauthenticate": Row(signed_in=302),
    "mfa_activate_totp": Row(signed_in=200),
    "mfa_deactivate_totp": Row(signed_in=404),
    "mfa_view_recovery_codes": Row(signed_in=404),
    "mfa_generate_recovery_codes": Row(signed_in=200),
    "mfa_download_recovery_codes": Row(signed_in=404),
    "mfa_list_webauthn": Row(signed_in=200),
    "mfa_add_webauthn": Row(signed_in=200),
    "mfa_login_webauthn": Row(signed_in=302),
    "mfa_reauthenticate_webauthn": Row(signed_in=302),
    "mfa_remove_webauthn": Row("absent_key", signed_in=404),
    "mfa_edit_webauthn": Row("absent_key", signed_in=404),
    **{
        name: Row(signed_in=404, anonymous=404)
        for name in (
            "account_signup",
            "account_email",
            "account_email_verification_sent",
            "account_set_password",
            "account_reset_password",
        )
    },
    # Returns
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
        doers=tuple(one for one in _all_in_sight("stats review lead editor audit owner") if ".town" not in one),
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
    "marked_workbook": Row("upload_faulty", "district", read=ENTERING, own=True),
    "upload": Row("upload", "district", read=ENTERING, send=ENTERING, doers=("{b}.stats",), own=True),
    # Reports
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
        body=lambda world, branch: {"row": ["F53"], "seen-F53": ""},
    ),
    "report_object": Row(
        REPORT,
        "district",
        send=OWNING,
        doers=("{b}.owner",),
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
    # Machines
    "api:openapi-json": Row(signed_in=200, anonymous=200, cacheable=True),
    "api:api-root": Row(signed_in=404, anonymous=404, cacheable=True),
    "api:checkpoints": Row(signed_in=200, anonymous=200, cacheable=True),
    "api:checkpoint": Row("checkpoint", signed_in=200, anonymous=200, cacheable=True),
    "api:checkpoint_since": Row("checkpoint checkpoint", signed_in=200, anonymous=200, cacheable=True),
    "entry": Row("entry", "district", read=JOURNAL_READERS),
    # Organisations
    "organisations": Row(read=TREE_READERS),
    "organisation": Row("district", "district", read=TREE_READERS),
    "organisation_below": Row("district", "district", read=TREE_READERS),
    "organisation_change": Row("town", "town", read=ORGANISING),
    "organisation_changed": Row(
        "town rename",
        "town",
        send=ORGANISING,
        doers=("city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {"name": f"{branch.town.name}二", "short_name": "", "on": "2020-08-01"},
    ),
    "organisation_merge": Row(
        "spare",
        "spare",
        read=ORGANISING,
        send=ORGANISING,
        doers=("city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {"into": branch.shop.code, "on": "2020-08-01"},
    ),
    "organisation_split": Row(
        "town",
        "town",
        read=ORGANISING,
        send=ORGANISING,
        doers=("city.org", "{b}.org"),
        body=lambda world, branch: {"name": "示例新街道", "unit": [branch.spare.code], "on": "2020-08-01"},
    ),
    "organisation_restore": Row(
        "merged",
        "merged",
        read=ORGANISING,
        send=ORGANISING,
        doers=("city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {"on": "2020-08-01"},
    ),
    "organisation_new": Row(
        read=ORGANISING,
        send=ORGANISING,
        doers=("city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {
            "level": "base",
            "superior": branch.town.code,
            "name": "示例新建工会",
            "on": "2020-08-01",
        },
    ),
    "industries": Row(
        read=TREE_READERS,
        send=ORGANISING,
        doers=("city.org",),
        body=lambda world, branch: {"code": "INDU-11", "name": "示例产业", "order": 11, "is_active": "on"},
    ),
    "set_ups": Row(read=SET_UP_READERS),
    "set_up": Row("set_up", "town", read=SET_UP_READERS),
    "set_up_new": Row(
        read=ORGANISING,
        send=ORGANISING,
        doers=("city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {
            "kind": "base",
            "superior": branch.town.code,
            "name": "示例第九九有限公司工会",
            "on": "2020-08-01",
            "e-TOTAL_FORMS": "1",
            "e-INITIAL_FORMS": "0",
            "e-0-uscc": demo_uscc("91", 990_001),
            "e-0-name": "示例第九九有限公司",
            "e-0-area_code": branch.district.area_code,
            "e-0-industry_code": "I",
            "e-0-ownership": "private",
            "e-0-employees": "60",
        },
    ),
    "set_up_step": Row(
        "set_up",
        "town",
        send=SET_UP_READERS,
        doers=("city.lead", "{b}.lead", "{b}.town.lead"),
        body=lambda world, branch: {
            "step": "approve",
            "preparers": 3,
            "approval_no": "示工筹〔2020〕9号",
            "on": "2020-08-01",
        },
    ),
    # Officials
    "officials": Row(read=OFFICIAL_READERS),
    "posts": Row(signed_in=200),
    "officials_of": Row("town", "town", read=OFFICIAL_READERS),
    "official": Row("person", "town", read=OFFICIAL_READERS),
    "appoint": Row(
        "town",
        "town",
        read=APPOINTING,
        send=APPOINTING,
        doers=("admin.security", "city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {
            "role": "reviewer",
            "person": f"{branch.key}.town.stats",
            "on": "2020-08-10",
        },
    ),
    "post_end": Row(
        "post",
        "town",
        read=APPOINTING,
        send=APPOINTING,
        knock=OFFICIAL_READERS,
        doers=("admin.security", "city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {"on": "2020-08-31"},
    ),
    "post_lend": Row(
        "post",
        "town",
        read=APPOINTING,
        send=APPOINTING,
        knock=EVERYBODY,
        also=("{b}.town.stats",),
        doers=("admin.security", "city.org", "{b}.org", "{b}.town.org", "{b}.town.stats"),
        body=lambda world, branch: {
            "deputy": str(world.people[f"{branch.key}.town.review"].account.public_id),
            "first_on": "2020-08-10",
            "last_on": "2020-08-14",
        },
    ),
    "official_account": Row("person", "town", send=SECURITY, doers=("admin.security",)),
    "accesses": Row(read=frozenset({"audit_admin"})),
    "system": Row(read=SYSTEM),
    "reset_codes": Row(read=SECURITY, also=("city.lead",)),
    "reset_code_issue": Row("person", "town", send=SECURITY, doers=("admin.security",)),
    "reset_code_confirm": Row("reset_code", "district", send=SECURITY, also=("city.lead",), doers=("city.lead",)),
    "reset_code_void": Row("reset_code", "district", send=SECURITY, doers=("admin.security",)),
    "reset_use": Row(signed_in=200, anonymous=200),
}


def words(world: World, branch: Branch, *, absent: bool = False) -> dict[str, Any]:
    """What the words of the examples stand for in a branch; or the same addresses of what was never there."""
    kept: dict[str, Any] = {
        "form": FORM,
        "h1": H1.key,
        "past": PAST.key,
        "figure": "F35",
        "filed_figure": "F53",
        "fresh": "2020-05",
        "section": 6,
        "earlier": EARLIER.key,
        "quarter": "quarter",
        "half_year": "half_year",
        **{name: period.key for name, period in QUARTERS.items()},
        "rename": "rename",
        "html": "html",
        "json": "json",
        "checkpoint": world.checkpoint,
        "absent_key": 987654,
    }
    code = branch.district.code
    clerk = world.people[f"{branch.key}.town.stats"]
    assert clerk.post is not None
    there: dict[str, Any] = {
        "district": code,
        "town": branch.town.code,
        "spare": branch.spare.code,
        "merged": branch.merged.code,
        "entry": branch.entry.pk,
        "kept": branch.kept.public_id,
        "set_up": branch.set_ups["prospect"].public_id,
        "line": branch.lines["accepted"].public_id,
        "line_draft": branch.lines["july"].public_id,
        "line_submitted": branch.lines["submitted"].public_id,
        "answer": branch.answer.public_id,
        "july_answer": branch.july_answer.public_id,
        "town_round": branch.town_round.public_id,
        "evidence": branch.evidence.public_id,
        "upload": branch.uploads["checked"].public_id,
        "upload_faulty": branch.uploads["faulty"].public_id,
        "reset_code": branch.reset_code.public_id,
        "person": clerk.account.public_id,
        "post": clerk.post.public_id,
        "circulated": branch.circulated.public_id,
        "published_report": branch.published.public_id,
    }
    if absent:
        never = {int: 9_999_999_999, str: f"{code[:6]}-ZZ-99999-9"}
        there = {word: never.get(type(value), ABSENT_UUID) for word, value in there.items()}
    return {**kept, **there}
