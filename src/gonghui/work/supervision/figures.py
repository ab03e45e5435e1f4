"""The numbers supervision gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

POLICIES_ISSUED = Figure(
    "supervision.policies_issued",
    "稳岗复工政策措施",
    unit="项",
    clock="flow",
    meaning="期内印发的支持复工复产、稳定劳动关系的政策措施项数，按印发日计。",
    fold=returned("count"),
    returned_by="city",
)
"""Policy measures issued to support the return to work and steady labour relations, by day of issue."""

TASKS_PLANNED = Figure(
    "supervision.tasks_planned",
    "下半年任务",
    unit="项",
    clock="flow",
    meaning="报告列出的下半年任务组数，记在报告期内。",
    fold=returned("count"),
    returned_by="city",
)
"""Groups of tasks the report sets for the coming half-year, counted in the report's own period."""
