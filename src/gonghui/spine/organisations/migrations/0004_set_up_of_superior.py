"""The index that finds a small union's set-ups of some states among all others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the exact name."""

    dependencies = [("organisations", "0003_exact_name")]
    operations = [
        migrations.AddIndex(
            model_name="setup",
            index=models.Index(fields=["superior", "state", "-prospected_on", "-id"], name="set_up_superior_list"),
        ),
    ]
