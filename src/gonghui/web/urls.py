"""The addresses of the shells. What is switched off keeps its name, because allauth asks for it, and is absent."""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as key_views
from django.conf import settings
from django.urls import path
from django.views.generic.base import RedirectView

from gonghui.web import digest, faults, guides, pages, palette, signin, stepup, today
from gonghui.web.lists import pages as lists

SWITCHED_OFF = {
    "signup": "account_signup",
    "email": "account_email",
    "confirm-email": "account_email_verification_sent",
    "password/set": "account_set_password",
    "password/reset": "account_reset_password",
}

urlpatterns = [
    path("", today.today, name="today"),
    path("seen/", today.seen, name="seen"),
    path("bell/", today.bell, name="bell"),
    path("search/", palette.find, name="search"),
    *lists.urlpatterns,
    path("profile/", pages.profile, name="profile"),
    path("profile/again/", stepup.come_back, name="come_back"),
    path("profile/sessions/end/", pages.end_session, name="end_session"),
    path("language/", pages.choose_language, name="choose_language"),
    path("theme/", pages.choose_theme, name="choose_theme"),
    path("keys/", pages.keys, name="keys"),
    path("guides/<slug:name>/", guides.guide, name="guide"),
    path("guides/pictures/<slug:name>.png", guides.picture, name="guide_picture"),
    path("digest/", digest.choose, name="digest"),
    path("digest/stop/<str:token>/", digest.stop, name="digest_stop"),
    path("progress/", pages.progress, name="progress"),
    path("accounts/login/", signin.sign_in, name="account_login"),
    path("accounts/logout/", account_views.logout, name="account_logout"),
    path("accounts/inactive/", account_views.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", stepup.renewing(account_views.reauthenticate), name="account_reauthenticate"),
    path("accounts/password/change/", signin.change_password, name="account_change_password"),
    path("accounts/2fa/", RedirectView.as_view(pattern_name="profile"), name="mfa_index"),
    path("accounts/2fa/authenticate/", mfa_views.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", stepup.renewing(mfa_views.reauthenticate), name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", totp_views.activate_totp, name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", totp_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("accounts/2fa/recovery-codes/", code_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "accounts/2fa/recovery-codes/generate/",
        code_views.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/2fa/recovery-codes/download/",
        code_views.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("accounts/2fa/keys/", key_views.list_webauthn, name="mfa_list_webauthn"),
    path("accounts/2fa/keys/add/", key_views.add_webauthn, name="mfa_add_webauthn"),
    path("accounts/2fa/keys/login/", key_views.login_webauthn, name="mfa_login_webauthn"),
    path(
        "accounts/2fa/keys/reauthenticate/",
        stepup.renewing(key_views.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("accounts/2fa/keys/<int:pk>/remove/", key_views.remove_webauthn, name="mfa_remove_webauthn"),
    path("accounts/2fa/keys/<int:pk>/edit/", key_views.edit_webauthn, name="mfa_edit_webauthn"),
    *[path(f"accounts/{where}/", faults.absent, name=name) for where, name in SWITCHED_OFF.items()],
]

demo_urlpatterns = [path("demo/", pages.demo_entrance, name="demo_entrance")]
if settings.GONGHUI_PROFILE == "demo":
    urlpatterns += demo_urlpatterns
