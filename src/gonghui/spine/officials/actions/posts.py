"""Appointing people to posts, ending posts, lending them to a colleague, opening and disabling accounts."""

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import record
from gonghui.spine.officials import rules
from gonghui.spine.officials.facts import (
    AccountDisabled,
    AccountEnabled,
    AccountOpened,
    PostAppointed,
    PostDelegated,
    PostEnded,
    PostLimited,
)
from gonghui.spine.officials.models import ROLES, Post
from gonghui.spine.organisations.models import Organisation
from gonghui.web import sessions
from gonghui.web.models import Account


def require_reach(by: Actor, organisation: Organisation) -> None:
    """Refuse where the organisation lies outside the actor's subtree."""
    if not by.sees(organisation.path):
        raise PowerMissing(
            "officials.reach",
            "“%(name)s”不在“%(own)s”的范围内，无权操作",
            name=organisation.name,
            own=by.organisation_name,
        )


def _not_oneself(by: Actor, account: Account) -> None:
    """Nobody gives or takes their own rights."""
    if by.account_id == account.pk:
        raise Refusal("officials.oneself", "不能为自己任免岗位，请由他人办理")


def _may_give(by: Actor, role: rules.Role) -> None:
    """Administrators are appointed by the security administrator alone."""
    if role.administrator and not by.may("officials.accounts"):
        raise PowerMissing("officials.administrator", "管理员岗位只能由安全管理员任命")


@action
def open_account(
    username: str,
    name: str,
    *,
    organisation: Organisation,
    role: str,
    by: Actor,
    on: date,
    departments: Sequence[str] = (),
) -> Post:
    """A person has an account without a password and a first post; a reset code lets them in."""
    by.require("officials.accounts")
    account = Account(username=username.strip(), name=" ".join(name.split()))
    account.set_unusable_password()
    try:
        account.full_clean(exclude=["password", "language"])
    except ValidationError as wrong:
        if Account.objects.filter(username=account.username).exists():
            raise Refusal(
                "officials.username_taken", "用户名“%(username)s”已有人使用，请换一个", username=account.username
            ) from wrong
        raise Refusal(
            "officials.account",
            "用户名“%(username)s”或姓名不合格式：用户名只用字母、数字和 @.+-_，姓名必填",
            username=username,
        ) from wrong
    account.save()
    post = appoint(account, organisation=organisation, role=role, by=by, on=on, departments=departments)
    record(AccountOpened(), about=post, by=by, happened_on=on)
    return post


@action
def appoint(
    account: Account,
    *,
    organisation: Organisation,
    role: str,
    by: Actor,
    on: date,
    until: date | None = None,
    departments: Sequence[str] = (),
) -> Post:
    """The account may act in the role from the day on, for these departments where any are named."""
    by.require("officials.appoint")
    require_reach(by, organisation)
    _not_oneself(by, account)
    kind = rules.role_of(ROLES, role)
    _may_give(by, kind)
    rules.check_departments(kind, organisation.level, departments)
    post = _place(account, organisation, kind, first_on=on, last_on=until, departments=departments)
    record(PostAppointed(role=role), about=post, by=by, happened_on=on)
    if departments:
        record(PostLimited(departments="、".join(departments)), about=post, by=by, happened_on=on)
    return post


def _place(
    account: Account,
    organisation: Organisation,
    role: rules.Role,
    *,
    first_on: date,
    last_on: date | None,
    departments: Sequence[str],
    deputy_of: Post | None = None,
) -> Post:
    """The post's row, after everything that stands against it was asked with the account locked."""
    if Account.objects.select_for_update().get(pk=account.pk).is_member:
        raise Refusal("officials.member_account", "这是会员本人的账号，不能任职：请另开工作账号")
    if not organisation.is_active:
        raise Refusal("officials.organisation_closed", "“%(name)s”已撤销，不能再设岗位", name=organisation.name)
    if not account.is_active:
        raise Refusal("officials.account_disabled", "“%(name)s”的账号已停用，请先启用", name=account.name)
    rules.check_level(role, organisation.level, level_title=str(organisation.get_level_display()))
    rules.check_days(first_on, last_on)
    held = Post.objects.filter(account=account).overlapping(first_on, last_on)
    rules.check_separation(role, [post.kind for post in held])
    if any(post.organisation_id == organisation.id and post.role == role.key for post in held):
        raise Refusal(
            "officials.post_held",
            "“%(name)s”在这段日期已任“%(organisation)s”的“%(role)s”",
            name=account.name,
            organisation=organisation.name,
            role=role.title,
        )
    post = Post(
        account=account,
        organisation=organisation,
        role=role.key,
        departments=list(departments),
        first_on=first_on,
        last_on=last_on,
        deputy_of=deputy_of,
    )
    post.save(force_insert=True)
    return post


@action
def end_post(post: Post, *, by: Actor, on: date) -> None:
    """The post is held to the end of the day and no longer; those it was lent to lose it too."""
    _may_end(post, by)
    post = Post.objects.select_for_update(of=("self",)).select_related("organisation", "account").get(pk=post.pk)
    if post.last_on is not None and post.last_on <= on:
        raise Refusal("officials.post_ended", "这个岗位已于 %(last_on)s 截止", last_on=post.last_on)
    rules.check_days(post.first_on, on)
    for one in (post, *post.deputies.filter(Q(last_on__gt=on), first_on__lte=on)):
        one.last_on = on
        one.save(update_fields=["last_on"])
        record(PostEnded(role=one.role), about=one, by=by, happened_on=on)
    for later in post.deputies.filter(first_on__gt=on):
        later.last_on = later.first_on  # a span of one day that the ended post no longer backs
        later.save(update_fields=["last_on"])
        record(PostEnded(role=later.role), about=later, by=by, happened_on=on)


def _may_end(post: Post, by: Actor) -> None:
    """An appointing officer ends any post in reach; an official takes back what they lent."""
    require_reach(by, post.organisation)
    if post.deputy_of_id is not None and by.id == post.deputy_of_id:
        return
    by.require("officials.appoint")
    _not_oneself(by, post.account)
    _may_give(by, post.kind)


@action
def delegate(post: Post, deputy: Account, *, first_on: date, last_on: date | None, by: Actor, on: date) -> Post:
    """A colleague may act in the absent official's post for the days named."""
    if by.id != post.id:
        by.require("officials.appoint")
        require_reach(by, post.organisation)
        _may_give(by, post.kind)
        _not_oneself(by, deputy)
    rules.check_delegation(first_on, last_on)
    if post.deputy_of_id is not None:
        raise Refusal("officials.deputy_twice", "代理的岗位不能再转交他人，请由原岗位人员委托")
    if deputy.pk == post.account_id:
        raise Refusal("officials.deputy_oneself", "不能委托给本人，请另选代理人")
    if first_on < post.first_on or (post.last_on is not None and last_on is not None and last_on > post.last_on):
        raise Refusal("officials.deputy_days", "代理日期超出了岗位本身的起止日期，请缩短")
    line = [int(step) for step in post.organisation.path.split("/") if step]
    if not Post.objects.current(on).own().filter(account=deputy, organisation_id__in=line).exists():
        raise Refusal(
            "officials.deputy_colleague",
            "“%(name)s”在本组织及上级没有现任岗位，不能代理，请另选同事",
            name=deputy.name,
        )
    lent = _place(
        deputy,
        post.organisation,
        post.kind,
        first_on=first_on,
        last_on=last_on,
        departments=post.departments,
        deputy_of=post,
    )
    record(PostDelegated(role=post.role), about=lent, by=by, happened_on=on)
    return lent


def _reached_post(account: Account, by: Actor) -> Post:
    """A post of the account in the actor's reach; the account itself has no place in the tree."""
    _not_oneself(by, account)
    post = Post.objects.seen_by(by).filter(account=account).select_related("organisation").order_by("-first_on").first()
    if post is None:
        raise PowerMissing("officials.account_reach", "这个账号不在您所在组织的范围内，无权操作")
    return post


@action
def disable_account(account: Account, *, by: Actor, on: date) -> None:
    """The account lets nobody in any more; its sessions ended at once."""
    by.require("officials.accounts")
    post = _reached_post(account, by)
    if not account.is_active:
        raise Refusal("officials.already_disabled", "“%(name)s”的账号已停用", name=account.name)
    account.is_active = False
    account.save(update_fields=["is_active"])
    sessions.end(account)
    record(AccountDisabled(), about=post, by=by, happened_on=on)


@action
def enable_account(account: Account, *, by: Actor, on: date) -> None:
    """The account lets its owner in again."""
    by.require("officials.accounts")
    post = _reached_post(account, by)
    if account.is_active:
        raise Refusal("officials.already_enabled", "“%(name)s”的账号在用", name=account.name)
    account.is_active = True
    account.save(update_fields=["is_active"])
    record(AccountEnabled(), about=post, by=by, happened_on=on)
