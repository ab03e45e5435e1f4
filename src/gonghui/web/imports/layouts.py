"""A list of people in the desk's layout, as something that is taken away: many of them with another person's word."""

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.web import shell
from gonghui.web.console import attachment
from gonghui.web.imports import workbooks
from gonghui.web.imports.sheet import SHEETS, Scope, Sheet
from gonghui.web.lists.declared import LAYOUTS, TYPES, Takeable
from gonghui.web.lists.export import Statement


@dataclass(frozen=True)
class Layout:
    """The whole list of a sheet within the actor's reach; it has no filter."""

    sheet: Sheet
    of_people: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """What it is called in addresses."""
        return self.sheet.name.replace(".", "-")

    @property
    def title(self) -> str:
        """What people call the list."""
        return self.sheet.title

    @property
    def power(self) -> str:
        """Who may bring it back may take it."""
        return self.sheet.power

    def kept(self, words: QueryDict) -> QueryDict:
        """No filter."""
        del words
        return QueryDict()

    def asked(self, actor: Actor, address: QueryDict) -> QueryDict:
        """No filter."""
        del actor
        return self.kept(address)

    def address(self, actor: Actor, asked: QueryDict) -> str:
        """No words."""
        del actor, asked
        return ""

    def in_words(self, asked: QueryDict) -> list[tuple[str, str]]:
        """What kind of file it is."""
        del asked
        return [(_("格式"), _("导入格式，改好可以传回"))]

    def url(self, actor: Actor, asked: QueryDict) -> str:
        """Where the list is brought back to."""
        del actor, asked
        return reverse("import_new", args=[self.sheet.name])

    def endings(self) -> list[tuple[str, str]]:
        """One kind of file."""
        return [("xlsx", _("Excel 工作簿（.xlsx）"))]

    def count(self, actor: Actor, asked: QueryDict) -> int:
        """How many rows the list has."""
        del asked
        return sum(1 for _row in self.sheet.rows(Scope(actor, 0, clock.today())))

    def file(self, actor: Actor, asked: QueryDict, ending: str, mark: Statement) -> HttpResponse:
        """The list as the desk reads it back."""
        del asked
        rows = self.sheet.rows(Scope(actor, 0, clock.today()))
        content = workbooks.layout(self.sheet, rows, banner=shell.DEMO_WORDS if shell.is_demo() else "", mark=mark)
        return attachment(content, f"{_(self.title)}.{ending}", TYPES[ending])


def declare() -> None:
    """Every sheet of people can be asked for."""
    for sheet in SHEETS.values():
        if sheet.of_people:
            layout = Layout(sheet)
            LAYOUTS[layout.name] = layout


def of(sheet: Sheet) -> Takeable | None:
    """The layout of a sheet of people; others are nobody's concern."""
    return LAYOUTS.get(Layout(sheet).name)
