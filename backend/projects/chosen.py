"""The admin works in one chosen project: a middleware opens that project's door around each of its pages."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from backend.projects.away import AWAY, not_now
from backend.projects.models import Project, StaffMember
from backend.projects.tenancy import tenancy

SESSION_KEY = "earmark_project"


def projects_of(request: HttpRequest) -> QuerySet[Project]:
    """Return the projects whose pages this member of the staff may open."""
    if not request.user.is_authenticated:
        return Project.objects.none()
    if request.user.is_superuser:
        return Project.objects.all()
    return Project.objects.filter(pk__in=StaffMember.objects.filter(user=request.user).values("project"))


def chosen_project(request: HttpRequest) -> Project | None:
    """Return the project that the session chose, else the first that may be opened."""
    allowed = projects_of(request)
    return allowed.filter(pk=request.session.get(SESSION_KEY, 0)).first() or allowed.first()


class ChosenProject:
    """Opens the chosen project's door around each admin page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer within the door; elsewhere than in the admin, just answer."""
        if not request.path.startswith("/admin/"):
            return self._get_response(request)
        _refuse_nul(request)
        project = chosen_project(request)
        request.project = project  # type: ignore[attr-defined]
        if project is None:
            return self._get_response(request)
        try:
            with tenancy(project):
                return self._answer(request)
        except AWAY as error:
            return not_now(request, error)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        """Answer, and keep nothing of what a page did that failed."""
        response = self._get_response(request)
        if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
            response = response.render()
        if response.status_code >= 500:
            transaction.set_rollback(True)
        return response


def _refuse_nul(request: HttpRequest) -> None:
    """Refuse what no column holds; raises BadRequest."""
    given = [*request.GET.lists(), *(request.POST.lists() if request.method == "POST" else [])]
    if any("\0" in text for name, values in given for text in (name, *values)):
        raise BadRequest("A text holds NUL.")
