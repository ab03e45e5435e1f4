"""What the half-year comes to: the exact city values behind the published figures, and who has a share in each.

The report engine knows nothing of this file; it prints what the entries add up to. Money is in fen.
"""

from dataclasses import dataclass
from datetime import date

SEED = 20200813
"""Every generated share, name and day follows from this number."""

EMPLOYERS_COVERED = 602
"""F52 is recorded, not returned: as many employers get a union by the set-up flow."""

H1 = (date(2020, 1, 1), date(2020, 6, 30))
JUNE_END = (date(2020, 6, 30), date(2020, 6, 30))
EPIDEMIC = (date(2020, 1, 20), date(2020, 8, 13))


@dataclass(frozen=True)
class Target:
    """A figure's city value for the half-year and how many percent of it are the city's own."""

    row: str
    figure: str
    number: int
    denominator: int | None = None
    own_percent: int = 100
    industries_percent: int = 0
    like: str = ""
    """Another figure whose shares these follow, so that money per case stays plausible in every unit."""
    days: tuple[date, date] = H1

    @property
    def is_city_only(self) -> bool:
        """Whether the city's own departments return the whole."""
        return self.own_percent == 100


def _city(row: str, figure: str, number: int, denominator: int | None = None, days: tuple[date, date] = H1) -> Target:
    return Target(row, figure, number, denominator, days=days)


TARGETS = (
    _city("F10", "honours.jury_meetings", 2),
    _city("F11", "honours.preliminary_people", 1_150),
    _city("F12", "honours.frontline_share", 536, 1_150),
    _city("F13", "honours.epidemic_share", 460, 1_150),
    Target("F14", "assistance.warmth_fen", 396_128_450_00, None, 22, 18, days=EPIDEMIC),
    _city("F15", "donations.raised_fen", 42_003_600_00, days=EPIDEMIC),
    _city("F16", "supervision.policies_issued", 13),
    Target("F18", "refunds.employers_refunded", 16_038, None, 0, 6),
    Target("F19", "refunds.refunded_fen", 187_214_560_00, None, 0, 6, "refunds.employers_refunded"),
    _city("F20", "loans.employers_granted", 31),
    _city("F21", "loans.granted_fen", 8_480_000_00),
    _city("F26", "employment.employers_recruiting", 274),
    _city("F27", "employment.posts_published", 50_842),
    Target("F28", "disputes.cases_accepted", 11_043, None, 14, 9),
    Target("F29", "disputes.recovered_fen", 150_318_600_00, None, 14, 9, "disputes.cases_accepted"),
    _city("F31", "labour_statistics.areas_screened", 7),
    _city("F34", "service_card.items_added", 922),
    Target("F35", "mutual_aid.payments_made", 2_060_012, None, 6, 31),
    Target("F36", "mutual_aid.paid_fen", 245_187_902_36, None, 6, 31, "mutual_aid.payments_made"),
    _city("F38", "assistance.identification_accuracy", 1_200, 1_200),
    _city("F39", "assistance.exit_accuracy", 1_200, 1_200),
    _city("F40", "assistance.help_accuracy", 1_200, 1_200),
    Target("F42", "hotline.cases_accepted", 53_127, None, 62, 3),
    Target("F43", "places.homes_built", 14_003, None, 1, 24, days=JUNE_END),
    Target("F44", "places.stations_built", 19_026, None, 0, 13, days=JUNE_END),
    Target("F45", "places.mother_baby_units", 2_325, None, 0, 22, days=JUNE_END),
    _city("F46", "places.service_stations_mapped", 356),
    _city("F47", "places.homes_mapped", 36),
    _city("F48", "places.stations_mapped", 266),
    Target("F53", "members.people_admitted", 97_812, None, 0, 21),
    Target("F54", "officials.qualified_share", 338, 820, 3, 12, days=JUNE_END),
    _city("F56", "supervision.tasks_planned", 5),
)
"""Every figure that is shared out; with F52, the employers that get a union, the 33 measured ones of the half-year."""

BY_FIGURE = {target.figure: target for target in TARGETS}

QUALIFIED_SHARE = "officials.qualified_share"
PEOPLE_ADMITTED = "members.people_admitted"
MUTUAL_AID = ("mutual_aid.payments_made", "mutual_aid.paid_fen")
RECORDED = (QUALIFIED_SHARE, PEOPLE_ADMITTED, *MUTUAL_AID)
"""Of these figures the platform records every person or payment itself; nobody returns them."""

FORMER_LEVELS = {
    "places.homes_built": (13_562, None),
    "places.stations_built": (18_210, None),
    "places.mother_baby_units": (2_196, None),
    "officials.qualified_share": (309, 806),
}
"""City levels of the stock figures at the end of 2019, so that the half-year shows what was added."""

FORMER_FLOWS = {
    "refunds.employers_refunded": 14_870,
    "refunds.refunded_fen": 168_905_320_00,
    "disputes.cases_accepted": 10_217,
    "disputes.recovered_fen": 139_644_150_00,
    "hotline.cases_accepted": 49_806,
}
"""City values of the second half of 2019, invented: the last period that workbooks show beside each cell."""
