"""The few payments that failed, came back or were taken out are found among hundred thousands."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funds", "0010_list_guards"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="paymentline",
            index=models.Index(condition=models.Q(("is_live", False)), fields=["batch", "seq"], name="funds_line_over"),
        ),
    ]
