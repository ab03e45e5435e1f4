"""A small report on paper with its table and a whole proof, made from the pure parts: no database."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gonghui.core.period import Period
from gonghui.core.seals import canon, merkle, note
from gonghui.reports.charts import Chart
from gonghui.reports.printing.paper import Heading, Number, Paper, Section, Words
from gonghui.reports.printing.plain import plain
from gonghui.reports.printing.reading import paper_from, paper_hash
from gonghui.reports.printing.table import FORMAT, table_hash
from gonghui.reports.printing.tables import Annex, Table

CODE, PATH, CUT, FORM, PERIOD = "110100-CI-00001-8", "/1/", 7_412_903, "beijing_2020h1", "2020H1"
SALT = "00112233445566778899aabbccddeeff"
FILED_AT = datetime(2020, 8, 10, 2, 30, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DAYS = Period(date(2020, 1, 1), date(2020, 6, 30))


def a_number(row: str, text: str, value: tuple[int, ...], exact: str, **more: Any) -> Number:
    """A number of the prose."""
    english = more.pop("english", False)
    figure, unit = more.pop("figure", "mutual_aid.payments_made"), more.pop("unit", "人次")
    return Number(
        **{
            "text": text,
            "row": row,
            "figure": figure,
            "version": 1,
            "title": "Mutual aid" if english else "职工医疗互助服务职工",
            "meaning": "Payments made to members" if english else "向会员成功付款的互助给付笔数",
            "unit": unit,
            "clock": "flow",
            "clock_words": "in the period" if english else "期间发生",
            "organisation": CODE,
            "period": DAYS,
            "days": "H1 2020" if english else "2020年上半年",
            "cut": CUT,
            "value": value,
            "exact": exact,
            **more,
        }
    )


def numbers(*, english: bool = False) -> list[Number]:
    """A count, money, a share, and one that nobody reported."""
    words = [
        ("206万人次", "2.06 million"),
        ("1.5亿元", "CNY 150 million"),
        ("46.6%", "46.6%"),
        ("未报", "not reported"),
    ]
    said = [pair[english] for pair in words]
    money, share = (
        ("CNY 150,318,600.05", "46.6087% (536 / 1,150)")
        if english
        else ("150,318,600.05 元", "46.6087%（536 / 1,150）")
    )
    count = "2,060,012 payments" if english else "2,060,012 人次"
    return [
        a_number("F35", said[0], (2_060_012,), count, english=english),
        a_number("F29", said[1], (15_031_860_005,), money, figure="disputes.recovered_fen", unit="分", english=english),
        a_number("F12", said[2], (536, 1150), share, figure="honours.frontline_share", unit="%", english=english),
        a_number(
            "F34",
            said[3],
            (),
            "",
            figure="service_card.items_added",
            unit="个",
            is_known=False,
            english=english,
        ),
    ]


def a_paper(*, english: bool = False, **more: Any) -> Paper:
    """A filed report of one section."""
    first, second, third, fourth = numbers(english=english)
    between = [
        ("2020年上半年，互助付款", "In H1 2020, mutual aid made "),
        ("；挽回损失", " payments and won back "),
        ("一线职工占", "Of them "),
        ("，服务卡新增", " work at the front; the card gained "),
    ]
    words = [Words(pair[english]) for pair in between]
    end = Words("." if english else "。")
    prose = ((words[0], first, words[1], second, end), (words[2], third, words[3], fourth, end))
    agency = "Demo City Federation" if english else "示范市总工会"
    filed = "filed 10 August 2020" if english else "2020年8月10日备案"
    stand = f"{filed}, journal entry {CUT:,}" if english else f"{filed}，数字停在台账第 {CUT:,} 条"
    paper = Paper(
        english=english,
        title=(agency, "Work report, H1 2020" if english else "2020年上半年工作报告"),
        subtitle="(10 August 2020)" if english else "（2020年8月10日）",
        addressee="" if english else "各位委员、同志们：",
        sections=(Section(Heading(1, "1. " if english else "一、", "Service" if english else "服务职工"), prose),),
        annexes=(),
        charts_title="",
        agency=agency,
        dated="10 August 2020" if english else "2020年8月10日",
        is_signed=True,
        stand=stand,
        banner="Demonstration data" if english else "演示数据，由程序生成，仅总数取自公开报道",
        form=FORM,
        period=Period.parse(PERIOD),
        organisation=CODE,
        cut=CUT,
        filed_at=FILED_AT,
        filed_on=date(2020, 8, 10),
    )
    return as_kept(replace(paper, **more))


def a_drawn_paper(*, english: bool = False) -> Paper:
    """The same with a chart, an annex and a share of a day, and a notice that was added after the filing."""
    paper = a_paper(english=english)
    (section,) = paper.sections
    words = (
        "No. 1, 3 September 2020: “300 homes”, should be “30”."
        if english
        else "第 1 号，2020年9月3日：原文“300家”，应为“30家”。"
    )
    heading = Heading(1, "2. " if english else "二、", "Errata" if english else "勘误")
    first, second = section.paragraphs
    second = tuple(
        replace(run, clock="stock") if isinstance(run, Number) and run.row == "F12" else run for run in second
    )
    drawn = replace(
        paper,
        sections=(replace(section, paragraphs=(first, second), charts=(_a_chart(english=english),)),),
        annexes=(_an_annex(english=english),),
    )
    later = Section(heading, ((Words(words),),), is_later=True)
    kept = as_kept(drawn)
    return replace(kept, sections=(*kept.sections, later))


def as_kept(paper: Paper) -> Paper:
    """The paper as it comes back from where filed papers are kept."""
    kept = paper_from(plain(replace(paper, document_hash="")))
    assert kept is not None
    return kept


def hash_of(paper: Paper) -> str:
    """The hash of its words, as the entry of its filing says it; what was added later is not among them."""
    sections = tuple(section for section in paper.sections if not section.is_later)
    return paper_hash(replace(paper, sections=sections), SALT)


def _a_chart(*, english: bool) -> Chart:
    unit, title = ("payments", "Payments by district") if english else ("人次", "互助付款，按区")
    names = ("East", "West") if english else ("东区", "西区")
    points = [{"value": 1_000_000.0, "label": {"formatter": "1,000,000"}}, {"value": 1_060_012.0}]
    option = {
        "animation": False,
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "data": list(names)},
        "series": [{"type": "bar", "data": points}],
    }
    rows = ((names[0], "1,000,000"), (names[1], "1,060,012"))
    return Chart("F35-areas", "F35", title, option, 60, ("District" if english else "各区", unit), rows, "")


def _an_annex(*, english: bool) -> Annex:
    head = ("Union", "Payments") if english else ("单位", "付款")
    names = ("East District", "") if english else ("东区总工会", "")
    table = Table(head, ((names[0], "1,000,000"), (names[1], "—")), "Smaller than ten" if english else "少于十的不显示")
    return Annex("Figures by union" if english else "主要数字分单位表", (table,))


def a_table() -> bytes:
    """The table of figures of the paper."""
    both = zip(numbers(), numbers(english=True), strict=True)
    rows = [
        {
            "row": zh.row,
            "figure": zh.figure,
            "version": zh.version,
            "first": "2020-01-01",
            "last": "2020-06-30",
            "value": list(zh.value),
            "printed": zh.text,
            "printed_en": en.text,
            "scope": {"code": CODE, "path": PATH},
            "cut": CUT,
        }
        for zh, en in both
    ]
    return canon.line({"format": FORMAT, "form": FORM, "period": PERIOD, "rows": rows, "salt": SALT}) + b"\n"


def a_proof(*papers: Paper, facts: dict[str, str] | None = None, **changed: Any) -> dict[str, Any]:
    """The proof of the filing's entry: third of five entries, second of three blocks, a signed checkpoint over all.

    The entry says the hashes of these papers, else of the one above in both languages.
    """
    hashed = {
        "paper_en" if one.english else "paper": hash_of(one) for one in papers or (a_paper(), a_paper(english=True))
    }
    filing: dict[str, Any] = {
        "entry": 7_412_950,
        "recorded_at": FILED_AT,
        "kind": "reports.report_filed",
        "subject_type": "reports.report",
        "subject_id": 2**61 + 1,
        "organisation": 1,
        "path": PATH,
        "actor": 77,
        "happened_on": date(2020, 8, 10),
        "facts": {"form": FORM, "period": PERIOD, "table": table_hash(a_table()), **hashed} if facts is None else facts,
        "quantity": 33,
        "amount_fen": 0,
        "sign": 1,
        "reverses": None,
        "why": None,
    } | changed
    text, salt = canon.entry_text(**filing), bytes(range(16))
    leaves = [merkle.node(bytes(32), bytes([n]) * 32) for n in range(5)]
    leaves[2] = canon.leaf(salt, text)
    root = merkle.root(leaves)
    block: dict[str, Any] = {
        "stream": canon.ENTRIES,
        "number": 2,
        "first_id": 7_412_904,
        "last_id": 7_413_000,
        "entries": 5,
    }
    header = canon.header_text(**block, root=root, previous=bytes(32))
    blocks = [bytes([0xA7]) * 32, canon.header_hash(header), bytes([0xB9]) * 32]
    said = note.Note(
        stream=canon.ENTRIES,
        origin=note.origin("示范市总工会", "5f0c2a9e"),
        blocks=3,
        root=merkle.root(blocks),
        last_id=7_413_333,
        entries=7_000,
        at=FILED_AT,
    )
    public = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {
        "format": "gonghui-proof-1",
        "entry": {"text": text.decode(), "salt": salt.hex()},
        "path": [
            {"side": step.side, "hash": step.hash.hex()} for step in merkle.inclusion(2, 5, merkle.in_memory(leaves))
        ],
        "block": {**block, "root": root.hex(), "previous": bytes(32).hex(), "hash": canon.header_hash(header).hex()},
        "tree_path": [
            {"side": step.side, "hash": step.hash.hex()} for step in merkle.inclusion(1, 3, merkle.in_memory(blocks))
        ],
        "checkpoint": {
            "text": said.text,
            "key": note.key_id(public),
            "signature": base64.b64encode(KEY.sign(said.text.encode())).decode(),
            "public_key": base64.b64encode(public).decode(),
            "groups": note.groups(said.text),
        },
    }


def a_foreign_checkpoint(blocks: int, *, root: bytes = b"\xb9" * 32, journal: str = "5f0c2a9e") -> tuple[str, str]:
    """A checkpoint of another journal as it is handed on, and the list of its public keys."""
    said = note.Note(
        stream=canon.ENTRIES,
        origin=note.origin("示例省总工会", journal),
        blocks=blocks,
        root=root,
        last_id=blocks * 1_000,
        entries=blocks * 900,
        at=FILED_AT,
    )
    public = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = note.key_id(public)
    text = note.signed_text(said.text, key, KEY.sign(said.text.encode()))
    return text, f"gonghui keys v1\n{said.origin}\n{key} {base64.b64encode(public).decode()}\n"
