"""What the worker does for mutual aid."""

from gonghui.work.mutual_aid.schedule import covers, files, replays

__all__ = ["covers", "files", "replays"]
