"""What was filed stands: the database itself refuses to change or delete it."""

from django.db import migrations

FORWARD = """
create function gonghui_filed_stands() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'reports_report' then
    if old.state <> 'filed' then
      return case tg_op when 'DELETE' then old else new end;
    end if;
  end if;
  raise exception '% is filed: % refused', tg_table_name, tg_op using errcode = 'restrict_violation',
    hint = 'A filed number stands; correct the return, and the report marks the difference.';
end $$;
create trigger filed_report_stands before update or delete on reports_report
  for each row execute function gonghui_filed_stands();
create trigger filed_row_stands before update or delete on reports_filedrow
  for each row execute function gonghui_filed_stands();
"""
BACK = """
drop trigger filed_row_stands on reports_filedrow;
drop trigger filed_report_stands on reports_report;
drop function gonghui_filed_stands();
"""


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("reports", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
