"""What no scheme may change: of posts and codes here by name, of social workers in a file of their own."""

from gonghui.spine.officials.rules.posts import (
    CODE_LETTERS,
    DEPARTMENTS,
    HALF_LETTERS,
    PostScheme,
    Role,
    check_days,
    check_delegation,
    check_departments,
    check_level,
    check_separation,
    clean_half,
    departments_at,
    post_scheme,
    printed_half,
    read_roles,
    role_of,
)

__all__ = [
    "CODE_LETTERS",
    "DEPARTMENTS",
    "HALF_LETTERS",
    "PostScheme",
    "Role",
    "check_days",
    "check_delegation",
    "check_departments",
    "check_level",
    "check_separation",
    "clean_half",
    "departments_at",
    "post_scheme",
    "printed_half",
    "read_roles",
    "role_of",
]
