"""A sheet of the import desk: how an app says once what its list looks like in a workbook, and what a row does.

An app's `sheets.py` (read at start) holds one class for each of its lists:

    @sheet
    class Unions(Sheet):
        name, title, power = "organisations.unions", "组织", "organisations.edit"
        columns = (Column("code", "组织代码", Code()), Column("name", "名称", Text(120), required=True), …)
        keys = (("code",), ("name", "superior"))

        def resolve(self, rows, scope, wrong): …   # a superior's name becomes its code
        def rows(self, scope, only=None): …        # what stands, in the actor's reach
        def check(self, changes, scope, wrong): …  # what is wrong with a change, cell by cell
        def apply(self, changes, scope, *, by, on): …  # the app's own actions; whole or nothing
        def obstacles(self, changes, scope, *, after): …   # what stands in the way of taking it back
        def undo(self, changes, scope, *, by, on): …   # the compensating acts

Everything else is the desk's: finding the header row and which heading is which column (titles, aliases, English
titles, what this sender said before), reading .xlsx in a limited child process and .csv in UTF-8 or GBK, all errors
at once with their cells and back in the user's own workbook, the coloured difference, one transaction, a page for
each import, export in the same layout, undo. What the desk promises an app:

- `rows` is called with `only=None` for all rows (export, large files), or with some keys and subjects; it may give more
  than was asked for. A row is `Standing(subject, values)`: the primary key of the record and a value for each column
  key; a missing key or `None` is an empty cell. Order is that of the export. Values are those of the column's kind
  (`kinds.py`): text, int, fen, `date`, the key of a choice, bool.
- `resolve` may replace values that only the list can tell by those that `rows` would give, for all rows at once.
- a row of the file is matched by the first of `keys` whose columns it fills in. Filled but unknown: a new row, or a
  problem if the first key is ours to give (`key_is_ours`). Two rows of the file for one record are a problem.
- a column that the file does not have stays as it is; one that it has with an empty cell is emptied. Rows that the file
  does not have stay as they are. `required`, `fixed` (only new rows may fill it in) and `ours`
  (written for reading along, never taken) are seen to before `check` is called.
- `check` gets the new and the changed rows at once and says `wrong(change, "column", Refusal(…))` for each fault. It is
  asked again when the import is committed: nothing from the preview is trusted, and a row that somebody else has
  changed since is refused by name before.
- a row may name another row of the same file that is not on the list yet: `resolve` puts a mark of the app's own in
  place of a value, `cells` shows it in words, `apply` makes the one row before the other, and `settle` turns the mark
  into what was made, before anything is compared in order to take the import back.
- `apply` sets `change.subject` of new rows to the record it made. Everything runs inside one action of the desk, which
  records `imports.import_committed`; the app's acts record their own facts.
- before `undo` the desk has made sure that each touched value is still what the import wrote; `obstacles` names what
  else was built on it (`later.py` asks the journal). `change.was` holds what to go back to; of a new row it is empty.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from django.urls import reverse
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.web.imports.kinds import Kind, Text
from gonghui.web.imports.opening import ANY, Opened

Values = dict[str, Any]
NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"
APART = "apart"
"""A row that says nothing to the list (a title, an empty form line): kept to be handed back with the others."""


@dataclass(frozen=True)
class Column:
    """One column: its key in code, its heading, what it holds, and who may fill it in when."""

    key: str
    title: str
    kind: Kind = field(default_factory=Text)
    required: bool = False
    fixed: bool = False
    ours: bool = False
    aliases: tuple[str, ...] = ()
    example: object = None
    hint: str = ""


@dataclass(frozen=True)
class Scope:
    """Who imports, into which record's rows (0 where the sheet has one list), on which day the changes take effect."""

    actor: Actor
    target: int = 0
    on: date = date.min
    source: int = 0
    """The import whose rows are acted on, for records that keep where they came from."""
    today: date = date.max
    """The day on which it is done; nothing happens after it."""


@dataclass(frozen=True)
class Only:
    """Some rows of a list: those of the subjects, and those with one of the values in one of the columns."""

    subjects: Collection[int] = ()
    values: Mapping[str, Collection[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Standing:
    """One row of the list as it stands."""

    subject: int
    values: Values


@dataclass(frozen=True)
class Remark:
    """Something worth knowing beside a row of the difference."""

    text: str
    is_warning: bool = False


@dataclass
class Change:
    """One row of the file against the list: `was` is what stands (empty for a new row), `values` what is to stand."""

    row: int
    what: str
    values: Values
    was: Values = field(default_factory=dict)
    touched: tuple[str, ...] = ()
    """The columns in which the two differ; of a new row those that are filled in."""
    subject: int | None = None
    label: str = ""
    ready: Any = field(default=None, compare=False, repr=False)
    """What `check` made of the row, for `apply` right after it in the same transaction."""

    def text(self, key: str) -> str:
        """The words of a column, empty for an empty cell."""
        found = self.values.get(key)
        return "" if found is None else str(found)

    @property
    def is_new(self) -> bool:
        """Whether the row is not on the list yet."""
        return self.what == NEW


class Typed(Protocol):
    """A row of the file as it was read, before it is held against the list."""

    row: int
    values: Values


Wrong = Callable[[Any, str, Refusal], None]
"""Says that a column of a row (`Typed` or `Change`) is wrong, and why."""


class Sheet(ABC):
    """What an app says of one list; see the module."""

    name: str
    title: str
    power: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...]
    key_is_ours = False
    """Whether the first key is a number that the platform gives: one it does not know is a mistake, not a new row."""
    list_url = ""
    """The name of the address of the list, to go back to."""
    of_people = False
    """Whether its rows are people: more of them than one takes away alone need a purpose and another person."""
    help: tuple[str, ...] = ()
    """Sentences for the second sheet of the workbook and for the page."""
    asks_day = True
    """Whether the changes happen on a day that the sender names."""
    all_from = 5_000
    """From so many rows on the whole list is read at once; below, the rows in question are asked for."""

    stands_alone = True
    """Whether there is one list; else each record of the app has rows of its own, and a way in on its own page."""
    worksheets: tuple[str, ...] = (ANY,)
    """The names of the worksheets that are looked for; `*` takes the first one."""

    def bring_url(self, target: int) -> str:
        """Where a file is brought to."""
        del target
        return reverse("import_new", args=[self.name])

    def done_url(self, target: int) -> str:
        """Where the changed records are seen; nothing for the page of the import itself."""
        del target
        return ""

    @classmethod
    def declared(cls) -> "Sheet":
        """The one that is registered."""
        return SHEETS[cls.name]

    def read(self, opened: Opened, scope: Scope) -> Any:
        """For an app whose workbook is a form rather than a list: header and reading in its own way; else nothing."""
        del opened, scope

    def resolve(self, rows: Sequence[Typed], scope: Scope, wrong: Wrong) -> None:
        """Values that only the list can tell become what `rows` gives: a superior's name its code."""
        del rows, scope, wrong

    @abstractmethod
    def rows(self, scope: Scope, only: Only | None = None) -> Iterable[Standing]:
        """What stands, in the actor's reach."""

    def check(self, changes: Sequence[Change], scope: Scope, wrong: Wrong) -> None:
        """What is wrong with the changes beyond what their columns say."""
        del changes, scope, wrong

    @abstractmethod
    def apply(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """Every change is made."""

    def obstacles(self, changes: Sequence[Change], scope: Scope, *, after: int) -> Iterable[tuple[Change, Refusal]]:
        """What was built on the import since, so that it cannot be taken back; entries above `after` came later."""
        return ()

    def settle(self, changes: Sequence[Change]) -> None:
        """Values of committed rows that named what the file itself was going to make become what was made."""
        del changes

    @abstractmethod
    def undo(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """Every change is compensated."""

    def kept_cell(self, value: Any, key: str = "") -> Any:
        """What of a cell, in the column of a key if it is one of ours, is kept for the user's own workbook."""
        return value[:500] if isinstance(value, str) else value

    def given_cell(self, kept: Any, key: str = "") -> Any:
        """What was kept of a cell, as it goes into the user's own workbook."""
        del key
        return kept

    def faulty_cell(self, value: Any, key: str) -> Any:
        """What of a cell stands beside what is wrong with it."""
        del key
        return value

    def label(self, values: Mapping[str, Any]) -> str:
        """How a row is called in sentences: what its keys say."""
        words = [str(values[key]) for keys in self.keys for key in keys if values.get(key) is not None]
        return " ".join(dict.fromkeys(words))

    def titled(self, label: str) -> str:
        """A kept label in the reader's language."""
        return label

    def cells(self, label: str, was: Mapping[str, Any], values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """The columns that differ, in the order of the sheet, old and new, in the reader's language."""
        del label
        columns = [column for column in self.columns if column.key in values]
        return [
            (_(column.title), column.kind.shown(was.get(column.key)), column.kind.shown(values[column.key]))
            for column in columns
        ]

    def remarks(self, rows: Sequence[tuple[int, str, Mapping[str, Any]]], scope: Scope) -> Mapping[int, list[Remark]]:
        """What is worth knowing beside rows of the difference, given as row, label and values."""
        del rows, scope
        return {}

    def undoing(self, changes: Sequence[Change]) -> list[str]:
        """What taking it back will do, in the reader's language, a sentence for each kind of row."""
        new, old = sum(one.is_new for one in changes), sum(not one.is_new for one in changes)
        said = [_("撤去新增的 %(n)s 行") % {"n": new}] if new else []
        return said + ([_("%(n)s 行改回导入前的内容") % {"n": old}] if old else [])

    def column(self, key: str) -> Column:
        """The column of a key."""
        return self._by_key[key]

    @property
    def _by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}


SHEETS: dict[str, Sheet] = {}
"""Every sheet by its name."""

S = TypeVar("S", bound=type[Sheet])


def sheet(declared: S) -> S:
    """Register the sheet; one that cannot work fails at start."""
    made = declared()
    keys = [column.key for column in made.columns]
    if len(set(keys)) != len(keys) or not made.keys or not {key for one in made.keys for key in one} <= set(keys):
        raise TypeError(f"{made.name}: columns come once, and its keys are among them")
    if made.name in SHEETS and type(SHEETS[made.name]).__module__ != declared.__module__:
        raise TypeError(f"{made.name} is declared twice")
    SHEETS[made.name] = made
    return declared
