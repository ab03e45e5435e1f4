"""What the clock does: transfers whose days have run out go on by themselves, and what is kept too long goes."""

from datetime import date, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from gonghui.core import clock, crypto
from gonghui.spine.members import actions
from gonghui.spine.members.actions import erasing
from gonghui.spine.members.models import Transfer

CHUNK = 200
SENDING = "members.send code"


def turn(on: date) -> int:
    """Every transfer that waited past its day has gone on; how many steps were taken."""
    taken = 0
    while True:
        due = list(Transfer.objects.waiting().filter(due_on__lt=on).select_related("person")[:CHUNK])
        if not due:
            return taken
        actions.turn_due_transfers(due, on=on)
        taken += len(due)


def purge(now: datetime) -> int:
    """Whose time is over is gone, some hundred people a transaction; how many people."""
    erasing.purge_codes(now)
    on, gone = timezone.localdate(now), 0
    while erased := erasing.erase_overdue(on, most=CHUNK):
        gone += erased
    return gone


@app.periodic(cron="37 19 * * *")
@app.task(name="gonghui.members_purge", lock="gonghui.members_purge")
def purge_job(timestamp: int) -> None:
    """Every night: what has served its purpose is not kept."""
    purge(timezone.now())


@app.periodic(cron="17 16 * * *")
@app.task(name="gonghui.transfers", lock="gonghui.transfers")
def transfers_job(timestamp: int) -> None:
    """Every night after midnight in Shanghai."""
    turn(clock.today())


@app.task(name="gonghui.sign_in_code")
def send_code_job(sealed: str) -> None:
    """A sign-in code goes out, if the number is of a member who wished so. Never tried twice."""
    actions.send_code(crypto.unseal(sealed, purpose=SENDING), on=clock.today())
