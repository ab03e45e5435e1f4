"""What mutual aid holds of a member, as they take it away: covers, claims, letters, reviews; how long it is kept."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gonghui.core import money
from gonghui.core.actor import Actor
from gonghui.spine.members.models import Person, own_person
from gonghui.web.portal import takes_away
from gonghui.work.mutual_aid.actions import letters
from gonghui.work.mutual_aid.forms.claim_telling import inputs_of, lines_of
from gonghui.work.mutual_aid.forms.telling import BENEFITS, is_english
from gonghui.work.mutual_aid.models import Claim, Cover, ReviewRequest
from gonghui.work.mutual_aid.portal.claims import UNDECIDED, claims_of
from gonghui.work.mutual_aid.rules.plans import PLANS


def _title(plan: str) -> str:
    return PLANS[plan].title_en if is_english() else PLANS[plan].title


def _worked(lines: Any) -> str:
    """A decision line by line, as one text."""
    return "\n".join(f"{one.title}: {one.worked} = {one.value}" for one in lines)


def _cover(one: Cover) -> dict[str, Any]:
    return {
        _("计划"): _title(one.plan),
        _("份数"): one.shares,
        _("起始日期"): one.first_on,
        _("截止日期"): one.last_on,
        _("状态"): _(one.get_state_display()),
    }


def _claim(one: Claim) -> dict[str, Any]:
    said, english, is_decided = one.content, is_english(), one.state not in UNDECIDED
    return {
        _("计划"): _title(one.plan),
        _("起草日期"): one.made_on,
        _("状态"): _(one.get_state_display()),
        _("发生日期"): said["event_on"],
        _("申请内容"): "\n".join(f"{title}: {value}" for title, value in inputs_of(one, said, english=english)),
        _("医院"): said["hospital"],
        _("诊断"): said["diagnosis"],
        _("发票号码"): "\n".join(said["bills"]),
        _("互助金"): money.yuan(one.ordered_fen or 0) if is_decided else "",
        _("怎么算"): _worked(lines_of(one, english=english)) if is_decided else "",
    }


def _letter(one: letters.Letter) -> dict[str, Any]:
    return {
        _("计划"): _title(one.edition.plan),
        _("结算日期"): one.settled_on,
        _("就诊类别"): str(BENEFITS[one.benefit]),
        _("总金额"): money.yuan(one.amounts["total_fen"]),
        _("自付一"): money.yuan(one.amounts["self_pay1_fen"]),
        _("抵扣以前多付的"): money.yuan(one.offset_fen),
        _("互助金"): money.yuan(one.settlement.ordered_fen),
        _("怎么算"): _worked(one.lines(english=is_english())),
    }


def _reviews(person: Person) -> list[dict[str, Any]]:
    mine = list(letters.settlements_of(person).values_list("pk", flat=True))
    return [
        {
            _("提出"): one.asked_on,
            _("您说"): one.words,
            _("复核结果"): _(one.get_finding_display()) if one.finding else "",
            _("答复"): one.answer_words,
        }
        for one in ReviewRequest.objects.filter(settlement__in=mine).order_by("asked_on")
    ]


@takes_away(
    gettext_lazy("互助保障、申请、结算和材料"),
    gettext_lazy("给付、对账和申诉所必需：最后一笔办结后 10 年，到期删除"),
)
def mutual_aid(actor: Actor) -> dict[str, Any]:
    """The member's covers, claims, letters and reviews, amounts in yuan."""
    person = own_person(actor)
    covers = Cover.objects.filter(person=person).exclude(state="draft").order_by("first_on")
    claims = claims_of(person, actor).select_related("participant__person", "edition").order_by("made_on", "pk")
    return {
        _("互助保障"): [_cover(one) for one in covers],
        _("互助申请"): [_claim(one) for one in claims],
        _("互助金说明"): [_letter(one) for one in letters.letters_of(person)],
        _("人工复核"): _reviews(person),
    }
