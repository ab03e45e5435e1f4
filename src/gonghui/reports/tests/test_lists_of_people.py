"""The share of qualified social workers opens into its two lists of people, each as long as its number says."""

import pytest

from gonghui.core.period import Period
from gonghui.reports import report_forms
from gonghui.reports.console.figures import lists_of
from gonghui.reports.console.report import Place
from gonghui.reports.filling import fill
from gonghui.spine.officials.tests import worker_builders as made
from gonghui.spine.officials.tests.builders import a_post, acting
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.tests.builders import signed_in

HALF_YEAR = Period.parse("2020H1")


@pytest.mark.django_db
def test_the_lists_behind_the_share_are_as_long_as_its_numbers() -> None:
    federation = Federation()
    position, far = made.a_position(federation.wangjing), made.a_position(federation.haidian)
    made.verified(made.a_certificate(made.on_post(position)))
    made.on_post(position)
    made.on_post(position, since=HALF_YEAR.last.replace(month=8, day=3))  # after the half-year
    made.verified(made.a_certificate(made.on_post(far)))
    form, post = report_forms.form("beijing_2020h1"), a_post("unit_lead", federation.chaoyang)
    place = Place(form, HALF_YEAR, federation.chaoyang)
    filled = fill(form, federation.chaoyang, HALF_YEAR).rows["F54"]
    found = lists_of(acting(post), place, filled)
    assert [number for _title, number, _url in found] == [1, 2]
    for _title, number, url in found:
        assert len(signed_in(post.account).get(url).context["page"].rows) == number
    clerk = acting(a_post("statistician", federation.chaoyang))
    assert lists_of(clerk, place, filled) == []
