"""The import desk over every sheet: what goes out comes back as it was, what senders say is kept, nothing twice."""

import csv
import io
import json
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.utils import timezone, translation

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.models import Entry
from gonghui.spine.organisations.models import Organisation
from gonghui.web.imports import actions, jobs, reading, workbooks
from gonghui.web.imports.models import Import, ImportFile, ImportProgress, ImportRow, KnownHeading
from gonghui.web.imports.sheet import SHEETS, Scope, Sheet
from tests.world.federation import World
from tests.world.plan import AUGUST

LISTS = [name for name, sheet in SHEETS.items() if sheet.stands_alone]
UNIONS = SHEETS["organisations.unions"]
NAMES = "名称,层级,上级"


def importer(world: World, sheet: Sheet) -> Actor:
    """Somebody of the district who may import the sheet."""
    people = (one for one in world.people.values() if one.username.startswith("chaoyang.") and one.post)
    return next(actor for one in people if (actor := world.actor(one.username)).may(sheet.power))


def brought(by: Actor, content: bytes, name: str = "名册.csv", sheet: Sheet = UNIONS, on: date = AUGUST) -> Import:
    batch = actions.bring_file(sheet, content, name, scope=Scope(by, 0, on), on=on)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_list_taken_and_brought_back_changes_nothing(world: World, name: str, language: str) -> None:
    sheet = SHEETS[name]
    by = importer(world, sheet)
    with translation.override(language):
        content = workbooks.layout(sheet, sheet.rows(Scope(by, 0, AUGUST)))
        rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].max_row - 1
        assert rows > 0
        batch = brought(by, content, "名册.xlsx", sheet)
    assert list(batch.staged.exclude(problems=[]).values_list("problems", flat=True)) == []
    assert (batch.state, batch.added, batch.changed, batch.same) == ("checked", 0, 0, rows)


@pytest.mark.parametrize("name", LISTS)
def test_every_column_has_a_heading_of_its_own_in_both_languages(name: str) -> None:
    sheet = SHEETS[name]
    for language in ("zh-hans", "en"):
        with translation.override(language):
            headings = [translation.gettext(column.title) for column in sheet.columns]
        assert len(set(headings)) == len(headings)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_is_read_in_the_encodings_people_use(world: World, encoding: str) -> None:
    by, town = world.actor("chaoyang.org"), world.branches["chaoyang"].town
    batch = brought(by, f"{NAMES}\n示例新公司工会,基层工会,{town.code}\n".encode(encoding))
    assert (batch.state, batch.added) == ("checked", 1)
    assert batch.staged.get().values["name"] == "示例新公司工会"
    assert bool(batch.notices) == (encoding not in ("utf-8", "utf-8-sig"))


def test_headings_that_are_not_guessed_are_asked_once_and_remembered(world: World) -> None:
    by, shop = world.actor("chaoyang.org"), world.branches["chaoyang"].shop
    batch = brought(by, f"号头,洋名,闲话\n{shop.code},Example Union,没事\n".encode())
    assert batch.state == "mapping"
    actions.map_columns(batch, {0: "code", 1: "english_name", 2: ""}, by=by, on=AUGUST)
    batch.refresh_from_db()
    assert (batch.state, batch.changed) == ("checked", 1)
    again = brought(by, f"闲话,号头,洋名\n有事,{shop.code},Another Union\n".encode())
    assert (again.state, again.changed) == ("checked", 1)
    assert KnownHeading.objects.get(heading="闲话").column == ""
    stranger = world.actor("haidian.org")
    assert brought(stranger, f"号头,洋名\n{shop.code},X\n".encode()).state == "mapping"


def test_a_sheet_as_clerks_keep_it_is_understood(world: World) -> None:
    """Their headings and words, a row of sums below; a column that is needed and missing is named."""
    by, town = world.actor("chaoyang.org"), world.branches["chaoyang"].town
    rows = f"示例新公司工会,企业工会,{town.code},2020年6月1日\n合计 ,,,\n"
    batch = brought(by, f"工会名称,类别,上级工会,建会时间\n{rows}".encode())
    assert (batch.state, batch.rows, batch.added) == ("checked", 1, 1)
    assert [one["params"] for one in batch.notices] == [{"rows": "3"}]
    bare = brought(by, f"工会名称,上级工会\n示例新公司工会,{town.code}\n".encode())
    assert [one["message"] for row in bare.staged.all() for one in row.problems] == [reading.NO_COLUMN]


def test_a_formula_without_its_result_is_a_fault_and_not_said_to_be_taken(world: World) -> None:
    by, town = world.actor("chaoyang.org"), world.branches["chaoyang"].town
    book = openpyxl.Workbook()
    for row in (["名称", "层级", "上级", "简称"], ["示例新公司工会", "基层工会", town.code, '="甲"&"乙"']):
        book.worksheets[0].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    batch = brought(by, buffer.getvalue(), "名册.xlsx")
    assert [one["code"] for row in batch.staged.all() for one in row.problems] == ["imports.formula_empty"]
    assert batch.notices == []


def test_one_column_given_to_two_headings_is_refused(world: World) -> None:
    by, shop = world.actor("chaoyang.org"), world.branches["chaoyang"].shop
    batch = brought(by, f"甲,乙\n{shop.code},{shop.code}\n".encode())
    with pytest.raises(Refusal) as twice:
        actions.map_columns(batch, {0: "code", 1: "code"}, by=by, on=AUGUST)
    assert twice.value.code == "imports.mapped_twice"


def test_the_same_file_is_imported_once(world: World) -> None:
    by, town = world.actor("chaoyang.org"), world.branches["chaoyang"].town
    content = f"{NAMES}\n示例新公司工会,基层工会,{town.code}\n".encode()
    first, second = brought(by, content), brought(by, content)
    assert first.pk == second.pk
    actions.commit_import(first, by=by, on=AUGUST)
    for doing in (lambda: brought(by, content), lambda: actions.commit_import(second, by=by, on=AUGUST)):
        with pytest.raises(Refusal) as again:
            doing()
        assert again.value.code == "imports.again"
    assert Organisation.objects.filter(name="示例新公司工会").count() == 1


def test_rows_changed_by_others_since_the_preview_are_named_and_nothing_is_taken(world: World) -> None:
    from gonghui.spine.organisations import actions as tree

    by, branch = world.actor("chaoyang.org"), world.branches["chaoyang"]
    rows = f"组织代码,英文名称\n{branch.shop.code},One\n{branch.spare.code},Two\n"
    batch = brought(by, rows.encode())
    name = branch.spare.name
    tree.rename_organisation(branch.spare, name, by=by, on=AUGUST, short_name=branch.spare.short_name, english_name="X")
    with pytest.raises(Refusal) as stale:
        actions.commit_import(batch, by=by, on=AUGUST)
    assert stale.value.code == "imports.changed_since"
    assert name in str(stale.value)
    branch.shop.refresh_from_db()
    assert branch.shop.english_name != "One"
    actions.read_import(batch, by=by, on=AUGUST)  # compared again, it may be committed
    actions.commit_import(batch, by=by, on=AUGUST)


def test_an_import_can_be_taken_back_for_a_week(world: World) -> None:
    by, batch = world.actor("chaoyang.org"), world.branches["chaoyang"].imports["committed"]
    with pytest.raises(Refusal) as late:
        actions.undo_import(batch, by=by, on=AUGUST + timedelta(days=8))
    assert late.value.code == "imports.undo_late"
    actions.undo_import(batch, by=by, on=AUGUST + timedelta(days=7))


def test_each_button_on_the_pages_of_an_import_does_what_it_says(world: World) -> None:
    from gonghui.spine.organisations import actions as tree

    by, branch, client = world.actor("chaoyang.org"), world.branches["chaoyang"], world.people["chaoyang.org"].client()
    batch = brought(by, f"组织代码,英文名称\n{branch.shop.code},One\n".encode())

    def pressed(page: str, step: str) -> str:
        address = f"/imports/{batch.public_id}/do/{step}/"
        assert f'action="{address}"' in client.get(f"/imports/{batch.public_id}/{page}").content.decode()
        answer = client.post(address, follow=True).content.decode()
        batch.refresh_from_db()
        return answer

    tree.rename_organisation(branch.shop, branch.shop.name, by=by, on=AUGUST, english_name="Another")
    assert "已被别人改动" in pressed("", "commit")
    assert batch.state == "checked"
    pressed("", "compare")
    pressed("", "commit")
    assert batch.state == "committed"
    pressed("undo/", "undo")
    assert batch.state == "undone"
    branch.shop.refresh_from_db()
    assert branch.shop.english_name == "Another"


def test_text_that_looks_like_a_formula_leaves_as_text(world: World) -> None:
    by, town = world.actor("chaoyang.org"), world.branches["chaoyang"].town
    batch = brought(by, f"{NAMES}\n=1+1公司工会,没有,{town.code}\n".encode())
    from gonghui.web.imports.console import marked_workbook

    cell = openpyxl.load_workbook(io.BytesIO(marked_workbook(batch))).active["A2"]
    assert (cell.value, cell.data_type) == ("'=1+1公司工会", "s")


def many(rows: int, town: Organisation) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(NAMES.split(","))
    writer.writerows((f"成批第{n}号公司工会", "基层工会", town.code) for n in range(rows))
    return out.getvalue().encode()


def test_a_large_file_goes_on_in_the_worker_and_a_killed_worker_begins_its_step_anew(world: World) -> None:
    by, town = world.actor("chaoyang.org"), world.branches["chaoyang"].town
    told: list[int] = []
    content = many(2_100, town)
    batch = actions.bring_file(
        UNIONS, content, "名册.csv", scope=Scope(by, 0, AUGUST), on=AUGUST, later=lambda one: told.append(one.pk)
    )
    assert (batch.state, told) == ("reading", [batch.pk])
    jobs.take(batch, by=by, on=AUGUST)
    batch.refresh_from_db()
    assert (batch.state, batch.added) == ("checked", 2_100)
    actions.hand_over(batch, "commit", by=by)
    batch.refresh_from_db()

    def killed(done: int, total: int) -> None:
        if done > total // 2:
            raise KeyboardInterrupt

    before = Entry.objects.count()
    with pytest.raises(KeyboardInterrupt):
        jobs.take(batch, by=by, on=AUGUST, progress=killed)
    assert (Entry.objects.count(), Organisation.objects.filter(name__startswith="成批第").count()) == (before, 0)
    jobs.take(batch, by=by, on=AUGUST)
    batch.refresh_from_db()
    assert batch.state == "committed"
    assert Organisation.objects.filter(parent=town, name__startswith="成批第").count() == 2_100


def test_what_the_worker_cannot_do_is_said_on_the_page_of_the_import(world: World) -> None:
    by, batch = world.actor("chaoyang.org"), world.branches["chaoyang"].imports["checked"]
    actions.hand_over(batch, "commit", by=by)
    with pytest.raises(Refusal):
        actions.hand_over(batch, "commit", by=by)  # pressed twice
    actions.give_back(batch, Refusal("imports.nothing", "没有要改的"))
    batch.refresh_from_db()
    assert (batch.state, batch.refusal["message"]) == ("checked", "没有要改的")


def a_job(batch: Import, status: str, *, seconds: int | None) -> None:
    """The step of an import in the hands of a worker that last told so many seconds ago that it lives, or of nobody."""
    with connection.cursor() as cursor:
        cursor.execute("delete from procrastinate_jobs")
        cursor.execute("delete from procrastinate_workers")
        if seconds is not None:
            ago = timezone.now() - timedelta(seconds=seconds)
            cursor.execute("insert into procrastinate_workers (last_heartbeat) values (%s)", [ago])
        cursor.execute(
            "insert into procrastinate_jobs (task_name, queue_name, args, status, worker_id)"
            " select 'gonghui.import', 'default', %s, %s,"
            " (select max(id) from procrastinate_workers where %s = 'doing')",
            [json.dumps({"batch": batch.pk, "post": 1}), status, status],
        )


@pytest.mark.parametrize(
    ("status", "seconds", "said"),
    [
        ("doing", 5, "正在导入"),
        ("todo", 5, "排队等候"),
        ("doing", 40, "办理中断了"),
        ("doing", None, "办理中断了"),
        ("todo", 40, "后台程序没有在运行"),
        ("failed", 5, "退回再办"),
    ],
)
def test_the_page_says_whether_anybody_is_at_work(world: World, status: str, seconds: int | None, said: str) -> None:
    by, batch = world.actor("chaoyang.org"), world.branches["chaoyang"].imports["checked"]
    actions.hand_over(batch, "commit", by=by)
    a_job(batch, status, seconds=seconds)
    address = f"/imports/{batch.public_id}/"
    client = world.people["chaoyang.org"].client()
    page = client.get(address).content.decode()
    assert said in page
    client.post(f"{address}do/release/")
    batch.refresh_from_db()
    assert batch.state == ("checked" if status == "failed" else "committing")


def _begun(times: int) -> Any:
    """What a job knows of itself when it has been begun so often before."""
    return SimpleNamespace(job=SimpleNamespace(attempts=times))


def test_a_step_that_takes_its_worker_down_each_time_is_given_back(world: World) -> None:
    by, batch = world.actor("chaoyang.org"), world.branches["chaoyang"].imports["checked"]
    actions.hand_over(batch, "commit", by=by)
    jobs.import_job(_begun(jobs.ATTEMPTS), batch=batch.pk, post=by.id)
    batch.refresh_from_db()
    assert (batch.state, batch.refusal["code"]) == ("checked", "imports.interrupted")


def test_a_fault_of_the_platform_leaves_nobody_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    by, batch = world.actor("chaoyang.org"), world.branches["chaoyang"].imports["checked"]
    actions.hand_over(batch, "commit", by=by)

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(UNIONS.__class__, "apply", fails)
    jobs.import_job(_begun(0), batch=batch.pk, post=by.id)
    batch.refresh_from_db()
    assert (batch.state, batch.refusal["code"]) == ("checked", "imports.failed")


def test_rows_and_files_kept_for_the_preview_are_gone_when_their_time_is_over(world: World) -> None:
    batch = world.branches["chaoyang"].imports["mapping"]
    assert ImportRow.objects.exists()
    assert jobs.purge(AUGUST + timedelta(days=30)) == 0
    assert jobs.purge(AUGUST + timedelta(days=31)) > 0
    assert not ImportRow.objects.exists()
    assert not ImportFile.objects.exists()
    assert not ImportProgress.objects.exists()
    with pytest.raises(Refusal) as refused:
        actions.read_import(batch, by=world.actor("chaoyang.org"), on=AUGUST + timedelta(days=32))
    assert refused.value.code == "imports.file_gone"


def test_what_was_taken_over_late_can_be_taken_back_as_long_as_anything(world: World) -> None:
    by, batch = world.actor("chaoyang.org"), world.branches["chaoyang"].imports["checked"]
    late = AUGUST + timedelta(days=29)
    actions.commit_import(batch, by=by, on=late)
    shop = world.branches["chaoyang"].shop
    shop.refresh_from_db()
    assert shop.english_name
    jobs.purge(late + timedelta(days=7))
    actions.undo_import(batch, by=by, on=late + timedelta(days=7))
    shop.refresh_from_db()
    assert not shop.english_name
