"""Organisations are found by the running number of their code and by words of their English name; set-ups by name."""

from typing import Any

from django.db import migrations

import gonghui.core.search

# What the actions write from now on beside the terms of the Chinese name.
MORE_TERMS = """
    update organisations_organisation set search_terms = search_terms || array(
        select '#' || split_part(code, '-', 3) union
        select '=' || word from regexp_split_to_table(lower(english_name), '[^a-z0-9]+') as word
          where length(word) > 1)
"""
FEWER_TERMS = """
    update organisations_organisation
      set search_terms = array(select term from unnest(search_terms) as term where term !~ '^[#=]')
"""
CHUNK = 2_000


def fill(apps: Any, editor: Any) -> None:
    """Every set-up is found by its name."""
    model = apps.get_model("organisations", "SetUp")
    rows = []
    for row in model.objects.only("id", "name").iterator(CHUNK):
        row.search_terms = gonghui.core.search.terms(row.name)
        rows.append(row)
        if len(rows) == CHUNK:
            model.objects.bulk_update(rows, ["search_terms"])
            rows = []
    model.objects.bulk_update(rows, ["search_terms"])


class Migration(migrations.Migration):
    """After the industries' English names."""

    dependencies = [("organisations", "0007_industry_in_english")]
    operations = [
        migrations.AddField("setup", "search_terms", gonghui.core.search.SearchTerms(of="name")),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(MORE_TERMS, FEWER_TERMS),
    ]
