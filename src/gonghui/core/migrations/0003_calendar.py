"""The calendar table holds every day the package knows; from here on the table wins."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from gonghui.core import calendar


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    days = apps.get_model("core", "CalendarDay")
    rows = (days(**vars(row)) for row in calendar.package_rows())
    days.objects.bulk_create(rows, batch_size=5000, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_journal_guards")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
