"""What the clock does to transfers: those whose days have run out go on by themselves."""

from datetime import date

from procrastinate.contrib.django import app

from gonghui.core import clock
from gonghui.spine.members import actions
from gonghui.spine.members.models import Transfer

CHUNK = 200


def turn(on: date) -> int:
    """Every transfer that waited past its day has gone on; how many steps were taken."""
    taken = 0
    while True:
        due = list(Transfer.objects.waiting().filter(due_on__lt=on).select_related("person")[:CHUNK])
        if not due:
            return taken
        actions.turn_due_transfers(due, on=on)
        taken += len(due)


@app.periodic(cron="17 16 * * *")
@app.task(name="gonghui.transfers", lock="gonghui.transfers")
def transfers_job(timestamp: int) -> None:
    """Every night after midnight in Shanghai."""
    turn(clock.today())
