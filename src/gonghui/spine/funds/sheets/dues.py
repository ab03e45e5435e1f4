"""Payments of dues by the row, as the tax office's list or a clerk's own has them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from gonghui.core import bulk, codes, money
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.period import Period
from gonghui.spine.funds import actions
from gonghui.spine.funds.actions import DuesEntry
from gonghui.spine.funds.actions.dues import PERIODS, RECORD
from gonghui.spine.funds.flow import DUES_FLOW
from gonghui.spine.funds.models import Book, DuesRow
from gonghui.spine.organisations.models import Employer, Organisation
from gonghui.web.imports.kinds import Choice, Code, Day, Money, Text
from gonghui.web.imports.sheet import Change, Column, Only, Remark, Scope, Sheet, Standing, Typed, Wrong, sheet

WHAT = {"dues": "工会经费", "preparatory": "建会筹备金"}
MODES = {"A": "A 税务代收上解部分", "B": "B 全额收缴", "C": "C 直接上缴"}
ALSO = {"税务代收": "A", "代收": "A", "全额": "B", "全额收缴": "B", "直接上缴": "C", "直缴": "C"}


def period_of(typed: str) -> str:
    """The key of a month, quarter, half or year; a month that a spreadsheet took for a day is that month again."""
    written = typed.replace("年", "-").replace("月", "").replace("/", "-").replace(".", "-").strip("-")  # zh
    if written.isdigit() and len(written) == 6:
        written = f"{written[:4]}-{written[4:]}"
    head, _dash, month = written.partition("-")
    if month.isdigit() and len(month) == 1:
        written = f"{head}-0{month}"
    try:
        found = Period.parse(written)
    except Refusal:
        found = None
    if found is not None and found.kind == "day" and found.first.day == 1:
        found = Period.month(found.first.year * 100 + found.first.month)
    if found is None or found.kind not in PERIODS:
        raise Refusal(
            "funds.dues_period_read",
            "所属期“%(value)s”读不出来：请写作 2020-06、2020Q2、2020H1 或 2020",
            value=typed[:20],
        )
    return found.key


@sheet
class DuesList(Sheet):
    """The payments that the clerk's union collected."""

    name, title, power = "funds.dues", "经费收缴", RECORD
    list_url = "dues"
    keys = (("tax_voucher_no",),)
    asks_day = False
    help = (
        "一行一笔缴款，按税票号对应；登记过的不改：错了的，记账以前撤回导入，记账以后在那一笔上冲减。",
        "方式：A 税务代收上解部分（基层部分已直接进基层账户），B 全额收缴（基层部分要回拨），C 基层工会直接上缴。",
        "实缴一律填单位缴的全额，含直接归基层的部分。",
        "工会编码不填的，按统一社会信用代码找单位所属的工会；还没有建会的，费种填建会筹备金。",
        "导入只登记并算好各级分成；制凭证、审核记账在“资金”里办。",
    )
    columns = (
        Column(
            "uscc",
            "统一社会信用代码",
            Code(check=codes.employer_uscc),
            required=True,
            fixed=True,
            aliases=("信用代码", "纳税人识别号", "税号"),
        ),
        Column("name", "单位名称", Text(120), required=True, fixed=True, aliases=("缴费单位", "纳税人名称", "单位")),
        Column("union", "工会编码", Text(120), fixed=True, aliases=("工会", "组织代码", "工会名称")),
        Column(
            "what",
            "费种",
            Choice(dict(WHAT), {"筹备金": "preparatory"}),
            required=True,
            fixed=True,
            aliases=("征收品目", "类别"),
        ),
        Column(
            "period",
            "所属期",
            Text(20, check=period_of, width=12),
            required=True,
            fixed=True,
            aliases=("税款所属期", "费款所属期", "月份"),
        ),
        Column("wages", "工资总额", Money(), required=True, fixed=True, aliases=("计费依据", "全部职工工资总额")),
        Column("payable", "应缴", Money(), required=True, fixed=True, aliases=("应缴金额", "应缴经费", "应纳费额")),
        Column("paid", "实缴", Money(), required=True, fixed=True, aliases=("实缴金额", "实缴经费", "实纳费额")),
        Column("paid_on", "缴款日", Day(), required=True, fixed=True, aliases=("缴款日期", "入库日期")),
        Column("mode", "方式", Choice(dict(MODES), dict(ALSO)), required=True, fixed=True, aliases=("收缴方式",)),
        Column(
            "tax_voucher_no",
            "税票号",
            Code(longest=40),
            required=True,
            fixed=True,
            aliases=("税票号码", "电子税票号码", "凭证号", "缴款凭证号"),
        ),
        Column("state", "状态", Choice(dict(DUES_FLOW.states)), ours=True),
    )

    def resolve(self, rows: Sequence[Typed], scope: Scope, wrong: Wrong) -> None:
        """A union's name becomes its code; where none is written, the one of the employer is meant."""
        typed = {row.values["union"] for row in rows if row.values.get("union")}
        named = Q(code__in=[word.upper() for word in typed]) | Q(name__in=typed)
        known: dict[str, set[str]] = {}
        for code, name in Organisation.objects.active().filter(named).values_list("code", "name"):
            known.setdefault(name, set()).add(code)
            known.setdefault(code, set()).add(code)
        usccs = {row.values["uscc"] for row in rows if row.values.get("uscc") and not row.values.get("union")}
        asked = Employer.objects.filter(
            bulk.among("organisations_employer.uscc", usccs, "text"), organisation__is_active=True
        )
        of_employer = dict(asked.values_list("uscc", "organisation__code"))
        for row in rows:
            word = row.values.get("union")
            if not word:
                if row.values.get("what") != "preparatory" and row.values.get("uscc") in of_employer:
                    row.values["union"] = of_employer[row.values["uscc"]]
                continue
            found = known.get(word) or known.get(word.upper()) or set()
            if len(found) == 1:
                row.values["union"] = min(found)
            elif found:
                wrong(
                    row,
                    "union",
                    Refusal("funds.dues_union_several", "有几个工会叫“%(name)s”：请填工会编码", name=word),
                )
            else:
                wrong(
                    row,
                    "union",
                    Refusal("funds.dues_union_unknown", "没有工会“%(name)s”：请核对编码，或先建会", name=word),
                )

    def rows(self, scope: Scope, only: Only | None = None) -> Iterable[Standing]:
        """What the union collected, oldest first; rows that take others off are made on the row's own page."""
        seen = DuesRow.objects.filter(book__organisation=scope.actor.organisation_id, reverses=None)
        if only is not None:
            numbers = list(only.values.get("tax_voucher_no", ()))
            seen = seen.filter(
                Q(bulk.among("funds_duesrow.id", only.subjects))
                | Q(bulk.among("funds_duesrow.tax_voucher_no", numbers, "text"))
            )
        for one in seen.select_related("union", "payer").order_by("paid_on", "tax_voucher_no"):
            yield Standing(
                one.pk,
                {
                    "uscc": one.payer.uscc,
                    "name": one.name,
                    "union": one.union.code if one.union is not None else None,
                    "what": one.what,
                    "period": one.period,
                    "wages": one.wages_fen,
                    "payable": one.payable_fen,
                    "paid": one.paid_fen,
                    "paid_on": one.paid_on,
                    "mode": one.mode,
                    "tax_voucher_no": one.tax_voucher_no,
                    "state": one.state,
                },
            )

    def check(self, changes: Sequence[Change], scope: Scope, wrong: Wrong) -> None:
        """Each could be entered as by the form, and no receipt stands twice."""
        new = [change for change in changes if change.is_new]
        if not new:
            return
        book = _book(scope.actor)
        if book is None:
            wrong(
                new[0], "tax_voucher_no", Refusal("funds.dues_no_book", "本会还没有账簿：请先在“资金”启用，再登记经费")
            )
            return
        for n, field, refusal in actions.faults(book, _entries(new), on=min(scope.today, scope.on)):
            wrong(new[n], field, refusal)

    def remarks(self, rows: Sequence[tuple[int, str, Mapping[str, Any]]], scope: Scope) -> Mapping[int, list[Remark]]:
        """What was paid differs from what was owed; an employer is called otherwise than where it is registered."""
        usccs = {values["uscc"] for _row, _label, values in rows if values.get("uscc")}
        asked = Employer.objects.filter(bulk.among("organisations_employer.uscc", usccs, "text"))
        names = dict(asked.values_list("uscc", "name"))
        found: dict[int, list[Remark]] = {}
        for row, _label, values in rows:
            said = []
            payable, paid = values.get("payable"), values.get("paid")
            if payable is not None and paid is not None and payable != paid:
                said.append(Remark(_("实缴比应缴差 %(yuan)s 元") % {"yuan": money.yuan(paid - payable)}, True))
            name = names.get(values.get("uscc") or "")
            if name is not None and values.get("name") not in (None, name):
                said.append(Remark(_("登记的单位名称是“%(name)s”") % {"name": name}, True))
            if said:
                found[row] = said
        return found

    def apply(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """The payments stand, with the parts of every level."""
        book = _book(by)
        assert book is not None
        made = actions.record_dues(book, _entries(changes), by=by, on=on, source=scope.source or None)
        for change, pk in zip(changes, made, strict=True):
            change.subject = pk

    def obstacles(self, changes: Sequence[Change], scope: Scope, *, after: int) -> Iterable[tuple[Change, Refusal]]:
        """Those that are in a voucher, and those that somebody doubts."""
        subjects = {one.subject: one for one in changes if one.subject is not None}
        asked = DuesRow.objects.select_related("draft__posting").filter(
            ~Q(state="collected") | Q(draft__isnull=False), bulk.among("funds_duesrow.id", subjects)
        )
        for row in asked:
            if (refusal := actions.in_the_way(row)) is not None:
                yield subjects[row.pk], refusal

    def undo(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """The payments were never recorded."""
        numbers = [one.subject for one in changes if one.subject is not None]
        actions.withdraw_dues(numbers, by=by, on=on)


def _book(actor: Actor) -> Book | None:
    """The book of the actor's own union."""
    return Book.objects.select_related("organisation").filter(organisation=actor.organisation_id).first()


def _entries(changes: Sequence[Change]) -> list[DuesEntry]:
    codes_asked = {change.text("union") for change in changes}
    unions = {one.code: one for one in Organisation.objects.filter(code__in=codes_asked)}
    return [
        DuesEntry(
            change.text("uscc"),
            change.text("name"),
            unions.get(change.text("union")),
            change.text("what"),
            Period.parse(change.text("period")),
            change.values["wages"],
            change.values["payable"],
            change.values["paid"],
            change.values["paid_on"],
            change.text("mode"),
            change.text("tax_voucher_no"),
        )
        for change in changes
    ]
