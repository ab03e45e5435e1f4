"""The journal's ids, its writers' lock, and the triggers that keep it append-only."""

from django.db import migrations

FORWARD = """
create sequence entry_id cache 1;
select setval('entry_id', 1, true);
alter table core_entry alter column id set default nextval('entry_id');
create sequence fact_group_id as integer cache 1;
alter table core_factgroup alter column id set default nextval('fact_group_id');
insert into core_foldposition(one, position) values (true, 1);

create function gonghui_writer_lock() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared((11::bigint << 48) + (select last_value from entry_id));
  return null;
end $$;
create trigger entry_writer before insert on core_entry for each statement execute function gonghui_writer_lock();

create function gonghui_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'restrict_violation',
    hint = 'Correct an entry by a reversal and a new entry.';
end $$;
create trigger entry_append_only before update or delete or truncate on core_entry
  for each statement execute function gonghui_append_only();
create trigger access_append_only before update or delete or truncate on core_access
  for each statement execute function gonghui_append_only();
create trigger kind_append_only before update or delete or truncate on core_kind
  for each statement execute function gonghui_append_only();
create trigger subject_type_append_only before update or delete or truncate on core_subjecttype
  for each statement execute function gonghui_append_only();
create trigger fact_group_append_only before update or delete or truncate on core_factgroup
  for each statement execute function gonghui_append_only();
"""
BACK = """
drop trigger fact_group_append_only on core_factgroup;
drop trigger subject_type_append_only on core_subjecttype;
drop trigger kind_append_only on core_kind;
drop trigger access_append_only on core_access;
drop trigger entry_append_only on core_entry;
drop function gonghui_append_only();
drop trigger entry_writer on core_entry;
drop function gonghui_writer_lock();
delete from core_foldposition;
alter table core_factgroup alter column id drop default;
drop sequence fact_group_id;
alter table core_entry alter column id drop default;
drop sequence entry_id;
"""


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("core", "0001_journal")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
