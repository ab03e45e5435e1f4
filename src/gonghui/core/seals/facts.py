"""What happens to the checkpoints of others."""

from gonghui.core.facts import fact


@fact(title="保存他方检查点")
class CheckpointKept:
    """A checkpoint of another journal was kept; `agrees` is false where it contradicts one kept before.

    `checkpoint` is the SHA-256 of what was handed over; entries of before have none.
    """

    blocks: int
    agrees: bool
    checkpoint: str = ""
