"""Earmark's settings; each is read from the environment, and docs/settings.md says what it does."""

import os
from pathlib import Path

from backend.config.store import django_databases, locate

BASE_DIR = Path(__file__).resolve().parents[2]
