"""Turns what the platform refuses, counts and dates into words of the reader's language."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import get_language, gettext

from gonghui.core.errors import Refusal


def translated(words: object) -> object:
    """A Chinese string of a rule through the catalogue; anything else as it is."""
    return gettext(words) if isinstance(words, str) and words else words


def filled(message: str, params: Mapping[str, object]) -> str:
    """The message in the reader's language with its places filled; words in the places are translated too."""
    sentence = gettext(message)
    return sentence % {name: translated(word) for name, word in params.items()} if params else sentence


def text(refusal: Refusal) -> str:
    """What a refusal says, in the reader's language."""
    return filled(refusal.message, refusal.params)


def listed(words: Iterable[str]) -> str:
    """Words one after another, as the reader's language parts them."""
    return (", " if (get_language() or "").startswith("en") else "、").join(words)


def day(on: date) -> str:
    """A date as people write it: 2020年6月12日, or 12 June 2020."""
    if (get_language() or "").startswith("en"):
        return f"{on.day} {on:%B %Y}"
    return f"{on.year}年{on.month}月{on.day}日"


def short_day(on: date, *, today: date) -> str:
    """A date without the year where it is this year's."""
    if on.year != today.year:
        return day(on)
    return f"{on.day} {on:%b}" if (get_language() or "").startswith("en") else f"{on.month}月{on.day}日"


def left(due: date, *, today: date) -> str:
    """What is left until a due day, while it is near; then the day itself."""
    days = (due - today).days
    if days < 0:
        return gettext("超 %(days)s 天") % {"days": -days}
    if days == 0:
        return gettext("今天")
    if days <= 14:
        return gettext("余 %(days)s 天") % {"days": days}
    return short_day(due, today=today)


def spent(seconds: int) -> str:
    """A length of time: 40 秒, 3 分钟, 1 小时 20 分."""
    if seconds < 60:
        return gettext("%(n)s 秒") % {"n": seconds}
    if seconds < 3600:
        return gettext("%(n)s 分钟") % {"n": round(seconds / 60)}
    return gettext("%(hours)s 小时 %(minutes)s 分") % {
        "hours": seconds // 3600,
        "minutes": seconds % 3600 // 60,
    }
