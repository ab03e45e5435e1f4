"""The guard of paths asks one question a row instead of two: the founding of many waits for it at its commit."""

from django.db import migrations

GUARD = """
create or replace function organisations_path_follows() returns trigger language plpgsql as $$
declare
  wrong text;
begin
  -- Deferred: the row as it stands at the end of the transaction counts, not as it was when the trigger was queued.
  select here.path into wrong from organisations_organisation here
    left join organisations_organisation above on above.id = here.parent_id
    where here.id = new.id and here.path <> coalesce(above.path, '/') || here.id || '/';
  if found then
    raise exception 'organisation %: path % does not follow its superior', new.id, wrong
      using errcode = 'check_violation', constraint = 'organisation_path_follows';
  end if;
  if tg_op = 'UPDATE' and exists (
    select 1 from organisations_organisation c join organisations_organisation here on here.id = c.parent_id
    where here.id = new.id and c.path <> here.path || c.id || '/'
  ) then
    raise exception 'organisation %: organisations below it kept an old path', new.id
      using errcode = 'check_violation', constraint = 'organisation_path_follows';
  end if;
  return null;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0011_found_by_apart")]

    operations = [migrations.RunSQL(GUARD, migrations.RunSQL.noop)]
