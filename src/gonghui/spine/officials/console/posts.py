"""The officials of a subtree, an official, appointing, lending and ending posts, and choosing the post one acts in."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gonghui.core import clock, search
from gonghui.core.actor import Actor
from gonghui.core.facts import KINDS
from gonghui.core.journal import SUBJECT_TYPE_IDS
from gonghui.core.models import Entry, Kind
from gonghui.spine.officials import actions, forms
from gonghui.spine.officials.models import ROLES, Post, ResetCode, posts_of
from gonghui.spine.organisations.models import Organisation
from gonghui.web.console import ConsoleRequest, back, page, render
from gonghui.web.lists.declared import Act, Filter, Listing, Shown, listed, row_by_row
from gonghui.web.models import Account
from gonghui.web.palette import A_SHELF, Found, Sought, searching
from gonghui.web.stepup import asked_again

CHOSEN = "post"
"""Where the session keeps the public id of the post chosen."""


def _post(actor: Actor, public_id: object) -> Post:
    seen = Post.objects.seen_by(actor).select_related("organisation", "account", "deputy_of__account")
    return get_object_or_404(seen, public_id=public_id)


def _person(actor: Actor, public_id: object) -> Account:
    """The person if the actor sees one of their posts; else there is none."""
    try:
        wanted = UUID(str(public_id))
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Account, public_id=wanted, pk__in=Post.objects.seen_by(actor).values("account"))


def _held(actor: Actor, asked: QueryDict) -> QuerySet[Post]:
    """The posts the address asks for: those held today unless it asks for past ones too."""
    rows = Post.objects.seen_by(actor).select_related("organisation", "account", "deputy_of__account")
    rows = rows if asked.get("past") else rows.current(clock.today())
    if asked.get("role") in ROLES:
        rows = rows.filter(role=asked["role"])
    if words := asked.get("q", "").strip()[:60]:
        rows = rows.filter(
            Q(account__name__icontains=words) | Q(account__username=words) | Q(organisation__name__icontains=words)
        )
    return rows


def _told(_actor: Actor, posts: Sequence[Post]) -> Iterable[Sequence[Shown]]:
    """The posts as their list shows them."""
    for post in posts:
        place = post.organisation
        last_on = post.last_on or ""
        yield (post.account.name, forms.role_name(post.kind), place.title, place.code, post.first_on, last_on)


LISTING = listed(
    Listing(
        name="officials",
        title="干部",
        power="officials.see",
        rows=_held,
        order=("organisation__path", "id"),
        columns=("姓名", "岗位", "组织", "组织代码", "任期起", "任期止"),
        cells=_told,
        filters={
            "q": Filter("姓名、用户名或组织", personal=True),
            "role": Filter("岗位", lambda key: forms.role_name(ROLES[key]) if key in ROLES else key),
            "past": Filter("含已离任", lambda _value: _("是")),
        },
        acts=(
            Act(
                "end",
                "办理离任",
                "为 %(n)s 人次办理离任",
                "officials.appoint",
                row_by_row(actions.end_post, lambda post: f"{post.account.name} · {post.organisation.title}"),
                forms.EndForm,
                step_up=True,
                most=500,
            ),
        ),
        fingerprint=lambda post: f"{post.role} {post.last_on}",
        protected=True,
        of_people=True,
    )
)


@page("officials.see")
def officials(request: ConsoleRequest) -> HttpResponseBase:
    """The posts held today in the reader's subtree, by place."""
    asked = LISTING.asked(request.actor, request.GET)
    return render(
        request,
        "officials/console/officials.html",
        {
            "page": LISTING.page(request),
            "roles": [(role.key, forms.role_name(role)) for role in ROLES.values()],
            "role": asked.get("role", ""),
            "q": asked.get("q", "")[:60],
            "past": bool(asked.get("past")),
            "today": clock.today(),
            "may_appoint": request.actor.may("officials.appoint"),
        },
    )


@page("officials.see")
def officials_of(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The officials of one organisation: a sheet for its page, or a page of its own."""
    place = get_object_or_404(Organisation.objects.seen_by(request.actor), code=code)
    held = Post.objects.seen_by(request.actor).current(clock.today()).filter(organisation=place)
    shown = {
        "place": place,
        "posts": held.select_related("account", "deputy_of__account").order_by("role", "first_on", "id")[:100],
        "may_appoint": request.actor.may("officials.appoint") and place.is_active,
    }
    whole = not request.headers.get("HX-Request")
    return render(request, "officials/console/of_page.html" if whole else "officials/console/of.html", shown)


@page("officials.see")
def official(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """One person: posts now and before, as far as the reader's scope reaches, and what may be done about them."""
    person = _person(request.actor, public_id)
    actor, today = request.actor, clock.today()
    held = Post.objects.seen_by(actor).filter(account=person).select_related("organisation", "deputy_of__account")
    posts = sorted(held, key=lambda post: (not post.is_current(today), post.first_on), reverse=False)
    other = person.pk != actor.account_id
    code = ResetCode.objects.seen_by(actor).open().filter(account=person).first()
    return render(
        request,
        "officials/console/official.html",
        {
            "person": person,
            "posts": [_row(actor, post, today) for post in posts],
            "lent": Post.objects.filter(deputy_of__in=held)
            .select_related("account", "organisation")
            .order_by("-first_on")[:20],
            "is_other": other,
            "may_appoint": other and actor.may("officials.appoint"),
            "may_accounts": other and actor.may("officials.accounts"),
            "may_reset": other and actor.may("officials.security") and person.is_active and bool(posts),
            "open_code": code,
            "history": _history(held),
            "place": posts[0].organisation if posts else None,
        },
    )


def _row(actor: Actor, post: Post, today: date) -> dict[str, Any]:
    """A post with what the reader may do about it."""
    current = post.is_current(today) or post.first_on > today
    own = post.account_id == actor.account_id
    appoints = actor.may("officials.appoint") and not own
    return {
        "post": post,
        "current": post.is_current(today),
        "may_end": current and appoints,
        "may_lend": current and post.deputy_of_id is None and (appoints or post.id == actor.id),
    }


def _history(posts: Any) -> list[dict[str, Any]]:
    """What the journal says about a person's posts, newest first."""
    subject = SUBJECT_TYPE_IDS.known("officials.post")
    entries = Entry.objects.filter(subject_type=subject or -1, subject_id__in=[post.pk for post in posts])
    listed = list(entries.order_by("-id")[:40])
    names = dict(Kind.objects.filter(pk__in={entry.kind for entry in listed}).values_list("pk", "name"))
    by_id = {post.pk: post for post in posts}
    return [
        {"title": _(KINDS[names[entry.kind]].title), "on": entry.happened_on, "post": by_id[entry.subject_id]}
        for entry in listed
        if names[entry.kind] in KINDS
    ]


@page("officials.appoint")
def appoint(request: ConsoleRequest, code: str) -> HttpResponseBase:
    """The form that gives somebody a post in one organisation."""
    place = get_object_or_404(Organisation.objects.seen_by(request.actor).active(), code=code)
    if (again := asked_again(request)) is not None:
        return again
    person = request.GET.get("person", "")
    start = {"person": _person(request.actor, person).username} if person else {}
    form = forms.AppointForm(
        request.POST or request.typed or None, actor=request.actor, organisation=place, initial=start
    )
    if request.method == "POST" and form.is_valid():
        post = _appointed(request.actor, place, form)
        messages.success(request, _("已任命，并记入台账；新开的账号要由安全管理员开重置码才能登录"))
        return redirect("official", post.account.public_id)
    return render(request, "officials/console/appoint.html", {"form": form, "place": place})


def _appointed(by: Actor, place: Organisation, form: Form) -> Post:
    given = form.cleaned_data
    where = {"organisation": place, "role": given["role"], "departments": given.get("departments", ())}
    if given["person"] is None:
        return actions.open_account(given["username"], given["name"], **where, by=by, on=given["on"])
    return actions.appoint(given["person"], **where, by=by, on=given["on"], until=given["until"])


@page("officials.see")
def end(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The form that ends a post."""
    post = _post(request.actor, public_id)
    if post.deputy_of_id != request.actor.id or post.deputy_of_id is None:
        request.actor.require("officials.appoint")
    if (again := asked_again(request)) is not None:
        return again
    form = forms.EndForm(request.POST or request.typed or None)
    if request.method == "POST" and form.is_valid():
        actions.end_post(post, by=request.actor, on=form.cleaned_data["on"])
        messages.success(request, _("已办理离任，并记入台账"))
        return redirect("official", post.account.public_id)
    return render(
        request, "officials/console/end.html", {"post": post, "form": form, "role": forms.role_name(post.kind)}
    )


@page()
def lend(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """The form that lends a post to a colleague for the days of an absence."""
    post = _post(request.actor, public_id)
    if post.id != request.actor.id:
        request.actor.require("officials.appoint")
    if (again := asked_again(request)) is not None:
        return again
    line = [int(step) for step in post.organisation.path.split("/") if step]
    today = clock.today()
    held = Post.objects.current(today).own().filter(organisation_id__in=line).exclude(account=post.account_id)
    colleagues = list(Account.objects.filter(pk__in=held.values("account")).order_by("name", "pk")[:200])
    form = forms.DelegateForm(request.POST or request.typed or None, colleagues=colleagues)
    if request.method == "POST" and form.is_valid():
        days = {name: form.cleaned_data[name] for name in ("first_on", "last_on")}
        actions.delegate(post, form.deputy(), by=request.actor, on=today, **days)
        messages.success(request, _("已委托代理，并记入台账；代理人在“切换岗位”里选用"))
        return redirect("official", post.account.public_id)
    return render(
        request, "officials/console/lend.html", {"post": post, "form": form, "role": forms.role_name(post.kind)}
    )


@page("officials.accounts")
@require_POST
def switch_account(request: ConsoleRequest, public_id: object) -> HttpResponseBase:
    """Disable an account, or enable it again."""
    person = _person(request.actor, public_id)
    doing = _("启用账号") if request.POST.get("enable") else _("停用账号")
    if (again := asked_again(request, doing=f"{doing} · {person.name}")) is not None:
        return again
    if request.POST.get("enable"):
        actions.enable_account(person, by=request.actor, on=clock.today())
        messages.success(request, _("账号已启用"))
    else:
        actions.disable_account(person, by=request.actor, on=clock.today())
        messages.success(request, _("账号已停用，登录都已结束"))
    return redirect("official", person.public_id)


@page(acting=False)
def choose_post(request: ConsoleRequest) -> HttpResponseBase:
    """The posts one may act in; the one chosen holds until another is."""
    posts = posts_of(request.user, clock.today())
    if request.method == "POST":
        chosen = next((post for post in posts if str(post.public_id) == request.POST.get("post")), None)
        if chosen is None:
            raise Http404
        request.session.cycle_key()  # another role, another key
        request.session[CHOSEN] = str(chosen.public_id)
        messages.success(
            request,
            _("现以“%(organisation)s · %(role)s”办事")
            % {"organisation": chosen.organisation.title, "role": forms.role_name(chosen.kind)},
        )
        target = back(request)
        return redirect("/" if target.startswith(reverse("posts")) else target)
    return render(
        request,
        "officials/console/posts.html",
        {
            "posts": [(post, forms.role_name(post.kind)) for post in posts],
            "acting": request.actor.id if request.actor else 0,
            "next": back(request),
        },
    )


FOUND_BY = (
    "role",
    *(f"account__{name}" for name in ("public_id", "username", "name", "search_terms")),
    *(f"organisation__{name}" for name in ("short_name", "english_name")),
)
"""What search ranks and shows of a post: a hundred are looked at for each answer."""


@searching("干部")
def find(sought: Sought) -> list[Found]:
    """Officials of the scope by name, its pinyin initials, or user name, for the search box."""
    if not sought.actor.may("officials.see"):
        return []
    held = Post.objects.seen_by(sought.actor).current(clock.today()).select_related("account", "organisation")
    held = held.only(*FOUND_BY).order_by()
    rows = list(held.filter(account__username=sought.words)[:A_SHELF]) if sought.words.isascii() else []
    rows += search.ranked(
        held, "account__search_terms", "account__name", sought.words, limit=A_SHELF, people=True, exact=False
    )
    return [
        Found(
            post.account.name,
            reverse("official", args=[post.account.public_id]),
            f"{post.organisation.short_title} · {forms.role_name(post.kind)}",
            also=(post.account.username,),
        )
        for post in dict.fromkeys(rows)
    ]


urlpatterns = [
    path("officials/", officials, name="officials"),
    path("officials/post/", choose_post, name="posts"),
    path("officials/of/<str:code>/", officials_of, name="officials_of"),
    path("officials/appoint/<str:code>/", appoint, name="appoint"),
    path("officials/posts/<uuid:public_id>/end/", end, name="post_end"),
    path("officials/posts/<uuid:public_id>/lend/", lend, name="post_lend"),
    path("officials/<uuid:public_id>/", official, name="official"),
    path("officials/<uuid:public_id>/account/", switch_account, name="official_account"),
]
