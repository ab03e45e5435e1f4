"""Today and now: the one place that asks what time it is.

The demo plays in its half-year: its business day is `GONGHUI_TODAY`, and only the hour is the real one. Rules and
actions never ask; a face asks here and hands the day on. Sessions, passwords and the journal's instants are real
time always and do not come from here.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The instant in UTC; in the demo, the same hour of the demo's day."""
    instant = datetime.now(UTC)
    if (fixed := settings.GONGHUI_TODAY) is None:
        return instant
    return datetime.combine(fixed, instant.astimezone(SHANGHAI).timetz()).astimezone(UTC)


def today() -> date:
    """The business day in Shanghai."""
    return day_of(now())


def day_of(instant: datetime) -> date:
    """The Shanghai day an instant belongs to, which decides its period."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(SHANGHAI).date()
