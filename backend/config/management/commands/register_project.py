"""Register a host product and make its keys, which are printed once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.projects.actions.keys import add_api_key, add_signing_key, new_signing_key, register_project
from backend.projects.errors import WebOriginUnusable
from backend.projects.models import ApiKey, SigningKey
from backend.projects.tenancy import tenancy


class Command(BaseCommand):
    """Register; done again for the same slug it lists new web origins and adds a new set of keys."""

    help = "Registers a project and prints a publishable key, a secret key and a signing key, once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the project's slug, its name, and the web origins of its pages."""
        parser.add_argument("slug")
        parser.add_argument("--name", default="")
        parser.add_argument("--web-origin", action="append", default=[], help="such as https://forum.example.org")
        parser.add_argument("--host-url", default="")

    def handle(self, *args: Any, slug: str, name: str, web_origin: list[str], host_url: str, **options: Any) -> None:
        """Run."""
        try:
            project = register_project(slug=slug, name=name or slug.title(), web_origins=web_origin, host_url=host_url)
        except WebOriginUnusable as error:
            raise CommandError(str(error)) from None
        with tenancy(project):
            kid = f"{slug}-{SigningKey.objects.of(project).count() + 1}"
        signing_key = new_signing_key()
        add_signing_key(project=project, kid=kid, material=signing_key.encode())
        rows = {
            "project": slug,
            "publishable key": add_api_key(project=project, kind=ApiKey.Kind.PUBLISHABLE),
            "secret key": add_api_key(project=project, kind=ApiKey.Kind.SECRET),
            "signing key": signing_key,
            "its kid": kid,
        }
        for what, value in rows.items():
            self.stdout.write(f"{what:<16} {value}")
        self.stdout.write("Keep the secret key and the signing key now: they are not shown again.")
