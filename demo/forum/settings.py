"""Settings of the sample forum: plain Django with a small SQLite store of its own."""

import json
import os
from pathlib import Path

FORUM_DIR = Path(__file__).resolve().parent
HOME = Path(os.environ.get("FORUM_HOME", FORUM_DIR / ".forum"))
HOME.mkdir(parents=True, exist_ok=True)

PORT = int(os.environ.get("EARMARK_DEMO_PORT", "8001"))
SECRET_KEY = os.environ.get("FORUM_SECRET_KEY", "a sample forum keeps nothing worth a secret")
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]

_connection = Path(os.environ.get("FORUM_SETTINGS", HOME / "earmark.json"))
EARMARK = json.loads(_connection.read_text()) if _connection.exists() else {}
QUESTION = "duplicate"
TOPICS = "topics"
TONE = "tone"
PRODUCTS = "products"
CONTROLS = "controls"

INSTALLED_APPS = ["django.contrib.sessions", "django.contrib.staticfiles", "demo.forum.threads"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "demo.forum.urls"
WSGI_APPLICATION = "demo.forum.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [FORUM_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"context_processors": ["demo.forum.threads.people.signed_in"]},
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "forum.sqlite3",
        "OPTIONS": {
            "timeout": 10,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_COOKIE_NAME = "tidepool_session"
CSRF_COOKIE_NAME = "tidepool_csrf"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
STATIC_URL = "/static/"
STATICFILES_DIRS = [FORUM_DIR / "static"]
USE_TZ = True
TIME_ZONE = "UTC"
