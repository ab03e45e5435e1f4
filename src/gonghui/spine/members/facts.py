"""What can happen to memberships. No names, papers or keyed hashes: random record ids only."""

from gonghui.core.facts import fact, look

look("members.member_opened", "打开会员登记")
look("members.value_shown", "查看会员的证件和号码")
look("members.certificate_printed", "打印会籍证明")
look("members.checked", "跨工会查询会籍")
look("members.request_opened", "打开会员的申请")
look("members.code_issued", "为会员开出开通码")
look("members.own_value_shown", "本人查看自己的资料")
look("members.own_data_exported", "本人导出自己的资料")


@fact(title="入会")
class MemberAdmitted:
    """A union admitted somebody; `first` where they had never been in a union here before."""

    first: bool
    form: str
    non_public: bool
    band: str


@fact(title="会员名册建档")
class MembersTakenOver:
    """So many members stood on a union's roster when it came onto the platform."""

    people: int


@fact(title="会员随工会转入")
class MembersFollowed:
    """So many members went along when their union was merged into this one, or came back with it."""

    people: int


@fact(title="会员离会")
class MemberLeft:
    """Somebody left the unions: at their own wish, expelled, or deceased."""

    why: str
    form: str
    non_public: bool
    band: str


@fact(title="会籍转出")
class MemberMovedOut:
    """A member's membership went over to another union."""


@fact(title="会籍转入")
class MemberMovedIn:
    """A member's membership came over from another union."""


@fact(title="保留会籍")
class MembershipRetained:
    """Somebody keeps the membership without vote or office: retired, laid off, studying."""


@fact(title="恢复会籍")
class MembershipResumed:
    """A retained membership is a full one again."""


@fact(title="更正会员资料")
class MemberCorrected:
    """What the roster says of somebody was corrected."""


@fact(title="提出会籍接转")
class TransferAsked:
    """One of the two unions asked that a membership go over."""

    by_target: bool


@fact(title="确认转出")
class TransferReleased:
    """The old union let the membership go; by itself where its days ran out."""

    by_itself: bool


@fact(title="会籍接转办结")
class TransferDone:
    """The new union took the membership over; by itself where its days ran out."""

    by_itself: bool


@fact(title="会籍接转未成")
class TransferEnded:
    """A transfer was refused or withdrawn; the membership stays where it was."""

    how: str


@fact(title="记录同意")
class ConsentGiven:
    """A person's consent to a purpose, in a version of its words, was recorded."""

    purpose: str
    version: str


@fact(title="撤回同意")
class ConsentWithdrawn:
    """A person withdrew a consent."""

    purpose: str


@fact(title="开出会员开通码")
class ActivationIssued:
    """A code was printed by which a member opens an account of their own, or sets a new password."""


@fact(title="会员开通账号")
class AccountOpened:
    """A member used the code: the account stands, or has a new password where it stood."""

    again: bool


@fact(title="开通码作废")
class ActivationVoided:
    """A code lets nobody in any more: replaced, or tried in vain too often."""

    why: str


@fact(title="会员关闭账号")
class AccountClosed:
    """A member closed the account; the membership stays."""


@fact(title="会员撤回资料")
class ValueWithdrawn:
    """A member had a value erased that the roster held at their wish."""

    value: str


@fact(title="会员提出申请")
class RequestMade:
    """A member asked for a correction, or to leave."""

    what: str


@fact(title="会员申请办结")
class RequestEnded:
    """The union agreed or refused, or the member took it back."""

    what: str
    how: str


@fact(title="会员资料到期删除")
class MembersErased:
    """So many people's data were erased when the time of a rule was over; the entry says no more of them."""

    rule: str
    people: int
