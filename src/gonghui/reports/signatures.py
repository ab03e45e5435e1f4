"""How the signatures of a report's figures stand against its numbers now. Reads, writes nothing."""

from gonghui.core.figures import Value
from gonghui.reports.filling import Filled, Filling
from gonghui.reports.models import Report, Signature


def kept_for(filled: Filled) -> tuple[int, ...]:
    """What a signature keeps of a number: its whole numbers, or nothing where there is none."""
    return filled.value.whole if filled.is_known else ()


def is_valid(signature: Signature, filled: Filled) -> bool:
    """Whether the figure still says what its owner signed; a changed one waits for a new signature."""
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
    return [row for row, filled in filling.rows.items() if row not in found or not is_valid(found[row], filled)]


def state_of(signature: Signature | None, filled: Filled) -> str:
    """How a figure's signature stands: none, asked, signed, objected, or changed since it was signed."""
    if signature is None:
        return "none"
    if signature.state == Signature.SIGNED and not is_valid(signature, filled):
        return "changed"
    return signature.state


def signed_value(signature: Signature) -> Value | None:
    """The value that was signed."""
    whole = signature.whole
    return Value((0,) * len(whole), whole) if whole else None
