"""What happens to the checkpoints of others."""

from gonghui.core.facts import fact


@fact(title="保存他方检查点")
class CheckpointKept:
    """A checkpoint of another journal was kept; `agrees` is false where it contradicts one kept before."""

    blocks: int
    agrees: bool
