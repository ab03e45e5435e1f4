"""What every template of the shells knows: theme, text size, whether this is the demo, what is still being made."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from gonghui.core.actor import Actor
from gonghui.web import notices
from gonghui.web.models import Account, DemoMarker, Language, Progress, Theme

DEMO_WORDS = "演示数据，由程序生成，仅总数取自公开报道"
"""What every page and every file of a demo says of itself."""
THEME_COOKIE = "gonghui_theme"
TEXT_COOKIE = "gonghui_text"


def is_demo() -> bool:
    """Whether this server runs as a demo: every page then says so."""
    return getattr(settings, "GONGHUI_PROFILE", "production") == "demo"


def has_marker() -> bool:
    """Whether `gonghui demo` filled this database; only then, and only in the demo profile, one click signs in."""
    return is_demo() and DemoMarker.objects.exists()


def running() -> Progress | None:
    """The long work under way, if any."""
    return Progress.objects.filter(finished=False).order_by("began_at").first() if is_demo() else None


def role_title(role: str) -> str:
    """The name of a role in the reader's language, as `roles.toml` gives it."""
    names = settings.GONGHUI_ROLES.get(role, {})
    return str(names.get("title_en" if (get_language() or "").startswith("en") else "title", ""))


def place_title(actor: Actor) -> str:
    """The name of the organisation acted for in the reader's language."""
    english = actor.organisation_english if (get_language() or "").startswith("en") else ""
    return english or actor.organisation_name


def every_page(request: HttpRequest) -> dict[str, Any]:
    """The context processor of the shells."""
    account = getattr(request, "user", None)
    actor: Actor | None = getattr(request, "actor", None)
    if isinstance(account, Account):
        theme, larger = account.theme, account.larger_text
    else:
        theme = request.COOKIES.get(THEME_COOKIE, "")
        larger = request.COOKIES.get(TEXT_COOKIE) == "larger"
    return {
        "theme": theme if theme in Theme.values else Theme.DEVICE,
        "larger_text": larger,
        "is_demo": is_demo(),
        "other_language": Language.CHINESE if get_language() == Language.ENGLISH else Language.ENGLISH,
        "running": SimpleLazyObject(running),
        "actor": actor,
        "bell": SimpleLazyObject(lambda: notices.bell(actor, timezone.now())) if actor else None,
        "role_title": role_title(actor.role) if actor else "",
        "place_title": place_title(actor) if actor else "",
        "refusal": getattr(request, "refusal", None),
    }
