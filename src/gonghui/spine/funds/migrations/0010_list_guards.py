"""The guards of payments, for lists too.

A list grows while it is open; closed, it is what its lines come to, and stays so. Its batches go to the bank when it is
approved, by somebody who neither made nor approved it. What a line may do is a condition of its trigger, so that the
hundred thousands that do it call nothing; batch, order and account of new lines are asked after as a set, and so is
whether lines may go to the bank, or out of a batch.
"""

from django.db import migrations

GUARD = """
create or replace function funds_order_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.book_id, new.fund_id, new.spent_on_id, new.payee_id, new.purpose, new.why,
      new.about_type, new.about_id, new.lines_about, new.from_line_id, new.request_key, new.request_sha256, new.made_by)
      is distinct from (old.book_id, old.fund_id, old.spent_on_id, old.payee_id, old.purpose, old.why,
      old.about_type, old.about_id, old.lines_about, old.from_line_id, old.request_key, old.request_sha256, old.made_by)
     or (old.state <> 'open' and (new.payments, new.amount_fen, new.content_sha256) is distinct from
      (old.payments, old.amount_fen, old.content_sha256))
     or (old.state <> new.state and (new.state = 'open' or (old.state = 'open'
      and new.state not in ('waiting', 'cancelled')))) then
    perform funds_refuse('funds_order_stays', 'a payment order is cancelled and made anew, never changed');
  end if;
  if old.state = 'open' and new.state = 'waiting' and not exists (
      select from funds_paymentbatch b join funds_paymentline l on l.batch_id = b.id where b.order_id = new.id
      having count(*) = new.payments and sum(l.amount_fen) = new.amount_fen) then
    perform funds_refuse('funds_list_whole', format('list %s: its lines do not come to it', old.id));
  end if;
  return new;
end $$;

create or replace function funds_batch_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.book_id, new.order_id, new.number, new.pays_from_id, new.made_by) is distinct from
      (old.book_id, old.order_id, old.number, old.pays_from_id, old.made_by)
     or ((old.state, new.state) <> ('draft', 'draft') and (new.payments, new.total_fen, new.content_sha256)
      is distinct from (old.payments, old.total_fen, old.content_sha256))
     or (old.released_by is not null and
      (new.released_by, new.released_at) is distinct from (old.released_by, old.released_at))
     or (old.state, new.state) not in (('draft', 'draft'), ('draft', 'released'), ('draft', 'cancelled'),
      ('released', 'released'), ('released', 'settled'), ('settled', 'settled')) then
    perform funds_refuse('funds_batch_stays', format('batch %s: what was put together does not change', old.id));
  end if;
  if old.state = 'draft' and new.state = 'released' and new.order_id is not null and not exists (
      select from funds_paymentorder o where o.id = new.order_id and o.state in ('batched', 'sent')
      and o.approved_by is not null and new.released_by not in (o.made_by, o.approved_by)) then
    perform funds_refuse('funds_list_approved', format('batch %s: its list is not approved, or by this person', old.id));
  end if;
  return new;
end $$;

create or replace function funds_lines_stand() returns trigger language plpgsql as $$
declare
  found bigint;
begin
  select f.id into found from fresh f left join funds_paymentbatch b on b.id = f.batch_id
    left join funds_paymentorder o on o.id = f.order_id left join funds_payeeaccount a on a.id = f.account_id
    left join funds_payee p on p.id = a.payee_id
  where (b.state = 'draft' and f.state = 'waiting' and o.book_id = b.book_id and p.book_id = b.book_id
    and f.amount_fen > 0 and case when o.payee_id is null
      then b.order_id = o.id and o.state = 'open' and f.about_id is not null
      else b.order_id is null and o.payee_id = p.id and o.amount_fen = f.amount_fen and f.about_id is null end)
    is not true limit 1;
  if found is not null then
    perform funds_refuse('funds_line_stands', format('line %s: not of an open batch, or not what was ordered', found));
  end if;
  return null;
end $$;

drop trigger funds_line_goes_on on funds_paymentline;
drop function funds_line_goes_on();
create function funds_line_refused() returns trigger language plpgsql as $$
begin
  perform funds_refuse('funds_line_goes_on', format('line %s: a payment cannot take this step', old.id));
  return null;
end $$;
create trigger funds_line_goes_on before update on funds_paymentline for each row when (
  new.id <> old.id or new.batch_id <> old.batch_id or new.seq <> old.seq or new.order_id <> old.order_id
  or new.account_id <> old.account_id or new.about_id is distinct from old.about_id or new.amount_fen <> old.amount_fen
  or new.reference <> old.reference
  or (new.state <> old.state and old.state || ' ' || new.state not in ('waiting sent', 'waiting dropped',
    'sent succeeded', 'sent failed', 'sent unknown', 'unknown succeeded', 'unknown failed', 'succeeded returned')))
  execute function funds_line_refused();
create function funds_lines_leave() returns trigger language plpgsql as $$
declare
  found bigint;
begin
  select f.batch_id into found from (select distinct batch_id, state from fresh where state in ('sent', 'dropped')) f
  where not exists (select from funds_paymentbatch b where b.id = f.batch_id and case f.state
    when 'sent' then b.state = 'released' else b.state = 'cancelled' or (b.state = 'draft' and b.order_id is not null)
    end) limit 1;
  if found is not null then
    perform funds_refuse('funds_line_goes_on', format('batch %s: a payment of it cannot take this step', found));
  end if;
  return null;
end $$;
create trigger funds_lines_leave after update on funds_paymentline referencing new table as fresh
  for each statement execute function funds_lines_leave();

create function funds_answer_rows_stand() returns trigger language plpgsql as $$
begin
  if exists (select from (select distinct file_id from fresh) f
      where not exists (select from funds_answerfile a where a.id = f.file_id))
    or exists (select from fresh f where f.line_id is not null
      and not exists (select from funds_paymentline l where l.id = f.line_id)) then
    perform funds_refuse('funds_answer_row_stands', 'a row of an answer names a file or a payment that is not there');
  end if;
  return null;
end $$;
create trigger funds_answer_rows_stand after insert on funds_answerrow referencing new table as fresh
  for each statement execute function funds_answer_rows_stand();
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0009_lists")]

    operations = [migrations.RunSQL(GUARD, migrations.RunSQL.noop)]
