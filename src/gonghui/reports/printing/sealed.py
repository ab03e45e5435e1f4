"""The proof a print carries: the entry of its filing under the first checkpoint that covers it.

The first one, so that the same report printed years later is the same file.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gonghui.core.errors import Refusal
from gonghui.core.journal import entries_of
from gonghui.core.seals import checkpoints, note, proofs, sealing
from gonghui.reports.models.filings import Report
from gonghui.reports.printing import qr
from gonghui.reports.printing.paper import Paper, Seal
from gonghui.reports.printing.table import FILED

Proof = Mapping[str, Any]
MOST_STEPS = 4


def filing_entry(report: Report) -> int | None:
    """The entry that says the report was filed."""
    return entries_of(report).of_kinds(FILED).order_by("id").values_list("id", flat=True).first()


def filing_proof(report: Report | None) -> Proof | None:
    """The proof of that entry; None for a draft, and where no key is at hand.

    What no checkpoint covers yet is sealed and signed now: a print taken a second after the filing is the lasting one.
    """
    entry = filing_entry(report) if report is not None and report.is_filed else None
    if entry is None:
        return None
    return proofs.proof_of(entry) or (proofs.proof_of(entry) if _sealed_now() else None)


def _sealed_now() -> bool:
    """No reader waits for a long backlog: where sealing has stood still, this print goes without a proof."""
    try:
        if not any(sealing.seal() == 0 for _ in range(MOST_STEPS)):
            return False
        checkpoints.checkpoint()
    except Refusal:
        return False
    return True


def seal_of(proof: Proof) -> Seal:
    """The checkpoint in short, for prints on paper."""
    said = note.read_note(proof["checkpoint"]["text"])
    groups = tuple(proof["checkpoint"]["groups"])
    return Seal(said.origin, said.blocks, groups, qr.words(said.origin, said.blocks, groups))


def sealed(paper: Paper, proof: Proof | None) -> Paper:
    """The paper with its checkpoint; a draft, and a paper with hidden numbers, has none."""
    if proof is None or paper.is_draft or paper.hides:
        return paper
    return replace(paper, seal=seal_of(proof))
