"""Files that leave for banks and auditors, and files that come in."""

from gonghui.spine.funds.sheets import dues

__all__ = ["dues"]
