"""The numbers honours gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

JURY_MEETINGS = Figure(
    "honours.jury_meetings",
    "劳模评委会会议",
    unit="次",
    clock="flow",
    meaning="期内召开的市级劳模评选委员会会议次数，按开会日计。",
    fold=returned("count"),
    returned_by="city",
)
"""Meetings of the city's jury for model workers, by day of meeting."""

PRELIMINARY_PEOPLE = Figure(
    "honours.preliminary_people",
    "劳模初步人选",
    unit="名",
    clock="asof",
    meaning="截至截止日初步评选出的劳动模范和先进工作者人数；为初选名单，不是最终名单。",
    fold=returned("count"),
    returned_by="city",
)
"""Model and advanced workers on the preliminary list at the stated day; not the final list."""

FRONTLINE_SHARE = Figure(
    "honours.frontline_share",
    "初步人选中一线职工占比",
    unit="%",
    clock="asof",
    meaning="初步人选中一线职工人数占初步人选人数的比重，口径以本届评选文件为准。",
    fold=returned("ratio"),
    returned_by="city",
)
"""Of the people on the preliminary list, the share of frontline workers as this round's rules define them."""

EPIDEMIC_SHARE = Figure(
    "honours.epidemic_share",
    "初步人选中抗疫人员占比",
    unit="%",
    clock="asof",
    meaning="初步人选中直接参与抗击疫情的人数占初步人选人数的比重。",
    fold=returned("ratio"),
    returned_by="city",
)
"""Of the people on the preliminary list, the share that took part in the fight against the epidemic."""
