"""A return's workbook is an import like any other; where older drafts came from is not carried over."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0001_initial"),
        ("reports", "0007_filed_comparisons"),
    ]

    operations = [
        migrations.RemoveField(model_name="line", name="upload"),
        migrations.DeleteModel(name="Upload"),
        migrations.AddField(
            model_name="line",
            name="upload",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="imports.import"
            ),
        ),
    ]
