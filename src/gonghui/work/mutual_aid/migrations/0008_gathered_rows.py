"""Rows whose members were found go on with a further part of their month."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The part that gathered a row."""

    dependencies = [
        ("mutual_aid", "0007_reviews_and_handovers"),
    ]

    operations = [
        migrations.AddField(
            model_name="issue",
            name="part",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="gathered",
                to="mutual_aid.settlementfile",
            ),
        ),
    ]
