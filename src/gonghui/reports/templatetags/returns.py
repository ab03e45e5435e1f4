"""Names of unions in the reader's language."""

from django import template

from gonghui.reports.console.amounts import name_of
from gonghui.spine.organisations.models import Organisation

register = template.Library()


@register.filter
def unit_name(organisation: Organisation) -> str:
    """The union's name, short where the list is dense."""
    return name_of(organisation)
