"""The English name of a union from its set-up on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the set-ups of a superior."""

    dependencies = [("organisations", "0004_set_up_of_superior")]
    operations = [
        migrations.AddField(
            model_name="setup",
            name="english_name",
            field=models.CharField(blank=True, default="", max_length=160, verbose_name="英文名称"),
        ),
    ]
