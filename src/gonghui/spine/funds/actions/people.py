"""Many people as payees at once, their cards as accounts: row for row what `keep_payee` would write one by one."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from gonghui.core import bulk, clock, reactions
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.models import random_ids, random_uuids
from gonghui.spine.funds.actions.payees import AccountEntry, checked, is_card, payee_name
from gonghui.spine.funds.actions.setting_up import require_reach
from gonghui.spine.funds.facts import PayeeAccountSet
from gonghui.spine.funds.flow import ORDER
from gonghui.spine.funds.models import NUMBER, NUMBER_FOUND, Book, Payee, PayeeAccount
from gonghui.spine.funds.rules import parameters

PERSON = "members.person"
CARD_BANK = "工会会员服务卡"  # zh
ToPay = tuple[int, str, str]
"""A person's number, name and card."""


class Kept(NamedTuple):
    """A person as a payee: their account, whether a change of it holds payments; or the code of what is wrong."""

    payee: int = 0
    account: int = 0
    is_held: bool = False
    wrong: str = ""


def keep_people(book: Book, people: Sequence[ToPay], *, by: Actor, at: datetime, bank: str = CARD_BANK) -> list[Kept]:
    """The people stand as payees with these cards, in the order given; a card that cannot be one stops nobody else.

    It runs in the caller's transaction and writes its entries itself. Whoever stands in the book with the same card is
    found by one question; another card is another account, which holds payments as ever.
    """
    by.require(ORDER)
    require_reach(by, book)
    if not connection.in_atomic_block:
        raise RuntimeError("keep_people runs in its caller's transaction")
    connection.cursor().execute("select pg_advisory_xact_lock(%s)", [(15 << 48) + book.pk])
    with bulk.without_collecting():
        return _kept(people, _Keeping(book, bank, by, at))


def _kept(people: Sequence[ToPay], keeping: "_Keeping") -> list[Kept]:
    wrong, numbers = _looked_at(people, keeping.bank)
    kept: list[Kept | None] = [None] * len(people)
    left = [n for n in range(len(people)) if wrong[n] is None]
    while left:  # somebody named twice is kept a second time after the first
        seen: set[int] = set()
        again: list[int] = []
        turn: list[int] = []
        for n in left:
            person = people[n][0]
            (again if person in seen else turn).append(n)
            seen.add(person)
        for n, one in zip(turn, keeping.keep([people[n] for n in turn], [numbers[n] for n in turn]), strict=True):
            kept[n] = one
        left = again
    return [one or Kept(wrong=code or "") for one, code in zip(kept, wrong, strict=True)]


def _looked_at(people: Sequence[ToPay], bank: str) -> tuple[list[str | None], list[str]]:
    """What is wrong with each card, if anything, and the cards as they are kept."""
    wrong: list[str | None] = []
    numbers = []
    for _person, _name, card in people:
        try:
            plain = card.isascii() and card.isdigit() and 16 <= len(card) <= 19 and is_card(card)
            numbers.append(card if plain else checked(AccountEntry(card, "card", bank)).number)
            wrong.append(None)
        except Refusal as refusal:
            numbers.append("")
            wrong.append(refusal.code)
    return wrong, numbers


_KNOWN = """
select p.id, p.account_id, a.found = n.found, a.replaces_id is not null and a.confirmed_by is null and a.set_at > %s
from unnest(%s::bigint[], %s::bytea[]) with ordinality as n(person, found, at)
left join lateral (
  select id, account_id from funds_payee where book_id = %s and subject_type = %s and subject_id = n.person limit 1
) p on true
left join funds_payeeaccount a on a.id = p.account_id order by n.at
"""
_CHANGED = """
update funds_payee p set account_id = n.account
from unnest(%s::bigint[], %s::bigint[]) as n(id, account) where p.id = n.id
"""
PAYEE_COLUMNS = ("id", "public_id", "book_id", "kind", "name", "subject_type", "subject_id", "account_id")
ACCOUNT_COLUMNS = (
    *("id", "public_id", "payee_id", "kind", "number", "found", "last4", "bank", "clearing", "replaces_id"),
    *("set_by", "set_at"),
)


class _Fresh(NamedTuple):
    """Somebody of whom a row has to be written; who they are in the book already, and by which account."""

    at: int
    person: int
    name: str
    number: str
    found: bytes
    payee: int | None
    before: int | None


class _Keeping:
    """The same for people of whom none is named twice.

    Each is looked for by himself (`limit 1`): joined as a set, fresh rows that the planner has no statistics of met
    each other one by one.
    """

    def __init__(self, book: Book, bank: str, by: Actor, at: datetime) -> None:
        self.book, self.bank, self.by, self.at = book, bank, by, at
        self.since = at - timedelta(hours=parameters.on(clock.day_of(at)).hold_hours)

    def keep(self, people: Sequence[ToPay], numbers: Sequence[str]) -> list[Kept]:
        """One question for those who are known; what is new of the others is written."""
        find = NUMBER_FOUND.finder()
        found = [find(number) for number in numbers]
        with connection.cursor() as cursor:
            asked: list[Any] = [bulk.array([one[0] for one in people], "bigint"), bulk.array(found, "bytea")]
            cursor.execute(_KNOWN, [self.since, *asked, self.book.pk, PERSON])
            rows = cursor.fetchall()
        kept = [Kept(payee, account, is_held) if is_same else Kept() for payee, account, is_same, is_held in rows]
        fresh = []
        for n, (payee, before, is_same, _is_held) in enumerate(rows):
            if is_same:
                continue
            try:
                name = payee_name(people[n][1])
            except Refusal as refusal:
                kept[n] = Kept(wrong=refusal.code)
            else:
                fresh.append(_Fresh(n, people[n][0], name, numbers[n], found[n], payee, before))
        if fresh:
            for one, its in zip(fresh, self._write(fresh), strict=True):
                kept[one.at] = its
        return kept

    def _write(self, people: Sequence["_Fresh"]) -> list[Kept]:
        """Payees that are new, accounts that are new or another, an entry for each of these."""
        many, seal, book = len(people), NUMBER.sealer(), self.book.pk
        drawn = zip(random_ids(many), people, strict=True)
        payees = [fresh if one.payee is None else one.payee for fresh, one in drawn]
        accounts = random_ids(many)
        rows = list(zip(payees, accounts, random_uuids(many), people, strict=True))
        new = [
            (payee, uid, book, "person", one.name, PERSON, one.person, account)
            for (payee, account, _uid, one), uid in zip(rows, random_uuids(many), strict=True)
            if one.payee is None
        ]
        bulk.copy(Payee, PAYEE_COLUMNS, new)
        set_by = (self.by.account_id, self.at)
        written = [
            (
                *(account, uid, payee, "card", seal(one.number, uid), one.found, one.number[-4:]),
                *(self.bank, "", one.before, *set_by),
            )
            for payee, account, uid, one in rows
        ]
        bulk.copy(PayeeAccount, ACCOUNT_COLUMNS, written)
        if changed := [(payee, account) for payee, account, _uid, one in rows if one.payee is not None]:
            with connection.cursor() as cursor:
                cursor.execute(_CHANGED, list(map(list, zip(*changed, strict=True))))
        is_change = [one.before is not None for one in people]
        self._tell(accounts, is_change)
        return [Kept(*one) for one in zip(payees, accounts, is_change, strict=True)]

    def _tell(self, accounts: Iterable[int], is_change: Iterable[bool]) -> None:
        on, place = clock.day_of(self.at), self.book.organisation
        where = {"organisation_id": place.pk, "path": place.path_on(on), "actor_id": self.by.id, "happened_on": on}
        where["subject_type"] = "funds.payeeaccount"
        bulk.copy_entries(
            [
                bulk.pending_like(PayeeAccountSet(changed=changed), subject_id=account, **where)
                for account, changed in zip(accounts, is_change, strict=True)
            ]
        )
        reactions.wake({PayeeAccountSet.kind})  # type: ignore[attr-defined]
