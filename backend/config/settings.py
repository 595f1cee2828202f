"""Earmark's settings; each is read from the environment, and docs/settings.md says what it does."""

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse_lazy
from kombu.transport import TRANSPORT_ALIASES

from backend.config.store import APP, OWNER, QUEUE, Place, StoreError, home_of, locate
from backend.config.store.kept import kept_secret

BASE_DIR = Path(__file__).resolve().parents[2]

DEBUG = os.environ.get("EARMARK_DEBUG", "1") == "1"
EARMARK_HOME = home_of(os.environ, BASE_DIR)
PLACEHOLDERS = {"", "change-me", "secret", "placeholder"}
GUESSED = ("change-me", "secret", "placeholder", "django-insecure-")
FEWEST_SIGNS = 8
"""Of 32 random hexadecimal digits fewer than eight different ones are never seen."""


def _may_be_random(secret: str) -> bool:
    """Return whether a secret is long and varied enough to keep anything, and begins like no placeholder."""
    return len(secret) >= 32 and len(set(secret)) >= FEWEST_SIGNS and not secret.startswith(GUESSED)


def _secret_key() -> str:
    """Return the secret key; while DEBUG is on one is made and kept in EARMARK_HOME."""
    given = os.environ.get("EARMARK_SECRET_KEY", "")
    if given not in PLACEHOLDERS and (DEBUG or _may_be_random(given)):
        return given
    if not DEBUG:
        sys.exit("EARMARK_SECRET_KEY must be set to 32 or more random characters while EARMARK_DEBUG is off.")
    try:
        return kept_secret(EARMARK_HOME / "secret-key", 48)
    except StoreError as error:
        sys.exit(str(error))


def _several(name: str, default: str = "") -> list[str]:
    """Return what a setting lists, separated by commas; blanks around it do not count."""
    return [each.strip() for each in os.environ.get(name, default).split(",") if each.strip()]


def _count(name: str, usual: int, *, least: int = 1, most: int = 999_999) -> int:
    """Return the whole number that a variable says, one or more unless told otherwise."""
    given = os.environ.get(name) or str(usual)
    if not (given.isascii() and given.isdigit() and len(given) < 7 and least <= int(given) <= most):
        sys.exit(f"{name} must be a whole number from {least} to {most}, not {given!r}.")
    return int(given)


def _queue_name(name: str, usual: str) -> str:
    """Return the name of a queue that a variable says, which each of the brokers takes as it is."""
    given = os.environ.get(name) or usual
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", given):
        sys.exit(f"{name} must be a to z, 0 to 9 and _, up to 40 of them, the first a letter, not {given!r}.")
    return given


def _broker() -> str:
    """Return the address of the broker; one that no process could use is refused at the start."""
    given = os.environ.get("EARMARK_BROKER_URL") or "pgmq://"
    scheme, is_told, _ = given.partition("://")
    if not is_told or scheme not in TRANSPORT_ALIASES:
        sys.exit("EARMARK_BROKER_URL must be redis://… or amqp://…; where it is not set, the database is the broker.")
    if given.startswith("redis") and find_spec("redis") is None:
        sys.exit("EARMARK_BROKER_URL names Redis, whose client is not installed here: pip install redis")
    return given


def _place() -> Place:
    """Return where the database is."""
    try:
        return locate(os.environ, base=BASE_DIR, secret=SECRET_KEY, is_debug=DEBUG)
    except StoreError as error:
        sys.exit(str(error))


SECRET_KEY = _secret_key()
EARMARK_PLACE = _place()
EARMARK_PORT = _count("EARMARK_PORT", 8000, most=65_535)
ALLOWED_HOSTS = _several("EARMARK_ALLOWED_HOSTS", "127.0.0.1,localhost")


def trusted_origins(hosts: list[str]) -> list[str]:
    """Return the web origins whose forms are our own in production: our names over https, which a proxy ends before us.

    The process itself is asked over http and would take the browser's word, https, for another site's.
    """
    named = [host for host in hosts if host.strip(".*")]
    return [f"https://{'*' if host.startswith('.') else ''}{host}" for host in named] + [
        f"https://{host[1:]}" for host in named if host.startswith(".")
    ]


INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "backend.projects",
    "backend.annotators",
    "backend.questions",
    "backend.suggestions",
    "backend.assignments",
    "backend.judgements",
    "backend.quality",
    "backend.datasets",
    "backend.learning",
    "backend.desk",
    "backend.api",
    "backend.config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "backend.api.middleware.RequestId",
    "backend.api.middleware.CookiesOfTheAdmin",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "backend.api.middleware.NamedHosts",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backend.projects.chosen.ChosenProject",
]

LOGIN_REDIRECT_URL = "admin:index"
ROOT_URLCONF = "backend.config.urls"
WSGI_APPLICATION = "backend.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "backend" / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def _database(role: str, **options: object) -> dict[str, object]:
    return {
        "ENGINE": "backend.config.database",
        "NAME": EARMARK_PLACE.database,
        "USER": role,
        "PASSWORD": EARMARK_PLACE.password_of(role) or "",
        "HOST": EARMARK_PLACE.host,
        "PORT": str(EARMARK_PLACE.port),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(EARMARK_PLACE.options) | options,
    }


USUAL_POOL_SIZE, USUAL_AT_ONCE = 12, 8


def _at_once(pool_size: int) -> int:
    """Return how many requests are worked at; each may hold a connection, so no more than there are."""
    at_once = _count("EARMARK_AT_ONCE", min(USUAL_AT_ONCE, pool_size))
    if at_once > pool_size:
        sys.exit(
            f"EARMARK_AT_ONCE ({at_once}) must not be more than EARMARK_POOL_SIZE ({pool_size}): "
            "requests would wait for a database connection that others hold. Raise the one or lower the other."
        )
    return at_once


EARMARK_POOL_SIZE = _count("EARMARK_POOL_SIZE", USUAL_POOL_SIZE, least=2)  # who freezes a version holds two
EARMARK_AT_ONCE = _at_once(EARMARK_POOL_SIZE)
DATABASES = {
    "default": _database(
        APP,
        pool={"min_size": 1, "max_size": EARMARK_POOL_SIZE, "timeout": 5},
        prepare_threshold=1 if os.environ.get("EARMARK_PREPARED", "1") == "1" else None,
    ),
    "owner": _database(OWNER),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = "backend.config.formats"

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
"""Secrets are shown once by a message: what is said stays with us until it is, and goes into no cookie."""
SESSION_COOKIE_NAME = "earmark_session"
CSRF_COOKIE_NAME = "earmark_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [] if DEBUG else trusted_origins(ALLOWED_HOSTS)
CSRF_TRUSTED_ORIGINS += _several("EARMARK_TRUSTED_ORIGINS")
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

STATIC_URL = "static/"
STATIC_ROOT = EARMARK_HOME / "static"
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False

EARMARK_WIDGET_DIR = BASE_DIR / "widget" / "dist"
EARMARK_INDEX_DIR = Path(os.environ.get("EARMARK_INDEX_DIR", EARMARK_HOME / "index"))
EARMARK_DATASETS_DIR = Path(os.environ.get("EARMARK_DATASETS_DIR", EARMARK_HOME / "datasets"))
EARMARK_TRAINED_DIR = Path(os.environ.get("EARMARK_TRAINED_DIR", EARMARK_HOME / "trained"))
EARMARK_MODELS = os.environ.get("EARMARK_MODELS", "")
EARMARK_EMBEDDER = os.environ.get("EARMARK_EMBEDDER", "")
EARMARK_DELIVERIES_AT_ONCE = _count("EARMARK_DELIVERIES_AT_ONCE", 2)
EARMARK_WEBHOOK_ALLOW = _several("EARMARK_WEBHOOK_ALLOW")

CELERY_BROKER_URL = _broker()
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = _queue_name("EARMARK_QUEUE", "earmark")
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_BROKER_HEARTBEAT = 0
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"visibility_timeout": 8}
if CELERY_BROKER_URL.startswith("pgmq"):
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "conn_string": EARMARK_PLACE.conninfo(QUEUE, connect_timeout=3),
        "init_extension": False,
        "pool_size": 2,
        "pool_timeout": 3,
        "wait_time_seconds": 0,
        "polling_interval": 0.25,
    }
if CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,  # else it looks each tenth time alone, after 20 s
        "socket_connect_timeout": 3,
        "socket_timeout": 3,  # else a nudge waits for ever where a connection went dumb, and so do all after it
    }
if CELERY_BROKER_URL.startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backend.api.v1.parsers.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # there is one format, and `format` is a parameter like any that is none
    "EXCEPTION_HANDLER": "backend.api.v1.problems.problem_handler",
    "DEFAULT_SCHEMA_CLASS": "backend.api.v1.described.Described",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Earmark",
    "VERSION": "1",
    "DESCRIPTION": "The wire of Earmark: /w/v1 for the browser, /v1 for servers.",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "APPEND_COMPONENTS": {"securitySchemes": {"secretKey": {"type": "http", "scheme": "bearer"}}},
    "ENUM_NAME_OVERRIDES": {
        "QuestionKind": ["pair", "tags", "choice", "span", "region"],
        "AnnotatorKind": ["customer", "expert", "colleague", "crowd"],
        "DeskAnnotatorKind": ["expert", "colleague", "crowd"],
    },
}


def _menu(title: str, icon: str, model: str) -> dict[str, object]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{model}_changelist")}


UNFOLD = {
    "SITE_TITLE": "Earmark",
    "SITE_HEADER": "Earmark",
    "SITE_SYMBOL": "bookmark",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "backend.config.dashboard.project_name",
    "DASHBOARD_CALLBACK": "backend.config.dashboard.first_page",
    "STYLES": [lambda request: static("earmark/admin.css")],
    "SCRIPTS": [lambda request: static("earmark/keys.js")],
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "primary": {
            "50": "#f0f9f6",
            "100": "#e3f2ee",
            "200": "#bfe3d9",
            "300": "#92cfc0",
            "400": "#6fd3c1",
            "500": "#2f8f80",
            "600": "#0b665a",
            "700": "#0b665a",
            "800": "#0a4d44",
            "900": "#0b3d36",
            "950": "#062622",
        }
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "items": [
                    {"title": "Overview", "icon": "home", "link": reverse_lazy("admin:index")},
                    _menu("Items", "inbox", "questions_item"),
                    _menu("Labels", "verified", "quality_consensuslabel"),
                    _menu("Annotators", "group", "annotators_annotator"),
                    {"title": "Reliability", "icon": "balance", "link": reverse_lazy("people")},
                    _menu("Suggesters", "lightbulb", "suggestions_suggester"),
                    {"title": "Rules", "icon": "rule", "link": reverse_lazy("rules")},
                    _menu("Embeddings", "scatter_plot", "suggestions_embeddingversion"),
                    {"title": "Search index", "icon": "search", "link": reverse_lazy("search-index")},
                ]
            },
            {
                "title": "Evidence",
                "separator": True,
                "items": [
                    _menu("Shown lists", "visibility", "judgements_exposure"),
                    _menu("Slots", "format_list_numbered", "judgements_slot"),
                    _menu("Judgements", "check", "judgements_judgement"),
                    _menu("Prompts", "contact_support", "assignments_prompt"),
                    _menu("Gold answers", "star", "questions_goldanswer"),
                    _menu("Labels people named", "sell", "questions_namedlabel"),
                    _menu("Clusters", "hub", "quality_cluster"),
                ],
            },
            {
                "title": "Training data",
                "separator": True,
                "items": [
                    _menu("Datasets", "database", "datasets_dataset"),
                    _menu("Versions", "inventory_2", "datasets_datasetversion"),
                    _menu("Splits", "call_split", "datasets_splitkey"),
                    _menu("Trained versions", "model_training", "suggestions_trainedversion"),
                    _menu("Promotions", "publish", "suggestions_promotion"),
                ],
            },
            {
                "title": "Set-up",
                "separator": True,
                "items": [
                    _menu("Questions", "help", "questions_question"),
                    _menu("Placement rules", "pin_drop", "questions_placementrule"),
                    _menu("Prompt policy", "notifications_paused", "assignments_promptpolicy"),
                    _menu("Desk links", "link", "desk_desklink"),
                    _menu("Suggesters at the host", "electrical_services", "suggestions_remotesuggester"),
                    _menu("Keys", "key", "projects_apikey"),
                    _menu("Signing keys", "signature", "projects_signingkey"),
                    _menu("Web origins", "language", "projects_weborigin"),
                    _menu("Webhook addresses", "webhook", "projects_webhook"),
                    _menu("Webhooks", "send", "projects_webhookdelivery"),
                    _menu("Jobs", "list_alt", "projects_job"),
                    _menu("Refused events", "block", "judgements_refusedevent"),
                ],
            },
        ],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "backend.config.logs.WithoutValues",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "httpx": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
