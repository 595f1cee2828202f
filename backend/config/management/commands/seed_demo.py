"""Make what the sample forum needs: a project, its keys, its questions, and the staff's account."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandParser

from backend.assignments.actions.prompts import set_caps
from backend.assignments.caps import Caps
from backend.assignments.models import PromptPolicy
from backend.config.demo_questions import CONTROLS, NAMES, TONES, TOPICS
from backend.config.store.kept import keep
from backend.projects.actions.keys import add_api_key, add_signing_key, register_project
from backend.projects.actions.webhooks import add_webhook
from backend.projects.models import ApiKey, Webhook, WebOrigin
from backend.projects.secrets import new_message_secret
from backend.projects.tenancy import tenancy
from backend.questions.actions.ask import ask_question
from backend.questions.models import Question

PROJECT = "tidepool"
CAPS = Caps(visit_limit=50, week_limit=500)
"""Generous, so that whoever tries the demo sees the questions; a product would keep the defaults."""
QUESTIONS: dict[str, dict[str, Any]] = {
    "duplicate": {
        "prompt": "Is your problem the same as one of these?",
        "guideline": "Two threads are the same when one answer would solve both.",
        "settling_policy": Question.SettlingPolicy.TRUSTING,
        "overlap": 1,
        "suggesters": ["lexical"],
    },
    "topics": {
        "item_kind": "thread",
        "kind": Question.Kind.TAGS,
        "prompt": "What is this thread about?",
        "guideline": "A topic fits when somebody who looks for it would want to find this thread.",
        "labels": list(TOPICS),
        "dictionary": TOPICS,
        "suggesters": ["dictionary", "neighbours"],
    },
    "tone": {
        "item_kind": "thread",
        "kind": Question.Kind.CHOICE,
        "prompt": "What does the opening post want?",
        "guideline": "Judge the opening post alone, by what its writer wants most.",
        "labels": list(TONES),
        "dictionary": TONES,
        "suggesters": ["dictionary"],
    },
    "products": {
        "item_kind": "thread",
        "kind": Question.Kind.SPAN,
        "prompt": "Which words name something?",
        "guideline": "Mark a name as it stands, with its version: SeaMonkey 2.53.8, Windows 10, Shift+A.",
        "labels": list(NAMES),
        "dictionary": NAMES,
        "settling_policy": Question.SettlingPolicy.TRUSTING,
        "overlap": 1,
        "suggesters": ["dictionary"],
    },
    "controls": {
        "item_kind": "picture",
        "kind": Question.Kind.REGION,
        "prompt": "Where are buttons and menus?",
        "guideline": "A box just holds what can be pressed, with its edge and without what lies beside it.",
        "labels": list(CONTROLS),
        "settling_policy": Question.SettlingPolicy.TRUSTING,
        "overlap": 1,
        "suggesters": [],
        "shown_count": 5,
    },
}


class Command(BaseCommand):
    """Seed; done again, it keeps what is there and only learns the present ports."""

    help = "Makes the sample forum's project and writes its connection to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file to write and the forum's port."""
        parser.add_argument("--write", type=Path, required=True, help="where the forum reads its connection")
        parser.add_argument("--forum-port", type=int, default=8001)

    def handle(self, *args: Any, write: Path, forum_port: int, **options: Any) -> None:
        """Run."""
        forum = f"http://localhost:{forum_port}"
        project = register_project(slug=PROJECT, name="Tidepool", web_origins=[forum], host_url=forum)
        known = json.loads(write.read_text() or "{}") if write.exists() else {}
        before = f"http://localhost:{known.get('forum_port', forum_port)}"
        if before != forum:
            WebOrigin.objects.filter(project=project, origin=before).delete()
        facts = known or {
            "project": PROJECT,
            "publishable_key": add_api_key(project=project, kind=ApiKey.Kind.PUBLISHABLE, label="Widget"),
            "secret_key": add_api_key(project=project, kind=ApiKey.Kind.SECRET, label="Forum server"),
            "signing_kid": "forum-1",
            "signing_key": secrets.token_urlsafe(32),
            "webhook_secret": new_message_secret(),
        }
        if not known:
            add_signing_key(project=project, kid=facts["signing_kid"], material=facts["signing_key"].encode())
        facts |= {"base_url": f"http://127.0.0.1:{settings.EARMARK_PORT}", "forum_port": forum_port}
        with tenancy(project):
            self._webhook(project, forum, facts["webhook_secret"], before=before)
            self._questions(project)
            if not PromptPolicy.objects.of(project).exists():
                set_caps(project_id=project.pk, caps=CAPS)
        self._staff()
        write.parent.mkdir(parents=True, exist_ok=True)
        keep(write, json.dumps(facts, indent=2))
        self.stdout.write(f"Project {project.slug} is ready.")

    def _questions(self, project: Any) -> None:
        asked = set(Question.objects.of(project).values_list("slug", flat=True))
        for slug, policies in QUESTIONS.items():
            if slug not in asked:
                ask_question(project_id=project.pk, slug=slug, **policies)

    def _webhook(self, project: Any, forum: str, secret: str, *, before: str) -> None:
        url = f"{forum}/earmark/webhook"
        hooks = Webhook.objects.of(project)
        if before != forum:
            hooks.filter(url=f"{before}/earmark/webhook").delete()
        if not hooks.filter(url=url).exists():
            add_webhook(project=project, url=url, secret=secret)

    def _staff(self) -> None:
        users = get_user_model()
        name, password = "admin", os.environ.get("EARMARK_ADMIN_PASSWORD", "")
        if password and not users.objects.filter(username=name).exists():
            users.objects.create_superuser(username=name, password=password)
