"""The tables of posts and accounts, and of social workers with their certificates."""

from gonghui.spine.officials.models.posts import (
    ADMINISTRATORS,
    ROLES,
    Post,
    PostQuerySet,
    ResetCode,
    ResetCodeQuerySet,
    actor_for,
    posts_of,
)

__all__ = [
    "ADMINISTRATORS",
    "ROLES",
    "Post",
    "PostQuerySet",
    "ResetCode",
    "ResetCodeQuerySet",
    "actor_for",
    "posts_of",
]
