"""Where mail goes: one address in the environment becomes Django's settings for sending it."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SECURITIES = ("starttls", "tls", "none")
TIMEOUT_SECONDS = 15


def read(address: str) -> dict[str, Any]:
    """`smtp://name:password@host:587?security=starttls`, or the dotted name of another of Django's backends.

    Nothing: no mail leaves the platform.
    """
    if not address:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    if "://" not in address:
        return {"EMAIL_BACKEND": address}
    parts = urlsplit(address)
    security = parse_qs(parts.query).get("security", ["starttls"])[0]
    if parts.scheme != "smtp" or not parts.hostname or security not in SECURITIES:
        raise ValueError(f"it is smtp://name:password@host:port?security=one of {', '.join(SECURITIES)}")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"starttls": 587, "tls": 465, "none": 25}[security],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": security == "starttls",
        "EMAIL_USE_SSL": security == "tls",
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }
