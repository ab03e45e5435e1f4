"""Papers behind claims: redrawn or scrubbed, sealed first, then written down; taken back until somebody has looked."""

import uuid
from collections.abc import Sequence
from datetime import date
from functools import partial

from django.db import transaction

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.web.papers import keeping
from gonghui.web.papers.keeping import Paper
from gonghui.work.mutual_aid.actions.claims import own_draft, teller
from gonghui.work.mutual_aid.facts import ClaimChanged
from gonghui.work.mutual_aid.models import Claim, ClaimPaper
from gonghui.work.mutual_aid.rules import claims as rules
from gonghui.work.mutual_aid.rules import enrolment as limits


def largest(on: date) -> int:
    """How many bytes a paper may have."""
    return limits.on(on).paper_megabytes_most * 2**20


def add_papers(claim: Claim, kind: str, papers: Sequence[Paper], *, by: Actor, on: date) -> list[ClaimPaper]:
    """The papers stand behind the claim; where the claim is no draft any more, nothing of them stays on the disk."""
    made: list[ClaimPaper] = []
    try:
        for paper in papers:
            one = ClaimPaper(
                public_id=uuid.uuid4(),
                claim=claim,
                kind=kind,
                content_type=paper.content_type,
                size=len(paper.content),
                added_by=by.account_id,
                added_on=on,
            )
            one.stored_name = keeping.store(paper, seal=one.seal)
            made.append(one)
        _attach(claim, made, by=by, on=on)
    except BaseException:
        for one in made:
            keeping.forget(one.stored_name)
        raise
    return made


@action
def _attach(claim: Claim, papers: Sequence[ClaimPaper], *, by: Actor, on: date) -> None:
    lock(claim, "state")
    own_draft(claim, by)
    if any(one.kind not in rules.MATERIALS for one in papers):
        raise Refusal("mutual_aid.paper_kind", "请选择是哪种材料")
    most = limits.on(on).papers_most
    if ClaimPaper.objects.filter(claim=claim).count() + len(papers) > most:
        raise Refusal(
            "mutual_aid.papers_most", "一份申请最多附 %(most)s 份材料：请合并成一份，或先撤回不用的", most=most
        )
    ClaimPaper.objects.bulk_create(papers)
    record(ClaimChanged(plan=claim.plan), about=claim, by=teller(by), happened_on=on)


@action
def withdraw_paper(paper: ClaimPaper, *, by: Actor, on: date) -> None:
    """A paper of a draft is taken back, and gone."""
    claim: Claim = paper.claim
    lock(claim, "state")
    own_draft(claim, by)
    if claim.state == "need_materials" and paper.added_on < claim.since_on:
        raise Refusal("mutual_aid.paper_seen", "这份材料经办人已经看过，不能撤回，可以另外补充")
    paper.delete()
    transaction.on_commit(partial(keeping.forget, paper.stored_name), robust=True)
    record(ClaimChanged(plan=claim.plan), about=claim, by=teller(by), happened_on=on)
