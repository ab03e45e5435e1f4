"""Who looked at what is protected: one row in its own transaction, whatever becomes of the request."""

from gonghui.core.actor import Actor
from gonghui.core.facts import LOOKS
from gonghui.core.journal import RUNNING
from gonghui.core.models import Access
from gonghui.core.personal import without_numbers


def looked(actor: Actor, what: str, *, subject_type: str = "", subject_id: int = 0, why: str = "") -> None:
    """One row of Access stands. Refused inside an action: a rollback would take the trace along.

    Reasons are typed by people and kept for good, so no number that could be somebody's is kept in one.
    """
    if what not in LOOKS:
        raise KeyError(f"{what} is no look that an app's facts.py declares")
    if RUNNING.get() is not None:
        raise RuntimeError("A look is written outside the action, in its own transaction")
    Access.objects.create(
        account_id=actor.account_id,
        actor_id=actor.id,
        role=actor.role,
        organisation_id=actor.organisation_id,
        what=what,
        subject_type=subject_type,
        subject_id=subject_id,
        why=without_numbers(why),
    )
