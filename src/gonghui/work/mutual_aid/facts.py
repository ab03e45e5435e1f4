"""What can happen in mutual aid. No names, no diagnosis, no papers: amounts, kinds and record ids only."""

from gonghui.core.facts import fact, look

SETTLEMENT_OPENED = look("mutual_aid.settlement_opened", "查看医疗结算明细")
CLAIM_OPENED = look("mutual_aid.claim_opened", "打开互助申请")
PAPER_OPENED = look("mutual_aid.paper_opened", "打开互助申请的材料")
SAMPLE_OPENED = look("mutual_aid.sample_opened", "抽查医疗结算")
REVIEW_OPENED = look("mutual_aid.review_opened", "复核互助金说明")
LETTERS_OPENED = look("mutual_aid.letters_opened", "代打互助金说明")
ISSUE_OPENED = look("mutual_aid.issue_opened", "查看异常结算")


@fact(title="互助金到账")
class AidPaid:
    """A payment of mutual aid reached a member, as the bank confirmed; minus one where the bank sent it back."""

    plan: str
    benefit: str
    industry: str
    payments: int
    paid_fen: int


@fact(title="方案版本入库")
class EditionKept:
    """A text that came with the platform stands among the editions of its plan."""

    plan: str


@fact(title="收到医保结算文件")
class FileReceived:
    """The bureau's settlements of a month came in; nothing is decided yet."""

    plan: str


@fact(title="医保结算试算")
class FilePreviewed:
    """A month's settlements were tried out under the scheme; what they would come to."""

    plan: str
    settlements: int
    decided_fen: int


@fact(title="医保结算文件不能读取")
class FileUnreadable:
    """A file could not be read; it says why."""

    plan: str


@fact(title="抽查试算结果")
class FileSampled:
    """Somebody looked at the large payments and at a sample of the others."""

    plan: str
    looked_at: int


@fact(title="放行医保结算")
class FileReleased:
    """Somebody other than who received and sampled them released a month's settlements."""

    plan: str
    settlements: int
    decided_fen: int


@fact(title="医保结算入账")
class SettlementsDecided:
    """Some settlements of a released file were decided for good, and what is to be paid was ordered."""

    plan: str
    settlements: int
    decided_fen: int


@fact(title="医保结算放行完成")
class FileFinished:
    """All settlements of a file are decided and their payments ordered."""

    plan: str
    settlements: int
    ordered_fen: int


@fact(title="医保结算文件作废")
class FileDropped:
    """A file was thrown away before its release."""

    plan: str


@fact(title="异常结算入列")
class IssueOpened:
    """Settlements of a file that cannot be decided or paid by themselves wait for somebody."""

    plan: str
    code: str
    settlements: int


@fact(title="异常结算处理")
class IssueSettled:
    """Somebody dealt with a settlement that waited."""

    plan: str
    code: str
    outcome: str


@fact(title="抽查退出一行")
class RowMarkedWrong:
    """Whoever looked at the sample found a settlement wrong: it waits on the desk, the rest is tried out anew."""

    plan: str


@fact(title="查明的行并入下一份")
class RowsGathered:
    """Rows of a month whose members were found make a further part of it, to be tried out and released like any."""

    plan: str
    settlements: int


# Scheme texts --------------------------------------------------------------------------------------------------------


@fact(title="起草互助方案")
class EditionDrafted:
    """A draft of a plan's next text was begun as a copy of the one that holds."""

    plan: str


@fact(title="修改互助方案草案")
class EditionChanged:
    """The text of a draft is another one; its worked examples come out."""

    plan: str


@fact(title="提请发布互助方案")
class EditionOffered:
    """The author of a draft asked to have exactly this text published."""

    plan: str


@fact(title="删去互助方案草案")
class EditionDropped:
    """A draft was thrown away."""

    plan: str


@fact(title="发布互助方案")
class EditionPublished:
    """Somebody other than its author published a text; it stands for good."""

    plan: str
    is_replayed: bool


@fact(title="提出撤回互助方案")
class EditionWithdrawalAsked:
    """Somebody asked that a published text which has not begun be withdrawn."""

    plan: str


@fact(title="不撤回互助方案")
class EditionKeptPublished:
    """A published text that was to be withdrawn stays."""

    plan: str


@fact(title="撤回互助方案")
class EditionWithdrawn:
    """Another person withdrew a published text before it began."""

    plan: str


@fact(title="重放互助方案")
class ReplayAsked:
    """A text is to be replayed over the settlements of a year."""

    plan: str


@fact(title="互助方案重放完成")
class ReplayDone:
    """A text was replayed over so many settlements; sums alone were kept."""

    plan: str
    settlements: int


@fact(title="互助方案重放没有办成")
class ReplayFailed:
    """A replay could not be done; it says why."""

    plan: str


@fact(title="银行回单入台账")
class AnswerFollowed:
    """A bank's answer to a list of payments was told, payment by payment."""

    plan: str
    payments: int


@fact(title="医保结算放行中断")
class FileStalled:
    """A release stopped before its end and waits for somebody: what was decided stands, the rest goes on later."""

    plan: str
    code: str


@fact(title="设定互助付款资金")
class MoneySet:
    """A leader said out of which fund a plan is paid, and into which its premiums come."""

    plan: str


# Enrolment -----------------------------------------------------------------------------------------------------------


@fact(title="起草参保")
class EnrolmentDrafted:
    """A union's clerk began to enrol its people in a plan."""

    plan: str


@fact(title="参保名单变动")
class RollChanged:
    """People were put on the roll of an enrolment, or taken off it; so many stand on it now."""

    plan: str
    people: int


@fact(title="提交参保")
class EnrolmentSubmitted:
    """The roll of so many people was found in order and waits for the chair of the union."""

    plan: str
    people: int
    premium_fen: int


@fact(title="退回参保")
class EnrolmentReturned:
    """The chair gave the roll back to be mended."""

    plan: str


@fact(title="主席确认参保")
class EnrolmentCertified:
    """The chair certified the roll; the premium is due. `few` where fewer take part than the plan wants."""

    plan: str
    few: bool
    people: int
    premium_fen: int


@fact(title="收到保费")
class PremiumReceived:
    """Money came in for an enrolment, held for others."""

    plan: str
    received_fen: int


@fact(title="参保生效")
class EnrolmentBegan:
    """The premium had come in to the fen; so many people are covered."""

    plan: str
    people: int


@fact(title="参保未缴失效")
class EnrolmentLapsed:
    """No premium came in time; the enrolment lapsed."""

    plan: str


@fact(title="取消参保")
class EnrolmentCancelled:
    """The union took its enrolment back before it was in force."""

    plan: str


@fact(title="参保期满")
class EnrolmentExpired:
    """The days of an enrolment are over."""

    plan: str


@fact(title="提出作废保障")
class CoverDoubted:
    """A second reviewer holds that a cover was got by a false declaration; a leader decides."""

    plan: str


@fact(title="保障不作废")
class CoverKept:
    """A leader decided that a doubted cover holds."""

    plan: str


@fact(title="终止保障")
class CoverEnded:
    """Somebody's cover ended before its last day: they left, died, it was paid out, or it was got by a falsehood."""

    plan: str
    why: str


# Claims --------------------------------------------------------------------------------------------------------------


@fact(title="起草互助申请")
class ClaimDrafted:
    """Somebody began a claim."""

    plan: str
    channel: str


@fact(title="修改互助申请")
class ClaimChanged:
    """What a claim says was changed before it was submitted, or papers were added to it."""

    plan: str


@fact(title="互助申请办理")
class ClaimMoved:
    """A claim took a step that decides nothing about money: submitted, accepted, asked for papers, withdrawn."""

    plan: str
    step: str


@fact(title="互助申请审核")
class ClaimReviewed:
    """A part of the review was done; what it came to."""

    plan: str
    step: str
    decided_fen: int


@fact(title="互助申请提交付款")
class ClaimOrdered:
    """The payment of a claim was ordered."""

    plan: str
    ordered_fen: int


@fact(title="互助金付款用时")
class AidWaited:
    """Payments of one answer took so many days in all, from the receipt of their file to the bank's success."""

    plan: str
    days_in_all: int


# Letters -------------------------------------------------------------------------------------------------------------


@fact(title="会员请求人工复核")
class ReviewAsked:
    """A member wants somebody to look at a settlement that the machine alone decided and that pays nothing."""

    plan: str


@fact(title="人工复核答复")
class ReviewAnswered:
    """Somebody who had not released it looked at it again, and answered."""

    plan: str
    finding: str


@fact(title="代打互助金说明")
class LettersHandedOver:
    """The letters of a year were printed for a member without a phone, their proxy, or their heir."""

    whose: str
