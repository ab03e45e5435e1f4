"""Two officers release one month at the same moment: one does, the other is told who and when; nothing is doubled."""

import pytest
from django.conf import settings

from gonghui.core.errors import Refusal
from gonghui.core.models import Entry
from gonghui.core.tests.races import outcomes
from gonghui.spine.organisations.tests.builders import Federation
from gonghui.web.models import Account
from gonghui.work.mutual_aid import actions
from gonghui.work.mutual_aid.models import SettlementFile
from gonghui.work.mutual_aid.tests.builders import (
    FEBRUARY,
    RELEASER,
    SAMPLER,
    Money,
    a_card_holder,
    a_row,
    a_table,
    an_account,
    received,
)

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = an_account(213)


@pytest.fixture
def federation(tmp_path, monkeypatch) -> Federation:
    """A federation whose plans have their texts and their money."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    found = Federation()
    actions.keep_shipped_editions(found.city, on=FEBRUARY)
    Money(found.city)
    for one, name in ((RELEASER, "甲示例"), (OTHER, "乙示例")):
        Account.objects.create(pk=one.account_id, username=f"p{one.account_id}", name=name)
    return found


def sampled(federation, number):
    file = received(federation.city, a_table([a_row(a_card_holder(federation.first, number))]))
    actions.sample_file(file, content=file.summary["sha256"], by=SAMPLER, on=FEBRUARY)
    return file


def releases(file, by):
    mine = SettlementFile.objects.get(pk=file.pk)
    return lambda: actions.release_file(mine, content=mine.summary["sha256"], by=by, on=FEBRUARY)


@pytest.mark.parametrize("files", [1, 2])
def test_of_two_releases_of_a_month_at_once_one_is_done_and_the_other_told(federation, files):
    """Two officers press the button on one file, or on two files of one month."""
    brought = [sampled(federation, n) for n in range(files)]
    found = outcomes(releases(brought[0], RELEASER), releases(brought[-1], OTHER))
    assert sorted(found) == ["done", "mutual_aid.month_released"]
    assert Entry.objects.of_kinds("mutual_aid.file_released").count() == 1
    winner = SettlementFile.objects.get(state="releasing")
    late = brought[-1] if files == 1 or winner.pk == brought[0].pk else brought[0]
    with pytest.raises(Refusal) as told:
        releases(late, OTHER)()
    name = "甲示例" if winner.released_by == RELEASER.account_id else "乙示例"
    assert (told.value.params["who"], told.value.params["day"]) == (name, FEBRUARY)
    assert SettlementFile.objects.filter(state="sampled").count() == files - 1


def test_what_was_tried_out_anew_meanwhile_is_not_released_as_shown_before(federation):
    file = sampled(federation, 1)
    late = releases(file, RELEASER)
    file.refresh_from_db()
    file.summary = {**file.summary, "sha256": "another"}
    file.save(update_fields=["summary"])
    with pytest.raises(Refusal, match="重新打开这一页"):
        late()
