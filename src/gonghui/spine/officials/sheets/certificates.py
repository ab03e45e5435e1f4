"""Certificates by the row; their numbers come in whole, and go out masked."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal
from gonghui.spine.officials import actions
from gonghui.spine.officials.actions import CertificateEntry
from gonghui.spine.officials.actions.certificates import check_renewal, made, taken_numbers, twice
from gonghui.spine.officials.flow import CERTIFICATE_FLOW, SUBMIT
from gonghui.spine.officials.models import Certificate, SocialWorker
from gonghui.spine.officials.rules import social_workers as rules
from gonghui.spine.officials.sheets.cells import KEPT_AS, Number, NumberCell
from gonghui.web.imports import later
from gonghui.web.imports.kinds import Choice, Code, Day, Text
from gonghui.web.imports.sheet import Change, Column, Only, Scope, Sheet, Standing, Typed, Wrong, sheet

KINDS = rules.WORKERS.all[-1].certificates
CELL_OF = {
    "officials.certificate_level": "level",
    "officials.certificate_kind": "kind",
    "officials.certificate_age": "issued_on",
    "officials.date_future": "issued_on",
    "officials.issuer": "issuer",
}
"""Which column a refusal is shown at; those of the registration stand at its last day, all others at the number."""


@sheet
class Certificates(Sheet):
    """The certificates of the reader's subtree that were not sent back."""

    name, title, power = "officials.certificates", "社工证书", SUBMIT
    list_url = "certificates"
    of_people = True
    keys = (("worker_no", "kind", "number"),)
    asks_day = False
    help = (
        "一行一份证书，按工号、种类和编号对应；没有登记过的，提交后由他人对着原件核验。",
        "新证书填完整编号。平台加密保存编号，导出的表里只有末四位；带星号的编号表示已有的那一份。",
        "已核验的证书把登记止日改晚，就是提交续登记，同样由他人核验。其余各项有误，请退回后重填。",
    )
    columns = (
        Column("worker_no", "工号", Code(longest=20), required=True, fixed=True, aliases=("编号", "员工号")),
        Column("kind", "证书种类", Choice({key: kind.title for key, kind in KINDS.items()}), required=True, fixed=True),
        Column("level", "级别", Text(20), required=True, fixed=True),
        Column("number", "证书编号", NumberCell(), required=True, fixed=True, aliases=("证书号", "管理号")),
        Column("issued_on", "发证日期", Day(), required=True, fixed=True, aliases=("取证日期",)),
        Column("issuer", "发证机关", Text(80), required=True, fixed=True),
        Column("until", "登记止日", Day(), aliases=("登记有效期至",), hint="有登记有效期的证书才填"),
        Column("state", "状态", Choice(dict(CERTIFICATE_FLOW.states)), ours=True),
    )

    def resolve(self, rows: Sequence[Typed], scope: Scope, wrong: Wrong) -> None:
        """A masked number becomes that of the certificate it stands for; a level's title the one of its kind."""
        numbers = {row.values["worker_no"] for row in rows if row.values.get("worker_no")}
        masked: dict[tuple[str, str, str], list[Number]] = {}
        for one in self._seen(scope.actor).filter(worker__worker_no__in=numbers):
            number = _number(one)
            masked.setdefault((one.worker.worker_no, one.kind, number.masked), []).append(number)
        for row in rows:
            kind, level, typed = (row.values.get(key) for key in ("kind", "level", "number"))
            if kind is not None and level is not None:  # a level may be named by its key; it is kept by its title
                row.values["level"] = KINDS[kind].levels.get(level, level)
            if not isinstance(typed, Number) or typed.sealed:
                continue
            found = masked.get((row.values.get("worker_no") or "", kind or "", typed.masked), [])
            if len(found) == 1:
                row.values["number"] = found[0]
            else:
                wrong(
                    row,
                    "number",
                    Refusal("officials.number_masked", "带星号的编号对不上已有的证书，请填完整编号"),
                )

    def _seen(self, actor: Actor) -> Any:
        seen = Certificate.objects.seen_by(actor).exclude(state="rejected")
        return seen.select_related("worker__organisation").prefetch_related("registrations")

    def rows(self, scope: Scope, only: Only | None = None) -> Iterable[Standing]:
        """The certificates; of a registration that waits to be verified the day it is to end."""
        seen = self._seen(scope.actor)
        if only is not None:
            numbers = list(only.values.get("worker_no", ()))
            seen = seen.filter(Q(pk__in=list(only.subjects)) | Q(worker__worker_no__in=numbers))
        for one in seen.order_by("worker__worker_no", "kind", "id"):
            waiting = one.waiting
            yield Standing(
                one.pk,
                {
                    "worker_no": one.worker.worker_no,
                    "kind": one.kind,
                    "level": one.level_title,
                    "number": _number(one),
                    "issued_on": one.issued_on,
                    "issuer": one.issuer,
                    "until": waiting.until if waiting is not None else one.registered_until,
                    "state": one.state,
                },
            )

    def check(self, changes: Sequence[Change], scope: Scope, wrong: Wrong) -> None:
        """Each could be entered as on its page, and no number stands twice."""
        workers = _workers(changes, scope.actor)
        standing = {one.pk: one for one in self._seen(scope.actor).filter(pk__in=[c.subject for c in changes])}
        new: list[tuple[Change, Certificate]] = []
        for change in changes:
            try:
                if change.is_new:
                    worker = workers.get(change.text("worker_no"))
                    if worker is None:
                        raise _no_worker(change)
                    new.append((change, made(_entry(change, worker), worker, by=scope.actor, on=scope.on)))
                else:
                    if change.values.get("until") is None:
                        raise Refusal("officials.renewal_none", "这份证书不用续登记，或还没有核验过")
                    check_renewal(standing[change.subject or 0], change.values["until"], on=scope.on)
            except Refusal as refusal:
                wrong(change, _cell(refusal), refusal)
        taken = taken_numbers([one for _change, one in new])
        for change, one in new:
            if (one.kind, one.number_digest) in taken:
                wrong(change, "number", twice(one))

    def apply(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New ones wait to be verified, and so do longer registrations."""
        workers = _workers(changes, by)
        new = [change for change in changes if change.is_new]
        entries = [_entry(change, workers[change.text("worker_no")]) for change in new]
        for change, one in zip(new, actions.submit_certificates(entries, by=by, on=on) if new else [], strict=True):
            change.subject = one.pk
        old = [change for change in changes if not change.is_new]
        standing = Certificate.objects.select_related("worker__organisation").in_bulk([one.subject for one in old])
        for change in old:
            actions.submit_renewal(standing[change.subject or 0], change.values["until"], by=by, on=on)

    def obstacles(self, changes: Sequence[Change], scope: Scope, *, after: int) -> Iterable[tuple[Change, Refusal]]:
        """Somebody has looked at one since."""
        subjects = {one.subject: one for one in changes if one.subject is not None}
        for pk, what in later.about(Certificate, subjects, after=after).items():
            yield subjects[pk], later.refusal(what)

    def undo(self, changes: Sequence[Change], scope: Scope, *, by: Actor, on: date) -> None:
        """New ones were never entered, nor were longer registrations."""
        found = Certificate.objects.select_related("worker__organisation").in_bulk([one.subject for one in changes])
        new = [found[one.subject or 0] for one in changes if one.is_new]
        old = [found[one.subject or 0] for one in changes if not one.is_new]
        if new:
            actions.withdraw_certificates(new, by=by)
        if old:
            actions.withdraw_renewals(old, by=by)

    def kept_cell(self, value: Any, key: str = "") -> Any:
        """Everything but the number."""
        return KEPT_AS if key == "number" and value not in ("", None) else super().kept_cell(value, key)

    def label(self, values: Any) -> str:
        """Whose, and which."""
        kind = KINDS.get(values.get("kind") or "")
        return f"{values.get('worker_no') or ''} {kind.title if kind is not None else ''}".strip()


def _number(certificate: Certificate) -> Number:
    return Number(certificate.number_digest, rules.masked_number(certificate.number))


def _workers(changes: Sequence[Change], actor: Actor) -> dict[str, SocialWorker]:
    numbers = {change.text("worker_no") for change in changes}
    seen = SocialWorker.objects.seen_by(actor).filter(worker_no__in=numbers).select_related("organisation")
    return {one.worker_no: one for one in seen}


def _no_worker(change: Change) -> Refusal:
    return Refusal(
        "officials.worker_unknown",
        "您的范围内没有工号 %(number)s 的社工，请先登记社工",
        number=change.text("worker_no"),
    )


def _entry(change: Change, worker: SocialWorker) -> CertificateEntry:
    values = change.values
    level = str(values["level"])
    known = (key for key, title in KINDS[values["kind"]].levels.items() if title == level)
    return CertificateEntry(
        worker,
        values["kind"],
        next(known, level),
        values["number"].plain,
        values["issued_on"],
        values["issuer"],
        values.get("until"),
    )


def _cell(refusal: Refusal) -> str:
    if refusal.code == "officials.worker_unknown":
        return "worker_no"
    if refusal.code.startswith(("officials.renewal", "officials.registration", "officials.date_order")):
        return "until"
    return CELL_OF.get(refusal.code, "number")
