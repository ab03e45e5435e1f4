"""What can happen to books, funds and payments. No names, no accounts at banks: amounts and record ids only."""

from gonghui.core.facts import fact, look

LEDGER_TAKEN = look("funds.ledger_taken", "下载账簿")
BANK_FILE_TAKEN = look("funds.bank_file_taken", "取银行付款文件")


@fact(title="开设账簿")
class BookOpened:
    """A union began to keep its book on the platform."""

    chart: str


@fact(title="设立资金")
class FundOpened:
    """A fund was set up in a book, bound to its purpose or not."""

    nature: str
    restricted: bool


@fact(title="凭证记账")
class VoucherPosted:
    """A voucher of so much was posted; it stands for good."""

    origin: str
    total_fen: int


@fact(title="制作凭证")
class VoucherDrafted:
    """A voucher was made out and waits for somebody else to check and post it."""

    total_fen: int


@fact(title="退回凭证")
class VoucherReturned:
    """A voucher that waited was sent back unposted."""


@fact(title="月末结账")
class MonthClosed:
    """A month of a book was closed; nothing can be posted to it any more."""


@fact(title="年度结账")
class YearClosed:
    """Income and expenses of a year were carried into what is left over."""


# Payments ---------------------------------------------------------------------------------------------------------


@fact(title="登记收款账户")
class PayeeAccountSet:
    """A payee's account at a bank was written down, or another one in its place."""

    changed: bool


@fact(title="核实收款账户")
class PayeeAccountConfirmed:
    """A second person made sure of a changed account; payments to it are not held any more."""


@fact(title="提交付款单")
class PaymentOrdered:
    """Some work ordered a payment; its amount is bespoken from the fund."""

    purpose: str
    amount_fen: int


@fact(title="开始列付款清单")
class ListBegun:
    """Some work began a list of payments; it grows until it is closed, and then it is ordered."""

    purpose: str


@fact(title="付款清单中单笔另付")
class PaymentSplitOff:
    """A payment of a list could not be made as it stood there; it is an order of its own now."""

    purpose: str
    amount_fen: int


@fact(title="付款单重复提交")
class PaymentAskedAgain:
    """The same payment was ordered again under the same key; nothing changed."""

    purpose: str


@fact(title="批准付款单")
class PaymentApproved:
    """Whoever may decide about the amount approved the payment."""

    purpose: str
    amount_fen: int


@fact(title="撤销付款单")
class PaymentCancelled:
    """The payment will not be made; its amount is free again."""

    purpose: str
    amount_fen: int


@fact(title="付款单再付")
class PaymentFixed:
    """What stood in the way of a failed or returned payment was put right; it is to be paid again."""

    purpose: str
    amount_fen: int


@fact(title="组成付款批次")
class BatchMade:
    """The cashier put so many payments together for the bank."""

    payments: int
    total_fen: int


@fact(title="放行付款批次")
class BatchReleased:
    """Somebody other than its maker released a batch, by the hash of what they saw."""

    payments: int
    total_fen: int


@fact(title="撤销付款批次")
class BatchCancelled:
    """A batch that was not released is dissolved; its orders wait again."""

    payments: int
    total_fen: int


@fact(title="收到银行回单")
class BankAnswered:
    """A bank's answer came in, with so many rows."""

    layout: str
    rows: int


@fact(title="付款到账")
class PaymentSucceeded:
    """The bank has paid. A late return is the same with the opposite sign, on its own day."""

    purpose: str
    nature: str
    payments: int
    paid_fen: int


@fact(title="付款失败")
class PaymentFailed:
    """The bank has not paid and said why."""

    purpose: str
    code: str
    unpaid_fen: int
    payments: int = 1


@fact(title="付款结果未明")
class PaymentDoubtful:
    """The bank has not said what became of a payment; it is never sent again by itself."""

    purpose: str
    open_fen: int
    payments: int = 1


@fact(title="退票")
class PaymentReturned:
    """Money that had been paid came back."""

    purpose: str
    nature: str
    returned_fen: int
    payments: int = 1


@fact(title="对账处理")
class AnswerSettled:
    """Somebody looked into a row of an answer that fitted no payment."""


# Statements -------------------------------------------------------------------------------------------------------


@fact(title="收到银行对账单")
class StatementTaken:
    """A bank's statement came in, with so many movements that were not known before."""

    layout: str
    movements: int


@fact(title="对账单核对")
class MovementMatched:
    """A movement the bank tells of was found in the book, by the platform or by somebody who gave a reason."""

    how: str


@fact(title="撤回核对")
class MovementReleased:
    """What a movement had been matched with was wrong; it stands open again."""


# Dues -------------------------------------------------------------------------------------------------------------


@fact(title="收到经费")
class DuesCollected:
    """An employer's dues came in, by kind and way of collecting; below nothing where the tax office paid them back."""

    what: str
    mode: str
    paid_fen: int


@fact(title="单位缴费")
class EmployerPaid:
    """An employer paid dues."""

    what: str


@fact(title="经费存疑")
class DuesDisputed:
    """Somebody doubts a payment, or cleared it up; it is not put into a voucher meanwhile."""

    open: bool


@fact(title="经费分成")
class DuesSplit:
    """A voucher stands in the book; so much of its dues is the part of one level."""

    level: str
    part_fen: int


@fact(title="经费制证")
class DuesDrafted:
    """So many payments of dues were put into a voucher that waits for somebody else."""

    payments: int
    total_fen: int


@fact(title="上解或回拨经费")
class DuesRemitted:
    """What was owed to a union above or below was ordered to be paid."""

    side: str
    remitted_fen: int


@fact(title="经费结清")
class DuesSettled:
    """The bank paid what was owed to a union above or below; a late return is the same below nothing."""

    side: str
    settled_fen: int


@fact(title="退税冲减经费")
class DuesReversed:
    """The tax office paid an employer's dues back; a row of its own takes them off."""


@fact(title="撤回登记经费")
class DuesWithdrawn:
    """So many payments of dues were withdrawn as if they had never been recorded."""

    payments: int
    total_fen: int
