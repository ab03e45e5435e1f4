"""Seals are append-only too, and writers of accesses hold a lock as writers of entries do, so that both can settle."""

from django.db import migrations

FORWARD = """
create function gonghui_access_lock() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared((12::bigint << 48) + (select last_value from core_access_id_seq));
  return null;
end $$;
create trigger access_writer before insert on core_access for each statement execute function gonghui_access_lock();

create trigger block_append_only before update or delete or truncate on core_block
  for each statement execute function gonghui_append_only();
create trigger checkpoint_append_only before update or delete or truncate on core_checkpoint
  for each statement execute function gonghui_append_only();
create trigger seal_key_append_only before update or delete or truncate on core_sealkey
  for each statement execute function gonghui_append_only();
create trigger journal_name_append_only before update or delete or truncate on core_journalname
  for each statement execute function gonghui_append_only();
create trigger witnessed_append_only before update or delete or truncate on core_witnessed
  for each statement execute function gonghui_append_only();
-- Hashes do not compress; trying costs time.
alter table core_block alter leaves set storage external;
"""
BACK = """
alter table core_block alter leaves set storage extended;
drop trigger witnessed_append_only on core_witnessed;
drop trigger journal_name_append_only on core_journalname;
drop trigger seal_key_append_only on core_sealkey;
drop trigger checkpoint_append_only on core_checkpoint;
drop trigger block_append_only on core_block;
drop trigger access_writer on core_access;
drop function gonghui_access_lock();
"""


class Migration(migrations.Migration):
    """After the tables of the seals."""

    dependencies = [("core", "0005_seals")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
