"""What makes a person a member: papers and names as they may be entered, and the days of membership."""

from gonghui.spine.members.rules import membership, papers

__all__ = ["membership", "papers"]
