"""The tables of posts and accounts, and of social workers with their certificates."""

from gonghui.spine.officials.models.audits import share_differences
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
from gonghui.spine.officials.models.social_workers import (
    Certificate,
    CertificateScan,
    Position,
    Registration,
    SocialWorker,
    SocialWorkerQuerySet,
    Spell,
    on_day,
    opens_scans,
)

__all__ = [
    "ADMINISTRATORS",
    "ROLES",
    "Certificate",
    "CertificateScan",
    "Position",
    "Post",
    "PostQuerySet",
    "Registration",
    "ResetCode",
    "ResetCodeQuerySet",
    "SocialWorker",
    "SocialWorkerQuerySet",
    "Spell",
    "actor_for",
    "on_day",
    "opens_scans",
    "posts_of",
    "share_differences",
]
