"""What is typed about books, vouchers and payments; the actions check it again."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gonghui.core import clock, money
from gonghui.core.errors import Refusal
from gonghui.core.period import Period
from gonghui.spine.funds.actions import AccountEntry, BookItem, DuesEntry, FundEntry, OrderEntry, PayeeEntry
from gonghui.spine.funds.models import (
    ACCOUNT_KINDS,
    MODES,
    NATURES,
    PAYEE_KINDS,
    WHAT,
    Book,
    Fund,
    LedgerAccount,
    Payee,
)
from gonghui.spine.funds.rules import banks, parameters, statements
from gonghui.spine.funds.rules.ledger import Leg
from gonghui.spine.organisations.models import Organisation
from gonghui.web import say

LINES = 6


def _day(label: Any, **given: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **given)


class YuanField(forms.CharField):
    """An amount in yuan, as fen."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=24, **given)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def clean(self, value: Any) -> Any:
        """Fen; nothing for nothing."""
        typed = super().clean(value)
        if not typed:
            return 0
        try:
            return money.read(typed)
        except Refusal as refusal:
            raise ValidationError(say.text(refusal)) from None


class AccountField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An account of the book by code and name."""

    def label_from_instance(self, obj: Any) -> str:
        """As the chart calls it."""
        return str(obj.title)


class BookForm(forms.Form):
    """When a union begins to keep its book here."""

    started_on = forms.CharField(
        label=_("启用月份"), help_text=_("写作 2020-07；从年中启用时，此前的收支作为期初余额记入"), max_length=7
    )

    def clean_started_on(self) -> Any:
        """The first day of the month."""
        try:
            year, month = self.cleaned_data["started_on"].split("-")
            return clock.today().replace(year=int(year), month=int(month), day=1)
        except ValueError:
            raise ValidationError(gettext("月份应写作 2020-07")) from None


class FundForm(forms.Form):
    """A new fund."""

    name = forms.CharField(label=_("名称"), max_length=60)
    nature = forms.ChoiceField(label=_("性质"), choices=list(NATURES.items()))
    is_restricted = forms.BooleanField(label=_("专款专用，不得透支"), required=False)

    def entry(self) -> FundEntry:
        """What the action takes."""
        return FundEntry(self.cleaned_data["name"], self.cleaned_data["nature"], self.cleaned_data["is_restricted"])


class VoucherForm(forms.Form):
    """A voucher by hand: some lines, each with an account, a fund and one amount."""

    day = _day(_("日期"), initial=clock.today)
    memo = forms.CharField(label=_("摘要"), max_length=120, help_text=_("不写个人姓名、病情和账号"))
    attachments = forms.IntegerField(label=_("附件张数"), min_value=0, max_value=999, initial=0)

    def __init__(self, *args: Any, book: Book, **given: Any) -> None:
        super().__init__(*args, **given)
        accounts, funds = LedgerAccount.objects.filter(book=book), Fund.objects.filter(book=book)
        for n in range(1, LINES + 1):
            self.fields[f"account{n}"] = AccountField(accounts, label=_("科目"), required=False)
            self.fields[f"fund{n}"] = AccountField(funds, label=_("资金"), required=False)
            self.fields[f"debit{n}"] = YuanField(label=_("借方（元）"), required=False)
            self.fields[f"credit{n}"] = YuanField(label=_("贷方（元）"), required=False)

    def head(self) -> list[Any]:
        """The fields above the lines."""
        return [self[name] for name in ("day", "memo", "attachments")]

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """The lines, each with its fields."""
        for n in range(1, LINES + 1):
            yield n, [self[f"{name}{n}"] for name in ("account", "fund", "debit", "credit")]

    def legs(self) -> list[Leg]:
        """The lines that were filled in."""
        found = []
        for n in range(1, LINES + 1):
            account, fund, debit, credit = (
                self.cleaned_data.get(f"{name}{n}") for name in ("account", "fund", "debit", "credit")
            )
            if account is None and not debit and not credit:
                continue
            if account is None or fund is None or bool(debit) == bool(credit):
                raise Refusal("funds.line", "第 %(n)s 行要选科目和资金，并只填借方或贷方一个金额", n=n)
            found.append(Leg(account.pk, fund.pk, debit or -(credit or 0)))
        return found


class OpeningForm(forms.Form):
    """What a book holds when it begins: lines pasted from a sheet, or a workbook."""

    lines = forms.CharField(
        label=_("期初余额"),
        required=False,
        max_length=60_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "num"}),
        help_text=_("从表格里复制粘贴：科目、资金、借方、贷方各一列；手打时用竖线 | 隔开"),
    )
    file = forms.FileField(
        label=_("或上传工作簿"), required=False, help_text=_(".xlsx 或 .csv，最大 2 MB；读出的行会填进上面")
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        given = super().clean() or {}
        if not given.get("lines", "").strip() and not given.get("file"):
            raise ValidationError(gettext("请粘贴期初余额，或上传填好的工作簿"))
        return given


class AccountForm(forms.Form):
    """An account at a bank."""

    account_kind = forms.ChoiceField(label=_("账户类别"), choices=list(ACCOUNT_KINDS.items()))
    number = forms.CharField(label=_("账号"), max_length=40, help_text=_("加密保存，页面上只显示后四位"))
    bank = forms.CharField(label=_("开户行"), max_length=60)
    clearing = forms.CharField(label=_("联行号"), max_length=14, required=False)

    def account_entry(self) -> AccountEntry:
        """What the action takes."""
        given = self.cleaned_data
        return AccountEntry(given["number"], given["account_kind"], given["bank"], given["clearing"])


class PayeeForm(AccountForm):
    """Whom to pay and to which account."""

    payee = forms.CharField(label=_("收款人"), max_length=60)
    payee_kind = forms.ChoiceField(label=_("收款人类别"), choices=list(PAYEE_KINDS.items()))
    field_order = ["payee", "payee_kind"]

    def payee_entry(self) -> PayeeEntry:
        """What the action takes."""
        return PayeeEntry(self.cleaned_data["payee"], self.account_entry(), self.cleaned_data["payee_kind"])


class OrderForm(PayeeForm):
    """A payment ordered by hand."""

    amount = YuanField(label=_("金额（元）"))
    purpose = forms.ChoiceField(label=_("用途"))
    remark = forms.CharField(label=_("附言"), max_length=20, required=False, help_text=_("不写病情和身份类别"))
    due_on = _day(_("应付日期"), required=False)
    field_order = ["fund", "spent_on", "purpose", "amount", "payee", "payee_kind"]

    def __init__(self, *args: Any, book: Book, **given: Any) -> None:
        super().__init__(*args, **given)
        spent = LedgerAccount.objects.filter(book=book, kind__in=("expense", "liability"))
        self.fields["fund"] = AccountField(Fund.objects.filter(book=book), label=_("资金"))
        self.fields["spent_on"] = AccountField(spent, label=_("科目"))
        purposes = parameters.on(clock.today()).purposes
        self.fields["purpose"].choices = [(key, gettext(word)) for key, word in purposes.items()]  # type: ignore[attr-defined]
        self.order_fields(self.field_order)

    def entry(self, key: str) -> OrderEntry:
        """What the action takes."""
        given = self.cleaned_data
        return OrderEntry(
            given["fund"],
            given["spent_on"],
            self.payee_entry(),
            given["amount"],
            given["purpose"],
            request_key=key,
            remark=given["remark"],
            due_on=given["due_on"],
        )


def layout_choices() -> list[tuple[str, str]]:
    """The layouts of banks in the reader's language."""
    english = (get_language() or "").startswith("en")
    return [(key, one.title_en if english else one.title) for key, one in banks.layouts().items()]


class AnswerForm(forms.Form):
    """A bank's answer."""

    layout = forms.ChoiceField(label=_("银行格式"), choices=layout_choices)
    file = forms.FileField(label=_("回单文件"), help_text=_("最大 10 MB"))


def statement_layouts() -> list[tuple[str, str]]:
    """The layouts of bank statements in the reader's language."""
    english = (get_language() or "").startswith("en")
    return [(key, one.title_en if english else one.title) for key, one in statements.layouts().items()]


class StatementForm(forms.Form):
    """A bank's statement of one account."""

    layout = forms.ChoiceField(label=_("对账单格式"), choices=statement_layouts)
    file = forms.FileField(label=_("对账单文件"), help_text=_("最大 10 MB；要接着上一份，不能漏行"))

    def __init__(self, *args: Any, book: Book, **given: Any) -> None:
        super().__init__(*args, **given)
        banked = LedgerAccount.objects.filter(book=book, is_money=True).exclude(key="cash")
        self.fields["account"] = AccountField(banked, label=_("银行账户"), initial=banked.first())
        self.order_fields(["account"])


class MatchForm(forms.Form):
    """What of the book a movement is, or that the book does not have it; and why."""

    item = forms.ChoiceField(label=_("账面的一笔"), required=False)
    note = forms.CharField(label=_("理由"), max_length=120)

    def __init__(self, *args: Any, found: Sequence[BookItem], **given: Any) -> None:
        super().__init__(*args, **given)
        listed = [(item.key, f"{say.day(item.day)} · {money.yuan(item.fen)} · {item.memo}") for item in found]
        self.fields["item"].choices = [("", gettext("账面还没有，先说明")), *listed]  # type: ignore[attr-defined]


class DuesForm(forms.Form):
    """One payment of dues."""

    uscc = forms.CharField(label=_("统一社会信用代码"), max_length=24)
    name = forms.CharField(label=_("单位名称"), max_length=120)
    union = forms.CharField(
        label=_("工会编码"), max_length=120, required=False, help_text=_("编码或全称；还没有建会的不填")
    )
    what = forms.ChoiceField(label=_("费种"), choices=list(WHAT.items()))
    period = forms.CharField(label=_("所属期"), max_length=10, help_text=_("写作 2020-06、2020Q2、2020H1 或 2020"))
    wages = YuanField(label=_("工资总额（元）"))
    payable = YuanField(label=_("应缴（元）"), help_text=_("工资总额乘以比例"))
    paid = YuanField(label=_("实缴（元）"), help_text=_("单位缴的全额，含直接归基层的部分"))
    paid_on = _day(_("缴款日"))
    mode = forms.ChoiceField(label=_("方式"), choices=lambda: [(key, f"{key} {word}") for key, word in MODES.items()])
    tax_voucher_no = forms.CharField(label=_("税票号"), max_length=40)

    def clean_uscc(self) -> str:
        """As it is stored."""
        return "".join(str(self.cleaned_data["uscc"]).split()).upper()

    def clean_union(self) -> Organisation | None:
        """The union of the code or name."""
        word = self.cleaned_data["union"].strip()
        if not word:
            return None
        standing = Organisation.objects.active()
        found = list(standing.filter(code=word.upper())) or list(standing.filter(name=word)[:2])
        if len(found) != 1:
            raise ValidationError(gettext("没有工会“%(name)s”，或有几个同名：请填工会编码") % {"name": word})
        return found[0]

    def clean_period(self) -> Period:
        """The days."""
        try:
            return Period.parse(self.cleaned_data["period"])
        except Refusal as refusal:
            raise ValidationError(say.text(refusal)) from None

    def entry(self) -> DuesEntry:
        """What the action takes."""
        given = self.cleaned_data
        fen = {f"{name}_fen": given[name] for name in ("wages", "payable", "paid")}
        same = {name: given[name] for name in ("uscc", "name", "union", "what", "period", "paid_on", "mode")}
        return DuesEntry(**same, **fen, tax_voucher_no="".join(given["tax_voucher_no"].split()).upper())


class RemitForm(forms.Form):
    """Up to which period what is owed is paid, out of which fund, to which account; one that is known is kept."""

    period = forms.ChoiceField(label=_("付到哪一期"))
    number = forms.CharField(label=_("账号"), max_length=40, help_text=_("加密保存，页面上只显示后四位"))
    bank = forms.CharField(label=_("开户行"), max_length=60)
    clearing = forms.CharField(label=_("联行号"), max_length=14, required=False)

    def __init__(self, *args: Any, book: Book, periods: Sequence[str], payee: Payee | None, **given: Any) -> None:
        super().__init__(*args, **given)
        self.known = payee.account if payee is not None else None
        free = Fund.objects.filter(book=book, is_restricted=False)
        self.fields["fund"] = AccountField(free, label=_("资金"), initial=free.order_by("id").first())
        listed = [(key, key) for key in dict.fromkeys(periods)]
        self.fields["period"].choices = listed  # type: ignore[attr-defined]
        self.fields["period"].initial = listed[-1][0] if listed else ""
        if self.known is not None:
            for name in ("number", "bank"):
                self.fields[name].required = False
            self.fields["number"].help_text = gettext("不填，就付到 %(bank)s %(masked)s") % {
                "bank": self.known.bank,
                "masked": self.known.masked,
            }
        self.order_fields(["period", "fund"])

    def account(self) -> AccountEntry:
        """The account that was typed, or the one that is known."""
        given = self.cleaned_data
        if not given["number"] and self.known is not None:
            return AccountEntry(self.known.open_number(), self.known.kind, self.known.bank, self.known.clearing)
        return AccountEntry(given["number"], "corporate", given["bank"], given["clearing"])
