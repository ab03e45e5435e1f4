"""People are found by the characters and initials of their names; single keys can be switched off."""

from typing import Any

from django.db import migrations, models

import gonghui.core.search


def fill(apps: Any, editor: Any) -> None:
    """Everybody is found by the name they have."""
    model = apps.get_model("web", "Account")
    rows = list(model.objects.only("id", "name"))
    for row in rows:
        row.search_terms = gonghui.core.search.terms(row.name, people=True)
    model.objects.bulk_update(rows, ["search_terms"], batch_size=2_000)


class Migration(migrations.Migration):
    """After the keys of forms."""

    dependencies = [("web", "0002_once_keys")]
    operations = [
        migrations.AddField("account", "search_terms", gonghui.core.search.SearchTerms(of="name", people=True)),
        migrations.AddField("account", "single_keys", models.BooleanField(default=True, verbose_name="单键快捷键")),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
