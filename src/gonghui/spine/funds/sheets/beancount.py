"""The ledger as Beancount text, so that a program that is not ours can add it up (`bean-check FILE`).

Each fund is an account below the account, so that restricted money stays apart there too. Of a period, what stood
before it comes as one transaction; at its end every account is asserted to hold what our own balances say, which the
other program then counts from the transactions: to the fen, where it would by itself let one pass.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from gonghui.core.money import yuan
from gonghui.core.period import Period
from gonghui.spine.funds.models import Book, LedgerAccount, Leg, balances

ROOTS = {"asset": "Assets", "liability": "Liabilities", "net": "Equity", "income": "Income", "expense": "Expenses"}


def export(book: Book, period: Period | None = None) -> Iterator[str]:
    """The lines of the file, one string each."""
    first = period.first if period is not None else book.started_on
    last = period.last if period is not None else date.max
    funds = {fund.pk: at for at, fund in enumerate(book.funds.order_by("id"), 1)}
    accounts = {one.pk: one for one in LedgerAccount.objects.filter(book=book)}
    before = balances(book, first - timedelta(days=1))
    legs = Leg.objects.filter(posting__book=book, day__range=(max(first, book.started_on), last))
    used = sorted({*before, *legs.values_list("account_id", "fund_id").distinct()})
    names = {(account, fund): _name(accounts[account], funds[fund]) for account, fund in used}
    yield f'option "title" "{_quoted(book.organisation.name)}"\n'
    yield 'option "operating_currency" "CNY"\n\n'
    opened = min(first, book.started_on)
    for key, name in names.items():
        yield f"{opened} open {name} CNY\n"
        yield f'  title: "{_quoted(accounts[key[0]].title)}"\n'
    if before:
        yield f'\n{first} * "期初余额"\n'  # zh
        for key, fen in sorted(before.items()):
            yield f"  {names[key]}  {yuan(fen, grouped=False)} CNY\n"
    yield from _transactions(legs, names)
    newest = legs.order_by("-day").values_list("day", flat=True).first()
    if newest is not None or before:
        until = min(last, newest or first)
        held = balances(book, until)
        yield "\n"
        for key, name in names.items():
            yield f"{until + timedelta(days=1)} balance {name}  {yuan(held.get(key, 0), grouped=False)} ~ 0.001 CNY\n"


def _transactions(legs: object, names: dict[tuple[int, int], str]) -> Iterator[str]:
    posting = 0
    ordered = legs.select_related("posting").order_by("day", "posting_id", "seq")  # type: ignore[attr-defined]
    for leg in ordered.iterator(chunk_size=5000):
        one = leg.posting
        if one.pk != posting:
            posting = one.pk
            yield f'\n{one.day} * "{_quoted(one.memo)}"\n  voucher: "{one.month_key}/{one.number}"\n'
        yield f"  {names[leg.account_id, leg.fund_id]}  {yuan(leg.amount_fen, grouped=False)} CNY\n"


def _name(account: LedgerAccount, fund: int) -> str:
    """`Assets:Bank:F1`: Beancount wants Latin words that begin with a capital or a digit."""
    word = "-".join(part.capitalize() for part in account.key.split("_"))
    return f"{ROOTS[account.kind]}:{word}:F{fund}"


def _quoted(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
