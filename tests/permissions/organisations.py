"""Addresses of the tree and of set-ups."""

from gonghui.core.codes import demo_uscc
from tests.permissions.row import ORGANISING, SET_UP_READERS, TREE_READERS, Row

ROWS: dict[str, Row] = {
    "organisations": Row(read=TREE_READERS),
    "organisation_list": Row(read=TREE_READERS),
    "organisation": Row("district", "district", read=TREE_READERS),
    "organisation_below": Row("district", "district", read=TREE_READERS),
    "organisation_change": Row("town", "town", read=ORGANISING),
    "organisation_changed": Row(
        "town rename",
        "town",
        send=ORGANISING,
        doers=("city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {"name": f"{branch.town.name}二", "short_name": "", "on": "2020-08-01"},
    ),
    "organisation_merge": Row(
        "spare",
        "spare",
        read=ORGANISING,
        send=ORGANISING,
        doers=("city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {"into": branch.shop.code, "on": "2020-08-01"},
    ),
    "organisation_split": Row(
        "town",
        "town",
        read=ORGANISING,
        send=ORGANISING,
        doers=("city.org", "{b}.org"),
        body=lambda world, branch: {"name": "示例新街道", "unit": [branch.spare.code], "on": "2020-08-01"},
    ),
    "organisation_restore": Row(
        "merged",
        "merged",
        read=ORGANISING,
        send=ORGANISING,
        doers=("city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {"on": "2020-08-01"},
    ),
    "organisation_new": Row(
        read=ORGANISING,
        send=ORGANISING,
        doers=("city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {
            "level": "base",
            "superior": branch.town.code,
            "name": "示例新建工会",
            "on": "2020-08-01",
        },
    ),
    "industries": Row(
        read=TREE_READERS,
        send=ORGANISING,
        doers=("city.org",),
        body=lambda world, branch: {"code": "INDU-11", "name": "示例产业", "order": 11, "is_active": "on"},
    ),
    "set_ups": Row(read=SET_UP_READERS),
    "set_up": Row("set_up", "town", read=SET_UP_READERS),
    "set_up_new": Row(
        read=ORGANISING,
        send=ORGANISING,
        doers=("city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {
            "kind": "base",
            "superior": branch.town.code,
            "name": "示例第九九有限公司工会",
            "on": "2020-08-01",
            "e-TOTAL_FORMS": "1",
            "e-INITIAL_FORMS": "0",
            "e-0-uscc": demo_uscc("91", 990_001),
            "e-0-name": "示例第九九有限公司",
            "e-0-area_code": branch.district.area_code,
            "e-0-industry_code": "I",
            "e-0-ownership": "private",
            "e-0-employees": "60",
        },
    ),
    "set_up_step": Row(
        "set_up",
        "town",
        send=SET_UP_READERS,
        doers=("city.lead", "{b}.lead", "{b}.town.lead"),
        body=lambda world, branch: {
            "step": "approve",
            "preparers": 3,
            "approval_no": "示工筹〔2020〕9号",
            "on": "2020-08-01",
        },
    ),
}
