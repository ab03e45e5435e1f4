"""Rows of a month whose members somebody found become its next part: tried out, sampled and released like any file."""

import hashlib
from datetime import date
from typing import Any

import numpy as np
from django.db import models

from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.columns import Columns
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import record
from gonghui.spine.organisations.models import Organisation
from gonghui.work.mutual_aid.actions import files, issues, matching, reading, trying
from gonghui.work.mutual_aid.facts import RowsGathered
from gonghui.work.mutual_aid.flow import SETTLE
from gonghui.work.mutual_aid.models import Issue, SettlementFile
from gonghui.work.mutual_aid.rules import parameters

FORM = "rows"
"""The form of a part that was gathered, where a file's is csv, xlsx or parquet."""


def known_rows(organisation: Organisation, plan: str, month: int) -> models.QuerySet[Issue]:
    """The rows of a month's released files whose members were found and that no part has gathered."""
    return Issue.objects.filter(
        file__organisation=organisation,
        file__plan=plan,
        file__month=month,
        file__state="released",
        code__in=matching.TO_KNOW,
        state="settled",
        part=None,
        person__isnull=False,
    )


@action
def gather_rows(organisation: Organisation, plan: str, month: int, *, by: Actor, on: date) -> SettlementFile:
    """The known rows of a month are a further part of it, which waits to be tried out; refused where there are none.

    A row settled meanwhile by another file, or of somebody who was no member on the day, or of a closed year, stays.
    """
    by.require(SETTLE)
    if not by.sees(organisation.path):
        raise StepRefused("mutual_aid.reach", "这个单位不在您所在组织的范围内，请切换岗位")
    files.one_at_a_time()
    found = known_rows(organisation, plan, month).order_by("file__ordinal", "row", "id")
    listed = list(found.select_for_update(of=("self",)))
    content: Columns = {}
    kept: list[Issue] = []
    if listed:
        said, people = [issues.said_of(one) for one in listed], [one.person_id for one in listed]
        open_on = (date(parameters.open_year(on), 1, 1) - date(1970, 1, 1)).days
        its = [at for at, one in enumerate(said) if one["day"] >= open_on]
        rows, whose = _rows([said[at] for at in its]), [people[at] for at in its]
        content, at_rows = matching.match_known(rows, [one for one in whose if one is not None], matching.Units())
        kept = [listed[its[at]] for at in at_rows]
    if not kept:
        raise Refusal(
            "mutual_aid.nothing_known",
            "这个月没有查明了会员、可以并入下一份的行，没有变化：已由别的文件结算、当日不是会员或年度已关账的不并入",
        )
    ordinal = files.next_ordinal()
    named = f"{ordinal} " + " ".join(str(one.public_id) for one in kept)
    part = SettlementFile.objects.create(
        organisation=organisation,
        ordinal=ordinal,
        plan=plan,
        month=month,
        part=files.next_part(plan, month),
        form=FORM,
        sha256=hashlib.sha256(named.encode()).hexdigest(),
        rows=len(kept),
        summary={"counts": {}},
        received_by=by.account_id,
        received_on=on,
    )
    trying.put_down(part, [content], trying.ranges_of(len(kept)))
    Issue.objects.filter(pk__in=[one.pk for one in kept]).update(part=part)
    record(RowsGathered(plan=plan, settlements=len(kept)), about=part, by=by, happened_on=on)
    return part


def _rows(said: list[dict[str, Any]]) -> reading.Rows:
    """What the rows say, numbered anew, as a file is read."""
    many = len(said)
    numbers: Columns = {
        "row": np.arange(1, many + 1, dtype=np.int32),
        "kind": np.array([one["benefit"] for one in said], np.int8),
        "day": np.array([one["day"] for one in said], np.int32),
        **{name: np.array([one[name] for one in said], np.int64) for name in matching.AMOUNTS},
    }
    return reading.Rows(numbers, {name: [one[name] for one in said] for name in ("txn", "reverses")}, many)
