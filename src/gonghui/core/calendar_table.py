"""The federation's own calendar in the database: filled by a migration, then the table wins.

A new release of the package brings a new year: `fill` adds its days and leaves the rest alone.
"""

from gonghui.core import calendar
from gonghui.core.calendar import Workdays
from gonghui.core.models import CalendarDay


def fill() -> int:
    """Adds the days of the package that the table lacks and says how many; rows already there stay as they are."""
    known = set(CalendarDay.objects.values_list("date", flat=True))
    rows = [
        CalendarDay(date=row.date, is_workday=row.is_workday, name=row.name, source=row.source)
        for row in calendar.package_rows()
        if row.date not in known
    ]
    CalendarDay.objects.bulk_create(rows, batch_size=5000, ignore_conflicts=True)
    return len(rows)


def workdays() -> Workdays:
    """The table as it stands now, for rules that count working days."""
    return Workdays.of(CalendarDay.objects.values_list("date", "is_workday"))
