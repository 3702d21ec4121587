"""Settings fed by the environment; docs/how-to/deploy.md lists every variable. The rest is in settings_fixed.py."""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.environment import database, flag, number, text, words
from config.settings_fixed import *  # noqa: F403 - what no environment changes: interface, queue, theme

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = flag("DEBUG")
PORTAL_DEMO = flag("PORTAL_DEMO")
SECRET_KEY = text("SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is missing")
# Seal personal data; newest first, older ones still open what they closed.
DATA_KEYS = words("DATA_KEYS")
if not DATA_KEYS:
    raise ImproperlyConfigured("DATA_KEYS is missing")
PUBLICATION_KEYS = words("PUBLICATION_KEYS")  # sign the publication log, newest first; for the worker alone
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "127.0.0.1,localhost")
# The host on which associations are mounted by path; every other host is looked up in AssociationHost.
SHARED_HOST = text("SHARED_HOST", ALLOWED_HOSTS[0])
# The demo and development speak plain HTTP on this machine; everything else is behind TLS.
PLAIN_HTTP = DEBUG or PORTAL_DEMO
SITE_SCHEME = "http" if PLAIN_HTTP else "https"
SITE_PORT = f":{number('PORT', 8000)}" if PLAIN_HTTP else ""
TRUSTED_PROXY_COUNT = number("TRUSTED_PROXY_COUNT", 0)
ON_THIS_MACHINE = {"127.0.0.1", "localhost"}
# The demo accounts have no second factor; the switch works only where nobody else can come in.
PORTAL_SKIP_SECOND_FACTOR = flag("PORTAL_SKIP_SECOND_FACTOR")
if PORTAL_SKIP_SECOND_FACTOR and not DEBUG and not set(ALLOWED_HOSTS) <= ON_THIS_MACHINE:
    raise ImproperlyConfigured("PORTAL_SKIP_SECOND_FACTOR is refused: DEBUG is off and the host is not local")
if PORTAL_DEMO and not set(ALLOWED_HOSTS) <= {*ON_THIS_MACHINE, "testserver"}:
    raise ImproperlyConfigured("PORTAL_DEMO is refused: the host is not local")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the default one would put its own site in place of ours
    "unfold.contrib.filters",
    "config.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "association",
    "members",
    "prepaid_escrow",
    "complaints",
    "credit_rating",
    "disclosure",
]

MIDDLEWARE = [
    "association.middleware.RequestIdMiddleware",
    # Those that only add headers stand outside: a refusal further in, or a redirect, carries them too.
    "association.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "association.middleware.AssociationMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "association.middleware.ActorMiddleware",
    "association.signin_guard.SignInGuardMiddleware",
    "association.step_up.StepUpMiddleware",
    "association.middleware.SentenceMiddleware",
]

ROOT_URLCONF = "config.urls"
ASSOCIATION_URLCONF = "config.urls_association"
WSGI_APPLICATION = "config.wsgi.application"
# Those of the context processors that say what stands around a visitor's page (association/frames.py).
PUBLIC_FRAME = ["association.context.portal", "config.public_pages.public_navigation"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.navigation",
                *PUBLIC_FRAME,
            ],
        },
    }
]

# portal_app serves, portal_public reads what is published, portal_owner migrates.
DATABASES = {"default": database(text("DATABASE_URL"))}
DATABASES["default"]["CONN_MAX_AGE"] = 300
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["public"] = database(text("DATABASE_PUBLIC_URL")) | {
    "CONN_MAX_AGE": 300,
    "CONN_HEALTH_CHECKS": True,
}
if text("DATABASE_OWNER_URL"):
    DATABASES["owner"] = database(text("DATABASE_OWNER_URL"))
DATABASE_BACKUP_URL = text("DATABASE_BACKUP_URL")
DATABASE_ROUTERS = ["config.routers.OneSchema"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = text("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

AUTH_USER_MODEL = "association.User"
AUTHENTICATION_BACKENDS = [
    "association.accounts.PersonBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "association.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60  # seconds; a proof for deeds of two people is at most this old
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_FORMS = {"reset_password": "association.accounts.ResetForm"}
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,20/15m/ip", "reset_password": "20/h/ip,3/h/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not PLAIN_HTTP:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    if TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
CSRF_FAILURE_VIEW = "association.answers.csrf_failure"

_DIRECTIVES = {
    "default-src": [NONE],
    "script-src": [SELF, NONCE],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "object-src": [NONE],
    "frame-ancestors": [NONE],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _DIRECTIVES}
# The staff desk's theme evaluates expressions in attributes (docs/decisions/0003-admin-csp.md).
ADMIN_CSP = {"script-src": [SELF, NONCE, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
MEDIA_ROOT = Path(text("MEDIA_ROOT", str(BASE_DIR / ".portal" / "media")))

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = PLAIN_HTTP
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PLAIN_HTTP
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

EMAIL_BACKEND = text("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = text("EMAIL_HOST", "localhost")
EMAIL_PORT = number("EMAIL_PORT", 25)
EMAIL_HOST_USER = text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_FILE_PATH = text("EMAIL_FILE_PATH") or None
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "portal@localhost")

CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = TIME_ZONE
# Requests of one address (or for one account), seconds. A school behind one address must still be able to look up.
THROTTLES = {
    "page": (number("PUBLIC_PER_MINUTE", 240), 60),
    "api": (number("PUBLIC_PER_MINUTE", 240), 60),
    "verify": (number("PUBLIC_PER_MINUTE", 240), 60),
    "statistics": (30, 60),
    "complaint_page": (60, 600),  # from here on forms without an account: closed while nothing can count
    "draft": (120, 600),
    "complaint": (number("COMPLAINTS_PER_HOUR", 10), 3600),
    "receipt": (number("RECEIPTS_PER_MINUTE", 10), 60),
    "receipt_used": (number("RECEIPTS_USED_PER_MINUTE", 120), 60),
    # Counted before allauth's own limits, and refused while nothing can count (association/signin_guard.py).
    "sign_in": (number("SIGN_IN_PER_MINUTE", 10), 60),
    "reset": (20, 3600),
    "reset_account": (3, 3600),
    # 线索: saving as one types, sending, and guessing at receipt codes.
    "lead_draft": (90, 60),
    "lead": (30, 60),
    "lead_code": (10, 60),
}
# The operator's watch asks with it; without it only this machine may ask.
METRICS_TOKEN = text("METRICS_TOKEN")
# A job unanswered for this long is handed out again; doubles with every time.
OUTBOX_LEASE_SECONDS = number("OUTBOX_LEASE_SECONDS", 8)
LOGGING["root"]["level"] = text("LOG_LEVEL", "INFO")  # noqa: F405
