"""The history of an organisation as people read it: each change with its day, down to the founding."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from gonghui.core.actor import Actor
from gonghui.spine.organisations.models import Organisation, TreeAct

TOLD_MOST = 60


@dataclass(frozen=True)
class Told:
    """One line of the history; `undo` leads to the act that compensates this one, where there is one."""

    on: date
    title: str
    text: str
    undo: str = ""
    undone: bool = False


def told(actor: Actor, one: Organisation) -> list[Told]:
    """The lines, the newest first, down to the founding. Organisations out of sight are not named."""
    acts = TreeAct.objects.about(one).select_related("organisation", "source", "target", "undone_by")[:TOLD_MOST]
    names = list(one.former_names.order_by("last_on"))
    lines = [
        Told(
            act.on,
            _(dict(TreeAct.ACTS)[act.act]),  # type: ignore[arg-type]
            _text(actor, one, act),
            "" if hasattr(act, "undone_by") else _undo(actor, one, act),
            hasattr(act, "undone_by"),
        )
        for act in acts
        if act.act != "rename"
    ]
    for n, former in enumerate(names):
        after = names[n + 1].name if n + 1 < len(names) else one.name
        lines.append(
            Told(former.next_on, _("更名"), _("“%(before)s”改称“%(after)s”") % {"before": former.name, "after": after})
        )
    lines.sort(key=lambda line: line.on, reverse=True)
    return [*lines, Told(one.founded_on, _("成立"), "")]


def _text(actor: Actor, one: Organisation, act: TreeAct) -> str:
    """What the act says of this organisation."""
    words = {
        "name": _named(actor, act.organisation),
        "source": _named(actor, act.source),
        "target": _named(actor, act.target),
        "units": act.units,
    }
    mine = act.organisation_id == one.pk
    if act.act == "merge":
        return (_("并入%(target)s") if mine else _("%(name)s并入%(target)s，涉及组织 %(units)s 个")) % words
    if act.act == "split":
        return _("%(name)s分设出%(target)s，涉及组织 %(units)s 个") % words
    if act.act == "restore":
        return _("%(name)s恢复建制，隶属%(target)s") % words
    if act.act == "move":
        return _("%(name)s由%(source)s转到%(target)s") % words
    if act.act == "secondary":
        return (_("业务指导上级：%(target)s") if act.target_id else _("取消业务指导上级")) % words
    return _("%(name)s撤销") % words


def _named(actor: Actor, organisation: Organisation | None) -> str:
    if organisation is None:
        return ""
    return organisation.short_title if actor.sees(organisation.path) else _("其他组织")


def _undo(actor: Actor, one: Organisation, act: TreeAct) -> str:
    """Where the act can be compensated: only what still stands, by somebody who may."""
    if not actor.may("organisations.edit") or act.organisation_id != one.pk:
        return ""
    if act.act == "move" and act.source is not None and one.is_active and one.parent_id == act.target_id:
        if actor.sees(act.source.path):
            return f"{reverse('organisation_change', args=[one.code])}?to={act.source.code}"
    elif act.act in ("merge", "split", "close") and not one.is_active and one.pk != actor.organisation_id:
        return reverse("organisation_restore", args=[one.code])
    return ""
