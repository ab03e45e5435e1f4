"""All settings of the platform, read from the environment; three profiles: demo, production, test."""

import os
import secrets
import tomllib
from datetime import date
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from gonghui.project import embedded, mail
from gonghui.project.proxies import Proxies

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
VAR = embedded.VAR

DATABASE_URL = os.environ.get("DATABASE_URL", "")
# A database somebody names is taken for a real one; the embedded one is the demo's until told otherwise.
PROFILE = os.environ.get("GONGHUI_PROFILE") or ("production" if DATABASE_URL else "demo")
if PROFILE not in ("demo", "production", "test"):
    raise ImproperlyConfigured(f"GONGHUI_PROFILE is {PROFILE!r}; it can be demo, production or test.")
PRODUCTION, TEST = PROFILE == "production", PROFILE == "test"


def _secret(variable: str, file: str) -> str:
    """The deployer's key in production; one of its own for each demo; a known one in tests."""
    if key := os.environ.get(variable):
        return key
    if PRODUCTION:
        raise ImproperlyConfigured(
            f"The production profile needs {variable} (50 random characters) and GONGHUI_HOSTS."
            " For a demo database set GONGHUI_PROFILE=demo."
        )
    if TEST:
        return "known-to-all-and-used-in-tests-only"
    path = VAR / file
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(50))
    return path.read_text()


def _key_file(variable: str, name: str) -> Path | None:
    """Where a key of 64 hexadecimal signs lies: made for each demo, known in tests, the deployer's else."""
    if named := os.environ.get(variable):
        return Path(named)
    if PRODUCTION:
        return None
    path = VAR / (f"{name}-of-tests" if TEST else name)
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(("7e" * 32 if TEST else secrets.token_hex(32)) + "\n")
        made.replace(path)
    return path


def _seal_memory() -> Path | None:
    """Beside the key, unless named; tests write their journals anew on purpose."""
    if named := os.environ.get("GONGHUI_SEAL_MEMORY"):
        return Path(named)
    key = _key_file("GONGHUI_SEAL_KEY_FILE", "seal-key")
    return None if TEST or key is None else key.with_name(f"{key.name}.signed")


SECRET_KEY = _secret("GONGHUI_SECRET_KEY", "secret")
# What is sealed by field (core/crypto.py) opens with this one only; its backup lies apart from the database's.
GONGHUI_MASTER_KEY = _secret("GONGHUI_MASTER_KEY", "master-key")
# The keys of sealed columns (core/keyring.py), wrapped by the master key: a file outside the database.
GONGHUI_KEYRING = (
    Path(named)
    if (named := os.environ.get("GONGHUI_KEYRING"))
    else None
    if PRODUCTION
    else VAR / ("keyring-of-tests" if TEST else "keyring")
)
# Checkpoints of the journal are signed with it (core/seals): outside the database, so that who can change one
# cannot sign the other. Whose journal it is stands in each checkpoint.
GONGHUI_SEAL_KEY_FILE = _key_file("GONGHUI_SEAL_KEY_FILE", "seal-key")
# Backups are sealed with it (core/streams): its own backup lies apart from theirs.
GONGHUI_BACKUP_KEY_FILE = _key_file("GONGHUI_BACKUP_KEY_FILE", "backup-key")
# Where the signer remembers what it signed last, outside the database too: it signs nothing that did not grow from it.
GONGHUI_SEAL_MEMORY = _seal_memory()
GONGHUI_FEDERATION = os.environ.get("GONGHUI_FEDERATION", "示范市总工会" if not PRODUCTION else "")
DEBUG = False
HOSTS = [host for host in os.environ.get("GONGHUI_HOSTS", "").split(",") if host]
ALLOWED_HOSTS = HOSTS if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver", *HOSTS]
if PRODUCTION and not HOSTS:
    raise ImproperlyConfigured("The production profile needs GONGHUI_HOSTS, the names it answers to over https.")

# Who may say on whose behalf it calls. The web server listens at the loopback unless told otherwise, so in production
# its caller is the proxy that ends https.
try:
    GONGHUI_PROXIES = Proxies.read(os.environ.get("GONGHUI_PROXIES", "127.0.0.1,::1,unix" if PRODUCTION else ""))
except ValueError as wrong:
    raise ImproperlyConfigured(f"GONGHUI_PROXIES holds addresses and networks with commas between: {wrong}") from None

# The order is the order in which catalogues win and migrations read.
INSTALLED_APPS = [
    "gonghui.project",
    "gonghui.work.hotline",
    "gonghui.work.disputes",
    "gonghui.work.bargaining",
    "gonghui.work.mutual_aid",
    "gonghui.work.assistance",
    "gonghui.work.donations",
    "gonghui.work.refunds",
    "gonghui.work.loans",
    "gonghui.work.service_card",
    "gonghui.work.places",
    "gonghui.work.employment",
    "gonghui.work.honours",
    "gonghui.work.learning",
    "gonghui.work.supervision",
    "gonghui.work.labour_statistics",
    "gonghui.reports",
    "gonghui.spine.members",
    "gonghui.spine.funds",
    "gonghui.spine.officials",
    "gonghui.spine.organisations",
    "gonghui.web.lists",
    "gonghui.web.imports",
    "gonghui.web",
    "gonghui.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "gonghui.project.middleware.client_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "gonghui.project.middleware.permissions_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gonghui.project.middleware.chinese_first",
    "gonghui.project.middleware.without_zero_bytes",
    "django.contrib.messages.middleware.MessageMiddleware",
    "gonghui.web.sessions.watch",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gonghui.project.middleware.actor",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gonghui.project.urls"
WSGI_APPLICATION = "gonghui.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "gonghui.web.shell.every_page",
                "gonghui.project.menu.every_page",
            ],
        },
    }
]

DATABASES = {
    "default": {
        **(embedded.parse(DATABASE_URL) if DATABASE_URL else embedded.address()),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **(embedded.parse(DATABASE_URL)["OPTIONS"] if DATABASE_URL else {}),
            "prepare_threshold": 5,
            "server_side_binding": True,
            # An idle transaction would hold every fold, seal and filing back.
            "options": "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=30000",
        },
        "TEST": {"NAME": "test_gonghui" + os.environ.get("TEST_SUFFIX", "")},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]  # zh
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LOCALE_PATHS = [HERE.parent / "work/locale", HERE.parent / "scenario/locale"]

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TEST
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = TEST
WHITENOISE_AUTOREFRESH = TEST
MEDIA_ROOT = Path(os.environ.get("GONGHUI_FILES", VAR / "files"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# Sign-in
AUTH_USER_MODEL = "web.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher" if TEST else "gonghui.web.signin.Argon2FourAtOnce"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "gonghui.web.signin.LengthByFactor"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_PATH = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "gonghui.web.signin.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = False  # axes counts failures, in the database that all workers share
ACCOUNT_FORMS = {
    "login": "gonghui.web.signin.SignInForm",
    "change_password": "gonghui.web.signin.PasswordForm",
    "reauthenticate": "gonghui.web.signin.AgainForm",
}
MFA_FORMS = {
    "authenticate": "gonghui.web.signin.CodeForm",
    "reauthenticate": "gonghui.web.signin.CodeAgainForm",
    "activate_totp": "gonghui.web.signin.FirstCodeForm",
    "add_webauthn": "gonghui.web.signin.KeyForm",
    "edit_webauthn": "gonghui.web.signin.KeyNameForm",
}
MFA_ADAPTER = "gonghui.web.signin.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost
MFA_TOTP_ISSUER = "gonghui"
SECOND_FACTOR_REQUIRED = PRODUCTION
AXES_FAILURE_LIMIT = 5
AXES_HANDLER = "gonghui.web.signin.FiftyADay"
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_CLIENT_IP_CALLABLE = "gonghui.web.failures.address_of"
AXES_USERNAME_CALLABLE = "gonghui.web.signin.name_tried"
AXES_LOCKOUT_CALLABLE = "gonghui.web.signin.locked_out"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = 0.5
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_ENABLED = not TEST

# Sessions end after 30 minutes idle and 12 hours in any case: web.sessions.watch.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"  # a link on another site: web.console lets the browser ask once more
CSRF_FAILURE_VIEW = "gonghui.web.faults.stale"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = "gonghui_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# What browsers may do
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in HOSTS]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"terminal": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
}

# Mail: nothing leaves the platform unless GONGHUI_MAIL says where to (project/mail.py); the digest is all there is.
GONGHUI_MAIL = os.environ.get("GONGHUI_MAIL", "")
GONGHUI_MAIL_FROM = os.environ.get("GONGHUI_MAIL_FROM", "")
# Short texts to members' phones (web/sending.py): the dotted name of a function of phone and text; off by default.
GONGHUI_SENDER = os.environ.get("GONGHUI_SENDER", "")
# What links in mails begin with.
GONGHUI_SITE = os.environ.get("GONGHUI_SITE") or (f"https://{HOSTS[0]}" if HOSTS else "http://localhost:8000")
try:
    globals().update(mail.read(GONGHUI_MAIL))
except ValueError as wrong:
    raise ImproperlyConfigured(f"GONGHUI_MAIL cannot be read: {wrong}") from None
if GONGHUI_MAIL and not GONGHUI_MAIL_FROM:
    raise ImproperlyConfigured("GONGHUI_MAIL needs GONGHUI_MAIL_FROM, the address mails come from.")

# Our own
GONGHUI_PROFILE = PROFILE
GONGHUI_ROLES = tomllib.loads((HERE / "roles.toml").read_text()) if (HERE / "roles.toml").exists() else {}
# Faces of the .pdf print that a deployer has the right to use; they come before the open ones.
GONGHUI_FONTS = os.environ.get("GONGHUI_FONTS", "")
# The demo plays in its half-year: its today is a day of 2020, a real federation's is today.
GONGHUI_TODAY = date.fromisoformat(os.environ.get("GONGHUI_TODAY", "2020-08-10")) if not PRODUCTION else None
