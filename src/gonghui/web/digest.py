"""The day's digest by mail: how much waits, by kind, and a link. No names, no subjects, nothing of any matter.

Who wants it says so and gives an address, which is kept sealed; a signed link in each mail ends it without sign-in. A
day's digest is taken up by writing its row before anything is sent: who is killed in between has not sent one, and
nobody sends another.
"""

import logging
import smtplib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import EmailValidator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.core import clock, crypto
from gonghui.core.errors import Refusal
from gonghui.core.schemes import Scheme, Schemes
from gonghui.web.acting import actors_of
from gonghui.web.console import ConsoleRequest, page
from gonghui.web.models import Account, Digest, DigestDay
from gonghui.web.today import waiting_for

PURPOSE, SALT = "mail address", "gonghui.digest"
LONGEST = 200
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule(Scheme):
    """From which hour of the day digests go out."""

    hour: int


RULES = Schemes(Path(__file__).with_name("schemes"), "digest", Rule)


def is_offered() -> bool:
    """Whether this site sends mail at all."""
    return bool(settings.GONGHUI_MAIL)


def begin(account: Account, typed: str, *, on: date) -> None:
    """The account's digest goes to this address from now on."""
    address = typed.strip()
    try:
        EmailValidator()(address)
    except ValidationError:
        address = ""
    if not address or len(address) > LONGEST or not address.isascii():
        raise Refusal("web.mail_address", "“%(address)s”不是能收信的邮箱地址，请核对", address=typed.strip()[:80])
    sealed = crypto.seal(address, purpose=PURPOSE, place=str(account.pk))
    Digest.objects.update_or_create(account=account, defaults={"sealed_address": sealed, "begun_on": on})


def end(account: Account) -> None:
    """No digest, and no address kept."""
    Digest.objects.filter(account=account).delete()


def shown(kept: Digest) -> str:
    """The address as its owner recognises it: z…@example.org."""
    name, _at, host = _address(kept).partition("@")
    return f"{name[:1]}…@{host}"


def _address(kept: Digest) -> str:
    return crypto.unseal(kept.sealed_address, purpose=PURPOSE, place=str(kept.account_id))


def send_due(now: datetime) -> int:
    """Everybody who wants it has the day's digest, or was found to have nothing waiting; how many were sent."""
    local = timezone.localtime(now)
    if not is_offered() or local.hour < RULES.on(local.date()).hour:
        return 0
    taken = DigestDay.objects.filter(day=local.date()).values("account")
    due = Digest.objects.filter(account__is_active=True).exclude(account__in=taken).select_related("account")
    return sum(_send(kept, local.date(), now) for kept in due.order_by("account_id"))


def _send(kept: Digest, day: date, now: datetime) -> bool:
    """One digest: taken up and committed, then written, then sent."""
    row, is_ours = DigestDay.objects.get_or_create(account=kept.account, day=day, defaults={"taken_at": now})
    if not is_ours:
        return False
    actors = actors_of(kept.account_id, clock.today())
    kinds = Counter[str]()
    with translation.override(kept.account.language or settings.LANGUAGE_CODE):
        for item in (item for actor in actors for item in waiting_for(actor)):
            kinds[_(str(item.state)) if item.state else _("其他")] += item.count
        if not kinds:
            return False
        message = _message(kept, kinds)
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("The digest of account %s was not sent: %s", kept.account_id, type(error).__name__)
        return False
    DigestDay.objects.filter(pk=row.pk).update(sent_at=timezone.now())
    return True


def _message(kept: Digest, kinds: Counter[str]) -> EmailMessage:
    """Counts and kinds, the site, and the way out."""
    n, site = sum(kinds.values()), settings.GONGHUI_SITE
    stop = site + reverse("digest_stop", args=[token_of(kept)])
    lines = [
        _("您好："),
        "",
        ngettext("工作平台上有 %(n)s 件事等您处理：", "工作平台上有 %(n)s 件事等您处理：", n) % {"n": n},
        "",
        *(f"  {kind}  {many}" for kind, many in kinds.most_common()),
        "",
        _("请登录查看：%(site)s/") % {"site": site},
        "",
        _("这封信只有数目，没有事项内容。不想再收，请打开：%(stop)s") % {"stop": stop},
        "",
    ]
    subject = ngettext("工会工作平台：%(n)s 件事等您处理", "工会工作平台：%(n)s 件事等您处理", n) % {"n": n}
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    return EmailMessage(subject, "\n".join(lines), settings.GONGHUI_MAIL_FROM, [_address(kept)], headers=headers)


def token_of(kept: Digest) -> str:
    """What the link out of the digest carries: a random id, signed."""
    return signing.dumps(str(kept.public_id), salt=SALT)


@page(acting=False)
@require_POST
def choose(request: ConsoleRequest) -> HttpResponseBase:
    """The digest is wanted at an address, or no more."""
    if not is_offered():
        raise Http404
    if request.POST.get("stop"):
        end(request.user)
        messages.success(request, _("不再发每日摘要，邮箱地址已删去"))
    else:
        begin(request.user, request.POST.get("address", ""), on=clock.today())
        messages.success(request, _("已保存：有事等您处理的日子，发一封摘要"))
    return redirect("profile")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The way out of the digest, for whoever holds the mail: a page with one button, or the mail program's own."""
    try:
        public_id = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise Http404 from None
    if request.method == "POST":
        Digest.objects.filter(public_id=public_id).delete()
    return render(
        request, "web/digest_stop.html", {"is_stopped": not Digest.objects.filter(public_id=public_id).exists()}
    )
