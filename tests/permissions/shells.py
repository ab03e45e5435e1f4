"""Addresses of the shells: one's own pages, signing in."""

from tests.permissions.row import APPOINTING, EVERYBODY, SET_UP_READERS, Row

ROWS: dict[str, Row] = {
    "today": Row(read=EVERYBODY),
    "seen": Row(send=EVERYBODY),
    "bell": Row(read=EVERYBODY),
    "search": Row(read=EVERYBODY),
    "keys": Row(signed_in=200),
    "guide": Row("guide", signed_in=200),
    "guide_picture": Row("picture", signed_in=200),
    "digest": Row(signed_in=405),
    "digest_stop": Row("digest_token", signed_in=404, anonymous=404, cacheable=True),
    # Views and selections are one's own: nobody's example is there for anybody else.
    "views": Row(read=EVERYBODY),
    "view_open": Row("nobodys", read=EVERYBODY, answers=404),
    "view_change": Row("nobodys", send=EVERYBODY),
    "list_search": Row("set_ups_list", send=SET_UP_READERS, knock=EVERYBODY),
    "view_save": Row(
        "set_ups_list",
        send=SET_UP_READERS,
        knock=EVERYBODY,
        body=lambda world, branch: {"name": "常看", "query": ""},
    ),
    "selection": Row("nobodys", read=EVERYBODY, answers=404),
    "list_select": Row(
        "officials_list",
        send=APPOINTING,
        knock=EVERYBODY,
        body=lambda world, branch: {"act": "end", "all": "1"},
    ),
    "list_export": Row("set_ups_list csv", read=SET_UP_READERS),
    "profile": Row(signed_in=200),
    "come_back": Row(signed_in=302),
    "end_session": Row(signed_in=405),
    "choose_language": Row(signed_in=405, anonymous=405),
    "choose_theme": Row(signed_in=405, anonymous=405),
    "progress": Row(signed_in=200, anonymous=200),
    "account_login": Row(signed_in=302, anonymous=200),
    "account_logout": Row(signed_in=200),
    "account_inactive": Row(signed_in=200, anonymous=200),
    "account_reauthenticate": Row(signed_in=200),
    "account_change_password": Row(signed_in=200),
    "mfa_index": Row(signed_in=302),
    "mfa_authenticate": Row(signed_in=302),
    "mfa_reauthenticate": Row(signed_in=302),
    "mfa_activate_totp": Row(signed_in=200),
    "mfa_deactivate_totp": Row(signed_in=404),
    "mfa_view_recovery_codes": Row(signed_in=404),
    "mfa_generate_recovery_codes": Row(signed_in=200),
    "mfa_download_recovery_codes": Row(signed_in=404),
    "mfa_list_webauthn": Row(signed_in=200),
    "mfa_add_webauthn": Row(signed_in=200),
    "mfa_login_webauthn": Row(signed_in=302),
    "mfa_reauthenticate_webauthn": Row(signed_in=302),
    "mfa_remove_webauthn": Row("absent_key", signed_in=404),
    "mfa_edit_webauthn": Row("absent_key", signed_in=404),
    **{
        name: Row(signed_in=404, anonymous=404)
        for name in (
            "account_signup",
            "account_email",
            "account_email_verification_sent",
            "account_set_password",
            "account_reset_password",
        )
    },
}
