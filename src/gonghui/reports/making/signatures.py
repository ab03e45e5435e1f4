"""How the signatures of a report's figures stand against its numbers now. Reads, writes nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from gonghui.reports.filling import Filled, Filling, prose
from gonghui.reports.models import Block, Report, Signature
from gonghui.spine.officials.models import Post

PRINTED = Signature._meta.get_field("printed").max_length or 0


def as_written(filling: Filling) -> dict[str, Filled]:
    """The rows as the report's text prints them, every way it does; one that the text leaves out as the form would."""
    ways: dict[str, dict[str, Filled]] = {}
    for section in (*prose(filling), *prose(filling, english=True)):
        for piece in (piece for paragraph in section.paragraphs for piece in paragraph):
            if piece.filled is not None:
                ways.setdefault(piece.filled.about, {})[piece.filled.printed] = piece.filled
    rows = {}
    for row, filled in filling.rows.items():
        said = ways.get(row, {filled.printed: filled})
        printed, printed_en = "、".join(said), ", ".join(dict.fromkeys(one.printed_en for one in said.values()))
        rows[row] = replace(filled, printed=printed[:PRINTED], printed_en=printed_en)
    return rows


def seen(filled: Filled) -> str:
    """What the signing desk shows of a number as one string: its value to the last digit and the way it is printed."""
    return f"{filled.attribute} {filled.printed}"


def kept_for(filled: Filled) -> tuple[int, ...]:
    """What a signature keeps of a number: its whole numbers, or nothing where there is none."""
    return filled.value.whole if filled.is_known else ()


def is_valid(signature: Signature, filled: Filled) -> bool:
    """Whether the figure, as written, still says what its owner signed; a changed one waits for a new signature."""
    return (
        signature.state == Signature.SIGNED
        and signature.whole == kept_for(filled)
        and signature.printed == filled.printed
    )


def of(report: Report) -> dict[str, Signature]:
    """The report's signatures by row."""
    return {one.row: one for one in report.signatures.all()}


def waiting(report: Report, filling: Filling) -> list[str]:
    """The rows that are not signed as they stand, in the order of the prose."""
    found = of(report)
    rows = as_written(filling).items()
    return [row for row, filled in rows if row not in found or not is_valid(found[row], filled)]


def editors_of(report: Report) -> set[int]:
    """The accounts that made the report: none of them answers for its figures."""
    accounts = {report.begun_account, report.proposed_account or 0}
    accounts |= set(Block.objects.filter(report=report).values_list("written_account", flat=True))
    return accounts


def unanswered(report: Report, departments: Iterable[str], on: date) -> list[str]:
    """The departments for whose figures nobody may sign on the day: no owner of theirs, or none that wrote nothing."""
    held = Post.objects.current(on).filter(organisation=report.organisation).select_related("organisation", "account")
    owners = [post.as_actor() for post in held.exclude(account__in=editors_of(report))]
    owners = [one for one in owners if one.may("reports.sign_figures")]
    return [one for one in dict.fromkeys(departments) if not any(owner.answers_for(one) for owner in owners)]


def state_of(signature: Signature | None, filled: Filled) -> str:
    """How a figure's signature stands: none, asked, signed, objected, or changed since it was signed."""
    if signature is None:
        return "none"
    if signature.state == Signature.SIGNED and not is_valid(signature, filled):
        return "changed"
    return signature.state
