"""Payees and their accounts. Another account is another row; for some days a second person has to make sure of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from gonghui.core import clock, text
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import record
from gonghui.spine.funds.actions.setting_up import require_reach
from gonghui.spine.funds.facts import PayeeAccountConfirmed, PayeeAccountSet
from gonghui.spine.funds.flow import ORDER
from gonghui.spine.funds.models import ACCOUNT_KINDS, NUMBER, NUMBER_FOUND, PAYEE_KINDS, Book, Payee, PayeeAccount

APPROVE = "funds.approve"


@dataclass(frozen=True)
class AccountEntry:
    """An account at a bank as somebody enters it."""

    number: str
    kind: str = "card"
    bank: str = ""
    clearing: str = ""


@dataclass(frozen=True)
class PayeeEntry:
    """Whom to pay: their name, what record of an app they are, and their account."""

    name: str
    account: AccountEntry
    kind: str = "person"
    subject_type: str = ""
    subject_id: int | None = None


def checked(entry: AccountEntry) -> AccountEntry:
    """The account as it is kept, or a refusal that never repeats the number."""
    number = "".join(text.fold(entry.number).replace("-", "").split())
    if entry.kind not in ACCOUNT_KINDS:
        raise Refusal("funds.account_kind", "请选择账户类别")
    if entry.kind == "card":
        if not (number.isascii() and number.isdigit() and 16 <= len(number) <= 19):
            raise Refusal("funds.card_length", "银行卡号应为 16 至 19 位数字，这里是 %(n)s 位，请核对", n=len(number))
        if not is_card(number):
            raise Refusal("funds.card_check", "银行卡号的校验位不对，请逐位核对")
    elif not (number.isalnum() and number.isascii() and 8 <= len(number) <= 32):
        raise Refusal("funds.account_length", "账号应为 8 至 32 位数字或字母，请核对")
    clearing = "".join(text.fold(entry.clearing).split())
    if clearing and not (clearing.isdigit() and len(clearing) == 12):
        raise Refusal("funds.clearing", "联行号应为 12 位数字，请核对")
    bank = " ".join(text.fold(entry.bank).split())
    if not 1 <= len(bank) <= 60:
        raise Refusal("funds.bank", "请填开户行，最多 60 个字")
    return AccountEntry(number, entry.kind, bank, clearing)


@action
def keep_payee(book: Book, entry: PayeeEntry, *, by: Actor, at: datetime) -> Payee:
    """The payee stands in the book with this account; one that differs from the one before is a change of account."""
    by.require(ORDER)
    require_reach(by, book)
    payee, fresh = kept(book, entry, by=by, at=at)
    if not fresh:
        record(PayeeAccountSet(changed=False), about=payee.account, by=by, happened_on=clock.day_of(at))
    return payee


def kept(book: Book, entry: PayeeEntry, *, by: Actor, at: datetime) -> tuple[Payee, bool]:
    """The same within a running action, and whether the account is new; only then is there an entry."""
    name = payee_name(entry.name)
    if entry.kind not in PAYEE_KINDS:
        raise Refusal("funds.payee_kind", "请选择收款人类别")
    account = checked(entry.account)
    payee = _payee(book, entry, name, account)
    return payee, _set(payee, account, by=by, at=at)


def change_account(payee: Payee, given: PayeeEntry | AccountEntry, *, by: Actor, at: datetime) -> None:
    """Within a running action: the payee has this account; refused where what is given is somebody else."""
    if isinstance(given, AccountEntry):
        held = Payee.objects.select_for_update(of=("self",)).select_related("account", "book__organisation")
        _set(held.get(pk=payee.pk), checked(given), by=by, at=at)
    elif kept(payee.book, given, by=by, at=at)[0].pk != payee.pk:
        raise Refusal("funds.other_payee", "只能给同一收款人换账户；要付给别人，请撤销后另提付款单")


def _set(payee: Payee, account: AccountEntry, *, by: Actor, at: datetime) -> bool:
    """The locked payee has the account; whether it is another than before."""
    found = NUMBER_FOUND.of(account.number)
    before = payee.account
    if before is not None and bytes(before.found) == found:
        return False
    fresh = PayeeAccount(
        payee=payee,
        kind=account.kind,
        found=found,
        last4=account.number[-4:],
        bank=account.bank,
        clearing=account.clearing,
        replaces=before,
        set_by=by.account_id,
        set_at=at,
    )
    fresh.number = NUMBER.seal(account.number, fresh.public_id)
    fresh.save(force_insert=True)
    payee.account = fresh
    payee.save(update_fields=["account"])
    record(PayeeAccountSet(changed=before is not None), about=fresh, by=by, happened_on=clock.day_of(at))
    return True


def payee_name(written: str) -> str:
    """The name as it is kept, or a refusal."""
    name = " ".join(text.fold(written).split())
    if not 1 <= len(name) <= 60:
        raise Refusal("funds.payee_name", "请填收款人姓名或户名，最多 60 个字")
    if name[0] in "=+-@":
        raise Refusal("funds.payee_sign", "收款人不能以 = + - @ 开头，表格软件会当成公式，请核对")
    return name


def _payee(book: Book, entry: PayeeEntry, name: str, account: AccountEntry) -> Payee:
    """The payee's row, locked; without a record of an app it is told by name and account."""
    mine = Payee.objects.select_for_update(of=("self",)).select_related("account").filter(book=book)
    if entry.subject_id is not None:
        payee = mine.filter(subject_type=entry.subject_type, subject_id=entry.subject_id).first()
        if payee is not None:
            return cast(Payee, payee)
    else:
        found = NUMBER_FOUND.of(account.number)
        payee = mine.filter(subject_id=None, name=name, account__found=found).first()
        if payee is not None:
            return cast(Payee, payee)
    fresh = Payee(book=book, kind=entry.kind, name=name, subject_type=entry.subject_type, subject_id=entry.subject_id)
    fresh.save(force_insert=True)
    return fresh


def is_card(number: str) -> bool:
    """Whether the check digit of a card fits."""
    digits = number.encode()
    return (sum(digits[::-2]) + sum(digits[-2::-2].translate(_DOUBLED))) % 10 == 48 * len(digits) % 10


_DOUBLED = bytes(range(48)) + b"0246813579" + bytes(range(58, 256))


@action
def confirm_account(account: PayeeAccount, *, by: Actor, at: datetime) -> None:
    """Somebody other than who changed the account has made sure of it; payments to it are not held any more."""
    by.require(APPROVE)
    require_reach(by, account.payee.book)
    held = PayeeAccount.objects.select_for_update(of=("self",)).select_related("payee__book").get(pk=account.pk)
    if held.replaces_id is None or held.confirmed_by is not None:
        raise StepRefused("funds.account_sure", "这个账户不需要再核实，请刷新后再看")
    if held.set_by == by.account_id:
        raise Refusal("funds.account_oneself", "改账户的人不能自己核实，请由他人核实")
    held.confirmed_by, held.confirmed_at = by.account_id, at
    held.save(update_fields=["confirmed_by", "confirmed_at"])
    record(PayeeAccountConfirmed(), about=held, by=by, happened_on=clock.day_of(at))


def digest(*parts: object) -> str:
    """The fingerprint of what was asked for."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()
