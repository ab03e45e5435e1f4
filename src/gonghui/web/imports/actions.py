"""The verbs of the desk: a file is brought, read, committed, taken back. Each does all it says, or nothing."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.db import connection, transaction
from django.db.models import Case, When

from gonghui.core import bulk
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import PowerMissing, Refusal
from gonghui.core.journal import KIND_IDS, entries_of, record
from gonghui.core.personal import without_numbers
from gonghui.web.imports import headers, parameters, reading
from gonghui.web.imports.facts import (
    ColumnsMapped,
    FileBrought,
    FileChecked,
    ImportCommitted,
    ImportDropped,
    ImportUndone,
)
from gonghui.web.imports.headers import Header
from gonghui.web.imports.kinds import Kind, as_text
from gonghui.web.imports.models import Import, ImportFile, ImportMade, ImportRow
from gonghui.web.imports.opening import Opened, admitted, open_upload
from gonghui.web.imports.reading import Progress, Reading, silent
from gonghui.web.imports.sheet import APART, CHANGED, NEW, SAME, WRONG, Change, Only, Scope, Sheet, Standing, Values

KEPT_ROWS = 2_000
"""So many rows of a form are kept to be handed back; nobody fills in a longer one."""
LOCKS = 24
"""The class of our advisory locks; the two-number kind, which the journal's watermark does not read."""
NAMED = 10
"""So many rows are named in a refusal; the rest is counted."""
State = Import.State
Later = Callable[[Import], None]


def nobody(batch: Import) -> None:
    """No worker is told: whoever brought the file goes on with it."""


def scope_of(batch: Import, by: Actor, today: date = date.max) -> Scope:
    """Where the rows of an import lie, for who acts now."""
    return Scope(by, batch.target, batch.takes_effect_on, batch.pk, today)


def _may(by: Actor, batch: Import) -> None:
    by.require(batch.declared.power)
    if by.organisation_id != batch.organisation_id:
        raise PowerMissing("imports.elsewhere", "这次导入是别的组织办的，不能代办")


# Bringing ---------------------------------------------------------------------------------------------------------


def bring_file(sheet: Sheet, content: bytes, name: str, *, scope: Scope, on: date, later: Later = nobody) -> Import:
    """The file is on the desk: a small one is read at once, a large one is handed on by `later` (`is_running`)."""
    by = scope.actor
    by.require(sheet.power)
    if sheet.asks_day and scope.on > on:
        raise Refusal("imports.future", "变更日期 %(day)s 还没有到：请填今天或以前的日期", day=scope.on)
    scope = replace(scope, today=on)
    largest = parameters.on(on).largest_bytes
    admitted(content, name, largest=largest)
    if len(content) > parameters.on(on).at_once_bytes:
        return _begin(sheet, content, name, scope=scope, on=on, then=later)
    opened = open_upload(content, name, largest=largest, wanted=sheet.worksheets)
    said = headers.known_to(by.account_id, sheet)
    if len(opened.rows) > parameters.on(on).at_once_rows:
        headers.found(opened.rows, sheet, said)  # a file without any is not kept
        return _begin(sheet, content, name, scope=scope, on=on, then=later)
    outcome = understood(sheet, opened, said, scope)
    return _begin(sheet, content, name, scope=scope, on=on, then=lambda batch: _stage(batch, *outcome, by=by, on=on))


@action
def _begin(sheet: Sheet, content: bytes, name: str, *, scope: Scope, on: date, then: Later) -> Import:
    """The file is kept, and what comes next is done or handed on in the same transaction."""
    by = scope.actor
    digest = hashlib.sha256(content).hexdigest()
    _alone(f"{sheet.name} {by.organisation_id} {scope.target} {digest}")
    mine = Import.objects.select_for_update().standing().filter(sheet=sheet.name, organisation_id=by.organisation_id)
    batch = mine.filter(target=scope.target, sha256=digest).first()
    if batch is None:
        batch = Import(sheet=sheet.name, organisation_id=by.organisation_id, path=by.path, target=scope.target)
        batch.sha256, batch.size = digest, len(content)
    elif batch.state not in (State.CHECKED, State.FAULTY, State.MAPPING):
        raise known(batch)
    batch.state, batch.refusal, batch.mapping = State.READING, {}, {}
    batch.original_name, batch.takes_effect_on = clean_name(name), scope.on
    batch.uploaded_by, batch.uploaded_account, batch.uploaded_name = by.id, by.account_id, by.name[:60]
    batch.uploaded_on = on
    batch.save(force_insert=batch._state.adding)
    ImportFile.objects.update_or_create(batch=batch, defaults={"content": ImportFile.sealed(batch, content)})
    record(FileBrought(sheet=sheet.name), about=batch, by=by, happened_on=on)
    then(batch)
    return batch


def _alone(words: str) -> None:
    """One transaction at a time for a file, until it ends."""
    number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:4], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", [LOCKS, number])


def known(batch: Import) -> Refusal:
    """The same content is on the desk or on the list already: nothing happens a second time."""
    if batch.state == State.COMMITTED:
        message = "这份文件已于 %(on)s 导入，没有重复导入：内容有变动请改过再传，要重新导入请先撤销那一次"
    else:
        message = "这份文件正在办理，没有重复导入：请看它的导入页"
    return Refusal(
        "imports.again",
        message,
        on=batch.committed_on.isoformat() if batch.committed_on else "",
        public_id=str(batch.public_id),
    )


def clean_name(name: str) -> str:
    """The last part of a file name, printable and short, without numbers of people; kept as words only."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return without_numbers("".join(c for c in last if c.isprintable()))[-120:] or "?"


# Reading ----------------------------------------------------------------------------------------------------------


@bulk.without_collecting()
def read_import(batch: Import, *, by: Actor, on: date, progress: Progress = silent) -> None:
    """The import says what it would change and everything wrong in it, or asks which column is which."""
    sheet = batch.declared
    content = ImportFile.kept(batch)
    largest = parameters.on(on).largest_bytes
    opened = open_upload(content, batch.original_name, largest=largest, wanted=sheet.worksheets)
    said = headers.known_to(by.account_id, sheet)
    outcome = understood(sheet, opened, said, scope_of(batch, by, on), batch.mapping, progress)
    _stage(batch, *outcome, by=by, on=on)


def understood(
    sheet: Sheet,
    opened: Opened,
    said: Mapping[str, str],
    scope: Scope,
    mapping: Mapping[str, int] | None = None,
    progress: Progress = silent,
) -> tuple[Header, Reading | None]:
    """The header of the file and what its rows say; nothing of them where no key of the sheet was found in it."""
    own: tuple[Header, Reading] | None = sheet.read(opened, scope)
    if own is not None:
        return own
    header = headers.found(opened.rows, sheet, said)
    if mapping:
        header = Header(header.row, header.headings, {key: int(at) for key, at in mapping.items()})
    if not headers.can_tell_rows(sheet, header.mapping):
        return header, None
    return header, reading.read(opened, header, sheet, scope, progress)


@action
def _stage(batch: Import, header: Header, found: Reading | None, *, by: Actor, on: date) -> None:
    """What was read stands beside the list, whole; the list is as it was."""
    batch = Import.objects.select_for_update().get(pk=batch.pk)
    if batch.state not in (State.READING, State.CHECKED, State.FAULTY, State.MAPPING):
        raise known(batch)
    _may(by, batch)
    ImportRow.objects.filter(batch=batch).delete()
    batch.headings, batch.header_row, batch.mapping = list(header.headings), header.row, header.mapping
    batch.refusal = {}
    states = [reading.state_of(row) for row in found.rows] if found is not None else []
    batch.rows = len(states) - states.count(APART)
    batch.notices = found.notices if found is not None else []
    batch.added, batch.changed = states.count(NEW), states.count(CHANGED)
    batch.same, batch.wrong = states.count(SAME), states.count(WRONG)
    batch.state = State.MAPPING if found is None else State.FAULTY if batch.wrong else State.CHECKED
    batch.save()
    if found is not None:
        columns = ["batch_id", "row", "what", "subject", "label", "cells", "was", "values", "problems"]
        bulk.copy(ImportRow, columns, _staged(batch, found))
    record(FileChecked(sheet=batch.sheet, wrong=batch.wrong), about=batch, by=by, happened_on=on)


def _staged(batch: Import, found: Reading) -> Iterable[tuple[object, ...]]:
    sheet = batch.declared
    kinds = {column.key: column.kind for column in sheet.columns}
    columns = {at: key for key, at in batch.mapping.items()}
    for row in found.rows:
        change = row.change
        touched = change.touched if change is not None and not row.problems else ()
        yield (
            batch.pk,
            row.row,
            reading.state_of(row),
            change.subject if change is not None else None,
            (change.label if change is not None else sheet.label(row.values))[:160],
            [sheet.kept_cell(value, columns.get(at, "")) for at, value in enumerate(row.cells)],
            {key: kinds[key].kept(change.was.get(key)) for key in touched} if change else {},
            {key: kinds[key].kept(change.values.get(key)) for key in touched} if change else {},
            [problem.kept() for problem in row.problems],
        )


def map_columns(batch: Import, chosen: dict[int, str], *, by: Actor, on: date, later: Later = nobody) -> None:
    """The columns of the file are what the sender says; the next file with these headings is understood at once."""
    _map(batch, chosen, by=by, on=on, later=later)
    batch.refresh_from_db()
    if batch.state != State.READING:
        read_import(batch, by=by, on=on)


@action
def _map(batch: Import, chosen: dict[int, str], *, by: Actor, on: date, later: Later) -> None:
    batch = Import.objects.select_for_update().get(pk=batch.pk)
    _may(by, batch)
    if batch.state not in (State.MAPPING, State.CHECKED, State.FAULTY):
        raise known(batch)
    mapping = {key: at for at, key in chosen.items() if key}
    sheet = batch.declared
    if len(mapping) < sum(1 for key in chosen.values() if key):
        twice = next(key for key in mapping if list(chosen.values()).count(key) > 1)
        raise Refusal(
            "imports.mapped_twice",
            "“%(title)s”对应了两列：一项只对应一列，请改一列",
            title=sheet.column(twice).title,
        )
    if not headers.can_tell_rows(sheet, mapping):
        titles = " / ".join("、".join(sheet.column(key).title for key in keys) for keys in sheet.keys)
        raise Refusal("imports.keys_missing", "还没有说哪一列是 %(columns)s：请至少对应一组", columns=titles)
    headers.remember(by.account_id, sheet, batch.headings, mapping)
    batch.mapping = mapping
    is_large = batch.size > parameters.on(on).at_once_bytes
    if is_large:
        batch.state = State.READING
    batch.save(update_fields=["mapping", "state"])
    if is_large:
        later(batch)
    record(ColumnsMapped(sheet=batch.sheet), about=batch, by=by, happened_on=on)


@action
def drop_import(batch: Import, *, by: Actor, on: date) -> None:
    """A file that was not taken over is put aside with its rows; it may be brought again."""
    batch = Import.objects.select_for_update().get(pk=batch.pk)
    _may(by, batch)
    if batch.state in (State.COMMITTED, State.COMMITTING, State.UNDOING, *Import.GONE):
        raise Refusal("imports.not_open", "这次导入已经办结，不能放弃：已导入的请用撤销")
    batch.state = State.DROPPED
    batch.save(update_fields=["state"])
    ImportFile.objects.filter(batch=batch).delete()
    ImportRow.objects.filter(batch=batch).delete()
    record(ImportDropped(sheet=batch.sheet), about=batch, by=by, happened_on=on)


# Committing -------------------------------------------------------------------------------------------------------


@bulk.without_collecting()
@action
def commit_import(batch: Import, *, by: Actor, on: date, progress: Progress = silent) -> None:
    """Every row of the difference stands on the list; refused by name where somebody has changed one meanwhile."""
    batch = Import.objects.select_for_update().get(pk=batch.pk)
    _may(by, batch)
    if batch.state not in (State.CHECKED, State.COMMITTING):
        raise (
            Refusal("imports.faulty", "这份文件有错误，没有导入：请在工作簿里改正后再传")
            if (batch.state == State.FAULTY)
            else known(batch)
        )
    sheet, scope = batch.declared, scope_of(batch, by, on)
    changes = staged_changes(batch)
    if not changes:
        raise Refusal("imports.nothing", "没有要改的：文件里的每一行都和名册一样")
    total = len(changes)
    progress(total // 10, total)
    stale = refreshed(changes, sheet, scope)
    if stale:
        raise _changed_since(stale)
    _check_again(changes, sheet, scope)
    progress(total // 4, total)
    sheet.apply(changes, scope, by=by, on=on)
    progress(total * 9 // 10, total)
    _note_subjects(batch, changes)
    batch.state, batch.committed_by, batch.committed_on, batch.refusal = State.COMMITTED, by.id, on, {}
    batch.save(update_fields=["state", "committed_by", "committed_on", "refusal"])
    ImportFile.objects.filter(batch=batch).delete()
    record(ImportCommitted(sheet=batch.sheet, rows=total), about=batch, by=by, happened_on=on)


def staged_changes(batch: Import) -> list[Change]:
    """The new and the changed rows as they were previewed."""
    read = {one.key: one.kind.taken for one in batch.declared.columns if type(one.kind).taken is not Kind.taken}

    def taken(kept: Values) -> Values:
        return {**kept, **{key: read[key](kept[key]) for key in read.keys() & kept.keys()}}

    rows = ImportRow.objects.filter(batch=batch, what__in=(NEW, CHANGED)).order_by("row")
    made = dict(ImportMade.objects.filter(batch=batch).values_list("row", "subject"))
    found = []
    stood = Case(When(what=CHANGED, then="was"))  # of a new row nothing did
    for row, what, subject, label, was, values in rows.values_list(
        "row", "what", "subject", "label", stood, "values"
    ).iterator(5_000):
        touched, before = tuple(values), taken(was) if was else {}
        found.append(Change(row, what, taken(values), before, touched, made.get(row, subject), label))
    return found


def _ask(changes: Sequence[Change], sheet: Sheet) -> Only | None:
    if len(changes) > sheet.all_from:
        return None
    columns = {key for keys in sheet.keys for key in keys}
    values = {key: {one.values[key] for one in changes if one.values.get(key) is not None} for key in columns}
    return Only([one.subject for one in changes if one.subject is not None], {k: v for k, v in values.items() if v})


def refreshed(changes: Sequence[Change], sheet: Sheet, scope: Scope) -> list[Change]:
    """The columns that do not change are filled in; given back are those that are not as they were previewed."""
    standing = list(sheet.rows(scope, _ask(changes, sheet)))
    by_subject = {one.subject: one for one in standing}
    indexes = [(keys, reading.index(standing, keys)) for keys in sheet.keys]
    stale = []
    for change in changes:
        if change.is_new:
            keys = [(tuple(change.values.get(name) for name in names), known) for names, known in indexes]
            if any(None not in key and key in known for key, known in keys):
                stale.append(change)
            continue
        found = by_subject.get(change.subject or 0)
        if found is None or any(found.values.get(key) != change.was.get(key) for key in change.touched):
            stale.append(change)
            continue
        change.was = dict(found.values)
        change.values = {**change.was, **change.values}
    return stale


def _changed_since(stale: Sequence[Change]) -> Refusal:
    named = "、".join(f"{change.row} {change.label}" for change in stale[:NAMED])
    return Refusal(
        "imports.changed_since",
        "预览之后，有 %(count)s 行在名册里已被别人改动（第 %(named)s），一行也没有导入：请重新比对后再确认",
        count=len(stale),
        named=named,
    )


def _check_again(changes: Sequence[Change], sheet: Sheet, scope: Scope) -> None:
    """What was right at the preview may be wrong now: a superior closed, a code taken."""
    found: list[tuple[Change, Refusal]] = []
    sheet.check(changes, scope, lambda change, key, refusal: found.append((change, refusal)))
    for change, refusal in found[:1]:
        raise Refusal(
            "imports.wrong_now",
            "第 %(row)s 行“%(label)s”现在不能导入（%(why)s），一行也没有导入：请重新比对",
            row=change.row,
            label=change.label,
            why=str(refusal),
        )


def _note_subjects(batch: Import, changes: Sequence[Change]) -> None:
    """The new rows know what they have become."""
    made = ((batch.pk, change.row, change.subject) for change in changes if change.is_new and change.subject)
    bulk.copy(ImportMade, ["batch_id", "row", "subject"], made)


# Taking back ------------------------------------------------------------------------------------------------------


def standing_in_the_way(batch: Import, changes: Sequence[Change], scope: Scope) -> list[tuple[Change, Refusal]]:
    """Rows that somebody has changed since, and what else was built on the import."""
    sheet = batch.declared
    sheet.settle(changes)
    subjects = Only([one.subject for one in changes if one.subject is not None])
    standing = list(sheet.rows(scope, subjects if len(changes) <= sheet.all_from else None))
    by_subject = {one.subject: one for one in standing}
    found: list[tuple[Change, Refusal]] = []
    for change in changes:
        now = by_subject.get(change.subject or 0)
        if now is None:
            found.append((change, Refusal("imports.gone", "名册里已经没有这一条")))
            continue
        other = [key for key in change.touched if now.values.get(key) != change.values.get(key)]
        if other:
            found.append((change, _touched_since(sheet, other, now)))
            continue
        change.values = {**now.values, **change.values}
        change.was = {**now.values, **change.was} if not change.is_new else {}
    here = [one for one in changes if one.subject in by_subject]
    return found + list(sheet.obstacles(here, scope, after=committed_at(batch)))


def committed_at(batch: Import) -> int:
    """The position in the journal up to which the import itself wrote."""
    kind = KIND_IDS.known("imports.import_committed") or -1
    found = entries_of(batch).filter(kind=kind).order_by("-id").values_list("id", flat=True).first()
    assert found is not None
    return int(found)


def _touched_since(sheet: Sheet, keys: Sequence[str], now: Standing) -> Refusal:
    column = sheet.column(keys[0])
    return Refusal(
        "imports.touched_since",
        "导入之后“%(title)s”又改成了“%(now)s”",
        title=column.title,
        now=column.kind.shown(now.values.get(keys[0])) or "（空）",
    )


@bulk.without_collecting()
@action
def undo_import(batch: Import, *, by: Actor, on: date, progress: Progress = silent) -> None:
    """The list is as if the import had not been, by acts of today; refused whole where anything was built on it."""
    batch = Import.objects.select_for_update().get(pk=batch.pk)
    _may(by, batch)
    if batch.state not in (State.COMMITTED, State.UNDOING):
        raise Refusal("imports.not_committed", "这次导入没有生效，不用撤销")
    assert batch.committed_on is not None
    last = parameters.on(on).last_undo(batch.committed_on)
    if on > last:
        raise Refusal(
            "imports.undo_late",
            "这次导入 %(on)s 生效，撤销期到 %(last)s 为止：请逐条办理变更",
            on=batch.committed_on,
            last=last,
        )
    sheet, scope = batch.declared, scope_of(batch, by)
    changes = staged_changes(batch)
    total = len(changes)
    progress(total // 10, total)
    ways = standing_in_the_way(batch, changes, scope)
    for change, refusal in ways[:1]:
        raise Refusal(
            "imports.in_the_way",
            "有 %(count)s 处挡着，不能撤销：第 %(row)s 行“%(label)s”，%(why)s",
            count=len(ways),
            row=change.row,
            label=change.label,
            why=str(refusal),
        )
    progress(total // 3, total)
    sheet.undo(changes, scope, by=by, on=on)
    progress(total * 9 // 10, total)
    batch.state, batch.undone_by, batch.undone_on, batch.refusal = State.UNDONE, by.id, on, {}
    batch.save(update_fields=["state", "undone_by", "undone_on", "refusal"])
    record(ImportUndone(sheet=batch.sheet, rows=total), about=batch, by=by, happened_on=on)


# For the worker ---------------------------------------------------------------------------------------------------

STEPS = {"read": State.READING, "commit": State.COMMITTING, "undo": State.UNDOING}
FROM = {"read": State.CHECKED, "commit": State.CHECKED, "undo": State.COMMITTED}


@transaction.atomic
def hand_over(batch: Import, step: str, *, by: Actor) -> None:
    """The worker takes the step; the state says so from now on, and a second press finds it taken."""
    held = Import.objects.select_for_update().get(pk=batch.pk)
    _may(by, held)
    if held.state != FROM[step]:
        raise known(held)
    held.state, held.refusal = STEPS[step], {}
    held.save(update_fields=["state", "refusal"])


@transaction.atomic
def give_back(batch: Import, refusal: Refusal) -> None:
    """The worker could not take the step: the import is where it was before, and says why."""
    held = Import.objects.select_for_update().get(pk=batch.pk)
    if not held.is_running:  # another worker has finished it meanwhile
        return
    before = {State.READING: State.UNREADABLE, State.COMMITTING: State.CHECKED, State.UNDOING: State.COMMITTED}
    held.state = before.get(State(held.state), held.state)
    held.save(update_fields=["state"])
    say_why(held, refusal)
    if held.state == State.UNREADABLE:
        ImportFile.objects.filter(batch=held).delete()


def say_why(held: Import, refusal: Refusal) -> None:
    """The import's page tells why a step was not done, until one is."""
    params = {name: value if isinstance(value, int) else as_text(value) for name, value in refusal.params.items()}
    held.refusal = {"code": refusal.code, "message": refusal.message, "params": params}
    held.save(update_fields=["refusal"])
