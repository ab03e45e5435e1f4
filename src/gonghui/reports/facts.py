"""What happens to returns and filed reports: each class is one kind of journal entry."""

from gonghui.core.facts import fact, look

look("reports.figure_opened", "打开敏感数字")
look("reports.entries_opened", "打开敏感数字的记录")
look("reports.entry_opened", "打开敏感记录")
look("reports.entry_exported", "取走敏感记录的证明")
look("reports.line_opened", "打开敏感的上报行")
look("reports.return_opened", "打开有敏感数字的上报")
look("reports.signing_opened", "打开敏感数字的会签")
look("reports.annex_opened", "打开附表")
look("reports.annex_exported", "导出附表")
look("reports.report_printed", "打印有敏感数字的报告")
look("reports.evidence_taken", "下载佐证")
look("reports.workbook_taken", "取走上报表")


@fact(title="开始收数")
class RoundOpened:
    """A union asks the unions directly below it for the figures of a period."""

    returns: int


@fact(title="结束收数")
class RoundClosed:
    """A collection round takes no more lines."""


@fact(title="催报")
class ReturnReminded:
    """A union that has not reported yet is reminded by the one that asked."""


@fact(title="填写上报数字")
class LinesDrafted:
    """Lines of a return are written or rewritten as drafts."""

    lines: int


@fact(title="送签")
class SignatureAsked:
    """The statistician hands the return to the head of the unit for signature."""

    lines: int


@fact(title="签发上报")
class ReturnSigned:
    """The head of the unit signs: the return's drafts go to the level above."""

    lines: int


@fact(title="退回修改")
class SignatureDeclined:
    """The head of the unit hands the return back to the statistician unsigned."""


@fact(title="上报数字通过")
class FigureReturned:
    """The level above accepts a returned figure; this entry is what reports fold.

    `part` is empty, or numerator or denominator of a ratio; of a stock it is the difference to the level before.
    """

    figure: str
    part: str
    coverage: str
    quantity: int = 0
    amount_fen: int = 0


@fact(title="退回上报数字")
class LineRefused:
    """The level above sends a line back with its reason."""

    figure: str


@fact(title="重新填写")
class LineReopened:
    """The unit takes a refused line up again as a draft."""

    figure: str


@fact(title="撤回上报数字")
class LineWithdrawn:
    """The unit takes a submitted line back before anyone has decided on it."""

    figure: str


@fact(title="删去草稿")
class LineDropped:
    """The unit drops a draft it never sent."""

    figure: str


@fact(title="提出更正")
class CorrectionEntered:
    """The unit states what an accepted line should have said."""

    figure: str


@fact(title="更正通过")
class LineCorrected:
    """The level above accepts a correction: the old entry is reversed and another stands for the same day."""

    figure: str


@fact(title="上报意见")
class LineCommented:
    """Somebody who sees the line writes a comment on it."""

    figure: str


@fact(title="上传佐证")
class EvidenceAdded:
    """A stamped summary is kept as evidence for lines of a return."""

    lines: int


@fact(title="开始在平台办理")
class ProgrammeStarted:
    """A kind of work is recorded on the platform from now on; its figures are no longer returned for these days."""

    app: str


@fact(title="开始编写报告")
class ReportBegun:
    """An editor begins a report of the own union."""

    form: str
    period: str


@fact(title="报告进入下一步")
class ReportMoved:
    """A report reaches another stage of its making, or is sent back to be mended."""

    form: str
    period: str
    stage: str


@fact(title="修改报告文字")
class TextWritten:
    """An editor rewrites the text of one section; earlier versions are kept."""

    form: str
    period: str
    section: int


@fact(title="送数据会签")
class SignaturesAsked:
    """The editor hands figures of a report to their owners to sign."""

    form: str
    period: str
    figures: int


@fact(title="数据会签")
class FigureSigned:
    """The owner of a figure answers for its value and printed words in a report."""

    figure: str


@fact(title="不同意会签")
class FigureObjected:
    """The owner of a figure objects to it; the reason stays with the report."""

    figure: str


@fact(title="征求意见")
class CommentsAsked:
    """A draft goes to units for their comments, one round at a time."""

    form: str
    period: str
    units: int


@fact(title="对报告提意见")
class ReportCommented:
    """A unit that was asked comments on a draft."""

    form: str
    period: str


@fact(title="答复意见")
class CommentAnswered:
    """The editor accepts a comment on a draft or not, and says why."""

    form: str
    period: str
    accepted: bool


@fact(title="提请备案")
class ReportProposed:
    """The editor asks a second person to file a report as it stands."""

    form: str
    period: str


@fact(title="报告备案")
class ReportFiled:
    """A second person files a report: each number stands as it was at the cut, `table` is the hash of all of them.

    `paper` and `paper_en` are the hashes of the report's words in both languages; entries of before have none.
    """

    form: str
    period: str
    rows: int
    table: str
    paper: str = ""
    paper_en: str = ""


@fact(title="公布报告")
class ReportPublished:
    """A filed report is published: anybody may read it from now on."""

    form: str
    period: str


@fact(title="勘误")
class ErratumAdded:
    """Something printed in a published report is put right by a notice beside it; the text itself stands.

    `notice` is the hash of the notice; entries of before have none.
    """

    form: str
    period: str
    number: int
    notice: str = ""
