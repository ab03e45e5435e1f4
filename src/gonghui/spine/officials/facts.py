"""What can happen to posts and to the way into an account. No names, no accounts: random record ids only."""

from gonghui.core.facts import fact


@fact(title="任命岗位")
class PostAppointed:
    """A person was given a post in an organisation."""

    role: str


@fact(title="离任")
class PostEnded:
    """A post ended, or its end was set."""

    role: str


@fact(title="限定部门")
class PostLimited:
    """A post speaks for these departments of its union and for no other."""

    departments: str


@fact(title="委托代理")
class PostDelegated:
    """An absent official's post was lent to a colleague for some days."""

    role: str


@fact(title="开立账号")
class AccountOpened:
    """An official was given an account."""


@fact(title="停用账号")
class AccountDisabled:
    """An account was disabled; its sessions ended at once."""


@fact(title="启用账号")
class AccountEnabled:
    """A disabled account was enabled again."""


@fact(title="开出重置码")
class ResetCodeIssued:
    """A security officer printed the first half of a one-time code."""


@fact(title="复核重置码")
class ResetCodeConfirmed:
    """A second person printed the other half; the code may be used."""


@fact(title="作废重置码")
class ResetCodeVoided:
    """A code was voided before use."""

    why: str


@fact(title="使用重置码")
class ResetCodeUsed:
    """The official set another password by the code; all sessions ended, the second factor stayed."""
