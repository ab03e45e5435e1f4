"""The numbers service_card gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

ITEMS_ADDED = Figure(
    "service_card.items_added",
    "服务卡新增服务项目",
    unit="个",
    clock="flow",
    meaning="期内在会员互助服务卡上新上线的服务项目个数，按上线日计。",
    fold=returned("count"),
    returned_by="city",
)
"""Service items newly offered on the member's card, by the day they opened."""
