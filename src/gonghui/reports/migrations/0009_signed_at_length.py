"""A number is signed in every way the texts print it, however many those are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_returns_at_the_desk")]
    operations = [
        migrations.AlterField(
            model_name="signature", name="printed", field=models.CharField(blank=True, max_length=240)
        ),
    ]
