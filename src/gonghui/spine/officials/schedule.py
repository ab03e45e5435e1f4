"""What the clock does to social workers' certificates: every night those that end are told on their own day."""

from datetime import date, timedelta

from django.db.models import Q
from procrastinate.contrib.django import app

from gonghui.core import clock
from gonghui.spine.officials import actions
from gonghui.spine.officials.models import Certificate, SocialWorker
from gonghui.spine.officials.rules import social_workers as rules

CHUNK = 200


def turn(on: date) -> int:
    """Everything the calendar did up to the day is in the tables and the books; how many social workers it touched."""
    soon = Q(state__in=("verified", "renewed"), registered_until__lt=on + timedelta(days=rules.scheme(on).due_days + 1))
    over = Q(state="due", registered_until__lt=on)
    touched = 0
    while True:
        certificates = list(Certificate.objects.filter(soon | over).select_related("worker")[:CHUNK])
        workers = list(SocialWorker.objects.filter(turns_on__lte=on)[:CHUNK])
        if not certificates and not workers:
            return touched
        actions.turn_certificates(certificates, workers, on=on)
        touched += len({one.worker_id for one in certificates} | {worker.pk for worker in workers})


@app.periodic(cron="7 16 * * *")
@app.task(name="gonghui.certificates", lock="gonghui.certificates")
def certificates_job(timestamp: int) -> None:
    """Every night after midnight in Shanghai, and soon after a worker starts."""
    turn(clock.today())
