"""The numbers of membership."""

from gonghui.core.figures import Figure, count
from gonghui.spine.members.facts import MemberAdmitted

PEOPLE_ADMITTED = Figure(
    "members.people_admitted",
    "新发展会员",
    unit="人",
    clock="flow",
    meaning="期内首次加入工会的职工人数，按批准入会日计；会籍转入不计，退会另计。",
    fold=count(MemberAdmitted, first=True),
)
"""People admitted to a union for the first time, by the day of admission."""
