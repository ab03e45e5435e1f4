"""The lists of officials, social workers, positions and certificates as workbooks of the import desk."""

from gonghui.spine.officials.sheets import certificates, posts, social_workers

__all__ = ["certificates", "posts", "social_workers"]
