"""The columns of the workbook of a return: one list for writing and for reading."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its key in code, its heading, its width, and whether the unit fills it in."""

    key: str
    heading: str
    width: int
    entered: bool = False


COLUMNS = (
    Column("figure", "数字代码", 28),
    Column("title", "数字", 26),
    Column("unit", "单位", 8),
    Column("first_on", "起", 12),
    Column("last_on", "止", 12),
    Column("before", "上期数", 16),
    Column("before_of", "上期总数", 14),
    Column("number", "本期数", 18, entered=True),
    Column("denominator", "总数", 14, entered=True),
    Column("nothing", "无此项", 9, entered=True),
    Column("coverage", "填报范围", 14, entered=True),
    Column("reason", "变动原因", 28, entered=True),
    Column("note", "备注", 28, entered=True),
)
HEADINGS = {column.heading: column.key for column in COLUMNS}
ENTERED = tuple(column.key for column in COLUMNS if column.entered)
UNIT_LABEL, CODE_LABEL, ROUND_LABEL, NUMBER_LABEL, DUE_LABEL = "填报单位", "组织代码", "收数", "收数编号", "截止日期"
SHEET, INSTRUCTIONS = "上报表", "填写说明"
