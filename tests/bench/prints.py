"""A report's page and its prints over the large journal: a city with its districts, 33 figures, charts and annex."""

import uuid
from collections.abc import Callable
from datetime import date

from django.db import connection
from django.test import Client

from gonghui.core import bulk
from gonghui.core.period import Period
from gonghui.reports import filling, report_forms
from gonghui.reports.printing import docx, pdf
from gonghui.reports.printing.kept import paper_of
from gonghui.spine.officials.tests.builders import a_post
from gonghui.spine.organisations.models import Organisation
from gonghui.web.tests.builders import signed_in
from tests.bench.federation import DISTRICTS, tree
from tests.bench.measure import Result, timed

FORM, HALF = "beijing_2020h1", "2020H2"
DAY = date(2018, 12, 1)


def _union(number: int, path: str) -> dict[str, object]:
    """The city or a district, as a row."""
    name = "示范市总工会" if number == 1 else f"示范第{number}区总工会"
    return {
        "id": number,
        "public_id": uuid.uuid4(),
        "code": "110000-CI-00001-1" if number == 1 else f"1101{number:02}-DI-00001-1",
        "name": name,
        "short_name": name,
        "english_name": "",
        "level": "city" if number == 1 else "district",
        "area_code": "110000" if number == 1 else f"1101{number:02}",
        "parent_id": None if number == 1 else 1,
        "path": path,
        "path_since": DAY,
        "depth": path.count("/") - 1,
        "founded_on": DAY,
        "is_active": True,
        "is_mixed": False,
        "uscc": "",
        "pinyin_key": f"shifan{number:03}",
    }


def prepare() -> None:
    """The city and its districts are there; their entries lie in the journal already."""
    if Organisation.objects.exists():
        return
    rows = [_union(n + 1, path) for n, path in enumerate(tree()[: 1 + DISTRICTS])]
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
    bulk.copy(Organisation, list(rows[0]), [list(row.values()) for row in rows])
    with connection.cursor() as cursor:
        cursor.execute("reset session_replication_role")


def measure(rounds: int) -> list[Result]:
    """The page as a browser asks for it; each print from the question to the bytes, after one to warm up."""
    prepare()
    city = Organisation.objects.city()
    browser: Client = signed_in(a_post("reviewer", city).account)
    address = f"/reports/{FORM}/{HALF}/{city.code}/"
    form, period = report_forms.form(FORM), Period.parse(HALF)

    def asking(more: str, **headers: str) -> Callable[[], None]:
        def ask() -> None:
            assert browser.get(address + more, headers=headers).status_code == 200

        return ask

    def printing(render: Callable[..., bytes]) -> Callable[[], object]:
        return lambda: render(paper_of(*filling.filled_report(form, city, period)))

    pages = {
        "page": asking(""),
        "compared": asking("?compare=yoy"),
        "pane": asking("F36/", **{"HX-Target": "pane"}),
    }
    jobs = {**pages, "docx": printing(docx.render), "pdf": printing(pdf.render)}
    cold = {name: timed(job) for name, job in jobs.items()}
    taken = {name: [timed(job) for _ in range(rounds)] for name, job in jobs.items()}
    figures = len(filling.rows_for(form, city))
    return [
        Result(f"report page with {figures} figures and its charts, the whole request", taken["page"], "at most", 80),
        Result("the same, every figure compared with the year before", taken["compared"], "at most", 100),
        Result("pane of a figure: both comparisons, the line of months, parts", taken["pane"], "at most", 60),
        Result("report as .docx, charts and annex included", taken["docx"], "at most", 1_000, percentile=95),
        Result("report as .pdf, charts and annex included", taken["pdf"], "at most", 1_000, percentile=95),
        Result("first .docx of a process: V8, ECharts and fonts loaded", [cold["docx"]], "shown"),
    ]
