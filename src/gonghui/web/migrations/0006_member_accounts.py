"""Accounts of members stand apart from those of officials."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("web", "0005_notices_and_digests")]
    operations = [
        migrations.AddField(
            model_name="account",
            name="is_member",
            field=models.BooleanField(default=False, db_default=False, verbose_name="会员账号"),
        ),
    ]
