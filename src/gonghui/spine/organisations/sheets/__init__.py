"""The lists of organisations as workbooks: every union of the tree, founded, renamed and moved by the row."""

from gonghui.spine.organisations.sheets.unions import Unions

__all__ = ["Unions"]
