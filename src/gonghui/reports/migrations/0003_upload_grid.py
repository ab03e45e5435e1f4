"""Keep the cells of a faulty upload, to hand the workbook back with its problems marked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_filed_stand"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="grid",
            field=models.JSONField(default=list),
        ),
    ]
