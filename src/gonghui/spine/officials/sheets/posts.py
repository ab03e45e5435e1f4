"""Officials and their posts by the row."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.models import Entry
from gonghui.spine.officials import actions, rules
from gonghui.spine.officials.models import ROLES, Post
from gonghui.spine.officials.sheets.cells import resolve_unions, unions_of
from gonghui.web.imports.kinds import Choice, Day, Text
from gonghui.web.imports.sheet import Change, Column, Only, Scope, Sheet, Standing, Typed, Wrong, sheet
from gonghui.web.models import Account

GIVEN = {key: role.title for key, role in ROLES.items() if not role.administrator}
"""Roles that are given by the row; the three administrators are appointed one by one."""


@sheet
class Posts(Sheet):
    """The posts of the reader's subtree that have not ended, without those lent to a colleague."""

    name, title, power = "officials.posts", "干部岗位", "officials.appoint"
    list_url = "officials"
    of_people = True
    keys = (("username", "organisation", "role"),)
    help = (
        "一行一个岗位，按用户名、组织和岗位对应；还没有的当作新任命，从“变更日期”起任职。",
        "填截止日期就是离任。用户名要是已有的账号；开新账号请安全管理员办。",
        "三个管理员、代理和部门限定不在这里办。",
    )
    columns = (
        Column("username", "用户名", Text(60), required=True, fixed=True, aliases=("账号",)),
        Column("name", "姓名", Text(60), ours=True),
        Column("organisation", "组织", Text(120), required=True, fixed=True, aliases=("单位", "组织代码")),
        Column("organisation_name", "组织名称", Text(120), ours=True),
        Column("role", "岗位", Choice(GIVEN), required=True, fixed=True),
        Column("first_on", "起始日期", Day(), ours=True),
        Column("last_on", "截止日期", Day(), hint="填了就任到这一天"),
    )

    def resolve(self, rows: Sequence[Typed], scope: Scope, wrong: Wrong) -> None:
        """A union's name becomes its code."""
        resolve_unions(rows, scope.actor, wrong)

    def rows(self, scope: Scope, only: Only | None = None) -> Iterable[Standing]:
        """The posts that are held on the day or later."""
        seen = Post.objects.seen_by(scope.actor).own().filter(role__in=GIVEN)
        seen = seen.filter(Q(last_on=None) | Q(last_on__gte=scope.on)).select_related("account", "organisation")
        if only is not None:
            names = list(only.values.get("username", ()))
            seen = (
                Post.objects.seen_by(scope.actor)
                .own()
                .filter(Q(pk__in=list(only.subjects)) | Q(pk__in=seen.filter(account__username__in=names).values("pk")))
            )
            seen = seen.select_related("account", "organisation")
        for one in seen.order_by("organisation__path", "account__username", "role", "first_on"):
            yield Standing(
                one.pk,
                {
                    "username": one.account.username,
                    "name": one.account.name,
                    "organisation": one.organisation.code,
                    "organisation_name": one.organisation.name,
                    "role": one.role,
                    "first_on": one.first_on,
                    "last_on": one.last_on,
                },
            )

    def check(self, changes: Sequence[Change], scope: Scope, wrong: Wrong) -> None:
        """Each could be appointed or ended as on its page."""
        accounts = _accounts(changes, scope.actor)
        unions = unions_of({change.text("organisation") for change in changes})
        for change in changes:
            last_on = change.values.get("last_on")
            if not change.is_new:
                if last_on is None or change.was.get("last_on") is not None:
                    wrong(change, "last_on", Refusal("officials.end_elsewhere", "已定的截止日期不在这里改，请改回原样"))
                elif last_on < change.values["first_on"]:
                    wrong(change, "last_on", _order(last_on, change.values["first_on"]))
                continue
            account, union = accounts.get(change.text("username")), unions[change.text("organisation")]
            if account is None:
                unknown = "您的范围内没有用户名为“%(typed)s”的干部，请核对"
                wrong(change, "username", Refusal("officials.person", unknown, typed=change.text("username")))
            elif account.pk == scope.actor.account_id:
                wrong(change, "username", Refusal("officials.oneself", "不能为自己任免岗位，请由他人办理"))
            try:
                level = str(union.get_level_display())
                rules.check_level(ROLES[change.values["role"]], union.level, level_title=level)
            except Refusal as refusal:
                wrong(change, "role", refusal)
            if last_on is not None and last_on < scope.on:
                wrong(change, "last_on", _order(last_on, scope.on))

    def apply(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New posts begin on the day of the changes; the others end on theirs."""
        accounts = _accounts(changes, by)
        unions = unions_of({change.text("organisation") for change in changes})
        posts = Post.objects.select_related("organisation", "account").in_bulk(
            [one.subject for one in changes if not one.is_new]
        )
        for change in changes:
            values = change.values
            if change.is_new:
                made = actions.appoint(
                    accounts[values["username"]],
                    organisation=unions[values["organisation"]],
                    role=values["role"],
                    by=by,
                    on=scope.on,
                    until=values.get("last_on"),
                )
                change.subject = made.pk
            else:
                actions.end_post(posts[change.subject or 0], by=by, on=values["last_on"])

    def obstacles(self, changes: Sequence[Change], scope: Scope, *, after: int) -> Iterable[tuple[Change, Refusal]]:
        """Somebody has acted in a new post, or lent it; an end that was set stands."""
        new = {one.subject: one for one in changes if one.is_new and one.subject is not None}
        acted = set(Entry.objects.filter(actor_id__in=list(new)).values_list("actor_id", flat=True).distinct())
        lent = set(Post.objects.filter(deputy_of__in=list(new)).values_list("deputy_of_id", flat=True))
        for pk in sorted(acted | lent):
            yield new[pk], Refusal("officials.post_used", "已用这个岗位办过事，或已委托代理：请改办离任")

    def undo(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New posts never were; whose end was set holds the post without one again."""
        posts = Post.objects.select_related("organisation", "account").in_bulk([one.subject for one in changes])
        new = [posts[one.subject or 0] for one in changes if one.is_new]
        ended = [posts[one.subject or 0] for one in changes if not one.is_new]
        if new:
            actions.withdraw_posts(new, by=by)
        if ended:
            actions.reopen_posts(ended, by=by)


def _order(last_on: date, first_on: date) -> Refusal:
    return Refusal(
        "officials.date_order",
        "截止日期 %(last_on)s 早于起始日期 %(first_on)s，请核对",
        last_on=last_on,
        first_on=first_on,
    )


def _accounts(changes: Sequence[Change], actor: Actor) -> dict[str, Account]:
    """The accounts named, among those whom the actor sees in a post."""
    names = {change.text("username") for change in changes}
    seen = Post.objects.seen_by(actor).values("account")
    return {one.username: one for one in Account.objects.filter(username__in=names, pk__in=seen)}
