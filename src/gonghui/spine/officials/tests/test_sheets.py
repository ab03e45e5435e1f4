"""Officials, positions, social workers and certificates by the row: brought, taken over, taken back, unchanged."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.core.models import Entry
from gonghui.spine.officials import actions as officials
from gonghui.spine.officials.models import Certificate, Position, Post, SocialWorker, share_differences
from gonghui.spine.officials.tests import worker_builders as made
from gonghui.spine.officials.tests.builders import a_post, an_official
from gonghui.spine.officials.tests.worker_builders import TODAY, share
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.imports import actions, workbooks
from gonghui.web.imports.models import Import, ImportFile, ImportRow
from gonghui.web.imports.sheet import SHEETS, Scope

pytestmark = pytest.mark.django_db
POSITIONS, WORKERS, CERTIFICATES, POSTS = (
    SHEETS[f"officials.{name}"] for name in ("positions", "social_workers", "certificates", "posts")
)


@pytest.fixture
def hr(federation: Federation) -> Actor:
    return an_official("hr_officer", federation.chaoyang)


def brought(sheet: Any, by: Actor, *rows: dict[str, Any]) -> Import:
    """The rows as a file of the officer's own, read by the desk."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    batch = actions.bring_file(sheet, out.getvalue().encode(), "名册.csv", scope=Scope(by, 0, TODAY), on=TODAY)
    batch.refresh_from_db()
    return batch


def problems(batch: Import) -> set[str]:
    rows = ImportRow.objects.filter(batch=batch).values_list("problems", flat=True)
    return {one["code"] for row in rows for one in row}


def committed(batch: Import, by: Actor) -> Import:
    assert problems(batch) == set()
    actions.commit_import(batch, by=by, on=TODAY)
    batch.refresh_from_db()
    return batch


def exported(sheet: Any, by: Actor) -> bytes:
    return workbooks.layout(sheet, sheet.rows(Scope(by, 0, TODAY)))


def a_position_row(federation: Federation, **more: Any) -> dict[str, Any]:
    row = {"岗位编号": "gw1", "组织": "望京街道总工会", "职级": "初级", "编制人数": "3", "设立日期": "2018/1/2"}
    return {**row, **more}


def a_worker_row(federation: Federation, **more: Any) -> dict[str, Any]:
    row = {"工号": "s1", "姓名": "王示例", "出生日期": "1990-05-06", "组织": federation.wangjing.code}
    return {**row, "聘用日期": "2018-01-02", "职责": "建会和发展会员，职工培训和活动", **more}


def a_certificate_row(**more: Any) -> dict[str, Any]:
    row = {"工号": "S1", "证书种类": "社会工作者职业资格", "级别": "社会工作师", "证书编号": "20190001"}
    return {**row, "发证日期": "2016-06-01", "发证机关": "示范市人社局", "登记止日": "2022-06-30", **more}


def test_positions_people_and_certificates_come_by_three_files(federation: Federation, hr: Actor) -> None:
    committed(brought(POSITIONS, hr, a_position_row(federation)), hr)
    committed(brought(WORKERS, hr, a_worker_row(federation, 岗位编号="GW1", 到岗日期="2020-01-02")), hr)
    committed(brought(CERTIFICATES, hr, a_certificate_row()), hr)
    worker = SocialWorker.objects.get(worker_no="S1")
    assert (worker.state, worker.duties) == ("on_post", ["organising", "training"])
    certificate = worker.certificates.get()
    assert (certificate.state, certificate.number, certificate.level) == ("submitted", "20190001", "worker")
    made.verified(certificate, on=TODAY)
    assert share(federation.city, TODAY) == (1, 1)
    assert not list(share_differences())


@pytest.mark.parametrize("sheet", [POSITIONS, WORKERS, CERTIFICATES], ids=lambda sheet: sheet.name)
def test_what_was_exported_changes_nothing_when_it_is_brought_back(
    federation: Federation, hr: Actor, sheet: Any
) -> None:
    worker = made.on_post(made.a_position(federation.wangjing), duties=("service",))
    made.verified(made.a_certificate(worker, number="SECRET-0001"))
    made.a_certificate(worker, kind="counselling", level="third", until=None, number="SECRET-0002")
    content = exported(sheet, hr)
    batch = actions.bring_file(sheet, content, "名册.xlsx", scope=Scope(hr, 0, TODAY), on=TODAY)
    batch.refresh_from_db()
    assert problems(batch) == set()
    assert (batch.added, batch.changed, batch.same) == (0, 0, batch.rows)
    assert batch.rows == len(list(sheet.rows(Scope(hr, 0, TODAY)))) > 0


def test_a_number_is_nowhere_on_the_desk_as_it_was_typed(federation: Federation, hr: Actor) -> None:
    made.on_post(made.a_position(federation.wangjing), worker_no="S1")
    batch = brought(CERTIFICATES, hr, a_certificate_row(证书编号="SECRET-7777"))
    assert b"SECRET" not in bytes(ImportFile.objects.get(batch=batch).content)
    assert b"SECRET-7777" in ImportFile.kept(batch)
    committed(batch, hr)
    kept = str(list(ImportRow.objects.filter(batch=batch).values()))
    assert "SECRET" not in kept
    assert "7777" in kept  # masked
    assert b"SECRET" not in exported(CERTIFICATES, hr)


def test_taking_back_leaves_nothing_and_the_books_follow(federation: Federation, hr: Actor) -> None:
    committed(brought(POSITIONS, hr, a_position_row(federation)), hr)
    people = committed(brought(WORKERS, hr, a_worker_row(federation, 岗位编号="GW1", 到岗日期="2020-01-02")), hr)
    papers = committed(brought(CERTIFICATES, hr, a_certificate_row()), hr)
    with pytest.raises(Refusal, match="证书") as refused:
        actions.undo_import(people, by=hr, on=TODAY)
    assert refused.value.code == "imports.in_the_way"
    actions.undo_import(papers, by=hr, on=TODAY)
    actions.undo_import(people, by=hr, on=TODAY)
    assert not SocialWorker.objects.exists()
    assert share(federation.city, TODAY) == (0, 0)
    entries = Entry.objects.of_kinds("officials.social_worker_posted", "officials.on_post_changed")
    assert sum(entry.sign for entry in entries) == 0
    assert Position.objects.count() == 1


def test_a_verified_certificate_stands_in_the_way_of_taking_it_back(federation: Federation, hr: Actor) -> None:
    made.on_post(made.a_position(federation.wangjing), worker_no="S1")
    batch = committed(brought(CERTIFICATES, hr, a_certificate_row()), hr)
    made.verified(Certificate.objects.get(), on=TODAY)
    with pytest.raises(Refusal) as refused:
        actions.undo_import(batch, by=hr, on=TODAY)
    assert refused.value.code == "imports.in_the_way"


def test_a_later_end_of_the_registration_is_a_renewal(federation: Federation, hr: Actor) -> None:
    worker = made.on_post(made.a_position(federation.wangjing), worker_no="S1")
    certificate = made.verified(made.a_certificate(worker, number="20190001", issuer="示范市人社局"))
    batch = committed(brought(CERTIFICATES, hr, a_certificate_row(登记止日="2025-06-30")), hr)
    assert (batch.added, batch.changed) == (0, 1)
    waiting = Certificate.objects.get(pk=certificate.pk).waiting
    assert waiting is not None
    assert waiting.until == date(2025, 6, 30)
    actions.undo_import(batch, by=hr, on=TODAY)
    assert Certificate.objects.get(pk=certificate.pk).waiting is None


def test_the_roll_is_changed_by_the_row_and_back(federation: Federation, hr: Actor) -> None:
    worker = made.a_hired_worker(federation.wangjing, worker_no="S1")
    position = made.a_position(federation.wangjing)
    row = {"工号": "S1", "姓名": "李示例", "岗位编号": position.post_no, "到岗日期": "2020-03-02"}
    batch = committed(brought(WORKERS, hr, row), hr)
    changed = SocialWorker.objects.get(pk=worker.pk)
    assert (changed.name, changed.state) == ("李示例", "on_post")
    actions.undo_import(batch, by=hr, on=TODAY)
    again = SocialWorker.objects.get(pk=worker.pk)
    assert (again.name, again.state, again.spells.count()) == (worker.name, "hired", 0)
    assert not list(share_differences())


def test_every_wrong_cell_is_named_at_once(federation: Federation, hr: Actor) -> None:
    position = made.a_position(federation.wangjing, headcount=1)
    made.a_position(federation.haidian)
    rows = [
        a_worker_row(federation, 工号="a", 出生日期="2019-01-01"),
        a_worker_row(federation, 工号="b", 组织="海淀区总工会"),
        a_worker_row(federation, 工号="c", 职责="唱歌"),
        a_worker_row(federation, 工号="d", 岗位编号=position.post_no, 到岗日期="2020-01-02"),
        a_worker_row(federation, 工号="e", 岗位编号=position.post_no, 到岗日期="2020-01-02"),
        a_worker_row(federation, 工号="f", 岗位编号="没有"),
    ]
    found = problems(brought(WORKERS, hr, *rows))
    assert found == {
        "officials.born_on",
        "officials.union_unknown",
        "imports.choice",
        "officials.quota",
        "officials.post_part",
    }


def test_wrong_certificates_are_named_at_once(federation: Federation, hr: Actor) -> None:
    made.on_post(made.a_position(federation.wangjing), worker_no="S1")
    made.on_post(made.a_position(federation.haidian), worker_no="H1")
    rows = [
        a_certificate_row(证书编号="10001", 级别="三级"),
        a_certificate_row(证书编号="10002", 登记止日=""),
        a_certificate_row(证书编号="10003", 发证日期="2001-01-01"),
        a_certificate_row(证书编号="10004", 工号="H1"),
        a_certificate_row(证书编号="***0005"),
    ]
    assert problems(brought(CERTIFICATES, hr, *rows)) == {
        "officials.certificate_level",
        "officials.registration_missing",
        "officials.certificate_age",
        "officials.worker_unknown",
        "officials.number_masked",
    }


# Officials ----------------------------------------------------------------------------------------------------------


def test_posts_are_given_ended_and_taken_back_by_the_row(federation: Federation) -> None:
    officer = an_official("org_officer", federation.chaoyang)
    held = a_post("statistician", federation.wangjing)
    name = held.account.username
    new = {"用户名": name, "组织": "望京街道总工会", "岗位": "审核员", "截止日期": ""}
    end = {"用户名": name, "组织": federation.wangjing.code, "岗位": "统计员", "截止日期": "2020-08-31"}
    batch = committed(brought(POSTS, officer, new, end), officer)
    assert (batch.added, batch.changed) == (1, 1)
    assert Post.objects.get(account=held.account, role="reviewer").first_on == TODAY
    assert Post.objects.get(pk=held.pk).last_on == date(2020, 8, 31)
    actions.undo_import(batch, by=officer, on=TODAY)
    assert list(Post.objects.filter(account=held.account).values_list("role", "last_on")) == [("statistician", None)]


def test_posts_exported_change_nothing_when_they_are_brought_back(federation: Federation) -> None:
    officer = an_official("org_officer", federation.chaoyang)
    a_post("statistician", federation.wangjing)
    content = exported(POSTS, officer)
    batch = actions.bring_file(POSTS, content, "干部.xlsx", scope=Scope(officer, 0, TODAY), on=TODAY)
    batch.refresh_from_db()
    assert problems(batch) == set()
    assert (batch.added, batch.changed) == (0, 0)


def test_a_post_that_was_used_is_not_taken_back(federation: Federation) -> None:
    officer, other = an_official("org_officer", federation.chaoyang), a_post("statistician", federation.wangjing)
    row = {"用户名": other.account.username, "组织": federation.wangjing.code, "岗位": "组织干部"}
    batch = committed(brought(POSTS, officer, row), officer)
    given = Post.objects.get(account=other.account, role="org_officer")
    colleague = a_post("statistician", federation.wangjing).account
    officials.appoint(colleague, organisation=federation.wangjing, role="reviewer", by=given.as_actor(), on=TODAY)
    with pytest.raises(Refusal, match="已用这个岗位办过事"):
        actions.undo_import(batch, by=officer, on=TODAY)
