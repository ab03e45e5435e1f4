"""Those who are not active are listed without walking all others; the planner knows which beginnings are first ones."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0003_own_accounts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("state", "active"), _negated=True), fields=["number"], name="person_not_active"
            ),
        ),
        migrations.RunSQL(
            "create statistics membership_beginnings (mcv) on began, is_first from members_membership",
            "drop statistics membership_beginnings",
        ),
    ]
