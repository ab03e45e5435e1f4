"""A replay of one step, for the tests of the command: the real half-year has tests of its own."""

from collections.abc import Callable

from gonghui.web.models import Account, DemoAccount


def run(scale: float, progress: Callable[[str, int, int], None]) -> None:
    """One account that the sign-in page offers; done twice it changes nothing."""
    progress("开户", 0, 1)
    account, _made = Account.objects.get_or_create(username="tester", defaults={"name": "试用"})
    DemoAccount.objects.get_or_create(account=account, defaults={"title": "试用", "try_this": "登录", "order": 1})
    progress("开户", 1, 1)
