"""The numbers places gives to reports; so far all are returned by the unions."""

from gonghui.core.figures import Figure, returned

HOMES_BUILT = Figure(
    "places.homes_built",
    "建成职工之家",
    unit="个",
    clock="stock",
    meaning="到期末仍在使用的职工之家个数。",
    fold=returned("balance"),
)
"""Workers' homes in use at the end of the period."""

STATIONS_BUILT = Figure(
    "places.stations_built",
    "建成暖心驿站",
    unit="个",
    clock="stock",
    meaning="到期末仍在使用的职工暖心驿站个数。",
    fold=returned("balance"),
)
"""Rest stations in use at the end of the period."""

MOTHER_BABY_UNITS = Figure(
    "places.mother_baby_units",
    "母婴关爱室挂牌单位",
    unit="家",
    clock="stock",
    meaning="到期末已挂牌且未摘牌的母婴关爱室所在单位数。",
    fold=returned("balance"),
)
"""Employers whose mother-and-baby room holds a plate at the end of the period."""

SERVICE_STATIONS_MAPPED = Figure(
    "places.service_stations_mapped",
    "上图的工会服务站",
    unit="个",
    clock="flow",
    meaning="期内第一次标到线上地图的工会服务站个数。",
    fold=returned("count"),
    returned_by="city",
)
"""Union service stations put on the online map for the first time in the period."""

HOMES_MAPPED = Figure(
    "places.homes_mapped",
    "上图的公共区域职工之家",
    unit="个",
    clock="flow",
    meaning="期内第一次标到线上地图的公共区域职工之家个数。",
    fold=returned("count"),
    returned_by="city",
)
"""Workers' homes in public areas put on the online map for the first time in the period."""

STATIONS_MAPPED = Figure(
    "places.stations_mapped",
    "上图的暖心驿站",
    unit="个",
    clock="flow",
    meaning="期内第一次标到线上地图的职工暖心驿站个数。",
    fold=returned("count"),
    returned_by="city",
)
"""Rest stations put on the online map for the first time in the period."""
