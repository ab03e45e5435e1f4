"""The index over the terms of people's names."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    """After the terms."""

    dependencies = [("web", "0003_people_found")]
    operations = [
        migrations.AddIndex(
            "account", django.contrib.postgres.indexes.GinIndex(fields=["search_terms"], name="account_terms")
        )
    ]
