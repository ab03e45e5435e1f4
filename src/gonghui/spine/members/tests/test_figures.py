"""The figure of new members: first admissions alone, on their own day, less what was taken back."""

from gonghui.core.period import Period
from gonghui.spine.members.figures import PEOPLE_ADMITTED

H1, H2 = Period.parse("2020H1"), Period.parse("2020H2")


def test_new_members_count_by_the_day_of_admission_and_only_once(journal) -> None:
    journal("""
        2019-12-31 /1/3/ members.member_admitted first=true form=employed non_public=true band=25-99
        2020-01-01 /1/3/ members.member_admitted first=true form=employed non_public=true band=25-99
        2020-06-30 /1/4/ members.member_admitted first=true form=platform non_public=false band=none
        2020-06-30 /1/4/ members.member_admitted first=false form=employed non_public=false band=none
        2020-05-01 /1/3/ members.member_moved_in
        2020-05-01 /1/3/ members.members_taken_over people=40
        2020-06-30 /1/3/ members.member_left why=exited form=employed non_public=true band=25-99
        2020-07-01 /1/3/ members.member_admitted first=true form=employed non_public=true band=25-99
    """)
    assert PEOPLE_ADMITTED.value("/1/", H1).recorded == (2,)
    assert PEOPLE_ADMITTED.value("/1/3/", H1).recorded == (1,)
    assert PEOPLE_ADMITTED.value("/1/", H2).recorded == (1,)
