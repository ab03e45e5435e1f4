"""Which superior a row of a workbook means: a union that stands, or one that another row of the same file founds."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from django.db.models import Q

from gonghui.core import bulk, codes
from gonghui.core import text as texts
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.organisations import rules
from gonghui.spine.organisations.models import FormerName, Organisation
from gonghui.web.imports.sheet import Typed, Wrong

_PROVISIONAL = re.compile(r"(新|NEW)[0-9A-Z一-鿿-]{1,20}")  # zh
_IN_FILE = re.compile(r"#(\d+) (.*)", re.DOTALL)
NAMED = 10
"""So many rows are named in a refusal."""

UNKNOWN = "名册和这张表里都没有上级“%(name)s”：请填组织代码，或在这张表里加一行建立它"
SEVERAL = "有几个组织叫“%(name)s”：请填上级的组织代码"
SEVERAL_ROWS = (
    "这张表第 %(rows)s 行都叫“%(name)s”：请在要作上级的那一行的组织代码里填一个临时代码（如 新1），这里也填它"
)
HERE_TOO = (
    "“%(name)s”名册里已有（%(codes)s），这张表第 %(rows)s 行又新建一个：请填名册里的组织代码，"
    "或给新建的那一行填一个临时代码（如 新1），这里也填它"
)
TWICE = "临时代码“%(mark)s”第 %(rows)s 行都填了：一个代码只用在一行，请改一行"
CIRCLE = "上级绕成了圈：第 %(rows)s 行，后一行是前一行的上级，请改一行的上级"
ITSELF = "上级填的就是这一行自己，请另填上级"


def code_or_mark(typed: str) -> str:
    """The code of a union that stands, or a provisional one by which other rows of the file name a new union."""
    return typed if _PROVISIONAL.fullmatch(typed) else codes.checked_organisation_code(typed)


def in_file(row: int, name: str) -> str:
    """What stands for a superior that a row of the same file founds, until it has a code."""
    return f"#{row} {name}"


def row_in_file(superior: str) -> tuple[int, str] | None:
    """The row that founds the superior and its name; nothing for a code."""
    found = _IN_FILE.fullmatch(superior)
    return (int(found[1]), found[2]) if found else None


class Naming:
    """The rows of a file and the unions that stand, by every word by which a row may name its superior."""

    def __init__(self, rows: Sequence[Typed], actor: Actor) -> None:
        self.rows = [row for row in rows if row.values]
        self.actor = actor
        self.marks = self._take_marks()
        typed = {str(row.values["superior"]) for row in self.rows if row.values.get("superior")}
        self.named: dict[str, list[Typed]] = defaultdict(list)
        for row in self.rows:
            for word in {str(row.values.get(key) or "") for key in ("name", "short_name")} & typed:
                self.named[word].append(row)
        self.superiors = {row.row: row for word in typed for row in self._here(word)}
        self.known: dict[str, set[str]] = defaultdict(set)
        self.placed: dict[tuple[str, str | None], set[str]] = defaultdict(set)
        self._read(typed)
        self.meant: dict[int, str] = {}
        self._settle()

    def _take_marks(self) -> dict[str, list[Typed]]:
        """Rows by their provisional codes, which they no longer hold: a new union has no code yet."""
        found: dict[str, list[Typed]] = defaultdict(list)
        for row in self.rows:
            code = row.values.get("code")
            if code is not None and _PROVISIONAL.fullmatch(code):
                found[code].append(row)
                row.values["code"] = None
        return found

    def _marked(self, word: str) -> list[Typed]:
        """The rows that have the word for a provisional code."""
        return self.marks.get(texts.fold(word).replace(" ", "").upper(), []) if self.marks else []

    def _here(self, word: str) -> list[Typed]:
        """The rows that a word names; a provisional code goes before names."""
        return self._marked(word) or self.named.get(word, [])

    def _read(self, typed: Collection[str]) -> None:
        """The unions that stand in the actor's reach and have one of the words for code, name or short name."""
        words = set(typed)
        for row in self.superiors.values():
            words |= {str(row.values[key]) for key in ("code", "name") if row.values.get(key)}
        own_table = Organisation._meta.db_table
        listed = Q(bulk.among(f"{own_table}.code", [word.upper() for word in words], "text"))
        listed |= Q(bulk.among(f"{own_table}.name", words, "text"))
        listed |= Q(bulk.among(f"{own_table}.short_name", words, "text"))
        own = self.actor.organisation_id
        seen = (
            Organisation.objects.seen_by(self.actor).active().filter(listed) if words else Organisation.objects.none()
        )
        for pk, code, name, short, above in seen.values_list("pk", "code", "name", "short_name", "parent__code"):
            for word in {code, name, short}:
                self.known[word].add(code)
            self.placed[name, above if pk != own else None].add(code)

    def _settle(self) -> None:
        """What each row that is a superior stands for; of one named like a union that stands, its superior tells."""
        waiting = list(self.superiors.values())
        for _level in range(rules.deepest() + 1):
            waiting = [row for row in waiting if not self._settled(row)]
            if not waiting:
                return
        for row in waiting:
            self.meant[row.row] = in_file(row.row, str(row.values.get("name") or ""))

    def _settled(self, row: Typed) -> bool:
        code, name, above = row.values.get("code"), str(row.values.get("name") or ""), None
        if code is not None and code in self.known:
            self.meant[row.row] = code
            return True
        if code is None and name in self.known and (word := row.values.get("superior")):
            found = self.found(row, word)
            if found is None:
                return False
            above = next(iter(found)) if len(found) == 1 else None
        stands = self.placed.get((name, above), set()) if code is None else set()
        self.meant[row.row] = next(iter(stands)) if len(stands) == 1 else in_file(row.row, name)
        return True

    def found(self, row: Typed, word: str) -> set[str] | None:
        """All that a row's word for its superior may mean; nothing as long as a row it names has not been settled."""
        here = [one for one in self._here(word) if one is not row]
        if any(one.row not in self.meant for one in here):
            return None
        stands = set() if self._marked(word) else self.known.get(word) or self.known.get(word.upper()) or set()
        return {self.meant[one.row] for one in here} | stands

    def is_itself(self, row: Typed, word: str) -> bool:
        """Whether the word names the row and nothing else."""
        return any(one is row for one in self._here(word))


def resolve(rows: Sequence[Typed], actor: Actor, wrong: Wrong) -> None:
    """Each superior is the code of a union that stands, or the row of the file that founds it; or it is refused."""
    naming = Naming(rows, actor)
    for mark, marked in naming.marks.items():
        for row in marked if len(marked) > 1 else ():
            refusal = Refusal("organisations.mark_twice", TWICE, mark=mark, rows=_listed([one.row for one in marked]))
            wrong(row, "code", refusal)
    asked = [(row, str(row.values["superior"])) for row in naming.rows if row.values.get("superior")]
    found = [naming.found(row, word) or set() for row, word in asked]
    unknown = {word for (row, word), codes_of in zip(asked, found, strict=True) if not codes_of}
    became = _became(unknown, actor)
    above: dict[int, int] = {}
    for (row, word), means in zip(asked, found, strict=True):
        means = means or became.get(word, set())
        if len(means) != 1:
            wrong(row, "superior", _unclear(naming, row, word, means))
            continue
        (row.values["superior"],) = means
        if (there := row_in_file(row.values["superior"])) is not None:
            above[row.row] = there[0]
    circles = {number: circle for circle in _circles(above) for number in circle}
    for row, _word in asked:
        if (circle := circles.get(row.row)) is not None:
            shown = " → ".join(str(number) for number in [*circle, circle[0]][:NAMED])
            wrong(row, "superior", Refusal("organisations.superior_circle", CIRCLE, rows=shown))


def _became(words: Collection[str], actor: Actor) -> dict[str, set[str]]:
    """What became of merged unions' codes, names of then and abolished areas, for the words that are any of these."""
    listed = [" ".join(word.split()) for word in words]
    by_name = Q(bulk.among("name", listed, "text")) | Q(bulk.among("short_name", listed, "text"))
    merged = Organisation.objects.filter(successor__isnull=False)
    then = set[str]()
    then.update(
        merged.filter(bulk.among("code", [word.upper() for word in listed], "text")).values_list("code", flat=True)
    )
    for found in (merged.filter(by_name), FormerName.objects.filter(by_name)):
        then.update(name for names in found.values_list("name", "short_name") for name in names)
    seen, became = Organisation.objects.seen_by(actor).active(), {}
    for word in words:
        typed = " ".join(word.split())
        if typed in then or typed.upper() in then or codes.now_of_area(typed) in codes.DISTRICTS:
            now = seen.resolved(word)
            became[word] = {now.code} if now is not None else set()
    return became


def _unclear(naming: Naming, row: Typed, word: str, found: Collection[str]) -> Refusal:
    """Why a word does not name one superior."""
    if not found:
        if naming.is_itself(row, word):
            return Refusal("organisations.superior_itself", ITSELF)
        return Refusal("organisations.superior_unknown", UNKNOWN, name=word)
    here = sorted(there[0] for one in found if (there := row_in_file(one)) is not None)
    stands = sorted(one for one in found if row_in_file(one) is None)
    if not here:
        return Refusal("organisations.superior_several", SEVERAL, name=word)
    if not stands:
        return Refusal("organisations.superior_several_rows", SEVERAL_ROWS, name=word, rows=_listed(here))
    return Refusal(
        "organisations.superior_here_too", HERE_TOO, name=word, codes="、".join(stands[:3]), rows=_listed(here)
    )


def _circles(above: dict[int, int]) -> Iterator[list[int]]:
    """The circles in which rows are one another's superiors, each from its first row on."""
    seen: set[int] = set()
    for start in sorted(above):
        way: dict[int, int] = {}
        at: int | None = start
        while at is not None and at not in seen:
            seen.add(at)
            way[at] = len(way)
            at = above.get(at)
        if at is not None and at in way:
            yield [number for number, place in way.items() if place >= way[at]]


def _listed(rows: Sequence[int]) -> str:
    return "、".join(str(number) for number in rows[:NAMED])
