"""What the small federation is made of: its days and periods, the figures it is asked for, its offices."""

from datetime import date
from uuid import UUID

from gonghui.core.period import Period

FORM = "beijing_2020h1"
PAST, H1, JULY = Period.parse("2019H2"), Period.parse("2020H1"), Period.parse("2020-07")
EARLIER = Period.parse("2019H1")
QUARTERS = {name: Period.parse(f"2018Q{n}") for n, name in enumerate(("ready", "proposed", "filed", "published"), 1)}
"""The quarters of 2018, whose short reports stand at the last steps of their way."""
FOUNDED, APPOINTED = date(2017, 1, 5), date(2019, 1, 2)
WINTER, SUMMER, AUGUST = date(2020, 1, 7), date(2020, 7, 3), date(2020, 8, 5)
TODAY = date(2020, 8, 10)
HOMES, STATIONS = "places.homes_built", "places.stations_built"
PAYMENTS, PAID = "mutual_aid.payments_made", "mutual_aid.paid_fen"
REFUNDED, REFUNDED_FEN = "refunds.employers_refunded", "refunds.refunded_fen"
HOTLINE, DISPUTES = "hotline.cases_accepted", "disputes.cases_accepted"
ADMITTED, QUALIFIED = "members.people_admitted", "officials.qualified_share"
ABSENT_UUID = UUID("00000000-0000-4000-8000-00000000dead")

OFFICES = {
    "stats": "statistician",
    "review": "reviewer",
    "lead": "unit_lead",
    "editor": "report_editor",
    "audit": "auditor",
    "org": "org_officer",
    "owner": "figure_owner",
    "hr": "hr_officer",
    "members": "member_officer",
    "cashier": "cashier",
    "releaser": "payment_releaser",
    "accountant": "accountant",
    "treasurer": "finance_lead",
}
CITY_OFFICES = {"aid": "aid_officer", "aid_second": "aid_reviewer", "aid_lead": "aid_lead"}
"""What the city alone has."""
ADMINISTRATORS = {"admin.system": "system_admin", "admin.security": "security_admin", "admin.audit": "audit_admin"}
