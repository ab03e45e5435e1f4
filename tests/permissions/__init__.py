"""The permission table: for each address who may read it, who may send it, and an example that lies in a district.

Read rows like this: somebody whose role is not named gets 403; somebody named from whose place the example cannot be
seen gets 404; the others get the page. A new address without a row here fails `test_every_page.py`.
"""

from typing import Any

from gonghui.work.mutual_aid.rules.numbers import in_letters
from tests.permissions import (
    claims,
    imports,
    members,
    money,
    mutual_aid,
    officials,
    organisations,
    reports,
    returns,
    shells,
)
from tests.permissions.row import Row
from tests.world.federation import Branch, World
from tests.world.plan import ABSENT_UUID, EARLIER, FORM, H1, PAST, QUARTERS

TABLE: dict[str, Row] = {
    **shells.ROWS,
    **returns.ROWS,
    **reports.ROWS,
    **organisations.ROWS,
    **officials.ROWS,
    **members.ROWS,
    **money.ROWS,
    **mutual_aid.ROWS,
    **claims.ROWS,
    **imports.ROWS,
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
        "unions": "organisations.unions",
        "commit": "commit",
        "html": "html",
        "own_form": "json",
        "csv": "csv",
        "set_ups_list": "set_ups",
        "officials_list": "officials",
        "nobodys": ABSENT_UUID,
        "json": "json",
        "checkpoint": world.checkpoint,
        "absent_key": 987654,
        "digest_token": "of-nobody",
        "guide": "imports",
        "ledger_account": "bank",
        "picture": "import-bring",
        "aid_plan": "accident",
        "text_day": "2017-01-01",
        "free_plan": "universal",
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
        "voucher_month": branch.posting.month_key,
        "voucher_number": branch.posting.number,
        "voucher_draft": branch.voucher_draft.public_id,
        "payment_order": branch.order.public_id,
        "payment_batch": branch.batch.public_id,
        "sent_batch": branch.sent_batch.public_id,
        "bank_answer": branch.bank_answer.public_id,
        "statement": branch.statement.public_id,
        "dues_row": branch.dues.public_id,
        "dues_up": "up",
        "enrolment": branch.enrolment.public_id,
        "claim": branch.claim.public_id,
        "claim_draft": branch.claim_draft.public_id,
        "claim_paper": branch.claim_paper.public_id,
        "aid_draft": world.aid_draft.public_id,
        "aid_replay": world.aid_replay.public_id,
        "aid_review": world.aid_review.public_id,
        "aid_file": world.aid_file.public_id,
        "aid_issue": world.aid_issue.public_id,
        "aid_settlement": in_letters(world.aid_settlement.pk),
        "city_code": world.city.code,
        "movement": 2,
        "kept": branch.kept.public_id,
        "set_up": branch.set_ups["prospect"].public_id,
        "line": branch.lines["accepted"].public_id,
        "line_draft": branch.lines["july"].public_id,
        "line_submitted": branch.lines["submitted"].public_id,
        "answer": branch.answer.public_id,
        "july_answer": branch.july_answer.public_id,
        "town_round": branch.town_round.public_id,
        "evidence": branch.evidence.public_id,
        "reset_code": branch.reset_code.public_id,
        **{f"import_{state}": batch.public_id for state, batch in branch.imports.items()},
        "person": clerk.account.public_id,
        "worker": branch.worker.public_id,
        "position": branch.position.public_id,
        "certificate": branch.certificate.public_id,
        "scan": branch.scan.public_id,
        "member": branch.member.public_id,
        "transfer": branch.transfer.public_id,
        "member_request": branch.request.public_id,
        "post": clerk.post.public_id,
        "circulated": branch.circulated.public_id,
        "published_report": branch.published.public_id,
    }
    if absent:
        never = {int: 9_999_999_999, str: f"{code[:6]}-ZZ-99999-9"}
        there = {word: never.get(type(value), ABSENT_UUID) for word, value in there.items()}
    return {**kept, **there}
