"""Short neutral texts to a phone, through the sender that a deployer names; off unless one is named.

A sender is a function of (phone, text). `GONGHUI_SENDER` names it; nothing here retries: a code that did not arrive is
asked for anew. No text says which union, that somebody is a member, or what it is about.
"""

import sys
from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

Sender = Callable[[str, str], None]
TERMINAL = "gonghui.web.sending.to_terminal"
OUTBOX: list[tuple[str, str]] = []
"""What `to_outbox` was given: for tests."""


def is_on() -> bool:
    """Whether anything can be sent."""
    return bool(settings.GONGHUI_SENDER)


def send(phone: str, code: str, *, minutes: int) -> None:
    """The code is on its way, in words that give nobody away."""
    sender: Sender = import_string(settings.GONGHUI_SENDER)
    sender(phone, f"验证码 {code}，{minutes} 分钟内有效。请勿告诉他人。")


def to_terminal(phone: str, text: str) -> None:
    """For trying out: the text on the terminal of the worker, the phone masked."""
    sys.stdout.write(f"{phone[:3]}****{phone[-4:]}: {text}\n")


def to_outbox(phone: str, text: str) -> None:
    """For tests."""
    OUTBOX.append((phone, text))
