"""What a filed number was compared with, and the words printed for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0006_table_salt"),
    ]

    operations = [
        migrations.AddField(
            model_name="filedrow",
            name="compared",
            field=models.JSONField(default=list),
        ),
    ]
