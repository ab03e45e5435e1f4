"""Addresses of posts, accounts and codes."""

from tests.permissions.row import APPOINTING, EVERYBODY, OFFICIAL_READERS, SECURITY, SYSTEM, Row

ROWS: dict[str, Row] = {
    "officials": Row(read=OFFICIAL_READERS),
    "posts": Row(signed_in=200),
    "officials_of": Row("town", "town", read=OFFICIAL_READERS),
    "official": Row("person", "town", read=OFFICIAL_READERS),
    "appoint": Row(
        "town",
        "town",
        read=APPOINTING,
        send=APPOINTING,
        doers=("admin.security", "city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {
            "role": "reviewer",
            "person": f"{branch.key}.town.stats",
            "on": "2020-08-10",
        },
    ),
    "post_end": Row(
        "post",
        "town",
        read=APPOINTING,
        send=APPOINTING,
        knock=OFFICIAL_READERS,
        doers=("admin.security", "city.org", "{b}.org", "{b}.town.org"),
        body=lambda world, branch: {"on": "2020-08-31"},
    ),
    "post_lend": Row(
        "post",
        "town",
        read=APPOINTING,
        send=APPOINTING,
        knock=EVERYBODY,
        also=("{b}.town.stats",),
        doers=("admin.security", "city.org", "{b}.org", "{b}.town.org", "{b}.town.stats"),
        body=lambda world, branch: {
            "deputy": str(world.people[f"{branch.key}.town.review"].account.public_id),
            "first_on": "2020-08-10",
            "last_on": "2020-08-14",
        },
    ),
    "official_account": Row("person", "town", send=SECURITY, doers=("admin.security",)),
    "accesses": Row(read=frozenset({"audit_admin"})),
    "system": Row(read=SYSTEM),
    "reset_codes": Row(read=SECURITY, also=("city.lead",)),
    "reset_code_issue": Row("person", "town", send=SECURITY, doers=("admin.security",)),
    "reset_code_confirm": Row("reset_code", "district", send=SECURITY, also=("city.lead",), doers=("city.lead",)),
    "reset_code_void": Row("reset_code", "district", send=SECURITY, doers=("admin.security",)),
    "reset_use": Row(signed_in=200, anonymous=200),
}
