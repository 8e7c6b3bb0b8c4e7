"""All settings, from environment variables with safe defaults.

What `make run` started is found in VAR/stack.json, so that `VAR=… manage.py …` reaches the same database.
"""

import json
from pathlib import Path
from typing import Any

import environ
from django.templatetags.static import static
from psycopg.conninfo import conninfo_to_dict

from availengine.api.names import NAMES

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VAR = Path(env.str("VAR", "var"))
if not VAR.is_absolute():
    VAR = BASE_DIR / VAR


def _embedded_stack() -> dict[str, str]:
    try:
        values: dict[str, str] = json.loads((VAR / "stack.json").read_text())
    except (FileNotFoundError, PermissionError):
        return {}
    return values


_stack = _embedded_stack()
_STRIPE = ("STRIPE_SECRET_KEY", "STRIPE_API_BASE", "STRIPE_WEBHOOK_SECRET")
_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", *_STRIPE)
_found: dict[str, str] = {name: env.str(name, "") or _stack.get(name, "") for name in _VARIABLES}
# Real keys never meet the sandbox of a running stack.
if env.str("STRIPE_SECRET_KEY", "") or env.str("STRIPE_TEST_SECRET_KEY", ""):
    _found |= {name: env.str(name, "") for name in _STRIPE}

MISSING = [name for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL") if not _found[name]]

# --- the host ---------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = _found["SECRET_KEY"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
BASE_URL = env.str("BASE_URL", f"http://{env.str('BIND', '127.0.0.1')}:{env.int('PORT', 8000)}")
HOST_CONTACT = env.str("HOST_CONTACT", "")  # whom owners ask about their subscription
TRUSTED_PROXY_HOPS = env.int("TRUSTED_PROXY_HOPS", 0)
OUTGOING_ALLOW_NETWORKS = env.list("OUTGOING_ALLOW_NETWORKS", default=[])

# --- the application ----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "availengine.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "anymail",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "businesses",
    "payments",
    "webhooks",
    "bookings",
    "availengine.apps.AvailEngineConfig",
]

MIDDLEWARE = [
    "availengine.actors.ActorMiddleware",
    "availengine.api.cors.CorsMiddleware",
    "availengine.middleware.PagePolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "availengine.statics.VersionedStatics",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "availengine.middleware.PageLanguageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "availengine.urls"
WSGI_APPLICATION = "availengine.wsgi.application"
APPEND_SLASH = False  # every API route answers with and without the slash, without a redirect
AUTH_USER_MODEL = "businesses.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "availengine.dashboard.frame.frame",
            ]
        },
    }
]


# --- PostgreSQL -------------------------------------------------------------------------------------------
def _database(url: str) -> dict[str, Any]:
    """Django's description of a libpq URL. Waiting is bounded: a lock 5 s, a statement 15 s."""
    parts = conninfo_to_dict(url) if url else {}
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    described: dict[str, Any] = {names[k]: v for k, v in parts.items() if k in names}
    options: dict[str, Any] = {k: v for k, v in parts.items() if k not in names}
    options["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", 16),
        "timeout": 5,
        # Answers of fast queries must not wait for a look at the clock of every idle connection.
        "max_idle": 600,
    }
    options.setdefault("connect_timeout", 5)
    # Django's default, None, makes psycopg ignore prepare=True. The ORM's own cursors are not affected.
    options["prepare_threshold"] = 5 if env.bool("PREPARED_STATEMENTS", True) else None
    limits = {
        "lock_timeout": 5000,
        "statement_timeout": env.int("STATEMENT_TIMEOUT_MS", 15_000),  # 0 for migrations
        "idle_in_transaction_session_timeout": 60_000,
    }
    given = options.get("options", "")
    options["options"] = " ".join([given, *(f"-c {name}={value}" for name, value in limits.items())]).strip()
    described.setdefault("NAME", "availengine")  # a missing DATABASE_URL is refused by availengine/checks.py
    return {"ENGINE": "django.db.backends.postgresql", "OPTIONS": options, **described}


DATABASE_URL = _found["DATABASE_URL"]
DATABASE_OWNER_URL = _found["DATABASE_OWNER_URL"]
DATABASES = {"default": _database(_found["DATABASE_URL"])}
PREPARED_STATEMENTS = env.bool("PREPARED_STATEMENTS", True)  # off behind a transaction pooler

# --- Valkey or Redis, Celery ------------------------------------------------------------------------------
REDIS_URL = _found["REDIS_URL"]
CACHES = {
    "default": {
        "BACKEND": "availengine.cache.Cache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {
            "serializer": "availengine.cache.JsonSerializer",
            "socket_timeout": 1,
            "socket_connect_timeout": 1,
        },
    }
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "purge-idempotency-records": {"task": "availengine.tasks.purge_idempotency_records", "schedule": 600.0},
    "purge-sessions": {"task": "availengine.tasks.purge_sessions", "schedule": 86_400.0},
    "purge-stripe-events": {"task": "payments.tasks.purge_stripe_events", "schedule": 3600.0},
    # What is waiting is in the database, with its time: a run that comes late or twice does no harm.
    **{
        name.replace("_", "-"): {
            "task": f"bookings.tasks.{name}",
            "schedule": seconds,
            "options": {"expires": seconds},
        }
        for name, seconds in (
            ("handle_stripe_events", 5.0),
            ("carry_out_instructions", 5.0),
            ("write_messages", 3.0),
            ("send_messages", 5.0),
            ("remind_customers", 60.0),
            ("tell_of_endpoints", 60.0),
            ("poll_feeds", 15.0),
            ("purge_links", 3600.0),
            ("expire_unpaid", 10.0),
            ("expire_held", 5.0),
            ("purge_held", 3600.0),
            ("offer_freed", 3.0),
            ("settle_offers", 5.0),
            ("tend_waitlists", 600.0),
            ("place_holds", 60.0),
            ("watch_holds", 300.0),
            ("reconcile_deposits", 60.0),
        )
    },
}

# --- Stripe -------------------------------------------------------------------------------------------------
STRIPE_SECRET_KEY = _found["STRIPE_SECRET_KEY"]
STRIPE_TEST_SECRET_KEY = env.str("STRIPE_TEST_SECRET_KEY", "")
# Several, separated by commas, while one takes the place of another.
STRIPE_WEBHOOK_SECRET = [secret for secret in _found["STRIPE_WEBHOOK_SECRET"].split(",") if secret]
STRIPE_TEST_WEBHOOK_SECRET = env.list("STRIPE_TEST_WEBHOOK_SECRET", default=[])
STRIPE_API_BASE = _found["STRIPE_API_BASE"]  # of the sandbox; empty: Stripe itself
STRIPE_TIMEOUT_SECONDS = env.float("STRIPE_TIMEOUT_SECONDS", 10.0)
STRIPE_RETRIES = env.int("STRIPE_RETRIES", 1)

# --- mail ---------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "bookings@localhost")
EMAIL_TIMEOUT = 15
ANYMAIL = {"BREVO_API_KEY": env.str("BREVO_API_KEY", ""), "REQUESTS_TIMEOUT": 15}
if ANYMAIL["BREVO_API_KEY"]:
    EMAIL_BACKEND = "anymail.backends.brevo.EmailBackend"
elif env.str("EMAIL_URL", ""):  # smtp+tls://user:password@host:587, or consolemail://
    vars().update(env.email("EMAIL_URL"))
else:
    EMAIL_BACKEND = "availengine.mail.EmlBackend"
    EMAIL_FILE_PATH = VAR / "mail"

# --- SMS ----------------------------------------------------------------------------------------------------
SMS_PROVIDER = env.str("SMS_PROVIDER", "")  # console, file or twilio; empty: no SMS
SMS_FROM = env.str("SMS_FROM", "")
SMS_FILE_PATH = VAR / "sms"
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", "")
TWILIO_API_BASE = env.str("TWILIO_API_BASE", "https://api.twilio.com")

# --- webhooks -----------------------------------------------------------------------------------------------
# Seconds to wait before each attempt, the first included (GUARANTEES E3).
WEBHOOK_SCHEDULE = env.list(
    "WEBHOOK_SCHEDULE",
    cast=float,
    default=[0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400],
)
STREAM_URL = env.str("STREAM_URL", "").rstrip("/")  # where events are streamed, if the proxy does not know
COURIER_THREADS = env.int("COURIER_THREADS", 64)

# --- the API ----------------------------------------------------------------------------------------------
MAX_BODY_BYTES = 256 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # forms; the API refuses earlier, see MAX_BODY_BYTES
VISITOR_BOOKINGS_PER_MINUTE = env.int("VISITOR_BOOKINGS_PER_MINUTE", 20)
VISITOR_READS_PER_MINUTE = env.int("VISITOR_READS_PER_MINUTE", 120)
IDEMPOTENCY_HOURS = 24

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": ["availengine.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["availengine.api.renderers.OrjsonRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "availengine.api.renderers.AlwaysJSON",
    "EXCEPTION_HANDLER": "availengine.api.errors.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "availengine.api.schema.DialectSchema",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "VERSION": "1",  # the rest of the heading is the dialect's: availengine/api/documents.py
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "PREPROCESSING_HOOKS": ["availengine.api.schema.one_spelling_of_each_path"],
    "SECURITY": [{"apiKey": []}],
    "PATH_CONVERTER_OVERRIDES": {"id": {"type": "string", "format": "uuid"}},
    "ENUM_NAME_OVERRIDES": NAMES,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "COMPONENT_SPLIT_REQUEST": True,
}

# --- people, pages, files -----------------------------------------------------------------------------------
PASSWORD_HASHERS = ["businesses.passwords.PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
_secure = BASE_URL.startswith("https://")

# Whether an owner of a business may make another one under /dashboard/new/; superusers always may.
OWNERS_ADD_BUSINESSES = env.bool("OWNERS_ADD_BUSINESSES", True)

# Signing in: docs/dashboard.md. Accounts are made by invitation and by provisioning only.
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/dashboard/"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "availengine.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # who has an account got its invitation by mail, or a password from the host
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody gets mail because a stranger typed their address
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "AvailEngine: "
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_ADAPTER = "availengine.accounts.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # see ACCOUNT_EMAIL_VERIFICATION
MFA_TOTP_ISSUER = "AvailEngine"
MFA_FORMS = {
    "login_webauthn": "availengine.accounts.forms.LoginForm",
    "authenticate_webauthn": "availengine.accounts.forms.AuthenticateForm",
    "reauthenticate_webauthn": "availengine.accounts.forms.ReauthenticateForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _secure  # browsers allow it on localhost only

# The admin: availengine/admin/. No search across models, no styles within its pages.
UNFOLD = {
    "SITE_TITLE": "AvailEngine",
    "SITE_HEADER": "AvailEngine",
    "SITE_SYMBOL": "event_available",
    "SITE_URL": "/dashboard/",
    "SHOW_BACK_BUTTON": True,
    "STYLES": [lambda request: static("admin/availengine.css")],
    "SIDEBAR": {"show_all_applications": False, "navigation": "availengine.admin.site.navigation"},
    "ACCOUNT": {"navigation": [{"title": "Account", "link": "/accounts/"}]},
}

CSRF_FAILURE_VIEW = "availengine.pages.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
if TRUSTED_PROXY_HOPS:  # the proxy ends TLS, and says so
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("el", "Ελληνικά")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]  # messages and pages: in the language of the business

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", "") or None  # only for `collectstatic` behind a file server
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # serves from the packages; `collectstatic` is not needed
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "availengine.statics.VersionedStorage"},
}

# --- logs ---------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
    "filters": {"tokens": {"()": "availengine.logs.WithoutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["tokens"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {
        "stripe": {"level": "WARNING"},  # below that it writes whole answers, secrets and all
        "django.request": {"level": "ERROR"},  # a 404 is an answer, not an event
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # nor is a scanner with a wrong Host
    },
}
