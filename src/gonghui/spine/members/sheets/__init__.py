"""The roster of a union as a workbook of the import desk."""

from gonghui.spine.members.sheets import roster

__all__ = ["roster"]
