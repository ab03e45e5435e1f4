"""The indexes search needs; apart from the rows they are made of, which PostgreSQL asks for."""

import django.contrib.postgres.indexes
from django.db import migrations, models

UPPER = ["city", "district", "industry", "town", "sector"]


class Migration(migrations.Migration):
    """After the terms."""

    dependencies = [("organisations", "0008_found_by_code")]
    operations = [
        migrations.AddIndex(
            "setup", django.contrib.postgres.indexes.GinIndex(fields=["search_terms"], name="set_up_terms")
        ),
        migrations.AddIndex(
            "organisation",
            models.Index(condition=models.Q(("level__in", UPPER)), fields=["path"], name="organisation_upper"),
        ),
    ]
