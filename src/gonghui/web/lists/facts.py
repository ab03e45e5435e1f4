"""What can happen to a list of more people than one takes away alone."""

from gonghui.core.facts import fact


@fact(title="申请导出名单")
class ExportAsked:
    """Somebody asked to take so many rows of a list away."""

    listing: str
    rows: int


@fact(title="准许导出名单")
class ExportAllowed:
    """Another person allowed it."""

    listing: str
    rows: int


@fact(title="不准许导出名单")
class ExportRefused:
    """Another person refused it."""

    listing: str


@fact(title="撤回导出申请")
class ExportWithdrawn:
    """Who asked no longer wants it."""

    listing: str


@fact(title="取走名单")
class ExportTaken:
    """So many rows left as a file."""

    listing: str
    ending: str
    rows: int
