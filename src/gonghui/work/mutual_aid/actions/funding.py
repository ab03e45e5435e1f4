"""Out of which fund each plan is paid, into which its premiums come: said once by a leader, on the city's own book."""

from datetime import date

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.journal import record
from gonghui.spine.funds.models import Book, Fund, LedgerAccount
from gonghui.work.mutual_aid.facts import MoneySet
from gonghui.work.mutual_aid.flow import LEAD
from gonghui.work.mutual_aid.models import PlanMoney
from gonghui.work.mutual_aid.rules.plans import PLANS


@action
def set_money(
    plan: str, fund: Fund, *, spent_on: LedgerAccount, pays_from: LedgerAccount, by: Actor, on: date
) -> PlanMoney:
    """Payments and premiums of the plan go by this fund from now on; what was ordered before stays as it was."""
    by.require(LEAD)
    if plan not in PLANS:
        raise Refusal("mutual_aid.plan", "没有这个计划，请从列表中选")
    book = Book.objects.filter(organisation=by.organisation_id).first()
    if book is None or {fund.book_id, spent_on.book_id, pays_from.book_id} != {book.pk}:
        raise Refusal("mutual_aid.other_book", "资金和科目要在本会自己的账簿里，请从列表中选")
    if not pays_from.is_money or spent_on.is_money:
        raise Refusal("mutual_aid.accounts", "付款科目应是银行存款，列支科目不能是银行存款，请核对")
    if PLANS[plan].is_enrolled and fund.nature != "custody":
        raise Refusal(
            "mutual_aid.not_custody",
            "“%(fund)s”不是代管资金：保费不是工会收入，请财务先设一项代管资金，再由负责人改设",
            fund=fund.name,
        )
    said = {"fund": fund, "spent_on": spent_on, "pays_from": pays_from}
    found, _made = PlanMoney.objects.update_or_create(organisation=book.organisation, plan=plan, defaults=said)
    record(MoneySet(plan=plan), about=fund, by=by, happened_on=on, organisation=book.organisation)
    return found
