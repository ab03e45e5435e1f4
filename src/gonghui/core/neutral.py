"""Text on its way into a sheet that somebody else will open, and back out of one that we wrote."""

RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A spreadsheet takes what begins so for a formula; in the full width it does after an import or a conversion."""


def is_risky(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return text.lstrip().startswith(RISKY) or text[:1] in ("\t", "\r", "\n")


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if is_risky(text) else text


def original(text: str) -> str:
    """What `neutral` was given: what we wrote comes back as it was."""
    return text[1:] if text[:1] == "'" and is_risky(text[1:]) else text
