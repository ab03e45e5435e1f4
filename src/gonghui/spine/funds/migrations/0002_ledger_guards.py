"""The database keeps the books: balanced, funded, numbered without gaps, in open months, and never changed after.

Legs are checked a statement at a time (transition tables), so that a load by COPY costs one check and not one a row.
A posting's legs come in one statement, numbered 1 to n as it says: nothing can be added to it afterwards. What no
statement can know, whether every number drawn was used and every posting has its legs, is asked when the transaction
ends, once for each drawing of numbers.
"""

from django.db import migrations

GUARD = """
create function funds_refuse(rule text, said text) returns void language plpgsql as $$
begin
  raise exception '%', said using errcode = 'check_violation', constraint = rule;
end $$;

create function funds_legs_stand() returns trigger language plpgsql as $$
declare
  found bigint;
begin
  select f.posting_id into found
  from (select posting_id, count(*) as legs, min(seq) as first, max(seq) as last, min(day) as from_day,
          max(day) as to_day, sum(amount_fen) filter (where amount_fen > 0) as total from fresh group by posting_id) f
  left join funds_posting p on p.id = f.posting_id
  where p.id is null or f.legs <> p.legs or f.first <> 1 or f.last <> p.legs
    or f.from_day <> p.day or f.to_day <> p.day or f.total is distinct from p.total_fen limit 1;
  if found is not null then
    perform funds_refuse('funds_legs_whole', format('posting %s: its legs are not the ones it names', found));
  end if;
  select posting_id into found from fresh group by posting_id, fund_id having sum(amount_fen) <> 0 limit 1;
  if found is not null then
    perform funds_refuse('funds_balanced', format('posting %s: debit and credit differ within a fund', found));
  end if;
  select p.book_id into found
  from (select distinct f.account_id, f.fund_id, p.book_id from fresh f join funds_posting p on p.id = f.posting_id) p
  left join funds_ledgeraccount a on a.id = p.account_id left join funds_fund u on u.id = p.fund_id
  where a.book_id is distinct from p.book_id or u.book_id is distinct from p.book_id limit 1;
  if found is not null then
    perform funds_refuse('funds_own_book', format('book %s: an account or a fund is another book''s', found));
  end if;
  insert into funds_dayturn as t (account_id, fund_id, day, debit_fen, credit_fen, legs)
  select account_id, fund_id, day, coalesce(sum(amount_fen) filter (where amount_fen > 0), 0),
    coalesce(-sum(amount_fen) filter (where amount_fen < 0), 0), count(*)
  from fresh group by 1, 2, 3 order by 1, 2, 3
  on conflict (account_id, fund_id, day) do update set debit_fen = t.debit_fen + excluded.debit_fen,
    credit_fen = t.credit_fen + excluded.credit_fen, legs = t.legs + excluded.legs;
  update funds_fund u set held_fen = u.held_fen + s.fen
  from (select f.fund_id, sum(f.amount_fen) as fen from fresh f
        join funds_ledgeraccount a on a.id = f.account_id and a.is_money group by 1) s
  where u.id = s.fund_id and s.fen <> 0;
  return null;
end $$;
create trigger funds_legs_stand after insert on funds_leg referencing new table as fresh
  for each statement execute function funds_legs_stand();

create function funds_postings_stand() returns trigger language plpgsql as $$
declare
  found bigint;
begin
  select f.id into found from fresh f left join funds_bookmonth m on m.book_id = f.book_id and m.month = f.month
  where m.state is distinct from 'open' limit 1;
  if found is not null then
    perform funds_refuse('funds_month_open', format('posting %s: its month is closed, or not in the book', found));
  end if;
  select f.id into found from fresh f join funds_bookmonth m on m.book_id = f.book_id and m.month = f.month
  where f.number < 1 or f.number > m.last_number limit 1;
  if found is not null then
    perform funds_refuse('funds_number_drawn', format('posting %s: its number was not drawn', found));
  end if;
  return null;
end $$;
create trigger funds_postings_stand after insert on funds_posting referencing new table as fresh
  for each statement execute function funds_postings_stand();

create function funds_month_whole() returns trigger language plpgsql as $$
declare
  whole bigint;
begin
  select count(*) into whole from funds_posting p
  where p.book_id = new.book_id and p.month = new.month and p.number > old.last_number and p.number <= new.last_number
    and exists (select 1 from funds_leg l where l.posting_id = p.id and l.seq = 1);
  if whole <> new.last_number - old.last_number then
    perform funds_refuse('funds_numbers_whole', format('book %s, month %s: of the numbers %s to %s only %s were used',
      new.book_id, new.month, old.last_number + 1, new.last_number, whole));
  end if;
  return null;
end $$;
create constraint trigger funds_month_whole after update of last_number on funds_bookmonth
  deferrable initially deferred for each row execute function funds_month_whole();

create function funds_month_goes_on() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    perform funds_refuse('funds_month_stays', 'a month of a book is never deleted');
  end if;
  if new.book_id <> old.book_id or new.month <> old.month or new.last_number < old.last_number
     or old.state = 'closed' then
    perform funds_refuse('funds_month_stays', format('book %s, month %s: closed for good', old.book_id, old.month));
  end if;
  if new.state = 'closed' then
    if exists (select 1 from funds_bookmonth where book_id = new.book_id and month < new.month and state = 'open') then
      perform funds_refuse('funds_month_in_turn', format('book %s: a month before %s is open', new.book_id, new.month));
    end if;
    insert into funds_carried (account_id, month, fund_id, balance_fen)
    select account_id, new.month, fund_id, sum(fen) from (
      select c.account_id, c.fund_id, c.balance_fen as fen from funds_carried c
      join funds_ledgeraccount a on a.id = c.account_id where a.book_id = new.book_id and c.month = (
        select max(month) from funds_bookmonth where book_id = new.book_id and month < new.month)
      union all
      select t.account_id, t.fund_id, t.debit_fen - t.credit_fen from funds_dayturn t
      join funds_ledgeraccount a on a.id = t.account_id where a.book_id = new.book_id
        and t.day >= make_date(new.month / 100, new.month % 100, 1)
        and t.day < make_date(new.month / 100, new.month % 100, 1) + interval '1 month') held
    group by 1, 3 having sum(fen) <> 0;
  end if;
  return new;
end $$;
create trigger funds_month_goes_on before update or delete on funds_bookmonth
  for each row execute function funds_month_goes_on();

create function funds_kept_by_the_database() returns trigger language plpgsql as $$
begin
  raise exception '% is kept by the database: % refused', tg_table_name, tg_op
    using errcode = 'restrict_violation', constraint = tg_table_name || '_kept';
end $$;
create trigger funds_dayturn_kept before insert or update or delete on funds_dayturn
  for each statement when (pg_trigger_depth() = 0) execute function funds_kept_by_the_database();
create trigger funds_dayturn_whole before truncate on funds_dayturn
  for each statement execute function funds_kept_by_the_database();
create trigger funds_carried_kept before insert on funds_carried
  for each statement when (pg_trigger_depth() = 0) execute function funds_kept_by_the_database();
create trigger funds_carried_whole before update or delete or truncate on funds_carried
  for each statement execute function funds_kept_by_the_database();
create trigger funds_fund_held before update on funds_fund for each row
  when (pg_trigger_depth() = 0 and (old.held_fen <> new.held_fen or old.book_id <> new.book_id
    or (old.is_restricted and not new.is_restricted)))
  execute function funds_kept_by_the_database();
create trigger funds_fund_begins before insert on funds_fund for each row
  when (new.held_fen <> 0 or new.committed_fen <> 0) execute function funds_kept_by_the_database();
create trigger funds_fund_stays before delete or truncate on funds_fund
  for each statement execute function funds_kept_by_the_database();
create trigger funds_account_stays before update or delete or truncate on funds_ledgeraccount
  for each statement execute function gonghui_append_only();
create trigger funds_book_stays before update or delete or truncate on funds_book
  for each statement execute function gonghui_append_only();
create trigger funds_posting_append_only before update or delete or truncate on funds_posting
  for each statement execute function gonghui_append_only();
create trigger funds_leg_append_only before update or delete or truncate on funds_leg
  for each statement execute function gonghui_append_only();
create trigger funds_month_kept before truncate on funds_bookmonth
  for each statement execute function gonghui_append_only();
"""

TRIGGERS = (
    ("funds_leg", "funds_legs_stand"),
    ("funds_leg", "funds_leg_append_only"),
    ("funds_posting", "funds_postings_stand"),
    ("funds_posting", "funds_posting_append_only"),
    ("funds_bookmonth", "funds_month_whole"),
    ("funds_bookmonth", "funds_month_goes_on"),
    ("funds_bookmonth", "funds_month_kept"),
    ("funds_dayturn", "funds_dayturn_kept"),
    ("funds_dayturn", "funds_dayturn_whole"),
    ("funds_carried", "funds_carried_kept"),
    ("funds_carried", "funds_carried_whole"),
    ("funds_fund", "funds_fund_held"),
    ("funds_fund", "funds_fund_begins"),
    ("funds_fund", "funds_fund_stays"),
    ("funds_ledgeraccount", "funds_account_stays"),
    ("funds_book", "funds_book_stays"),
)
FUNCTIONS = (
    "funds_legs_stand()",
    "funds_postings_stand()",
    "funds_month_whole()",
    "funds_month_goes_on()",
    "funds_kept_by_the_database()",
    "funds_refuse(text, text)",
)
UNGUARD = "\n".join(
    [f"drop trigger {name} on {table};" for table, name in TRIGGERS] + [f"drop function {name};" for name in FUNCTIONS]
)


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_ledger"), ("core", "0002_journal_guards")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
