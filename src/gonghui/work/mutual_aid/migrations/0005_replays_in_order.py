"""Replays in the order in which they were asked for."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """The moment beside the day."""

    dependencies = [
        ("mutual_aid", "0004_claims"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="replay",
            options={"ordering": ["-asked_at", "-id"]},
        ),
        migrations.AddField(
            model_name="replay",
            name="asked_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
    ]
