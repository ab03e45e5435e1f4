"""Random bytes beside the table of figures of a filed report."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0005_filed_paper"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="table_salt",
            field=models.CharField(blank=True, max_length=32),
        ),
    ]
