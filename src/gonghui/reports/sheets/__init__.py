"""Workbooks of a return: pre-filled on the way out, read with suspicion on the way in."""

from gonghui.reports.sheets.desk import Returns

__all__ = ["Returns"]
