"""The database itself refuses a path that does not follow the parent's, at the end of each transaction."""

from django.db import migrations

GUARD = """
create function organisations_path_follows() returns trigger language plpgsql as $$
declare
  here organisations_organisation%rowtype;
  above text;
begin
  -- Deferred: the row as it stands at the end of the transaction counts, not as it was when the trigger was queued.
  select * into here from organisations_organisation where id = new.id;
  if not found then
    return null;
  end if;
  if here.parent_id is null then
    above := '/';
  else
    select path into above from organisations_organisation where id = here.parent_id;
  end if;
  if here.path is distinct from above || here.id || '/' then
    raise exception 'organisation %: path % does not follow its superior', here.id, here.path
      using errcode = 'check_violation', constraint = 'organisation_path_follows';
  end if;
  if tg_op = 'UPDATE' and exists (
    select 1 from organisations_organisation c where c.parent_id = here.id and c.path <> here.path || c.id || '/'
  ) then
    raise exception 'organisation %: organisations below it kept an old path', here.id
      using errcode = 'check_violation', constraint = 'organisation_path_follows';
  end if;
  return null;
end $$;
create constraint trigger organisation_path_follows
  after insert or update of path, parent_id on organisations_organisation
  deferrable initially deferred for each row execute function organisations_path_follows();

create function organisations_code_stays() returns trigger language plpgsql as $$
begin
  raise exception 'organisation %: its code and the day it was founded never change', old.id
    using errcode = 'check_violation', constraint = 'organisation_code_stays';
end $$;
create trigger organisation_code_stays before update on organisations_organisation for each row
  when (old.code is distinct from new.code or old.founded_on is distinct from new.founded_on)
  execute function organisations_code_stays();
"""

UNGUARD = """
drop trigger organisation_path_follows on organisations_organisation;
drop trigger organisation_code_stays on organisations_organisation;
drop function organisations_path_follows();
drop function organisations_code_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_tree")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
