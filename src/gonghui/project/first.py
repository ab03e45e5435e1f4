"""`gonghui first-administrator`: the two people who open a production site to everybody else."""

import argparse

from django.utils import timezone

from gonghui.core import clock
from gonghui.spine.officials import actions, rules
from gonghui.spine.organisations.actions import Founding

NEXT = """Hand each person their own two halves. Within {hours} hours, at /officials/reset/, each sets a password, and
at the first sign-in a second factor. Nothing of this is kept in the clear, and this command does not run a second time.
Later codes are printed by two people, a half each."""


def appoint(words: argparse.Namespace) -> str:
    """Both codes as they are printed, once: user name, first half, second half, until when."""
    today = clock.today()
    people = ((words.username, words.person), (words.second_username, words.second_person))
    city = Founding(words.federation, "city", None, english_name=words.english, area_code=words.area)
    codes = actions.appoint_first_administrators(people, city=city, founded_on=words.founded or today, on=today)
    lines = []
    for code in codes:
        until = timezone.localtime(code.until).strftime("%Y-%m-%d %H:%M") if code.until else ""
        lines.append("\t".join([code.username, *map(rules.printed_half, (code.first, code.second)), until]))
    return "\n".join([*lines, NEXT.format(hours=rules.post_scheme(today).code_hours)])
