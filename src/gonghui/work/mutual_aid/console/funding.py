"""The page on which a leader says out of which fund each plan is paid."""

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.spine.funds.models import Book, Fund, LedgerAccount
from gonghui.web.console import ConsoleRequest, page, render
from gonghui.work.mutual_aid.actions import funding
from gonghui.work.mutual_aid.flow import LEAD
from gonghui.work.mutual_aid.models import PlanMoney
from gonghui.work.mutual_aid.rules.plans import PLANS


class MoneyForm(forms.Form):
    """A plan, its fund, the account it is booked to, the account at the bank."""

    plan = forms.ChoiceField(
        label=gettext_lazy("计划"), choices=[(one.key, gettext_lazy(one.title)) for one in PLANS.values()]
    )
    fund = forms.ModelChoiceField(label=gettext_lazy("资金"), queryset=Fund.objects.none())
    spent_on = forms.ModelChoiceField(label=gettext_lazy("列支科目"), queryset=LedgerAccount.objects.none())
    pays_from = forms.ModelChoiceField(label=gettext_lazy("付款科目"), queryset=LedgerAccount.objects.none())

    def __init__(self, *given: object, actor: Actor, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        book = Book.objects.filter(organisation=actor.organisation_id)
        accounts = LedgerAccount.objects.filter(book__in=book).order_by("order")
        for name, rows in (
            ("fund", Fund.objects.filter(book__in=book).order_by("name")),
            ("spent_on", accounts.filter(is_money=False)),
            ("pays_from", accounts.filter(is_money=True)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
            field.label_from_instance = lambda one: one.title  # type: ignore[method-assign,assignment]


@page(LEAD)
def money(request: ConsoleRequest) -> HttpResponseBase:
    """The plans with their money, and a form to set one."""
    actor = request.actor
    form = MoneyForm(request.POST or request.typed or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        funding.set_money(**form.cleaned_data, by=actor, on=clock.today())
        messages.success(request, _("已设定，并记入台账"))
        return redirect("aid_money")
    kept = PlanMoney.objects.filter(organisation=actor.organisation_id)
    known = {one.plan: one for one in kept.select_related("fund", "spent_on", "pays_from")}
    return render(
        request,
        "mutual_aid/console/money.html",
        {
            "rows": [(one, known.get(one.key)) for one in PLANS.values()],
            "form": form,
            "has_book": Book.objects.filter(organisation=actor.organisation_id).exists(),
        },
    )


urlpatterns = [path("mutual_aid/money/", money, name="aid_money")]
