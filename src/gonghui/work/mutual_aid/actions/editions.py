"""Editions of the plans. Those that came with the platform are published by being there."""

from datetime import date
from pathlib import Path

from gonghui.core import rules
from gonghui.core.action import action
from gonghui.core.actor import SYSTEM
from gonghui.core.journal import record
from gonghui.spine.organisations.models import Organisation
from gonghui.work.mutual_aid.facts import EditionKept
from gonghui.work.mutual_aid.models import Edition
from gonghui.work.mutual_aid.rules.plans import PLANS

FOLDER = Path(__file__).parent.parent / "schemes"


def shipped() -> dict[str, list[str]]:
    """The texts that come with the platform, by plan."""
    return {
        plan: [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob(f"{plan}_[0-9]*.toml"))]
        for plan in PLANS
    }


def keep_shipped_editions(root: Organisation, *, on: date) -> int:
    """The texts that come with the platform stand among the published ones; how many were new."""
    known = set(Edition.objects.values_list("plan", "valid_from").filter(state="published"))
    fresh = [
        (plan, rules.read(text))
        for plan, texts in shipped().items()
        for text in texts
        if (plan, rules.read(text).valid_from) not in known
    ]
    for plan, scheme in fresh:
        _keep(plan, scheme, root, on=on)
    return len(fresh)


@action
def _keep(plan: str, scheme: rules.Scheme, root: Organisation, *, on: date) -> None:
    edition = Edition.objects.create(
        plan=plan,
        valid_from=scheme.valid_from,
        text=scheme.text,
        version=scheme.version,
        state="published",
        made_on=on,
        published_on=on,
    )
    record(EditionKept(plan=plan), about=edition, by=SYSTEM, happened_on=on, organisation=root)
