"""The same guards, quicker: legs are grouped once for all that is asked of them, lines of payments are asked row by row.

(Joined as sets, the lines before and after a step met each other one by one once a plan made for a few rows was kept.)
"""

from django.db import migrations

GUARD = """
create or replace function funds_legs_stand() returns trigger language plpgsql as $$
declare
  wrong record;
begin
  select f.posting_id, f.is_unbalanced, f.books_differ or f.book is distinct from p.book_id as is_anothers into wrong
  from (
    select posting_id, sum(legs) as legs, min(first) as first, max(last) as last, min(from_day) as from_day,
      max(to_day) as to_day, sum(debit) as debit, bool_or(net <> 0) as is_unbalanced, min(book) as book,
      bool_or(book is null or book <> top_book or book is distinct from fund_book) or min(book) <> max(book)
        as books_differ
    from (
      select l.posting_id, l.fund_id, count(*) as legs, min(l.seq) as first, max(l.seq) as last, min(l.day) as from_day,
        max(l.day) as to_day, coalesce(sum(l.amount_fen) filter (where l.amount_fen > 0), 0) as debit,
        sum(l.amount_fen) as net, min(coalesce(a.book_id, -1)) as book, max(coalesce(a.book_id, -1)) as top_book,
        min(u.book_id) as fund_book
      from fresh l left join funds_ledgeraccount a on a.id = l.account_id left join funds_fund u on u.id = l.fund_id
      group by l.posting_id, l.fund_id
    ) by_fund group by posting_id
  ) f left join funds_posting p on p.id = f.posting_id
  where p.id is null or f.legs <> p.legs or f.first <> 1 or f.last <> p.legs or f.from_day <> p.day
    or f.to_day <> p.day or f.debit <> p.total_fen or f.is_unbalanced or f.books_differ or f.book <> p.book_id limit 1;
  if wrong.posting_id is not null then
    if wrong.is_unbalanced then
      perform funds_refuse('funds_balanced', format('posting %s: debit and credit differ within a fund', wrong.posting_id));
    elsif wrong.is_anothers then
      perform funds_refuse('funds_own_book', format('posting %s: an account or a fund is another book''s', wrong.posting_id));
    end if;
    perform funds_refuse('funds_legs_whole', format('posting %s: its legs are not the ones it names', wrong.posting_id));
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

drop trigger funds_lines_go_on on funds_paymentline;
drop function funds_lines_go_on();
create function funds_line_goes_on() returns trigger language plpgsql as $$
begin
  if (new.id, new.batch_id, new.seq, new.order_id, new.account_id, new.amount_fen, new.reference) is distinct from
     (old.id, old.batch_id, old.seq, old.order_id, old.account_id, old.amount_fen, old.reference)
     or (new.state <> old.state and (old.state, new.state) not in (('waiting', 'sent'), ('waiting', 'dropped'),
      ('sent', 'succeeded'), ('sent', 'failed'), ('sent', 'unknown'), ('unknown', 'succeeded'),
      ('unknown', 'failed'), ('succeeded', 'returned')))
     or (new.state <> old.state and old.state = 'waiting' and not exists (
       select 1 from funds_paymentbatch b where b.id = new.batch_id
         and b.state = case new.state when 'sent' then 'released' else 'cancelled' end)) then
    perform funds_refuse('funds_line_goes_on', format('line %s: a payment cannot take this step', old.id));
  end if;
  return new;
end $$;
create trigger funds_line_goes_on before update on funds_paymentline
  for each row execute function funds_line_goes_on();
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0004_payment_guards")]

    operations = [migrations.RunSQL(GUARD, migrations.RunSQL.noop)]
