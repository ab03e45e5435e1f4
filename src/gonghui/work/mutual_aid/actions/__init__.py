"""The verbs of mutual aid; the only code that writes its tables."""

from gonghui.work.mutual_aid.actions.editions import keep_shipped_editions
from gonghui.work.mutual_aid.actions.files import (
    Sent,
    compared,
    drop_file,
    mark_row,
    preview_again,
    read_file,
    receive_file,
    release_file,
    sample_file,
    sample_of,
    settled,
)

__all__ = [
    "Sent",
    "compared",
    "drop_file",
    "keep_shipped_editions",
    "mark_row",
    "preview_again",
    "read_file",
    "receive_file",
    "release_file",
    "sample_file",
    "sample_of",
    "settled",
]
