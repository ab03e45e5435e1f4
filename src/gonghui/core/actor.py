"""Who is acting: one post of one account, its organisation's path and its powers. The one policy all faces ask."""

from dataclasses import dataclass, field

from django.db.models import Q

from gonghui.core.errors import PowerMissing
from gonghui.core.paths import end_of


@dataclass(frozen=True)
class Actor:
    """The post acted in. `id` is the post's (0 is the system itself) and the only part that reaches the journal."""

    id: int
    account_id: int
    name: str
    organisation_id: int
    organisation_name: str
    path: str
    level: str
    role: str
    powers: frozenset[str] = field(default_factory=frozenset)
    organisation_english: str = ""
    departments: tuple[str, ...] = ()

    def may(self, power: str) -> bool:
        """Whether the post carries the power at all; the place is asked with `sees`."""
        return power in self.powers

    def sees(self, path: str) -> bool:
        """Whether the organisation at `path` lies in the subtree the post is bound to."""
        return path.startswith(self.path)

    def answers_for(self, department: str) -> bool:
        """Whether the post speaks for a department of its union; one that is limited to none speaks for all."""
        return not self.departments or not department or department in self.departments

    def require(self, power: str) -> None:
        """Refuse where the post lacks the power."""
        if not self.may(power):
            raise PowerMissing(
                "access.power", "您现在的岗位没有这项权限（%(power)s），请切换岗位或联系管理员", power=power
            )

    def within(self, column: str = "path") -> Q:
        """The condition that keeps rows whose organisation lies in the actor's subtree.

        Two comparisons, not LIKE: a prepared plan made without the path still finds them in the index (collation C).
        """
        return Q(**{f"{column}__gte": self.path, f"{column}__lt": end_of(self.path)})


class _Everything(frozenset[str]):
    """The powers of the system itself: reactions, the clock, the first import."""

    def __contains__(self, power: object) -> bool:
        return True


SYSTEM = Actor(
    id=0,
    account_id=0,
    name="系统",
    organisation_id=0,
    organisation_name="",
    path="/",
    level="city",
    role="system",
    powers=_Everything(),
)
