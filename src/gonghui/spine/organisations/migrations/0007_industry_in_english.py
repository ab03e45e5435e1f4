"""The English name of an industry."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the tree through time."""

    dependencies = [("organisations", "0006_through_time")]
    operations = [
        migrations.AddField(
            model_name="industry",
            name="english_name",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="英文名称"),
        ),
    ]
