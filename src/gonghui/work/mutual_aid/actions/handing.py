"""Letters for members without a phone: printed by somebody, for the member, a proxy or an heir, and written down."""

import json
from dataclasses import dataclass
from datetime import date

from gonghui.core import text as texts
from gonghui.core.action import action
from gonghui.core.actor import Actor
from gonghui.core.errors import Refusal, StepRefused
from gonghui.core.journal import record
from gonghui.spine.members.models import Membership, Person
from gonghui.spine.members.rules.membership import DECEASED
from gonghui.spine.organisations.models import Organisation
from gonghui.work.mutual_aid.facts import LettersHandedOver
from gonghui.work.mutual_aid.flow import ON_BEHALF, SEE
from gonghui.work.mutual_aid.models import ASKED_BY, Handover

POST, PROXY, HEIR = ON_BEHALF


@dataclass(frozen=True)
class Asking:
    """Who asks for the letters: the member, or somebody for them, by name and relation; and on what ground."""

    whose: str
    reason: str
    name: str = ""
    relation: str = ""


def has_died(person: Person) -> bool:
    """Whether the roster knows that the member died."""
    return Membership.objects.filter(person=person, ended=DECEASED).exists()


@action
def hand_over(person: Person, year: int, asking: Asking, *, by: Actor, on: date) -> Handover:
    """It stands that the letters of a year go to somebody; only then they are shown, to who did this, on this day."""
    by.require(SEE)
    if not by.sees(person.organisation.path):
        raise StepRefused("mutual_aid.reach", "这个单位不在您所在组织的范围内，请切换岗位")
    if asking.whose not in ON_BEHALF:
        raise Refusal("mutual_aid.whose", "请选打给谁")
    said = {
        "name": texts.clean(asking.name, longest=50, field="姓名"),
        "relation": texts.clean(asking.relation, longest=30, field="关系"),
        "reason": texts.clean(asking.reason, longest=200, field="事由"),
    }
    if not said["reason"]:
        raise Refusal("mutual_aid.handover_why", "请写明事由，如会员来信要求、看过哪些委托或继承的证明")
    if asking.whose != POST and not (said["name"] and said["relation"]):
        raise Refusal("mutual_aid.handover_who", "请写明来取的人的姓名和与会员的关系")
    if asking.whose == HEIR and not has_died(person):
        raise Refusal("mutual_aid.not_deceased", "名册上没有登记该会员去世：请先由所在工会登记，或按受托人办理")
    if asking.whose != HEIR and has_died(person):
        raise Refusal("mutual_aid.deceased", "名册上登记该会员已去世：请按继承人办理")
    made = Handover(
        organisation=Organisation.objects.get(pk=by.organisation_id),
        person=person,
        year=year,
        whose=asking.whose,
        made_by=by.account_id,
        made_on=on,
    )
    made.said = ASKED_BY.seal(json.dumps(said, ensure_ascii=False), made.public_id)
    made.save(force_insert=True)
    record(LettersHandedOver(whose=asking.whose), about=made, by=by, happened_on=on)
    return made
