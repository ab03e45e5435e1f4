"""Makes texts of reports with random numbers, and damages them as printed pages are when their text is taken out.

The sentences come from the report form's own prose and from phrases.txt and strangers.txt; every number is random, so
nothing that reads them can know what to expect.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gonghui.core.claims import normal
from gonghui.core.han import han, han_counted
from gonghui.reports.report_forms import PLACE, Form

HERE = Path(__file__).parent
SLOT = re.compile(r"\{((?:F\d\d\+?)+)(?:\|([^}]+))?\}")
HEADINGS = (
    "聚人心树信心", "勇担当善作为", "重协商保稳定", "创品牌提效能", "打基础增活力", "讲大局促发展",  # zh
    "强服务暖人心", "抓改革激活力", "固根本强组织",  # zh
)  # fmt: skip
SMALL = {"F10": (1, 6), "F16": (8, 40), "F31": (3, 15), "F56": (3, 9)}
MONEY_ROWS = frozenset(("F14", "F15", "F19", "F21", "F29", "F36"))
SHARE_ROWS = frozenset(("F12", "F13", "F38", "F39", "F40", "F54"))
RANGES = 0.05
TASKS = (
    "加强思想政治引领，凝聚职工力量", "深化产业工人队伍建设改革", "维护职工合法权益，促进劳动关系和谐",  # zh
    "做实普惠服务，提升服务质量", "夯实基层基础，扩大组织覆盖", "推进网上工会建设", "加强干部队伍作风建设",  # zh
    "统筹做好疫情防控常态化工作", "开展劳动和技能竞赛",  # zh
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A text and the truth about it: which printed number belongs to which row."""

    text: str
    truth: Counter[tuple[str, str]]


def blocks(file: str = "phrases.txt", *, held_out: bool | None = None) -> list[list[str]]:
    """The matters of a file with their lines; the held-out third, the others, or all."""
    made: list[list[str]] = [[]]
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        if line.strip():
            made[-1].append(line.strip())
        elif made[-1]:
            made.append([])
    kept = [block for block in made if block]
    if held_out is None:
        return kept
    return [[line for n, line in enumerate(block) if (n % 3 == 2) == held_out] for block in kept]


def strangers() -> list[str]:
    """Sentences none of whose numbers is a figure of the catalogue."""
    lines = (HERE / "strangers.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def own_blocks(form: Form) -> list[list[str]]:
    """The form's own sentences with slots for their numbers."""
    units = {row.id: row.unit for row in form.rows}
    made = []
    for section in form.sections:
        for paragraph in section.paragraphs:
            for sentence in paragraph:
                text = "；".join(clause.text for clause in sentence) + "。"  # zh
                text = text.replace("{scope}", "全市").replace("{period}", "上半年")  # zh
                made.append([PLACE.sub(lambda found: _slot(found[1], units), text)])
    return made


def _slot(row: str, units: dict[str, str]) -> str:
    return f"{{{row}}}" if row in MONEY_ROWS | SHARE_ROWS else f"{{{row}|{units[row]}}}"


def make(chance: random.Random, matters: Sequence[Sequence[str]]) -> Made:
    """One damaged text: a sentence of each matter, strangers between them, headings, a list of tasks, then damage."""
    truth: Counter[tuple[str, str]] = Counter()
    told = [matter for matter in matters if chance.random() < 0.8]  # what is left out has only its strangers
    sentences = [_filled(chance, chance.choice(matter), truth) for matter in told]
    sentences += chance.sample(strangers(), chance.randint(6, 20))
    chance.shuffle(sentences)
    sentences = [one[:-1] + "；" if one[-1] == "。" and chance.random() < 0.25 else one for one in sentences]  # zh
    if not any(row == "F56" for row, _text in truth) and chance.random() < 0.7:
        sentences.append(_listed(chance, truth))
    sections, at = [], 0
    while at < len(sentences):
        size = chance.randint(2, 6)
        sections.append("".join(sentences[at : at + size]))
        at += size
    return Made(damaged(chance, sections), truth)


def _filled(chance: random.Random, line: str, truth: Counter[tuple[str, str]]) -> str:
    def put(found: re.Match[str]) -> str:
        rows, unit = found[1].split("+"), found[2] or ""
        text = _number(chance, rows[0], unit)
        for row in rows:
            truth[row, plain(text)] += 1
        return text

    return SLOT.sub(put, line)


def plain(text: str) -> str:
    """A printed number as it is compared: half width, no blanks, no commas."""
    return normal(text).replace(",", "").replace("，", "")


def _number(chance: random.Random, row: str, unit: str) -> str:
    """A random number as newspapers print one, with its unit and perhaps a marker."""
    if row in SHARE_ROWS:
        with_tenths = f"{chance.randint(11, 98)}.{chance.randint(1, 9)}"
        written = chance.choice((str(chance.randint(11, 99)), with_tenths, "100"))
        if chance.random() < RANGES:
            return _between(chance, chance.randint(11, 60), 39, "%")
        in_words, plain = f"百分之{_han_share(written)}", f"{written}%"  # zh
        return (
            plain if written == "100" else chance.choice((plain, plain, f"{plain}以上", f"近{plain}", in_words))
        )  # zh
    if row in MONEY_ROWS:
        yi = chance.random() < 0.5
        written = f"{chance.randint(1, 9)}.{chance.randint(10, 99)}" if yi else str(chance.randint(120, 9800))
        return _marked(chance, written, "亿" if yi else "万", "元")  # zh
    if row in SMALL:
        low, high = SMALL[row]
        n = chance.randint(low, high)
        if n > 10 and chance.random() < 0.5:
            return f"{han(n // 10 * 10)}余{unit}"  # zh
        return (han_counted(n) if chance.random() < 0.6 else str(n)) + unit
    if chance.random() < RANGES:
        return _between(chance, chance.randint(2, 300), 200, f"{chance.choice(('', '万'))}{unit}")  # zh
    kind = chance.random()
    if kind < 0.5:
        whole = chance.randint(21, 9999)
        written = f"{whole:,}" if whole > 999 and chance.random() < 0.25 else str(whole)
        return _marked(chance, written, "", unit)
    places = chance.choice((0, 1, 2))
    decimals = f".{chance.randint(1, 10**places - 1):0{places}d}" if places else ""
    written = f"{chance.randint(1, 60)}{decimals}" if places else str(chance.randint(2, 300))
    return _marked(chance, written, "万", unit)  # zh


def _between(chance: random.Random, low: int, width: int, unit: str) -> str:
    """A range: 30%～40%, 3至4万件."""
    to = chance.choice(("～", "—", "-", "至"))  # zh
    return f"{low}{unit if chance.random() < 0.3 else ''}{to}{low + chance.randint(1, width)}{unit}"


def _han_share(written: str) -> str:
    whole, point, decimals = written.partition(".")
    return han(int(whole)) + ("点" + han(int(decimals)) if point else "")  # zh


def _marked(chance: random.Random, written: str, scale: str, unit: str) -> str:
    plain = f"{written}{scale}{unit}"
    if chance.random() < 0.6:
        return plain
    return chance.choice(
        (
            f"近{plain}", f"约{plain}", f"超过{plain}", f"{plain}以上",  # zh
            f"{written}{scale}余{unit}", f"{written}{scale}多{unit}",  # zh
        )
    )  # fmt: skip


def _listed(chance: random.Random, truth: Counter[tuple[str, str]]) -> str:
    """Tasks that only their numbering counts."""
    items = chance.sample(TASKS, chance.randint(3, 7))
    style = chance.choice(("{n}、{item}。", "{n}.{item}。", "{han}是{item}；", "（{han}）{item}。"))  # zh
    opening = chance.choice(("下半年工作部署\n", "下半年，要做好以下重点工作。", "下半年重点任务：\n"))  # zh
    between = "" if "是" in style else "\n"  # zh
    marks = [style.format(n=n, han=han(n), item="|").split("|")[0] for n in range(1, len(items) + 1)]
    truth["F56", plain("".join(marks))] += 1
    return opening + between.join(style.format(n=n, han=han(n), item=item) for n, item in enumerate(items, 1))


# Damage ---------------------------------------------------------------------------------------------------------


def damaged(chance: random.Random, sections: Sequence[str]) -> str:
    """The sections as a page: headings before or after them, doubled; wrapped, broken, out of order."""
    parts = []
    headings = chance.sample(HEADINGS, len(HEADINGS))
    width = chance.randint(11, 26)
    for n, section in enumerate(sections):
        heading = headings[n % len(headings)]
        if chance.random() < 0.5:
            heading = "".join(sign * 2 for sign in heading)
        body = _wrapped(chance, section, width)
        parts.append([*body, heading] if chance.random() < 0.4 else [heading, *body])
    if chance.random() < 0.5:
        chance.shuffle(parts)
    lines = [line for part in parts for line in [*part, *([""] * chance.randint(0, 1))]]
    if chance.random() < 0.4:
        lines = _columns(chance, lines)
    ways: list[Callable[[random.Random, str], str]] = [_spaced, _blank_lines, _full_width, _page_numbers, _commas]
    text = "\n".join(lines)
    for way in ways:
        if chance.random() < 0.5:
            text = way(chance, text)
    return text


def _wrapped(chance: random.Random, text: str, width: int) -> list[str]:
    lines = []
    for line in text.split("\n"):
        at = 0
        while at < len(line):
            size = width + chance.randint(-1, 1)
            lines.append(line[at : at + size])
            at += size
    return lines


def _columns(chance: random.Random, lines: list[str]) -> list[str]:
    """Cuts the lines at ends of clauses and puts two neighbouring pieces the other way round."""
    cuts = [n + 1 for n, line in enumerate(lines) if line[-1:] in "。；" and line][:-1]  # zh
    if len(cuts) < 3:
        return lines
    first, second, third = sorted(chance.sample(cuts, 3))
    return lines[:first] + lines[second:third] + lines[first:second] + lines[third:]


def _spaced(chance: random.Random, text: str) -> str:
    """Blanks inside words and numbers."""
    rate = chance.choice((0.02, 0.06, 0.15))
    made = [sign + (" " if sign != "\n" and chance.random() < rate else "") for sign in text]
    return "".join(made)


def _blank_lines(chance: random.Random, text: str) -> str:
    rate = chance.choice((0.05, 0.2))
    return "".join(sign + ("\n" if sign == "\n" and chance.random() < rate else "") for sign in text)


def _full_width(chance: random.Random, text: str) -> str:
    table = {ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"} | {ord("%"): "％"}
    return text.translate(table)


def _page_numbers(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    ends = [n for n, line in enumerate(lines) if line.strip()[-1:] == "。"]  # zh
    if ends:
        at = chance.choice(ends)
        lines.insert(at + 1, f"— {chance.randint(1, 8)} —")
    return "\n".join(lines)


def _commas(chance: random.Random, text: str) -> str:
    """Chinese commas printed as half-width ones, except beside digits."""
    return re.sub(r"(?<!\d)，(?!\d)", lambda found: "," if chance.random() < 0.5 else found[0], text)  # zh
