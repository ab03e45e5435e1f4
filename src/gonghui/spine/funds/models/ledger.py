"""Books in double entry: accounts, funds, months, postings and their legs, and what is kept so that balances are quick.

The database itself keeps them: `migrations/0002_ledger_guards.py` refuses what does not balance, an overdrawn
restricted fund, a closed month, a gap between numbers, and any change of what was posted.
"""

import uuid
from collections.abc import Mapping
from datetime import date

from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from gonghui.core.actor import Actor
from gonghui.core.models import Record
from gonghui.core.privacy import INTERNAL, declare
from gonghui.spine.funds.rules import charts, ledger
from gonghui.spine.funds.rules.charts import Chart
from gonghui.spine.organisations.models import Organisation
from gonghui.spine.organisations.models.tree import in_english

NATURES = {
    "own": _("自有经费"),
    "superior_subsidy": _("上级补助"),
    "fiscal": _("财政拨款"),
    "donation": _("捐赠"),
    "custody": _("代管经费"),
    "admin": _("行政拨付"),
}
ORIGINS = {
    "manual": _("手工凭证"),
    "opening": _("期初余额"),
    "payment": _("银行付款"),
    "late_return": _("退票冲回"),
    "dues": _("经费分成"),
    "year_end": _("年终结转"),
    "reversal": _("红字冲销"),
}
KEEP = "30年"
"""会计档案管理办法: vouchers and books."""


class BookQuerySet(models.QuerySet["Book"]):
    """Questions asked of the books."""

    def seen_by(self, actor: Actor) -> "BookQuerySet":
        """The books of the actor's subtree."""
        return self.filter(actor.within("organisation__path"))


class Book(models.Model):
    """The book one union keeps, from the first day of some month on, by one chart of accounts."""

    id = models.AutoField(primary_key=True)
    organisation = models.OneToOneField(Organisation, models.PROTECT, related_name="book", verbose_name=_("组织"))
    chart = models.CharField(_("科目表"), max_length=12)
    started_on = models.DateField(_("启用日期"))
    objects = BookQuerySet.as_manager()
    privacy = declare((INTERNAL, "会计核算", KEEP, "id organisation chart started_on"))

    class Meta:
        ordering = ["organisation__pinyin_key", "id"]
        constraints = [models.CheckConstraint(condition=Q(started_on__day=1), name="funds_book_first_day")]

    @property
    def kept_by(self) -> Chart:
        """The chart of accounts the book is kept by."""
        return charts.charts()[self.chart]


class LedgerAccount(models.Model):
    """One account of a book: an account of its chart, opened when it is first needed."""

    id = models.AutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="accounts")
    key = models.CharField(_("科目"), max_length=40)
    code = models.CharField(_("编码"), max_length=12, blank=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80)
    kind = models.CharField(_("类别"), max_length=10, choices=list(charts.KINDS.items()))
    is_money = models.BooleanField(default=False)
    order = models.SmallIntegerField(default=0)
    privacy = declare((INTERNAL, "会计核算", KEEP, "id book key code name name_en kind is_money order"))

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["book", "key"], name="funds_account_once")]

    @property
    def title(self) -> str:
        """Code and name in the reader's language."""
        return f"{self.code} {self.name_en if in_english() else self.name}".strip()

    @property
    def is_debit(self) -> bool:
        """Whether its balance is expected on the debit side."""
        return self.kind in ("asset", "expense")


class Fund(models.Model):
    """Money of one source. A restricted one serves its purpose alone: it never lends, it is never overdrawn.

    `held_fen` is what lies of it in cash and at the bank and is kept by the database; `committed_fen` is what orders
    that are not paid yet have bespoken.
    """

    id = models.AutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    book = models.ForeignKey(Book, models.PROTECT, related_name="funds")
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    nature = models.CharField(_("性质"), max_length=20, choices=list(NATURES.items()))
    is_restricted = models.BooleanField(_("专款专用"), default=False)
    held_fen = models.BigIntegerField(_("余额"), default=0, editable=False)
    committed_fen = models.BigIntegerField(_("已占用"), default=0, editable=False)
    privacy = declare(
        (
            INTERNAL,
            "会计核算",
            KEEP,
            "id public_id book name name_en nature is_restricted held_fen committed_fen",
        )
    )

    class Meta:
        ordering = ["-is_restricted", "id"]
        constraints = [
            models.UniqueConstraint(fields=["book", "name"], name="funds_fund_name"),
            models.CheckConstraint(condition=Q(committed_fen__gte=0), name="funds_fund_committed"),
            models.CheckConstraint(
                condition=Q(is_restricted=False) | Q(held_fen__gte=F("committed_fen")), name="funds_fund_overdrawn"
            ),
        ]

    @property
    def organisation(self) -> Organisation:
        """The union whose book it stands in."""
        return self.book.organisation

    @property
    def title(self) -> str:
        """The name in the reader's language where there is one."""
        return self.name_en if self.name_en and in_english() else self.name

    @property
    def free_fen(self) -> int:
        """What may still be ordered out of it."""
        return self.held_fen - self.committed_fen


class BookMonth(models.Model):
    """One month of a book: open or closed, and the last number given to a voucher in it."""

    id = models.AutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, related_name="months")
    month = models.IntegerField(_("月份"))
    last_number = models.IntegerField(default=0)
    state = models.CharField(max_length=6, choices=[("open", _("未结账")), ("closed", _("已结账"))], default="open")
    closed_by = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    privacy = declare((INTERNAL, "会计核算", KEEP, "id book month last_number state closed_by closed_at"))

    class Meta:
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(fields=["book", "month"], name="funds_month_once")]

    @property
    def organisation(self) -> Organisation:
        """The union whose book it is."""
        return self.book.organisation

    @property
    def key(self) -> str:
        """The month as 2020-06."""
        return f"{self.month // 100}-{self.month % 100:02}"

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.month // 100, self.month % 100, 1)


class Posting(models.Model):
    """A posted voucher: numbered without gaps within its book and month, never changed, never deleted."""

    id = models.BigAutoField(primary_key=True)
    book = models.ForeignKey(Book, models.PROTECT, db_constraint=False, db_index=False)
    month = models.IntegerField()
    number = models.IntegerField(_("编号"))
    day = models.DateField(_("日期"))
    origin = models.CharField(_("来源"), max_length=12, choices=list(ORIGINS.items()))
    memo = models.CharField(_("摘要"), max_length=ledger.MEMO_LONGEST)
    legs = models.SmallIntegerField()
    total_fen = models.BigIntegerField(_("合计"))
    attachments = models.SmallIntegerField(_("附件张数"), default=0)
    made_by = models.BigIntegerField(default=0)
    checked_by = models.BigIntegerField(null=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, db_constraint=False, db_index=False)
    about = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField(db_default=models.functions.Now())
    privacy = declare(
        (
            INTERNAL,
            "会计核算",
            KEEP,
            "id book month number day origin memo legs total_fen attachments made_by checked_by reverses about "
            "posted_at",
        )
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "month", "number"], name="funds_posting_number"),
            models.CheckConstraint(
                condition=Q(month=F("day__year") * 100 + F("day__month")), name="funds_posting_in_its_month"
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("made_by")), name="funds_posting_two_people"
            ),
            models.CheckConstraint(condition=Q(legs__gte=2, total_fen__gt=0), name="funds_posting_has_legs"),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="funds_posting_reversed_once"
            ),
            models.UniqueConstraint(fields=["book"], condition=Q(origin="opening"), name="funds_posting_opened_once"),
            models.CheckConstraint(
                condition=~Q(origin="opening") | Q(checked_by__isnull=False), name="funds_posting_opened_by_two"
            ),
        ]

    @property
    def organisation(self) -> Organisation:
        """The union whose book it stands in."""
        return self.book.organisation

    @property
    def month_key(self) -> str:
        """The month as 2020-06."""
        return f"{self.month // 100}-{self.month % 100:02}"


class Leg(models.Model):
    """One line of a posting: fen to the debit (above zero) or credit (below zero) of an account, out of one fund."""

    pk = models.CompositePrimaryKey("posting_id", "seq")
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="lines", db_constraint=False, db_index=False)
    seq = models.SmallIntegerField()
    account = models.ForeignKey(LedgerAccount, models.PROTECT, db_constraint=False, db_index=False)
    fund = models.ForeignKey(Fund, models.PROTECT, db_constraint=False, db_index=False)
    day = models.DateField()
    amount_fen = models.BigIntegerField()
    privacy = declare((INTERNAL, "会计核算", KEEP, "posting seq account fund day amount_fen"))

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount_fen=0), name="funds_leg_of_something")]
        indexes = [models.Index(fields=["account", "day", "posting"], name="funds_leg_of_account")]


class DayTurn(models.Model):
    """What went through an account on a day, by fund; the database adds it up when legs are written."""

    pk = models.CompositePrimaryKey("account_id", "fund_id", "day")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, db_constraint=False, db_index=False)
    fund = models.ForeignKey(Fund, models.PROTECT, db_constraint=False, db_index=False)
    day = models.DateField()
    debit_fen = models.BigIntegerField()
    credit_fen = models.BigIntegerField()
    legs = models.IntegerField()
    privacy = declare((INTERNAL, "会计核算", KEEP, "account fund day debit_fen credit_fen legs"))


class Carried(models.Model):
    """What an account carried out of a closed month, by fund: where balances begin to be added up."""

    pk = models.CompositePrimaryKey("account_id", "month", "fund_id")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, db_constraint=False, db_index=False)
    month = models.IntegerField()
    fund = models.ForeignKey(Fund, models.PROTECT, db_constraint=False, db_index=False)
    balance_fen = models.BigIntegerField()
    privacy = declare((INTERNAL, "会计核算", KEEP, "account month fund balance_fen"))


class VoucherDraft(Record):
    """A voucher somebody made out, until somebody else posts it or sends it back. Its lines change freely till then."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="drafts")
    origin = models.CharField(_("来源"), max_length=12, choices=list(ORIGINS.items()), default="manual")
    day = models.DateField(_("日期"))
    memo = models.CharField(_("摘要"), max_length=ledger.MEMO_LONGEST)
    attachments = models.SmallIntegerField(_("附件张数"), default=0)
    lines = models.JSONField(default=list)
    made_by = models.BigIntegerField()
    state = models.CharField(
        max_length=10,
        choices=[("waiting", _("待审核")), ("posted", _("已记账")), ("returned", _("已退回"))],
        default="waiting",
    )
    posting = models.OneToOneField(Posting, models.PROTECT, null=True, related_name="draft")
    privacy = declare(
        (INTERNAL, "会计核算", KEEP, "id public_id book origin day memo attachments lines made_by state posting")
    )

    class Meta:
        ordering = ["day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["book"], condition=Q(origin="opening", state="waiting"), name="funds_draft_one_opening"
            )
        ]

    @property
    def organisation(self) -> Organisation:
        """The union whose book it is meant for."""
        return self.book.organisation


# Balances ---------------------------------------------------------------------------------------------------------

_BALANCES = """
with closed as (
  select coalesce(max(month), 0) as month from funds_bookmonth
  where book_id = %(book)s and state = 'closed' and month < %(month)s
), held as (
  select c.account_id, c.fund_id, c.balance_fen as fen from funds_carried c, closed
  where c.month = closed.month and c.account_id = any(%(accounts)s)
  union all
  select t.account_id, t.fund_id, t.debit_fen - t.credit_fen from funds_dayturn t, closed
  where t.account_id = any(%(accounts)s) and t.day <= %(day)s and t.day >= case when closed.month = 0
    then date '0001-01-01' else make_date(closed.month / 100, closed.month %% 100, 1) + interval '1 month' end
)
select account_id, fund_id, sum(fen) from held group by 1, 2 having sum(fen) <> 0
"""


def balances(book: Book, on: date, accounts: list[int] | None = None) -> Mapping[tuple[int, int], int]:
    """What each account holds of each fund at the end of a day, debit above zero; accounts at nothing are left out.

    From the last closed month before the day, then day by day: legs are not read.
    """
    asked = accounts if accounts is not None else list(book.accounts.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, {"book": book.pk, "month": ledger.month_of(on), "day": on, "accounts": asked})
        return {(account, fund): int(fen) for account, fund, fen in cursor.fetchall()}


def balance(account: LedgerAccount, on: date) -> int:
    """What one account holds at the end of a day, over all funds."""
    return sum(balances(account.book, on, [account.pk]).values())


def turnovers(
    book: Book, first: date, last: date, accounts: list[int] | None = None
) -> Mapping[tuple[int, int], tuple[int, int]]:
    """Debit and credit of each account and fund within some days."""
    asked = accounts if accounts is not None else list(book.accounts.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "select account_id, fund_id, sum(debit_fen), sum(credit_fen) from funds_dayturn where day >= %s and"
            " day <= %s and account_id = any(%s) group by 1, 2",
            [first, last, asked],
        )
        return {(account, fund): (int(debit), int(credit)) for account, fund, debit, credit in cursor.fetchall()}
