"""Checkpoints, kept ones and proofs, as people and machines meet them; and the report that carries its own proof."""

import base64
import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gonghui.core.models import Checkpoint, Entry, Witnessed
from gonghui.core.seals import merkle, note, proofs
from gonghui.core.seals.checkpoints import checkpoint, newest_checkpoint, whole
from gonghui.core.seals.sealing import seal_all
from gonghui.reports.printing.sealed import filing_entry, filing_proof
from gonghui.reports.tests.builders import a_federation
from gonghui.reports.tests.filing_builders import a_filed_report
from gonghui.reports.tests.paper_builders import a_foreign_checkpoint
from tests.world.federation import World
from tests.world.plan import FORM, PAST


def page_of(response: Any) -> str:
    """The words of a page."""
    return re.sub(r"<[^>]+>|\s+", " ", response.content.decode())


def test_an_entry_shows_where_it_is_sealed_and_hands_out_a_proof_that_holds(world: World) -> None:
    branch, auditor = world.branches["chaoyang"], world.people["chaoyang.audit"].client()
    entry = branch.entry.pk
    text = page_of(auditor.get(reverse("entry", args=[entry])))
    assert f"与检查点 {world.checkpoint:,} 一致" in text
    response = auditor.get(reverse("entry_proof", args=[entry]))
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["Content-Security-Policy"].startswith("sandbox;")
    proof = json.loads(response.content)
    assert proofs.holds(proof)
    assert json.loads(proof["entry"]["text"])["entry"] == entry


def test_an_entry_whose_block_is_gone_is_not_called_unsealed(world: World) -> None:
    entry, auditor = world.branches["chaoyang"].entry, world.people["chaoyang.audit"].client()
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("delete from core_block where stream = 'entries' and last_id >= %s", [entry.pk])
        cursor.execute("set local session_replication_role = origin")
    text = page_of(auditor.get(reverse("entry", args=[entry.pk])))
    assert "没有一块收着它" in text
    assert "尚未封存" not in text
    assert "没有一块收着它" in page_of(auditor.get(reverse("entry_proof", args=[entry.pk])))


def test_an_entry_edited_in_the_night_does_not_agree_with_its_checkpoint(world: World) -> None:
    entry = world.branches["chaoyang"].entry
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update core_entry set quantity = quantity + 1 where id = %s", [entry.pk])
        cursor.execute("set local session_replication_role = origin")
    text = page_of(world.people["chaoyang.audit"].client().get(reverse("entry", args=[entry.pk])))
    assert "不一致" in text


def test_an_entry_not_yet_sealed_says_so_and_has_no_proof(world: World) -> None:
    lead = world.people["chaoyang.audit"]
    given, key = a_foreign_checkpoint(9)
    response = lead.client().post(
        reverse("keep_checkpoint"), {"text": given, "keys": key, "given_by": "示例省总工会", "once": "a" * 22}
    )
    assert response.status_code == 302
    newest = Entry.objects.latest("id")
    assert newest.organisation_id == world.branches["chaoyang"].district.pk
    text = page_of(lead.client().get(reverse("entry", args=[newest.pk])))
    assert "尚未封存" in text
    assert lead.client().get(reverse("entry_proof", args=[newest.pk])).status_code == 422


def test_a_checkpoint_is_kept_once_and_only_with_a_good_signature(world: World) -> None:
    auditor = world.people["chaoyang.audit"].client()

    def keep(text: str, keys: str = "", name: str = "示例省总工会") -> str:
        before = Witnessed.objects.count()
        response = auditor.post(reverse("keep_checkpoint"), {"text": text, "keys": keys, "given_by": name}, follow=True)
        return page_of(response) if Witnessed.objects.count() == before else "kept"

    text, keys = a_foreign_checkpoint(7, journal="77aa")
    assert "不认识签署检查点的密钥" in keep(text)
    assert "这不是公钥清单" in keep(text, "not a key")
    assert "签名不对" in keep(text.replace("\n7\n", "\n8\n"), keys)
    assert "不是检查点文件" in keep("hello", keys)
    assert "从哪个单位" in keep(text, keys, " ")
    assert keep(text, keys) == "kept"
    assert "没有重复保存" in keep(text, keys), "twice is once"
    later, _keys = a_foreign_checkpoint(8, journal="77aa")
    assert keep(later.replace("\n", "\r\n")) == "kept", "the key is known by now"
    file = SimpleUploadedFile("checkpoint.txt", a_foreign_checkpoint(9, journal="77aa")[0].encode())
    auditor.post(reverse("keep_checkpoint"), {"file": file, "given_by": "示例省总工会"})
    assert Witnessed.objects.filter(blocks=9, origin__endswith="77aa").exists()


def test_another_tale_of_the_same_journal_is_kept_and_both_say_so(world: World) -> None:
    auditor, foreign = world.people["chaoyang.audit"].client(), world.branches["chaoyang"].kept
    address = reverse("kept_checkpoint", args=[foreign.public_id])
    assert "只有这一份" in page_of(auditor.get(address))
    other, keys = a_foreign_checkpoint(3, root=b"\2" * 32)
    said = auditor.post(reverse("keep_checkpoint"), {"text": other, "keys": keys, "given_by": "另一区"}, follow=True)
    assert "不能同时成立" in page_of(said)
    assert "第一次见到" not in page_of(said)
    assert "有一方被改写" in page_of(said)
    assert "有一方被改写" in page_of(auditor.get(address))


def test_a_proof_of_growth_is_checked_where_one_is_brought_along(world: World) -> None:
    auditor = world.people["chaoyang.audit"].client()
    old, keys = a_foreign_checkpoint(1, journal="66bb")
    auditor.post(reverse("keep_checkpoint"), {"text": old, "keys": keys, "given_by": "示例省总工会"})

    def brought(blocks: int, path: list[str], old_text: str) -> str:
        new, _keys = a_foreign_checkpoint(blocks, journal="66bb", root=merkle.node(b"\xb9" * 32, b"\1" * 32))
        growth = {"old": {"text": old_text}, "new": {"text": note.read(new).text}, "path": path}
        file = SimpleUploadedFile("growth.json", json.dumps(growth).encode())
        form = {"text": new, "given_by": "示例省总工会", "growth_file": file}
        return page_of(auditor.post(reverse("keep_checkpoint"), form, follow=True))

    first = note.read(old).text
    assert "增长证明核对过" in brought(2, [(b"\1" * 32).hex()], first)
    assert "没有用上" in brought(3, [], "another")
    assert "不能同时成立" in brought(4, [(b"\2" * 32).hex()], first)


def test_an_own_checkpoint_that_comes_back_finds_out_a_rewritten_journal(world: World) -> None:
    auditor = world.people["chaoyang.audit"].client()
    handed = whole(Checkpoint.objects.get(blocks=world.checkpoint, stream="entries"))

    def said() -> str:
        return page_of(auditor.post(reverse("keep_checkpoint"), {"text": handed}, follow=True))

    kept = Witnessed.objects.count()
    assert "一块未改" in said()
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update core_block set nodes = decode(repeat('ab', length(nodes)), 'hex')")
        assert "台账被改写过" in said()
        cursor.execute("delete from core_block")
        assert "末尾被截去" in said()
    assert Witnessed.objects.count() == kept


def test_a_forged_checkpoint_of_this_journal_accuses_nobody(world: World) -> None:
    auditor = world.people["chaoyang.audit"].client()
    handed = whole(Checkpoint.objects.get(blocks=world.checkpoint, stream="entries"))
    root = handed.split("\n")[3]
    forged = handed.replace(root, base64.b64encode(b"\3" * 32).decode())
    said = page_of(auditor.post(reverse("keep_checkpoint"), {"text": forged}, follow=True))
    assert "签名对不上本台账的公钥" in said
    assert "台账被改写过" not in said


def test_a_list_of_kept_checkpoints_costs_the_same_however_many_they_are(world: World) -> None:
    auditor = world.people["chaoyang.audit"].client()

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert auditor.get(reverse("checkpoints")).status_code == 200
        return len(found)

    queries()
    few = queries()
    for blocks in range(20, 26):
        text, keys = a_foreign_checkpoint(blocks, journal="88bb")
        auditor.post(reverse("keep_checkpoint"), {"text": text, "keys": keys, "given_by": "示例省总工会"})
    assert queries() > few, "the messages of what was kept"
    assert queries() == few


def test_groups_read_out_are_compared_one_by_one(world: World) -> None:
    auditor = world.people["chaoyang.audit"].client()
    address = reverse("checkpoint", args=[world.checkpoint])
    groups = note.groups(Checkpoint.objects.get(blocks=world.checkpoint, stream="entries").text)

    def said(typed: str) -> str:
        return page_of(auditor.get(address, {"groups": typed}))

    assert "十二组完全相同" in said(" ".join(groups).lower().replace("0", "o"))
    assert "第 5 组起不同" in said(" ".join([*groups[:4], "ZZZZ", *groups[5:]]))
    assert "第 4 组起不同" in said(" ".join(groups[:3]))
    assert "多于十二组" in said(" ".join([*groups, "ABCD"]))


def test_machines_read_checkpoints_without_an_account(world: World) -> None:
    client = Client()
    listed = client.get("/api/v1/checkpoints/")
    assert listed.headers["Cache-Control"] == "public, max-age=60"
    newest = listed.json()["checkpoints"][0]
    assert newest["checkpoint"] == world.checkpoint
    assert listed.json()["before"] is None
    one = client.get(f"/api/v1/checkpoints/{world.checkpoint}/")
    assert "immutable" in one.headers["Cache-Control"]
    found = one.json()
    signed = note.read(found["note"])
    assert signed.text == found["text"]
    assert note.groups(found["text"]) == found["groups"] == newest["groups"]
    assert note.key_id(base64.b64decode(found["public_key"])) == found["key"]
    assert client.get("/api/v1/checkpoints/999999/").status_code == 404
    assert client.get(f"/api/v1/checkpoints/?before={world.checkpoint}").json()["checkpoints"] == []
    assert client.get("/api/v1/checkpoints/?before=x").status_code == 422
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {"/api/v1/checkpoints/", "/api/v1/checkpoints/{blocks}/"} <= set(described["paths"])


def test_anybody_takes_the_file_of_a_checkpoint(world: World) -> None:
    head = Checkpoint.objects.get(blocks=world.checkpoint, stream="entries")
    page = page_of(Client().get(reverse("open_checkpoints")))
    assert " ".join(note.groups(head.text)) in page
    file = Client().get(reverse("checkpoint_file", args=[world.checkpoint]))
    assert file.content.decode() == whole(head)
    assert file.headers["Content-Disposition"] == f'attachment; filename="checkpoint-{world.checkpoint}.txt"'
    assert Client().get(reverse("open_checkpoint", args=[999_999])).status_code == 404


def test_a_filed_report_is_handed_out_with_its_proof_and_the_same_each_time(world: World) -> None:
    branch, reader = world.branches["chaoyang"], world.people["chaoyang.stats"].client()
    address = reverse("report_print", args=[FORM, PAST.key, branch.district.code, "html"])
    first = reader.get(address)
    assert first.headers["Content-Disposition"] == (
        f'attachment; filename="{FORM}-{PAST.key}-{branch.district.code}.html"'
    )
    assert first.headers["Content-Security-Policy"].startswith("sandbox;")
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert reader.get(address).content == first.content
    branch.filed.refresh_from_db()
    proof = filing_proof(branch.filed)
    assert proof is not None
    assert json.loads(proof["entry"]["text"])["entry"] == filing_entry(branch.filed)
    assert proof["entry"]["salt"] in first.content.decode()
    draft = reader.get(reverse("report_print", args=[FORM, "2020H1", branch.district.code, "html"]))
    assert "草稿" in draft.content.decode()
    assert 'data-p="note"' not in draft.content.decode()
    assert reader.get(reverse("report_print", args=[FORM, PAST.key, branch.district.code, "exe"])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_print_taken_right_after_the_filing_is_sealed_then_and_stays_the_same() -> None:
    report = a_filed_report(a_federation().city.organisation)
    assert newest_checkpoint() is None
    first, later = filing_proof(report), filing_proof(report)
    assert first is not None
    assert first == later


@pytest.mark.django_db(transaction=True)
def test_a_filed_report_prints_without_a_proof_where_no_key_is_at_hand(settings: Any) -> None:
    report = a_filed_report(a_federation().city.organisation)
    settings.GONGHUI_SEAL_KEY_FILE = None
    assert filing_proof(report) is None


@pytest.mark.django_db(transaction=True)
def test_a_later_checkpoint_grew_from_an_earlier_one(journal: Any) -> None:
    heads = []
    for day in ("2020-01-01", "2020-01-02", "2020-01-03"):
        journal(f"{day} /1/ reports.round_opened returns=1")
        assert seal_all() == 1
        heads.append(checkpoint())
    found = Client().get("/api/v1/checkpoints/3/since/1/").json()
    assert found["format"] == "gonghui-growth-1"
    path = [bytes.fromhex(one) for one in found["path"]]
    roots = [note.read_note(found[name]["text"]).root for name in ("old", "new")]
    assert merkle.grew(1, roots[0], 3, roots[1], path)
    assert not merkle.grew(1, b"\0" * 32, 3, roots[1], path)
    assert Client().get("/api/v1/checkpoints/1/since/3/").status_code == 404
