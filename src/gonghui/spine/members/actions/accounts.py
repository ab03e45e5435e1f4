"""A member's own account: opened by a printed code, entered by one-time codes where the union sends such, closed.

Whoever types a wrong code, name or paper is told the same in the same time, so that nobody learns who is a member.
"""

from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from gonghui.core import crypto
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import record
from gonghui.spine.members.actions.entries import require_reach, takes_generated
from gonghui.spine.members.actions.people import lock
from gonghui.spine.members.facts import AccountClosed, AccountOpened, ActivationIssued, ActivationVoided
from gonghui.spine.members.flow import KEEP
from gonghui.spine.members.models import ActivationCode, Consent, MemberAccount, Person, SignInCode, paper_index
from gonghui.spine.members.rules import own, papers
from gonghui.web import failures, sending, sessions
from gonghui.web.models import Account

ACTIVATING = "member activation"
"""Where wrong codes are filed; they close that page for one address and one paper."""
WRONG = "开通码、姓名或证件号码不对，或开通码已失效。请照开通单和证件核对；连错五次须请工会重新开出"
CLOSED = "连续输错五次：30 分钟内不再核对。开通码仍然有效，请稍后再试，或请工会重新开出"
CODE_WRONG = "验证码不对或已失效：请核对短信里的六位数字，或重新获取"


def _digest(purpose: str, salt: object, code: str) -> str:
    """What is kept of a code: keyed, fast because it was drawn at random, and of no use for another row."""
    return crypto.digest(f"{salt} {code}", purpose=purpose)


@action
def issue_activation(person: Person, *, by: Actor, on: date) -> str:
    """The code is drawn and told once, to be printed; one issued before is void."""
    by.require(KEEP)
    [person] = lock([person])
    require_reach(by, person.organisation)
    if person.state == "left":
        raise Refusal("members.not_member", "会员 %(number)s 已经离会：请按入会办理", number=person.number)
    for old in ActivationCode.objects.filter(person=person, used_at=None, voided_at=None):
        _void(old, why="replaced", by=by, on=on)
    now, code = timezone.now(), own.draw_code()
    row = ActivationCode(person=person, organisation=person.organisation, issued_by_id=by.account_id or None)
    row.issued_at, row.expires_at = now, now + timedelta(days=own.scheme(on).code_days)
    row.digest = _digest(ACTIVATING, row.public_id, code)
    row.save(force_insert=True)
    record(ActivationIssued(), about=person, by=by, happened_on=on)
    return code


def _void(code: ActivationCode, *, why: str, by: Actor, on: date) -> None:
    code.voided_at = timezone.now()
    code.save(update_fields=["voided_at"])
    record(ActivationVoided(why=why), about=code.person, by=by, happened_on=on)


def open_account(number: str, name: str, code: str, password: str, *, on: date, address: str = "") -> Account:
    """The member has an account with this password; where it stood, a new password and no other session.

    `address` is where the try comes from: five wrong ones for a paper close this page for it and nobody else.
    """
    index = _index(number, on)
    tried = crypto.digest(index.hex(), purpose=ACTIVATING)
    if failures.is_closed(tried, ACTIVATING, address=address):
        raise Refusal("members.code_closed", CLOSED)
    found = _matching(index, name, own.clean_code(code), on=on)
    if found is None:
        failures.failed(tried, ACTIVATING, address=address)
        raise Refusal("members.code_wrong", WRONG)
    try:
        held = MemberAccount.objects.select_related("account").filter(person=found.person).first()
        validate_password(password, held.account if held is not None else Account(username=found.person.number))
    except ValidationError as weak:
        raise Refusal("members.password", "密码不合要求：%(why)s", why=" ".join(weak.messages)) from weak
    return _opened(found, password, on=on)


def _index(number: str, on: date) -> bytes:
    """By what the paper is found; what is no number at all finds nobody."""
    kind = papers.kind_of(number)
    try:
        return paper_index(kind, papers.paper(kind, number, on=on, generated=takes_generated()).number)
    except Refusal:
        return paper_index(kind, papers.folded(number))


@transaction.atomic
def _matching(index: bytes, name: str, code: str, *, on: date) -> ActivationCode | None:
    """The usable code of whoever holds the paper and bears the name; a wrong one counts where there is one to guess."""
    row = (
        ActivationCode.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(person__paper_index=index, used_at=None, voided_at=None)
        .first()
    )
    salt, kept, known = (row.public_id, row.digest, row.person.name) if row is not None else ("", "", "")
    fits = constant_time_compare(_digest(ACTIVATING, salt, code), kept)
    named = constant_time_compare("".join(name.split()).replace(".", "·"), known.replace(" ", ""))
    if row is None or not row.is_usable(timezone.now()):
        return None
    if fits and named:
        return row
    row.tries += 1
    row.save(update_fields=["tries"])
    if row.tries >= own.scheme(on).code_tries:
        _void_for_tries(row, on=on)
    return None


@action
def _void_for_tries(code: ActivationCode, *, on: date) -> None:
    _void(code, why="tries", by=SYSTEM, on=on)


@action
def _opened(code: ActivationCode, password: str, *, on: date) -> Account:
    [person] = lock([code.person])
    code = ActivationCode.objects.select_for_update(of=("self",)).get(pk=code.pk)
    if not code.is_usable(timezone.now()):
        raise Refusal("members.code_wrong", WRONG)
    code.used_at = timezone.now()
    code.save(update_fields=["used_at"])
    held = MemberAccount.objects.select_related("account").filter(person=person).first()
    if held is None:
        if Account.objects.filter(username=person.number).exists():
            raise Refusal("members.account_name", "会员编号 %(number)s 已被用作用户名：请找工会", number=person.number)
        account = Account.objects.create_member(person.number, password)
        MemberAccount.objects.create(account=account, person=person, opened_on=on)
    else:
        account = held.account
        account.set_password(password)
        account.is_active = True
        account.save(update_fields=["password", "is_active"])
        sessions.end(account)
    record(AccountOpened(again=held is not None), about=person, by=SYSTEM, happened_on=on)
    return account


@action
def close_account(person: Person, *, by: Actor, on: date) -> None:
    """The member's account lets nobody in and holds no way in any more; a new code of the union opens it again."""
    held = MemberAccount.objects.select_related("account").get(person=person, pk=by.id)
    held.account.is_active = False
    held.account.set_unusable_password()
    held.account.save(update_fields=["is_active", "password"])
    Authenticator.objects.filter(user=held.account).delete()
    sessions.end(held.account)
    record(AccountClosed(), about=person, by=by, happened_on=on)


# One-time codes ---------------------------------------------------------------------------------------------------

SIGNING_IN = "member sign-in code"


def send_code(number: str, *, on: date) -> bool:
    """A code goes to the phone of the member with the number, if that is somebody who wished so; whether it did."""
    scheme, now = own.scheme(on), timezone.now()
    held = MemberAccount.objects.select_related("person", "account").filter(account__username=number).first()
    if not sending.is_on() or held is None or not held.account.is_active or not held.person.phone:
        return False
    wished = Consent.objects.filter(person=held.person, purpose=own.PHONE_CODES, withdrawn_on=None).exists()
    sent = SignInCode.objects.filter(account=held.account)
    often = any(
        sent.filter(sent_at__gt=now - span).count() >= most
        for span, most in ((timedelta(hours=1), scheme.sign_ins_an_hour), (timedelta(days=1), scheme.sign_ins_a_day))
    )
    if not wished or often:
        return False
    code = own.draw_digits()
    sent.filter(used_at=None).update(expires_at=now)
    SignInCode.objects.create(
        account=held.account,
        digest=_digest(SIGNING_IN, held.account.public_id, code),
        sent_at=now,
        expires_at=now + timedelta(minutes=scheme.sign_in_minutes),
    )
    sending.send(held.person.phone, code, minutes=scheme.sign_in_minutes)
    return True


def use_code(number: str, code: str, *, on: date, address: str = "") -> Account:
    """The account whose code this is; wrong ones are counted for the code and for the address."""
    if failures.is_closed(number, SIGNING_IN, address=address):
        raise Refusal("members.sign_in_closed", "连续输错五次：30 分钟内不再核对验证码，请稍后再试或用密码登录")
    account = _account_of_code(number, code, on=on)
    if account is None:
        failures.failed(number, SIGNING_IN, address=address)
        raise Refusal("members.sign_in_code", CODE_WRONG)
    return account


@transaction.atomic
def _account_of_code(number: str, code: str, *, on: date) -> Account | None:
    now = timezone.now()
    row = (
        SignInCode.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(account__username=number, account__is_active=True, used_at=None, expires_at__gt=now)
        .order_by("-sent_at")
        .first()
    )
    salt, kept = (row.account.public_id, row.digest) if row is not None else ("", "")
    fits = constant_time_compare(_digest(SIGNING_IN, salt, code.strip()), kept)
    if row is None or row.tries >= own.scheme(on).sign_in_tries:
        return None
    row.tries += 1
    row.used_at = now if fits else None
    row.save(update_fields=["tries", "used_at"])
    return row.account if fits else None
