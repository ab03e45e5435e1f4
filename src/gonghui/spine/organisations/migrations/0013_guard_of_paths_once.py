"""Paths of new organisations are held against their superiors' once a statement, later changes row by row as before."""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
drop trigger organisation_path_follows on organisations_organisation;
create constraint trigger organisation_path_follows
  after update of path, parent_id on organisations_organisation
  deferrable initially deferred for each row execute function organisations_path_follows();

create function organisations_new_paths_follow() returns trigger language plpgsql as $$
declare
  wrong record;
begin
  select one.id, one.path into wrong from added one
    left join organisations_organisation above on above.id = one.parent_id
    where one.path <> coalesce(above.path, '/') || one.id || '/' limit 1;
  if found then
    raise exception 'organisation %: path % does not follow its superior', wrong.id, wrong.path
      using errcode = 'check_violation', constraint = 'organisation_path_follows';
  end if;
  return null;
end $$;
create trigger organisation_new_paths_follow after insert on organisations_organisation
  referencing new table as added for each statement execute function organisations_new_paths_follow();
"""
UNGUARD = """
drop trigger organisation_new_paths_follow on organisations_organisation;
drop function organisations_new_paths_follow();
drop trigger organisation_path_follows on organisations_organisation;
create constraint trigger organisation_path_follows
  after insert or update of path, parent_id on organisations_organisation
  deferrable initially deferred for each row execute function organisations_path_follows();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0012_path_follows_at_once"),
    ]

    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.AlterField(
            model_name="organisation",
            name="industry",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="organisations.industry",
                verbose_name="产业",
            ),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="secondary",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="served",
                to="organisations.organisation",
                verbose_name="业务指导上级",
            ),
        ),
        migrations.AlterField(
            model_name="organisation",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="predecessors",
                to="organisations.organisation",
                verbose_name="承继组织",
            ),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                condition=models.Q(("industry__isnull", False)), fields=["industry"], name="organisation_industry_of"
            ),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                condition=models.Q(("secondary__isnull", False)), fields=["secondary"], name="organisation_secondary_of"
            ),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                condition=models.Q(("successor__isnull", False)), fields=["successor"], name="organisation_successor_of"
            ),
        ),
    ]
