"""The audit shows where a table and the journal disagree."""

from datetime import date

import pytest
from django.db import connection

from gonghui.core import audit, journal_text, rollup
from gonghui.core.models import CalendarDay


@pytest.mark.django_db(transaction=True)
def test_an_edited_roll_up_is_found() -> None:
    journal_text.write("2020-01-05 /1/3/ tests.paid scheme=a paid_fen=60")
    rollup.fold_all()
    assert all(not one.differences for one in audit.run())
    with connection.cursor() as cursor:
        cursor.execute("update core_rollup set amount_fen = 61 where organisation_id = 1")
    (wrong,) = [one for one in audit.run() if one.differences]
    assert len(wrong.differences) == 1
    assert "organisation=1" in wrong.differences[0].where


@pytest.mark.django_db(transaction=True)
def test_all_checks_see_one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody commits between two checks is no difference of theirs."""
    seen, other = [], connection.copy()

    def check() -> list[audit.Difference]:
        seen.append(CalendarDay.objects.count())
        with other.cursor() as cursor:
            cursor.execute("insert into core_calendarday values (%s, true, '', '')", [date(1990, 1, len(seen))])
        return []

    monkeypatch.setattr(audit, "CHECKS", {"one": check, "two": check})
    try:
        audit.run()
    finally:
        other.close()
    assert seen[0] == seen[1] == CalendarDay.objects.count() - 2
