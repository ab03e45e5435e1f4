"""Text on its way into a sheet that somebody else will open."""

RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A spreadsheet takes what begins so for a formula; in the full width it does after an import or a conversion."""


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip().startswith(RISKY) or text[:1] in ("\t", "\r", "\n") else text
