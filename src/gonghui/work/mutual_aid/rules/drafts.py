"""What a text must be to become an edition of a plan; a refusal names line and column as those of `core.rules` do."""

from collections.abc import Collection
from datetime import date
from fractions import Fraction
from typing import Any, NoReturn

from gonghui.core.errors import Refusal
from gonghui.core.rules import Scheme
from gonghui.work.mutual_aid.rules.plans import SETTLED_INPUTS, Plan

MESSAGES = {
    "mutual_aid.begins_late": "第 %(line)s 行第 %(column)s 列：%(day)s 已经到了或过了，新条文应从今天以后的一天起执行",
    "mutual_aid.begins_taken": "第 %(line)s 行第 %(column)s 列："
    "已经有一版从 %(day)s 起执行，一天只能有一版，请另选一天",
    "mutual_aid.begins_january": "第 %(line)s 行第 %(column)s 列："
    "这个计划按年累计，新条文只能从 1 月 1 日起执行，写的是 %(day)s",
    "mutual_aid.input_strange": "第 %(line)s 行第 %(column)s 列："
    "办理时没有“%(name)s”这一项，不能作输入；可用：%(known)s",
    "mutual_aid.input_kind": "第 %(line)s 行第 %(column)s 列：“%(name)s”应是%(kind)s，办理时给的就是这一类",
    "mutual_aid.input_narrow": "第 %(line)s 行第 %(column)s 列："
    "“%(name)s”的范围太窄，会有情形办不了，请写成 [%(low)s, %(high)s] 或更宽",
    "mutual_aid.input_missing": "第 %(line)s 行第 %(column)s 列：少了输入“%(name)s”，办理时会给出这一项，请保留",
    "mutual_aid.result": "第 %(line)s 行第 %(column)s 列：最后一步应当仍叫“%(name)s”，付款按这个名字取数",
    "mutual_aid.parameter_missing": "第 %(line)s 行第 %(column)s 列："
    "少了参数“%(name)s”（%(title)s），参保和受理要用它，请保留",
    "mutual_aid.parameter_kind": "第 %(line)s 行第 %(column)s 列：“%(name)s”要与现行条文一样，是数、日期或一张表",
    "mutual_aid.untitled": "第 %(line)s 行第 %(column)s 列："
    '请在 [titles] 里给“%(name)s”写上中文和英文的叫法，如 %(name)s = ["名称", "Name"]',
}

KINDS = {"yes_no": '"yes_no"（是否）', "date": '"date"（日期）', "whole": "[最小, 最大]（数）"}


def check(plan: Plan, scheme: Scheme, *, held: Scheme, on: date) -> None:
    """Refuse what could not follow the text that holds now: what the work gives it and takes from it stays."""
    begins = scheme.valid_from
    if begins <= on:
        _no(scheme, "valid_from", "mutual_aid.begins_late", day=begins)
    if not plan.may_begin(begins):
        _no(scheme, "valid_from", "mutual_aid.begins_january", day=begins)
    _inputs(plan, scheme, held)
    if scheme.steps[-1] != held.steps[-1]:
        _no(scheme, "steps", "mutual_aid.result", name=held.steps[-1])
    for name in read_by_work(held):
        if name not in scheme.parameters:
            _no(scheme, "parameters", "mutual_aid.parameter_missing", name=name, title=held.titled(name))
        if _kind(scheme.parameters[name]) is not _kind(held.parameters[name]):
            _no(scheme, name, "mutual_aid.parameter_kind", name=name)
    for name in (*scheme.inputs, *scheme.parameters, *scheme.steps):
        if scheme.titled(name, english=True) == name:
            _no(scheme, name, "mutual_aid.untitled", name=name)


def check_free(scheme: Scheme, days: Collection[date]) -> None:
    """Refuse a day from which another text holds already."""
    if scheme.valid_from in days:
        _no(scheme, "valid_from", "mutual_aid.begins_taken", day=scheme.valid_from)


def read_by_work(scheme: Scheme) -> list[str]:
    """The parameters that no step uses: enrolling and accepting go by them."""
    return [name for name in scheme.parameters if name not in scheme.used]


def _inputs(plan: Plan, scheme: Scheme, held: Scheme) -> None:
    """A text may ask for what the work can tell, as widely as the work may tell it; a claim tells all of it always."""
    known = {name: (one.kind, one.low, one.high) for name, one in held.inputs.items()}
    if plan.is_settled:
        wholes = [one for one in held.inputs.values() if one.kind == "whole"]
        widest = (min(one.low for one in wholes), max(one.high for one in wholes))
        known |= {
            name: (kind, *(widest if kind == "whole" else (0, 1)))
            for name, kind in SETTLED_INPUTS.items()
            if name not in known
        }
    for name, one in scheme.inputs.items():
        if name not in known:
            _no(scheme, name, "mutual_aid.input_strange", name=name, known="、".join(known))
        kind, low, high = known[name]
        if one.kind != kind:
            _no(scheme, name, "mutual_aid.input_kind", name=name, kind=KINDS[kind])
        if one.low > low or one.high < high:
            _no(scheme, name, "mutual_aid.input_narrow", name=name, low=low, high=high)
    for name in held.inputs:
        if name not in scheme.inputs and not plan.is_settled:
            _no(scheme, "inputs", "mutual_aid.input_missing", name=name)


def _kind(value: Any) -> type:
    return type(value) if isinstance(value, Fraction | date) else tuple


def _no(scheme: Scheme, at: str, code: str, **params: object) -> NoReturn:
    line, column = scheme.place(at)
    raise Refusal(code, MESSAGES[code], line=line, column=column, **params)
