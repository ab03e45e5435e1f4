"""A post may be limited to departments of its union."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("officials", "0002_codes_of_the_first")]
    operations = [
        migrations.AddField(
            model_name="post",
            name="departments",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60),
                blank=True,
                default=list,
                size=None,
                verbose_name="部门",
            ),
        ),
    ]
