"""What reports add to the dashboard: four numbers of the latest form, and how far the own collection round has come."""

import re

from gonghui.core import clock
from gonghui.core.actor import Actor
from gonghui.reports import report_forms
from gonghui.reports.console.report import Live, Place, is_english
from gonghui.reports.console.rounds import matrix_rows
from gonghui.reports.filling import belongs, fill_rows
from gonghui.reports.models import Round
from gonghui.spine.organisations.models import Organisation
from gonghui.web.today import Number, Rank, Ranking, numbers, ranking

# Members served, members, new unions, money back to small firms: what any union's chair asks first.
FIRST_ASKED = ("F35", "F53", "F52", "F19", "F44", "F43")
NUMBERS, RANKS = 4, 8
PRINTED = re.compile(r"(\D*[\d.,]+)\s*(.*)")


@numbers
def latest(actor: Actor) -> list[Number]:
    """The first numbers of the latest form, for the actor's own organisation."""
    if not actor.may("reports.see") or not report_forms.codes():
        return []
    organisation = Organisation.objects.filter(pk=actor.organisation_id).first()
    if organisation is None:
        return []
    form = report_forms.usual()
    place, period = Place(form, form.period, organisation), form.period
    asked = [row for row_id in FIRST_ASKED if (row := form.row(row_id)) is not None]
    rows = [row for row in asked if belongs(row, organisation, period)]
    label = period.label_en if is_english() else period.label
    found = []
    for filled in fill_rows(rows, organisation, period, form.period):
        if filled.is_known:
            live = Live(filled, place.figure_url(filled.row.id), organisation.name)
            # Money as it is printed, 1.87亿元; what is counted to the last one.
            short = PRINTED.match(live.words) if filled.figure.is_money else None
            number, unit = (short[1], short[2]) if short else (live.number, live.tail)
            found.append(Number(filled.figure.title, number, unit, label, url=live.url))
    return found[:NUMBERS]


@ranking
def collecting(actor: Actor) -> list[Ranking]:
    """How much each unit has sent in the round that runs now, the slowest on top."""
    if not actor.may("reports.see"):
        return []
    opened = (
        Round.objects.filter(organisation_id=actor.organisation_id, closed_on=None, opened_on__lte=clock.today())
        .order_by("-due_on", "-id")
        .first()
    )
    if opened is None:
        return []
    ranks = []
    for row in matrix_rows(actor, opened, list(opened.figures.all())):
        asked = sum(cell.asked for cell in row.cells)
        if asked:
            sent = asked - row.missing
            url = f"/returns/{row.in_return.public_id}/"
            ranks.append(Rank(row.name, sent * 100 // asked, f"{sent} / {asked}", url))
    done = sum(rank.percent == 100 for rank in ranks)
    slow = sorted((rank for rank in ranks if rank.percent < 100), key=lambda rank: rank.percent)
    return [Ranking(opened.title, slow[:RANKS], f"/rounds/{opened.public_id}/", f"{done} / {len(ranks)}")]
