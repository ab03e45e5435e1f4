"""Who looked at one record: asked by the person whose record it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0008_key_checks")]
    operations = [
        migrations.AddIndex(
            model_name="access",
            index=models.Index(
                fields=["subject_type", "subject_id", "id"],
                condition=models.Q(subject_id__gt=0),
                name="access_subject",
            ),
        ),
    ]
