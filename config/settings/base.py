"""The truth of production. `dev` and `test` only relax it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.environment import ROOT, read_environment, read_secret_key
from config.logs import logging_settings
from config.settings.queue import *  # noqa: F403

env = read_environment()

BASE_DIR = ROOT
LOGGING = logging_settings()
DADKHAH_DATA_DIR = env.data_dir
DADKHAH_KEYS_DIR = env.keys_dir
DADKHAH_STORE = env.store
DADKHAH_STORE_ENDPOINT = env.store_endpoint
DADKHAH_STORE_REGION = env.store_region
DADKHAH_STORE_LOCK = env.store_lock
DADKHAH_LOG_ORIGIN = env.log_origin
DADKHAH_TSA_FILE = env.tsa_file
DADKHAH_CHECKPOINT_EVERY = env.checkpoint_every
DADKHAH_FIXITY_EVERY = env.fixity_every
DADKHAH_SCRUB_EVERY = env.scrub_every
DADKHAH_FIXITY_OBJECTS_AT_ONCE = env.fixity_objects_at_once
# A share of a round ends after so many seconds at the latest (and the object that it reads then), so that whatever
# else waits in the queue has its turn.
DADKHAH_FIXITY_SECONDS_AT_ONCE = 20
# Where clamd listens; without it clamscan is run for each file.
DADKHAH_CLAMD = env.clamd
# What one person may have on its way by page at once, in files and in bytes.
DADKHAH_UPLOADS_WAITING = env.uploads_waiting
DADKHAH_UPLOADS_WAITING_BYTES = env.uploads_waiting_gib * 1024**3
# Whoever writes what fits fewer people than so many is warned that it may tell who is behind a pseudonym.
DADKHAH_SMALLEST_GROUP = env.smallest_group
# So many times the usual limits has whoever wants a file looked into all the same; 0 and 1 offer it to nobody.
DADKHAH_WIDER_LIMITS = env.wider_limits
DADKHAH_ORGANISATION = env.organisation
DADKHAH_OFFICE_ZONE = env.office_zone
# From the first hour until the second, by the clock of the office: who works then is shown to the auditor.
DADKHAH_NIGHT = (22, 6)
# What is to be made of an item is asked of the queue at once; else only the reconciler asks, within a minute.
DADKHAH_INSPECT_AT_ONCE = True
DADKHAH_ACTOR_RESOLVER = "config.people.names_of"
DADKHAH_LOG_NAMES = "config.log_names.HouseNames"
# Who tells the page of a witness what has left this house already.
DADKHAH_PACKAGE_TELLER = "dossiers.leaks.telling.package_of"
DADKHAH_SHARED_READER = "dossiers.already_shared.shared_dossiers"
# Who is asked whether words could betray a witness, before a case or an exhibit keeps them.
DADKHAH_WORDS_WEIGHER = "witnesses.weighing.weigh"
# What goes with an item that is disposed of beside what evidence itself keeps of it.
DADKHAH_ON_DISPOSAL = ("dossiers.leaks.dropping.drop_texts",)
# What apps above the evidence have to say on the page of an exhibit.
DADKHAH_ITEM_SECTIONS = ("witnesses.item_section.SECTION",)

DEBUG = False
DADKHAH_PRODUCTION = True
ALLOWED_HOSTS = list(env.allowed_hosts)
CSRF_TRUSTED_ORIGINS = list(env.trusted_origins)

# Read from a file, never from the environment: an environment shows in process lists and crash reports.
SECRET_KEY = read_secret_key(DADKHAH_KEYS_DIR / "django_secret.key")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guardian",
    "axes",
    "csp",
    "django_htmx",
    "template_partials",
    "config",
    "dossiers",
    "witnesses",
    "evidence",
    "cases",
    "accounts",
    "audit",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.BrowserPolicyMiddleware",
    "config.middleware.HeadMiddleware",
    "config.middleware.FinishingMiddleware",
    "config.middleware.PageTimeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.sessions.SessionLimitsMiddleware",
    "config.middleware.PageChannelMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.shell",
            ],
        },
    }
]

# Every wait has a limit, and every commit is on the disk before it is acknowledged. Whoever waits for a lock longer
# than this is told to try again: an act that cannot be logged is refused, and must not hang the site.
_LOCK_SECONDS = 5
# What one statement of a page may take on PostgreSQL; commands and tasks have ten minutes.
DADKHAH_PAGE_SECONDS = 30
_SQLITE_OPTIONS: dict[str, Any] = {
    "timeout": _LOCK_SECONDS,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON; "
        "PRAGMA secure_delete=ON; PRAGMA trusted_schema=OFF;"
    ),
}
_POSTGRES_OPTIONS: dict[str, Any] = {
    "connect_timeout": 10,
    # What asks to be planned once in a session is, and nothing else: with no number here psycopg prepares nothing.
    "prepare_threshold": 1_000_000_000,
    # The search path comes with the connection, so that none set on the database or on a role can put other tables or
    # functions before ours or before the system's.
    # Compiling a statement costs more than running it where statements are as short as ours. In what form dates, bytes
    # and texts come must not hang on the database either: the verification would take honest rows for changed ones,
    # and honest tables where names are quoted that need none. It computes within a transaction, which none may end.
    "options": (
        "-c search_path=public,pg_temp -c synchronous_commit=on -c jit=off"
        " -c datestyle=ISO -c bytea_output=hex -c standard_conforming_strings=on"
        " -c quote_all_identifiers=off -c idle_in_transaction_session_timeout=0"
        f" -c lock_timeout={_LOCK_SECONDS}s -c statement_timeout=600s"
    ),
    # The network may fail too: a server that is gone is noticed while nothing is sent to it.
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # ms
}
_is_sqlite = "sqlite" in env.database["ENGINE"]
DATABASES = {
    "default": {
        **env.database,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0 if _is_sqlite else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _SQLITE_OPTIONS if _is_sqlite else _POSTGRES_OPTIONS,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

# A name is locked only together with the address that failed: nobody can lock out a colleague or a whole office.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.lockout.answer"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_USERNAME_CALLABLE = "accounts.lockout.tried_name"
AXES_CLIENT_IP_CALLABLE = "accounts.lockout.client_address"
DADKHAH_PROXY_COUNT = env.proxy_count

SESSION_ENGINE = "accounts.session_store"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
# Flash messages stay on the server: a cookie would leave their words on the reader's disk.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ABSOLUTE_SECONDS = 10 * 60 * 60
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.error_pages.csrf_failure"

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.proxy_count else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": browsers would then send "Origin: null" with forms, and every form would be refused.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fa", _("Persian"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "static"]
# Our own files alone: what packages bring along is neither used nor served.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "config.static_files.HashedStaticFiles"},
}

# Only the upload page receives files, straight into the vault (evidence.uploads); no other page writes any to a disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 500

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

CELERY_BROKER_URL = env.redis_url or "memory://localhost/"
# Whoever takes a file in does not wait for a queue that is away: the reconciler asks again within a minute.
_AT_ONCE = {"max_retries": 0, "interval_start": 0}
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 4 * 3600, "unacked_restore_throttle": 1, "socket_timeout": 10} | _AT_ONCE
    if env.redis_url
    else {"polling_interval": 0.2}
)
DADKHAH_EMBEDDED_WORKER = not env.redis_url

# Argon2id for custodians' passphrases (RFC 9106 section 4, the second recommended option with more passes).
# Recorded beside each wrapped key, so a change touches only keys wrapped afterwards.
DADKHAH_ARGON2 = {"iterations": 4, "lanes": 4, "memory_cost": 256 * 1024}  # KiB

# How many identities may be asked for and shown within 24 hours; whoever needs more asks again, with a reason.
DADKHAH_OPENING_QUOTAS = {
    "requests_per_person": 10,
    "openings_per_person": 5,
    "openings_per_case": 10,
    "emergencies_per_person": 2,
}
# How often within a week names may be looked for in dossiers of one case.
DADKHAH_LEAK_CHECKS_A_WEEK = 10
# From so many requests, openings and failures within an hour on, all custodians and auditors are alarmed.
DADKHAH_OPENING_BURST = {"person": 8, "house": 24}
