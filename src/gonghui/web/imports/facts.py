"""What can happen at the import desk; `sheet` says on which list."""

from gonghui.core.facts import fact, look

look("imports.layout_taken", "按导入格式取走名单")
look("imports.rows_seen", "查看导入的各行")


@fact(title="导入文件上传")
class FileBrought:
    """A file was brought to a sheet; nothing has changed yet."""

    sheet: str


@fact(title="导入文件核对")
class FileChecked:
    """A file was read whole and held against the list; so many of its rows have faults."""

    sheet: str
    wrong: int


@fact(title="导入列名对应")
class ColumnsMapped:
    """Somebody said which column of a file is which."""

    sheet: str


@fact(title="成批导入")
class ImportCommitted:
    """So many rows of a file were taken over, all of them at once."""

    sheet: str
    rows: int


@fact(title="成批导入撤销")
class ImportUndone:
    """An import was taken back by acts that compensate it; so many rows."""

    sheet: str
    rows: int


@fact(title="放弃导入")
class ImportDropped:
    """A file that was not taken over was put aside."""

    sheet: str
