"""What can happen to posts, to the way into an account, and to social workers. No names: random record ids only."""

from gonghui.core.facts import fact, look

look("officials.worker_opened", "打开社工登记")
look("officials.certificate_opened", "打开社工证书")
look("officials.number_shown", "查看证书编号")
look("officials.scan_opened", "打开证书扫描件")


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


# Social workers ---------------------------------------------------------------------------------------------------


@fact(title="设立社工岗位")
class PositionOpened:
    """A position for social workers was opened, with so many places."""

    grade: str
    headcount: int


@fact(title="变更社工岗位")
class PositionChanged:
    """A position's places, grade or last day are others now."""

    grade: str
    headcount: int


@fact(title="登记社工")
class SocialWorkerHired:
    """A social worker was put on the roll."""


@fact(title="变更社工登记")
class SocialWorkerChanged:
    """What the roll says about a social worker was changed."""


@fact(title="社工到岗")
class SocialWorkerPosted:
    """A social worker came onto a position, or back to it."""


@fact(title="社工暂离岗位")
class SocialWorkerAway:
    """A social worker on leave or seconded keeps the position and is not on post."""

    why: str


@fact(title="社工离岗")
class SocialWorkerLeft:
    """A social worker left the position."""


@fact(title="在岗社工增减")
class OnPostChanged:
    """The list of social workers on post at a union has so many more or fewer."""

    people: int


@fact(title="持证在岗社工增减")
class QualifiedChanged:
    """The list of those on post whose certificate counts has so many more or fewer at a union."""

    people: int


@fact(title="提交证书")
class CertificateSubmitted:
    """A certificate was entered and waits for somebody else to see the original."""

    certificate: str


@fact(title="核验证书")
class CertificateVerified:
    """Another person saw the original; from the day on the certificate holds."""

    certificate: str


@fact(title="退回证书")
class CertificateRejected:
    """A certificate, or its renewal, was not accepted."""

    certificate: str


@fact(title="证书登记将到期")
class CertificateDue:
    """A certificate's registration ends soon."""

    certificate: str


@fact(title="证书登记已到期")
class CertificateLapsed:
    """A certificate's registration ended the day before; it does not count any more."""

    certificate: str


@fact(title="提交续登记")
class RenewalSubmitted:
    """A longer registration was entered and waits for somebody else to see the original."""

    certificate: str


@fact(title="证书续登记")
class CertificateRenewed:
    """Another person saw the longer registration; from the day on it holds."""

    certificate: str


@fact(title="附上证书扫描件")
class ScanAdded:
    """So many scans stand behind a certificate that waits to be verified."""

    certificate: str
    scans: int


@fact(title="撤回证书扫描件")
class ScanWithdrawn:
    """A scan was taken back by the union that had added it."""

    certificate: str
