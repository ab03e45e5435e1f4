"""Reset without mail: two people print half a code each, the official sets a new password, the second factor stays."""

import secrets
import uuid
from datetime import date, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from gonghui.core.action import action
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import record
from gonghui.spine.officials import rules
from gonghui.spine.officials.actions.posts import require_reach
from gonghui.spine.officials.facts import ResetCodeConfirmed, ResetCodeIssued, ResetCodeUsed, ResetCodeVoided
from gonghui.spine.officials.models import Post, ResetCode
from gonghui.web import failures, sessions
from gonghui.web.models import Account

WRONG = "用户名或重置码不正确，或重置码已失效。请核对两半各八位；连续输错会作废，须重新开出"
CLOSED = "连续输错五次：这个用户名在这台电脑上 30 分钟内不再核对重置码；重置码仍然有效"


def _digest(salt: uuid.UUID, half: str) -> str:
    """What is kept of a half: keyed, fast because it was drawn at random, and of no use for another code."""
    return salted_hmac(f"officials.reset_code.{salt}", half, algorithm="sha256").hexdigest()


def _draw_half() -> str:
    return "".join(secrets.choice(rules.CODE_LETTERS) for _ in range(rules.HALF_LETTERS))


def whole_code(post: Post, *, by: Actor, on: date) -> tuple[ResetCode, str, str]:
    """Both halves at once, for the first administrators alone: there is nobody yet to print the other."""
    first, second, now = _draw_half(), _draw_half(), timezone.now()
    code = ResetCode(account=post.account, organisation=post.organisation, issued_at=now, confirmed_at=now)
    code.first_hash, code.second_hash = _digest(code.public_id, first), _digest(code.public_id, second)
    code.expires_at = now + timedelta(hours=rules.post_scheme(on).code_hours)
    code.save(force_insert=True)
    record(ResetCodeIssued(), about=code, by=by, happened_on=on)
    record(ResetCodeConfirmed(), about=code, by=by, happened_on=on)
    return code, first, second


def _not_oneself(by: Actor, account_id: int) -> None:
    if by.account_id == account_id:
        raise Refusal("officials.code_own", "不能为自己开出或复核重置码，请由他人办理")


@action
def issue_reset_code(post: Post, *, by: Actor, on: date) -> tuple[ResetCode, str]:
    """The first half is drawn, told once to be printed, and worth nothing alone; an open code of the person is void."""
    by.require("officials.security")
    require_reach(by, post.organisation)
    _not_oneself(by, post.account_id)
    account = Account.objects.select_for_update().get(pk=post.account_id)
    if not account.is_active:
        raise Refusal("officials.account_disabled", "“%(name)s”的账号已停用，请先启用", name=account.name)
    for old in ResetCode.objects.open().filter(account=account):
        _void(old, why="replaced", by=by, on=on)
    half = _draw_half()
    code = ResetCode(
        account=account,
        organisation=post.organisation,
        issued_by_id=by.account_id,
        issued_at=timezone.now(),
    )
    code.first_hash = _digest(code.public_id, half)
    code.save(force_insert=True)
    record(ResetCodeIssued(), about=code, by=by, happened_on=on)
    return code, half


@action
def confirm_reset_code(code: ResetCode, *, by: Actor, on: date) -> str:
    """A second person has drawn the other half; from now on, for the hours named, the code may be used."""
    by.require("officials.confirm_reset")
    code = ResetCode.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=code.pk)
    require_reach(by, code.organisation)
    _not_oneself(by, code.account_id)
    if by.account_id == code.issued_by_id:
        raise Refusal("officials.code_two_people", "开出人与复核人不能为同一人，请由他人复核")
    now = timezone.now()
    if code.state(now) != "issued":
        raise Refusal("officials.code_state", "这个重置码已复核、使用或作废，请刷新后再看")
    half = _draw_half()
    code.second_hash, code.confirmed_by_id, code.confirmed_at = _digest(code.public_id, half), by.account_id, now
    code.expires_at = now + timedelta(hours=rules.post_scheme(on).code_hours)
    code.save(update_fields=["second_hash", "confirmed_by", "confirmed_at", "expires_at"])
    record(ResetCodeConfirmed(), about=code, by=by, happened_on=on)
    return half


def _void(code: ResetCode, *, why: str, by: Actor, on: date) -> None:
    code.voided_at = timezone.now()
    code.save(update_fields=["voided_at"])
    record(ResetCodeVoided(why=why), about=code, by=by, happened_on=on)


@action
def void_reset_code(code: ResetCode, *, by: Actor, on: date) -> None:
    """The code can no longer be used."""
    by.require("officials.security")
    code = ResetCode.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=code.pk)
    require_reach(by, code.organisation)
    if code.used_at is not None or code.voided_at is not None:
        raise Refusal("officials.code_state", "这个重置码已复核、使用或作废，请刷新后再看")
    _void(code, why="asked", by=by, on=on)


def use_reset_code(username: str, first: str, second: str, password: str, *, on: date, address: str = "") -> None:
    """The official has a new password and no session; the second factor stays. Unknown names take as long.

    `address` is where the try comes from: five wrong ones close this page for it and nobody else.
    """
    if failures.is_closed(username, failures.RESET_CODE, address=address):
        raise Refusal("officials.code_closed", CLOSED)
    halves = (rules.clean_half(first), rules.clean_half(second))
    code = _matching(username.strip(), halves, on=on)
    if code is None:
        failures.failed(username, failures.RESET_CODE, address=address)
        raise Refusal("officials.code_wrong", WRONG)
    try:
        validate_password(password, code.account)
    except ValidationError as weak:
        raise Refusal("officials.password", "新密码不合要求：%(why)s", why=" ".join(weak.messages)) from weak
    _redeem(code, password, by=SYSTEM, on=on)


@transaction.atomic
def _matching(username: str, halves: tuple[str, str], *, on: date) -> ResetCode | None:
    """The usable code both halves fit.

    Somebody who has one half and guesses the other voids the code; a stranger who has none cannot.
    """
    now = timezone.now()
    code = (
        ResetCode.objects.open()
        .select_for_update(of=("self",))
        .select_related("account")
        .filter(account__username=username, account__is_active=True, expires_at__gt=now)
        .first()
    )
    hashes = (code.first_hash, code.second_hash) if code is not None else ("", "")
    salt = code.public_id if code is not None else uuid.uuid4()
    fits = [constant_time_compare(_digest(salt, half), stored) for half, stored in zip(halves, hashes, strict=True)]
    if code is None or all(fits):
        return code
    if not any(fits):
        return None
    code.tries += 1
    code.save(update_fields=["tries"])
    if code.tries >= rules.post_scheme(on).code_tries:
        _void_for_tries(code, on=on)
    return None


@action
def _void_for_tries(code: ResetCode, *, on: date) -> None:
    _void(code, why="tries", by=SYSTEM, on=on)


@action
def _redeem(code: ResetCode, password: str, *, by: Actor, on: date) -> None:
    code = ResetCode.objects.select_for_update(of=("self",)).get(pk=code.pk)
    if code.state(timezone.now()) != "usable":
        raise Refusal("officials.code_wrong", WRONG)
    account = Account.objects.select_for_update().get(pk=code.account_id)
    account.set_password(password)
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    code.used_at = timezone.now()
    code.save(update_fields=["used_at"])
    sessions.end(account)
    record(ResetCodeUsed(), about=code, by=by, happened_on=on)
