"""The bureau's files: read, matched, tried out, sampled, released by somebody else; each row or why not."""

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext, override

from gonghui.core.errors import Refusal
from gonghui.core.models import Entry
from gonghui.spine.members.rules import papers
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.actions import issues, matching, reading
from gonghui.work.mutual_aid.models import Issue, Settlement, SettlementFile, SettlementPiece
from gonghui.work.mutual_aid.rules import numbers
from gonghui.work.mutual_aid.tests.builders import (
    FEBRUARY,
    SAMPLER,
    Money,
    a_card_holder,
    a_row,
    a_table,
    received,
    released,
)


@pytest.fixture
def federation(db: None, tmp_path, monkeypatch) -> Federation:
    """A small federation whose plans have their texts."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    found = Federation()
    actions.keep_shipped_editions(found.city, on=FEBRUARY)
    return found


def waiting(file: SettlementFile) -> dict[int, str]:
    """Why rows of a file wait, by their row."""
    return dict(Issue.objects.filter(file=file).values_list("row", "code"))


def test_a_month_is_tried_out_by_the_text(federation):
    one, two = (a_card_holder(federation.first, n) for n in (1, 2))
    rows = [a_row(one, "780.40"), a_row(one, "1010.05", 结算日期="2020-01-20"), a_row(two, "8642.37", 就诊类别="住院")]
    file = received(federation.city, a_table(rows))
    assert (file.state, waiting(file)) == ("previewed", {})
    told = {name: file.summary[name] for name in ("settlements", "payments", "ordered_fen", "nothing", "people")}
    assert told == {"settlements": 3, "payments": 2, "ordered_fen": 7_905 + 220_271, "nothing": 1, "people": 2}


def test_a_file_is_read_without_asking_what_was_settled_by_anything_but_its_numbers(federation):
    """By piece there is no index: such a question reads all there ever were."""
    with CaptureQueriesContext(connection) as asked:
        file = received(federation.city, a_table([a_row(a_card_holder(federation.first, 1))]))
        actions.drop_file(file, by=SAMPLER, on=FEBRUARY)
    assert not [one["sql"] for one in asked if "mutual_aid_settlement" in one["sql"] and "piece_id" in one["sql"]]
    assert not SettlementPiece.objects.exists()


def test_gb18030_is_read_as_well(federation):
    person = a_card_holder(federation.first, 1)
    assert received(federation.city, a_table([a_row(person)], encoding="gb18030")).summary["settlements"] == 1


WRONG = [
    ({"自付一": "一千"}, "row_wrong"),
    ({"自付一": "-5.00", "总金额": "-5.00"}, "row_wrong"),
    ({"结算日期": "2020-02-30"}, "row_wrong"),
    ({"结算日期": "2020-02-06"}, "row_wrong"),
    ({"结算日期": "2018-12-31"}, "year_closed"),
    ({"总金额": "1400.00"}, "row_wrong"),
    ({"就诊类别": "其他"}, "row_wrong"),
    ({"证件号码": "990000198503079999"}, "paper_check"),
    ({"姓名": "李示例"}, "name_differs"),
    ({"结算日期": "2019-02-01"}, "not_member"),
    ({"冲销流水号": "YB-none", "自付一": "-5.00", "总金额": "-5.00"}, "no_original"),
]


@pytest.mark.parametrize(("wrong", "code"), WRONG)
def test_a_row_that_is_wrong_waits_and_the_rest_goes_on(federation, wrong, code):
    person = a_card_holder(federation.first, 1)
    file = received(federation.city, a_table([a_row(person), a_row(person, **wrong)]))
    assert waiting(file) == {3: code}
    assert file.summary["settlements"] == 1


def test_a_file_without_a_column_names_it(federation):
    file = received(
        federation.city, a_table([a_row(a_card_holder(federation.first, 1))], headings=("结算流水号", "姓名"))
    )
    assert file.state == "unreadable"
    assert "自付一" in file.why_not["params"]["columns"]


def test_the_same_file_is_refused(federation):
    content = a_table([a_row(a_card_holder(federation.first, 1))])
    received(federation.city, content)
    with pytest.raises(Refusal, match="已经收过"):
        received(federation.city, content)


def test_a_row_twice_in_a_file_counts_once(federation):
    person = a_card_holder(federation.first, 1)
    row = a_row(person)
    file = received(federation.city, a_table([row, row, {**row, "自付二": "1.00", "总金额": "1501.00"}]))
    assert (file.summary["counts"]["again"], file.summary["settlements"]) == (1, 1)
    assert waiting(file) == {4: "row_wrong"}


def test_a_row_found_wrong_in_the_sample_goes_to_the_desk_and_the_rest_is_tried_out_anew(federation):
    person = a_card_holder(federation.first, 1)
    large, small = a_row(person, "80000.00", 就诊类别="住院"), a_row(person, "1500.00")
    file = received(federation.city, a_table([large, small]))
    shown = file.summary["sha256"]
    assert 2 in actions.sample_of(file)["row"].tolist()
    for row, why, words in ((9, "多报", "没有第 9 行"), (2, " ", "请写明")):
        with pytest.raises(Refusal, match=words):
            actions.mark_row(file, row, why, content=shown, by=SAMPLER, on=FEBRUARY)
    actions.mark_row(file, 2, "总金额像是多写了一位", content=shown, by=SAMPLER, on=FEBRUARY)
    assert file.state == "reading"
    actions.read_file(file, on=FEBRUARY)
    file.refresh_from_db()
    issue = Issue.objects.get(file=file)
    assert (issue.row, issue.code, issue.person, issues.said_of(issue)["why"]) == (
        2,
        "sample_wrong",
        person,
        "总金额像是多写了一位",
    )
    assert (file.state, file.summary["settlements"]) == ("previewed", 1)
    assert Entry.objects.of_kinds("mutual_aid.issue_opened").count() == 1


def test_a_file_with_a_row_marked_wrong_is_released_only_where_somebody_says_so(federation):
    Money(federation.city)
    person = a_card_holder(federation.first, 1)
    rows = [a_row(person, "80000.00", 就诊类别="住院"), a_row(person, "1500.00")]
    file = received(federation.city, a_table(rows))
    actions.mark_row(file, 2, "多写了一位", content=file.summary["sha256"], by=SAMPLER, on=FEBRUARY)
    actions.read_file(file, on=FEBRUARY)
    file.refresh_from_db()
    with pytest.raises(Refusal, match="有 1 行"), transaction.atomic():
        released(file)
    file.refresh_from_db()
    released(file, partly=True)
    assert Settlement.objects.get().ordered_fen == 5_000


UNKNOWN = "99000019850307999" + papers.check_character("99000019850307999")
FAULTY = [
    ({"自付一": "-5.00", "总金额": "-5.00"}, "below_nothing"),
    ({"结算日期": "2020-02-06"}, "day_ahead"),
    ({"自付一": "一千"}, "amount_self_pay1"),
    ({"证件号码": UNKNOWN}, "nobody"),
    ({"证件号码": "990000198503079999"}, "paper_check"),
    ({"结算日期": "2018-12-31"}, "year_closed"),
]


def test_each_row_says_what_is_wrong_with_it_in_both_languages(federation):
    person = a_card_holder(federation.first, 1)
    file = received(federation.city, a_table([a_row(person, **wrong) for wrong, _why in FAULTY]))
    listed = Issue.objects.filter(file=file).order_by("row")
    said = [(issues.said_of(one).get("faults") or [one.code])[0] for one in listed]
    assert said == [why for _wrong, why in FAULTY]
    for why in said:
        words = {**matching.WAITS, **reading.FAULTS}[why]
        with override("en"):
            assert gettext(words).isascii()


def test_a_number_that_somebody_has_already_is_drawn_anew(federation, monkeypatch):
    people = [a_card_holder(federation.first, n).pk for n in (1, 2, 3)]
    [taken] = matching.participants(people[:1])
    one = numbers.random_participant()
    drawn = iter([taken, one, taken, numbers.random_participant()])
    monkeypatch.setattr(numbers, "random_participant", lambda: next(drawn))
    first, second, third = matching.participants(people)
    assert first == taken
    assert one in {second, third}
    assert len({first, second, third}) == 3
    assert matching.participants(people) == [first, second, third]
