"""The bureau's files from hand to hand: received, read and tried out, a sample looked at, released by somebody else."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy

from gonghui.core import bulk, columns, money
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM, Actor
from gonghui.core.columns import Columns
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.flow import lock
from gonghui.core.journal import record
from gonghui.spine.organisations.models import Organisation
from gonghui.web.models import Account
from gonghui.work.mutual_aid.actions import reading, standing, trying, uploads
from gonghui.work.mutual_aid.actions.trying import Progress
from gonghui.work.mutual_aid.facts import (
    FileDropped,
    FilePreviewed,
    FileReceived,
    FileReleased,
    FileSampled,
    FileStalled,
    FileUnreadable,
    IssueOpened,
    RowMarkedWrong,
)
from gonghui.work.mutual_aid.flow import FILE_FLOW, RELEASE, SETTLE
from gonghui.work.mutual_aid.models import (
    SAMPLE,
    PlanMoney,
    Settlement,
    SettlementFile,
)
from gonghui.work.mutual_aid.rules import parameters

WHY_MOST = 200


def silent(done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Sent:
    """A file as it was brought: what for, and the blocks of its bytes."""

    plan: str
    month: int
    blocks: Iterable[bytes]


@action
def receive_file(organisation: Organisation, sent: Sent, *, by: Actor, on: date) -> SettlementFile:
    """The file is kept, sealed, and waits to be read; the same file is refused, and so is a month to come."""
    by.require(SETTLE)
    if not by.sees(organisation.path):
        raise StepRefused("mutual_aid.reach", "这个单位不在您所在组织的范围内，请切换岗位")
    if not (1 <= sent.month % 100 <= 12 and sent.month <= on.year * 100 + on.month):
        raise Refusal("mutual_aid.month", "结算月份应不晚于本月，如 2020-03，请核对")
    limits = parameters.on(on)
    name, sha256, form = uploads.keep(sent.blocks, most_megabytes=limits.file_megabytes_most)
    try:
        return _received(organisation, sent, name, sha256, form, by=by, on=on)
    except BaseException:
        uploads.forget(name)
        raise


def _received(
    organisation: Organisation, sent: Sent, name: str, sha256: str, form: str, *, by: Actor, on: date
) -> SettlementFile:
    one_at_a_time()
    same = SettlementFile.objects.filter(organisation=organisation, sha256=sha256)
    if (known := same.exclude(state__in=["dropped", "unreadable"]).first()) is not None:
        raise Refusal(
            "mutual_aid.file_known",
            "这个文件在 %(day)s 已经收过（%(month)s 第 %(part)s 份），没有变化",
            day=known.received_on,
            month=known.month_key,
            part=known.part,
        )
    file = SettlementFile.objects.create(
        organisation=organisation,
        ordinal=next_ordinal(),
        plan=sent.plan,
        month=sent.month,
        part=next_part(sent.plan, sent.month),
        form=form,
        sha256=sha256,
        upload=name,
        received_by=by.account_id,
        received_on=on,
    )
    record(FileReceived(plan=file.plan), about=file, by=by, happened_on=on)
    return file


def one_at_a_time() -> None:
    """Who makes a file waits for whoever else does, until the transaction ends."""
    connection.cursor().execute("select pg_advisory_xact_lock(%s)", [17 << 48])


def next_ordinal() -> int:
    """The number by which the next file's settlements are made; it counts from one."""
    last: int | None = SettlementFile.objects.aggregate(last=Max("ordinal"))["last"]
    return (last or 0) + 1


def next_part(plan: str, month: int) -> int:
    """The part a file of the month would be: after those released, however many wait beside it."""
    released = SettlementFile.objects.filter(plan=plan, month=month, state__in=["releasing", "released"])
    return (released.aggregate(last=Max("part"))["last"] or 0) + 1


# Read and tried out -----------------------------------------------------------------------------------------------


def read_file(file: SettlementFile, *, on: date, progress: Progress = silent) -> None:
    """The file is read and tried out, or what is wrong with the whole of it is written down; whole or not at all."""
    try:
        _read(file, on=on, progress=progress)
    except Refusal as refusal:
        _unreadable(file, refusal, on=on)
        uploads.forget(file.upload)
        return
    uploads.forget(file.upload)


@action
def _unreadable(file: SettlementFile, refusal: Refusal, *, on: date) -> None:
    FILE_FLOW.take("refuse", file, by=SYSTEM)
    file.why_not, file.upload = _kept(refusal), ""
    file.save(update_fields=["why_not", "upload"])
    record(FileUnreadable(plan=file.plan), about=file, by=SYSTEM, happened_on=on)


@action
@bulk.without_collecting()
def _read(file: SettlementFile, *, on: date, progress: Progress) -> None:
    lock(file, "state")
    limits = parameters.on(on)
    before = _by_code(file)
    if file.upload:
        rows = reading.read(
            file.upload, file.form, on=on, most=limits.file_rows_most, open_year=parameters.open_year(on)
        )
        counts = trying.taken_in(file, rows, progress)
        file.rows = counts.pop("rows")
        file.summary = {"counts": dict(counts)}
        file.upload = ""
    trying.try_out(file, on=on, progress=progress)
    FILE_FLOW.take("read", file, by=SYSTEM)
    file.save(update_fields=["rows", "upload", "summary", "sample"])
    told = FilePreviewed(
        plan=file.plan, settlements=file.summary["settlements"], decided_fen=file.summary["decided_fen"]
    )
    record(told, about=file, by=SYSTEM, happened_on=on)
    for code, many in sorted((_by_code(file) - before).items()):
        record(IssueOpened(plan=file.plan, code=code, settlements=many), about=file, by=SYSTEM, happened_on=on)


def _by_code(file: SettlementFile) -> Counter[str]:
    """How many rows of the file wait or waited, by why."""
    return Counter(file.issues.values_list("code", flat=True))


# From hand to hand ------------------------------------------------------------------------------------------------


@action
def preview_again(file: SettlementFile, *, by: Actor, on: date) -> None:
    """The file is tried out anew: what is known of its people has changed, or the text."""
    FILE_FLOW.take("preview", file, by=by)
    file.sampled_by = file.sampled_on = None
    file.save(update_fields=["sampled_by", "sampled_on"])
    record(FileReceived(plan=file.plan), about=file, by=by, happened_on=on)


def sample_of(file: SettlementFile) -> Columns:
    """The settlements to be looked at before the release; whoever shows them has written an access."""
    return columns.unpacked(SAMPLE.open_bytes(file.sample, file.public_id)) if file.sample is not None else {}


@action
def sample_file(file: SettlementFile, *, content: str, by: Actor, on: date) -> None:
    """Somebody has looked at the large payments and the sample, and found them right."""
    FILE_FLOW.take("sample", file, by=by)
    _same_content(file, content)
    file.sampled_by, file.sampled_on = by.account_id, on
    file.save(update_fields=["sampled_by", "sampled_on"])
    many = len(sample_of(file).get("row", ()))
    record(FileSampled(plan=file.plan, looked_at=many), about=file, by=by, happened_on=on)


@action
def mark_row(file: SettlementFile, row: int, why: str, *, content: str, by: Actor, on: date) -> None:
    """A settlement of the sample is wrong: it is taken out to the desk with the reason, and the rest is tried out anew.

    So a file is never released with it; the reason is sealed with the row.
    """
    FILE_FLOW.check("preview", file, by=by)
    _same_content(file, content)
    if not 1 <= len(why := " ".join(why.split())) <= WHY_MOST:
        raise Refusal("mutual_aid.mark_why", "请写明这一行哪里不对，最多 %(most)s 个字", most=WHY_MOST)
    sample = sample_of(file)
    at = [at for at, one in enumerate(sample.get("row", ())) if one == row]
    if not at:
        raise Refusal("mutual_aid.mark_row", "抽查的结算里没有第 %(row)s 行，请照表中的行号填写", row=row)
    FILE_FLOW.take("preview", file, by=by)
    trying.take_out(file, row, int(sample["participant"][at[0]]), why)
    file.sampled_by = file.sampled_on = None
    file.save(update_fields=["sampled_by", "sampled_on"])
    record(RowMarkedWrong(plan=file.plan), about=file, by=by, happened_on=on)
    record(IssueOpened(plan=file.plan, code="sample_wrong", settlements=1), about=file, by=by, happened_on=on)


@action
def release_file(file: SettlementFile, *, content: str, partly: bool = False, by: Actor, on: date) -> None:
    """The month goes to payment as it was shown, released by somebody who neither received nor sampled it.

    Of two releases of one month the second is refused. Rows that wait stay behind; where some are the bureau's fault,
    somebody has said that the others go on without them.
    """
    lock(file, "state")
    file.refresh_from_db(fields=["summary", "received_by", "sampled_by", "released_by", "released_on"])
    if file.released_by is not None and by.may(RELEASE):
        raise _released_before(file)
    FILE_FLOW.check("release", file, by=by)
    if by.account_id in (file.received_by, file.sampled_by):
        raise Refusal("mutual_aid.release_own", "接收和抽查的人不能放行，请由复核人放行")
    if file.gathered.filter(done_by=by.account_id).exists():
        raise Refusal("mutual_aid.release_known", "这一份里有您查明会员的行，请由其他复核人放行")
    _same_content(file, content)
    if standing.changes(file.plan) != file.summary["changes"]:
        raise Refusal(
            "mutual_aid.release_stale", "试算以后有会员的本年累计变了（另有理赔或结算入账），请重新试算、抽查后再放行"
        )
    wrong = file.issues.filter(is_error=True, state="open").count()
    if wrong and not partly:
        raise Refusal("mutual_aid.release_wrong", "有 %(n)s 行填写有误：勾选“只办无误的行”才能放行其余", n=wrong)
    _money_suffices(file)
    try:
        with transaction.atomic():
            FILE_FLOW.take("release", file, by=by)
    except IntegrityError as refused:
        same = SettlementFile.objects.filter(plan=file.plan, month=file.month, part=file.part)
        raise _released_before(same.get(state__in=["releasing", "released"])) from refused
    file.partly, file.released_by, file.released_on = partly, by.account_id, on
    file.save(update_fields=["partly", "released_by", "released_on"])
    told = FileReleased(
        plan=file.plan, settlements=file.summary["settlements"], decided_fen=file.summary["decided_fen"]
    )
    record(told, about=file, by=by, happened_on=on)


def _released_before(file: SettlementFile) -> Refusal:
    """What whoever comes second to a part of a month is told: who released it and when."""
    names = Account.objects.filter(pk__in=[file.released_by]).values_list("name", flat=True)
    return Refusal(
        "mutual_aid.month_released",
        "%(month)s 第 %(part)s 份已由%(who)s在 %(day)s 放行，您这次没有放行，没有变化；补充数据请作废后重传",
        month=file.month_key,
        part=file.part,
        who=names.first() or gettext_lazy("他人"),
        day=file.released_on,
    )


@action
def stall_file(file: SettlementFile, refusal: Refusal, *, on: date) -> None:
    """What stopped the release is written down; it goes on where it stood once that is put right."""
    file.why_not = _kept(refusal)
    file.save(update_fields=["why_not"])
    record(FileStalled(plan=file.plan, code=refusal.code), about=file, by=SYSTEM, happened_on=on)


def _kept(refusal: Refusal) -> dict[str, Any]:
    params = {key: str(value) for key, value in refusal.params.items()}
    return {"code": refusal.code, "message": refusal.message, "params": params}


def money_of(file: SettlementFile) -> PlanMoney:
    """Out of which fund the file is paid, or a refusal that says who sets it."""
    found = PlanMoney.objects.filter(organisation=file.organisation, plan=file.plan)
    its = found.select_related("fund__book__organisation", "spent_on", "pays_from__book__organisation")
    for one in its:
        return cast(PlanMoney, one)
    raise Refusal("mutual_aid.no_money", "还没有设定这个计划从哪项资金付款：请负责人在方案页设定")


def _money_suffices(file: SettlementFile) -> None:
    fund = money_of(file).fund
    if fund.is_restricted and fund.free_fen < file.summary["ordered_fen"]:
        raise Refusal(
            "mutual_aid.fund_short",
            "“%(fund)s”可用 %(free)s 元，本月要付 %(amount)s 元：请先收款再放行",
            fund=fund.name,
            free=money.yuan(fund.free_fen),
            amount=money.yuan(file.summary["ordered_fen"]),
        )


def _same_content(file: SettlementFile, content: str) -> None:
    if content != file.summary.get("sha256"):
        raise Refusal("mutual_aid.content_changed", "试算结果与您看到的不一致：请重新打开这一页核对")


@action
def drop_file(file: SettlementFile, *, by: Actor, on: date) -> None:
    """The file is thrown away before its release; its rows are gone, and what it gathered may be gathered anew."""
    FILE_FLOW.take("drop", file, by=by)
    file.pieces.filter(edition=None).delete()
    file.issues.all().delete()
    file.gathered.update(part=None)
    uploads.forget(file.upload)
    file.sample, file.upload = None, ""
    file.save(update_fields=["sample", "upload"])
    record(FileDropped(plan=file.plan), about=file, by=by, happened_on=on)


def settled(record_id: int) -> Settlement | None:
    """The settlement of an id."""
    return Settlement.objects.select_related("piece__file", "piece__edition").filter(pk=record_id).first()


def compared(file: SettlementFile) -> list[Mapping[str, Any]]:
    """What the months released before came to, the newest first, beside the file's own."""
    before = SettlementFile.objects.filter(plan=file.plan, part=1, state="released").exclude(pk=file.pk)
    return [{"month": one.month_key, **one.summary} for one in before.order_by("-month")[:6]]
