"""The bridge on its page and in its workbook: what came and left, whose names are said, what is never unmasked."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from gonghui.core.actor import SYSTEM
from gonghui.core.period import Period
from gonghui.reports.breakdown.bridge import bridge, crossings, may_show
from gonghui.reports.filling import organisation_of
from gonghui.reports.plain_rows import as_json
from gonghui.reports.tests.builders import H1, a_draft, a_federation, a_round, an_accepted_return
from gonghui.reports.tests.filing_builders import the_row
from gonghui.spine.officials.tests.builders import a_post
from gonghui.spine.organisations.actions import merge_organisations, move_organisation, restore_organisation
from gonghui.spine.organisations.models import Organisation
from gonghui.web.tests.builders import signed_in

pytestmark = pytest.mark.django_db
AUGUST = date(2020, 8, 20)
PAYMENTS, HOTLINE = "mutual_aid.payments_made", "hotline.cases_accepted"


class Moved:
    """Two districts; a street of the east has work of its own and goes to the west."""

    def __init__(self) -> None:
        self.federation = a_federation()
        east, street = self.federation.east, self.federation.street
        opened = a_round(east, PAYMENTS)
        an_accepted_return(opened, street, east, a_draft(PAYMENTS, 77))
        move_organisation(street.organisation, self.federation.west.organisation, by=SYSTEM, on=AUGUST)

    def fresh(self, name: str) -> Organisation:
        return Organisation.objects.get(pk=getattr(self.federation, name).organisation.pk)

    def url(self, name: str, last: str = "F35/bridge/") -> str:
        return f"/reports/beijing_2020h1/2020H1/{self.fresh(name).code}/{last}"


def test_what_left_one_district_came_to_the_other_and_the_city_stays() -> None:
    moved = Moved()
    figure = the_row("F35").figure
    for name, then, rows, now in (("east", 77, [-77], 0), ("west", 0, [77], 77), ("city", 77, [], 77)):
        found = bridge(figure, moved.fresh(name), H1)
        assert (found.then.whole, found.now.whole) == ((then,), (now,))
        assert [row.value for row in found.rows] == [(number,) for number in rows]
        assert found.shared == (0,)
    quiet = bridge(figure, moved.fresh("east"), Period.parse("2020-09"))
    assert (quiet.rows, quiet.difference) == ((), (0,)), "what adds nothing is no line"


def test_a_merger_and_its_undoing_are_lines_of_their_own() -> None:
    moved = Moved()
    east, west = moved.fresh("east"), moved.fresh("west")
    merge_organisations(west, east, by=SYSTEM, on=date(2020, 9, 1))
    figure = the_row("F35").figure
    assert bridge(figure, moved.fresh("east"), H1).difference == (0,), "it came back with the district it had gone to"
    found = bridge(figure, moved.fresh("west"), H1)
    assert (found.then.whole, found.now.whole) == ((0,), (0,))
    restore_organisation(west, by=SYSTEM, on=date(2020, 10, 1))
    assert bridge(figure, moved.fresh("west"), H1).now.whole == (77,)
    assert bridge(figure, moved.fresh("east"), H1).now.whole == (0,)


def test_the_pages_say_it_in_words_and_the_workbook_in_numbers() -> None:
    moved = Moved()
    client = signed_in(a_post("statistician", moved.fresh("city")).account)
    page = client.get(moved.url("east")).content.decode()
    for words in ("按当时组织", "77", "转出：", "隶属变更", "2020年8月20日", "−77", "按现在组织"):
        assert words in page
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(moved.url("east", "F35/bridge.xlsx")).content))
    lines = book.get_sheet_by_index(0).to_python()[4:]
    assert [line[2] for line in lines] == [77.0, -77.0, 0.0]
    assert "有变动" in client.get(moved.url("east", "then-and-now/")).content.decode()
    assert "按现在组织" in client.get(moved.url("east", "F35/")).content.decode(), "the pane leads there"
    assert "有变动" not in client.get(moved.url("city", "then-and-now/")).content.decode()
    there = client.get(f"/reports/then-and-now/{moved.fresh('east').code}/")
    assert there["Location"] == moved.url("east", "then-and-now/")


def test_who_does_not_see_the_other_district_is_not_told_its_name() -> None:
    moved = Moved()
    client = signed_in(a_post("statistician", moved.fresh("east")).account)
    page = client.get(moved.url("east")).content.decode()
    assert "其他组织" in page
    assert moved.fresh("west").short_name not in page
    assert client.get(moved.url("west")).status_code == 404


def test_a_difference_of_a_sensitive_figure_never_tells_a_hidden_part() -> None:
    federation = a_federation()
    opened = a_round(federation.city, HOTLINE)
    for unit, cases in ((federation.east, 40), (federation.west, 3)):
        an_accepted_return(opened, unit, federation.city, a_draft(HOTLINE, cases))
    row = the_row("F42")
    merge_organisations(federation.west.organisation, federation.east.organisation, by=SYSTEM, on=AUGUST)
    east = Organisation.objects.get(pk=federation.east.organisation.pk)
    found, known = bridge(row.figure, east, H1), crossings(east)
    assert found.difference == (3,), "the bridge itself knows it"
    assert not may_show(row, found, known), "43 less 40 would say that the west had three cases"
    client = signed_in(a_post("statistician", Organisation.objects.get(pk=federation.city.organisation.pk)).account)
    place = f"/reports/beijing_2020h1/2020H1/{east.code}/F42/"
    page = client.get(f"{place}bridge/").content.decode()
    assert "写出差额就能倒推" in page
    for number in ("43", ">40<", "+3"):
        assert number not in page.partition("<main")[2].partition("</main>")[0].replace("2020", "")
    assert client.get(f"{place}bridge.xlsx").status_code == 404
    assert "按现在组织 43" not in client.get(place).content.decode()


def test_the_command_line_asks_both_ways_and_knows_old_codes() -> None:
    moved = Moved()
    east, west = moved.fresh("east"), moved.fresh("west")

    def payments(code: str, *, now: bool = False) -> int:
        rows = as_json("beijing_2020h1", "2020H1", code, now=now)
        return int(next(row["value"] for row in rows if row["row"] == "F35"))

    assert (payments(east.code), payments(east.code, now=True)) == (77, 0)
    assert (payments(west.code), payments(west.code, now=True)) == (0, 77)
    merge_organisations(west, east, by=SYSTEM, on=date(2020, 9, 1))
    assert organisation_of(west.code, H1) == west, "its own half-year stays its own"
    assert organisation_of(west.code, Period.parse("2021H1")) == east
    assert payments(east.code, now=True) == 77
