"""Drafts that their authors asked to have published."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The version that was offered."""

    dependencies = [
        ("mutual_aid", "0005_replays_in_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="offered",
            field=models.CharField(blank=True, db_collation="C", default="", max_length=64),
        ),
    ]
