"""What must never happen to a payment is refused by the database itself, whatever a program asks for.

That an order has two live lines is refused by an index (funds_order_paid_once), a release by its maker by a check.
Here: an order's amount, payee and fund never change; a batch after its release takes no line and loses none; a line
takes only the steps a payment can take, and goes to the bank only with a released batch.
"""

from django.db import migrations

GUARD = """
create function funds_order_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.book_id, new.fund_id, new.spent_on_id, new.payee_id, new.amount_fen, new.purpose, new.why,
      new.about_type, new.about_id, new.request_key, new.request_sha256, new.made_by) is distinct from
     (old.book_id, old.fund_id, old.spent_on_id, old.payee_id, old.amount_fen, old.purpose, old.why,
      old.about_type, old.about_id, old.request_key, old.request_sha256, old.made_by) then
    perform funds_refuse('funds_order_stays', 'a payment order is cancelled and made anew, never changed');
  end if;
  return new;
end $$;
create trigger funds_order_stays before update or delete on funds_paymentorder
  for each row execute function funds_order_stays();

create function funds_batch_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.book_id, new.number, new.pays_from_id, new.payments, new.total_fen, new.content_sha256,
      new.made_by) is distinct from (old.book_id, old.number, old.pays_from_id, old.payments, old.total_fen,
      old.content_sha256, old.made_by) or (old.released_by is not null and
      (new.released_by, new.released_at) is distinct from (old.released_by, old.released_at))
     or (old.state, new.state) not in (('draft', 'draft'), ('draft', 'released'), ('draft', 'cancelled'),
      ('released', 'released'), ('released', 'settled'), ('settled', 'settled')) then
    perform funds_refuse('funds_batch_stays', format('batch %s: what was put together does not change', old.id));
  end if;
  return new;
end $$;
create trigger funds_batch_stays before update or delete on funds_paymentbatch
  for each row execute function funds_batch_stays();

create function funds_lines_stand() returns trigger language plpgsql as $$
declare
  found bigint;
begin
  select f.id into found from fresh f join funds_paymentbatch b on b.id = f.batch_id
    join funds_paymentorder o on o.id = f.order_id join funds_payeeaccount a on a.id = f.account_id
  where b.state <> 'draft' or f.state <> 'waiting' or o.book_id <> b.book_id or o.amount_fen <> f.amount_fen
    or o.payee_id <> a.payee_id limit 1;
  if found is not null then
    perform funds_refuse('funds_line_stands', format('line %s: not of an open batch, or not what was ordered', found));
  end if;
  return null;
end $$;
create trigger funds_lines_stand after insert on funds_paymentline referencing new table as fresh
  for each statement execute function funds_lines_stand();

create function funds_lines_go_on() returns trigger language plpgsql as $$
declare
  found bigint;
begin
  select n.id into found from after n left join before o on o.id = n.id
  where o.id is null or (n.batch_id, n.seq, n.order_id, n.account_id, n.amount_fen, n.reference) is distinct from
    (o.batch_id, o.seq, o.order_id, o.account_id, o.amount_fen, o.reference)
    or (n.state <> o.state and (o.state, n.state) not in (('waiting', 'sent'), ('waiting', 'dropped'),
      ('sent', 'succeeded'), ('sent', 'failed'), ('sent', 'unknown'), ('unknown', 'succeeded'),
      ('unknown', 'failed'), ('succeeded', 'returned'))) limit 1;
  if found is null then
    select n.id into found from after n join before o on o.id = n.id join funds_paymentbatch b on b.id = n.batch_id
    where n.state <> o.state and ((n.state = 'sent' and b.state <> 'released')
      or (n.state = 'dropped' and b.state <> 'cancelled')) limit 1;
  end if;
  if found is not null then
    perform funds_refuse('funds_line_goes_on', format('line %s: a payment cannot take this step', found));
  end if;
  return null;
end $$;
create trigger funds_lines_go_on after update on funds_paymentline
  referencing old table as before new table as after
  for each statement execute function funds_lines_go_on();
create trigger funds_line_stays before delete or truncate on funds_paymentline
  for each statement execute function gonghui_append_only();

create function funds_payee_account_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.payee_id, new.kind, new.found, new.last4, new.bank, new.clearing, new.replaces_id,
      new.set_by, new.set_at) is distinct from (old.payee_id, old.kind, old.found, old.last4, old.bank, old.clearing,
      old.replaces_id, old.set_by, old.set_at) then
    perform funds_refuse('funds_payee_account_stays', 'an account is replaced by another one, never changed');
  end if;
  return new;
end $$;
create trigger funds_payee_account_stays before update or delete on funds_payeeaccount
  for each row execute function funds_payee_account_stays();
create trigger funds_answer_stays before update or delete or truncate on funds_answerfile
  for each statement execute function gonghui_append_only();
create trigger funds_answer_row_stays before delete or truncate on funds_answerrow
  for each statement execute function gonghui_append_only();
"""

UNGUARD = """
drop trigger funds_order_stays on funds_paymentorder;
drop trigger funds_batch_stays on funds_paymentbatch;
drop trigger funds_lines_stand on funds_paymentline;
drop trigger funds_lines_go_on on funds_paymentline;
drop trigger funds_line_stays on funds_paymentline;
drop trigger funds_payee_account_stays on funds_payeeaccount;
drop trigger funds_answer_stays on funds_answerfile;
drop trigger funds_answer_row_stays on funds_answerrow;
drop function funds_order_stays();
drop function funds_batch_stays();
drop function funds_lines_stand();
drop function funds_lines_go_on();
drop function funds_payee_account_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0003_payments")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
