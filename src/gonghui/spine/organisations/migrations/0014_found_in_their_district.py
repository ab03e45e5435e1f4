"""Organisations are found by the district and the height that they stand in, beside their names."""

from django.db import migrations

WITH = """
update organisations_nameterms t set terms = t.terms || ('@' || split_part(o.path, '/', 3))
    || case when o.level in ('city', 'district', 'industry', 'town', 'sector') then array['^'] else '{}' end
  from organisations_organisation o where o.id = t.organisation_id
"""
WITHOUT = """
update organisations_nameterms t
  set terms = array(select term from unnest(t.terms) term where term not like '@%' and term <> '^')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0013_guard_of_paths_once"),
    ]

    operations = [migrations.RunSQL(WITH, WITHOUT)]
