"""The beginning of a code is looked for within a scope."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the indexes of search."""

    dependencies = [("organisations", "0009_found_by_code_indexes")]
    operations = [
        migrations.AddIndex("organisation", models.Index(fields=["code", "path"], name="organisation_code_in_path"))
    ]
