"""Mutual aid: the texts that came with the platform, a draft of the next one, what replays of it say."""

import numpy as np

from gonghui.core.actor import SYSTEM
from gonghui.spine.members import actions as members
from gonghui.spine.members.tests.builders import an_admission
from gonghui.web.papers import keeping
from gonghui.web.papers.tests.builders import a_pdf
from gonghui.work.mutual_aid.actions import claim_papers, claims, drafts, enrolment, keep_shipped_editions
from gonghui.work.mutual_aid.models import WORDS, Issue, Replay, ReviewRequest, Settlement, edition_on
from gonghui.work.mutual_aid.rules import parameters
from gonghui.work.mutual_aid.rules.replay import Limits, replay
from gonghui.work.mutual_aid.tests.builders import Money, a_card_holder, a_row, a_table, received, released
from gonghui.work.mutual_aid.tests.scheme_texts import lower
from gonghui.work.mutual_aid.tests.test_replay import some_rows
from tests.world.federation import Branch, World
from tests.world.plan import SUMMER, TODAY


def keep_schemes(world: World) -> None:
    """The city's officer drafts next year's universal plan, and it was replayed twice over invented settlements."""
    keep_shipped_editions(world.city, on=SUMMER)
    officer = world.actor("city.aid")
    world.aid_draft = drafts.begin_draft("universal", by=officer, on=TODAY)
    drafts.write_draft(world.aid_draft, lower(), base=world.aid_draft.version, by=officer, on=TODAY)
    drafts.offer_draft(world.aid_draft, content=world.aid_draft.version, by=officer, on=TODAY)
    _replayed(world, 1)
    world.aid_replay = _replayed(world, 2)


def enrol_and_claim(world: World, branch: Branch) -> None:
    """A worker of the enterprise on a roll that waits for its chair; the town's member claimed twice at the window."""
    keeper, officer = world.actor(f"{branch.key}.members"), world.actor("city.aid")
    worker = an_admission(branch.shop, name=branch.marked("参"), admitted_on=TODAY)
    [person] = members.admit_members([worker], by=keeper, on=TODAY)
    entry = enrolment.Enrolling(branch.shop, "hospital_allowance", TODAY, 1)
    branch.enrolment = enrolment.draft_enrolment(entry, by=SYSTEM, on=TODAY)
    enrolment.put_on_roll(branch.enrolment, [(person, 1)], by=SYSTEM, on=TODAY)
    enrolment.submit_enrolment(branch.enrolment, by=SYSTEM, on=TODAY)
    said = {"is_inpatient": True, "self_pay1_fen": 800_000}
    claimed = claims.ClaimEntry(branch.member, "universal", SUMMER, said, diagnosis=branch.marked("病"))
    branch.claim = claims.draft_claim(claimed, by=SYSTEM, on=TODAY)
    scan = keeping.checked(a_pdf(branch.canary), "scan.pdf", largest=2**20, personal=True)
    [branch.claim_paper] = claim_papers.add_papers(branch.claim, "invoice", [scan], by=SYSTEM, on=TODAY)
    claims.submit_claim(branch.claim, by=SYSTEM, on=TODAY)
    branch.claim_draft = claims.draft_claim(claimed, by=officer, on=TODAY)


def settle(world: World) -> None:
    """A month was released with a settlement that pays nothing; somebody is asked to look at it."""
    Money(world.city)
    member = a_card_holder(world.branches["chaoyang"].town, 77)
    rows = [a_row(member, fen, 结算日期=TODAY.isoformat()) for fen in ("780.40", "1500.00")]
    file = received(world.city, a_table(rows), month=TODAY.year * 100 + TODAY.month, on=TODAY)
    released(file, on=TODAY)
    world.aid_settlement = Settlement.objects.get(ordered_fen=0)
    rows = [a_row(member, "90.00", 结算日期=TODAY.isoformat()), a_row(member, "一千")]
    world.aid_file = received(world.city, a_table(rows), month=TODAY.year * 100 + TODAY.month, on=TODAY)
    world.aid_issue = Issue.objects.get(file=world.aid_file)
    world.aid_review = ReviewRequest.objects.create(
        organisation=world.city,
        settlement=world.aid_settlement.pk,
        plan="universal",
        released_by=file.released_by,
        said=b"",
        asked_on=TODAY,
        due_on=TODAY,
    )
    world.aid_review.said = WORDS.seal("", world.aid_review.public_id)
    world.aid_review.save()


def _replayed(world: World, seed: int) -> Replay:
    """What comes of a few hundred settlements that nobody had."""
    rows = some_rows(400, 120, seed)
    rows["unit"] = np.where(rows["unit"] == 1, world.education.pk, world.branches["chaoyang"].district.pk)
    kept, base = parameters.on(TODAY), edition_on("universal", TODAY)
    limits = Limits(kept.replay_people_least, kept.replay_bands_fen)
    return Replay.objects.create(
        edition=world.aid_draft,
        base=base,
        version=world.aid_draft.version,
        year=2020,
        state="done",
        summary=replay([rows], world.aid_draft.scheme, base.scheme, limits).kept(),
        asked_by=world.aid_draft.made_by,
        asked_on=TODAY,
    )
