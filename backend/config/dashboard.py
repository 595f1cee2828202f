"""What the admin's first page is given, and where its menu leads."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from backend.projects.chosen import projects_of
from backend.quality.overview import PARTS, WORDS, overview


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the overview of the chosen project."""
    project = getattr(request, "project", None)
    context["projects"] = projects_of(request)
    if project is not None:
        sees_keys = request.user.has_perm("projects.view_apikey")
        context["overview"] = overview(project=project, now=timezone.now(), sees_keys=sees_keys)
        context["part_words"] = [WORDS[part] for part in PARTS]
    return context


def project_name(request: HttpRequest) -> list[str] | None:
    """Return the chosen project's name for the top of each page."""
    project = getattr(request, "project", None)
    return [project.name, "info"] if project else None
