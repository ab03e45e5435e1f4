"""Keeping a stamped summary as evidence: checked and stored first, then written down in one action."""

import hashlib
from collections.abc import Sequence
from datetime import date

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.journal import record
from gonghui.reports import parameters
from gonghui.reports.actions.lines import attach_evidence
from gonghui.reports.actions.rounds import acts_for
from gonghui.reports.facts import EvidenceAdded
from gonghui.reports.models import Evidence, Line, Return
from gonghui.web.imports.actions import clean_name
from gonghui.web.papers import keeping
from gonghui.web.papers.keeping import Paper


def add_evidence(
    in_return: Return, content: bytes, name: str, *, by: Actor, on: date, lines: Sequence[Line] = ()
) -> Evidence:
    """The paper is kept and stands behind the given drafts; the same paper twice is one."""
    acts_for(by, in_return.organisation_id, power="reports.enter")
    paper = keeping.checked(content, name, largest=parameters.on(on).evidence_bytes)
    digest = hashlib.sha256(paper.content).hexdigest()
    known = Evidence.objects.filter(in_return=in_return, sha256=digest).first()
    if known is not None:
        if lines:
            attach_evidence(in_return, lines, known, by=by, on=on)
        return known
    stored = keeping.store(paper)
    try:
        return _keep(in_return, paper, digest, stored, clean_name(name), by=by, on=on, lines=lines)
    except BaseException:
        keeping.forget(stored)
        raise


@action
def _keep(
    in_return: Return,
    paper: Paper,
    digest: str,
    stored: str,
    name: str,
    *,
    by: Actor,
    on: date,
    lines: Sequence[Line],
) -> Evidence:
    Return.objects.select_for_update().get(pk=in_return.pk)  # the same paper twice at once is one paper
    known = Evidence.objects.filter(in_return=in_return, sha256=digest).first()
    if known is not None:
        keeping.forget(stored)
        attach_evidence(in_return, lines, known, by=by, on=on)
        return known
    evidence = Evidence.objects.create(
        in_return=in_return,
        organisation=in_return.organisation,
        original_name=name,
        content_type=paper.content_type,
        size=len(paper.content),
        sha256=digest,
        stored_name=stored,
        scanned=paper.scanned,
        uploaded_by=by.id,
        uploaded_on=on,
    )
    if lines:
        attach_evidence(in_return, lines, evidence, by=by, on=on)
    record(EvidenceAdded(lines=len(lines)), about=evidence, by=by, happened_on=on)
    return evidence
