"""Admin pages of people: who can be relied on, one person's evidence, and their export and erasure."""

from django.contrib import admin, messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from backend.annotators.actions.people import block_annotator, unblock_annotator
from backend.annotators.errors import AnnotatorError
from backend.annotators.models import Annotator
from backend.desk.actions.export import export_person
from backend.desk.actions.people import erase_person
from backend.judgements.models import Exposure, Judgement
from backend.quality.reliability import people_of, person_of
from backend.questions.models import Item


def _person(request: HttpRequest, pk: int) -> Annotator:
    return get_object_or_404(Annotator, pk=pk, project=getattr(request, "project", None))


def _page(request: HttpRequest, template: str, facts: dict[str, object]) -> HttpResponse:
    return render(request, template, admin.site.each_context(request) | facts)


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Show who answered, and in whom something stands out."""
    project = getattr(request, "project", None)
    found = people_of(project) if project else None
    return _page(request, "admin/people.html", {"title": "Reliability", "people": found})


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far one person is to be trusted, and on what evidence."""
    found = _person(request, pk)
    return _page(request, "admin/person.html", person_of(found) | {"title": str(found)})


@require_POST
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """Block one person, or unblock who is blocked."""
    found = _person(request, pk)
    if request.POST.get("wanted") == "unblock":
        unblock_annotator(annotator=found)
        told = "Unblocked: their answers count again"
    else:
        block_annotator(annotator=found, now=timezone.now())
        told = "Blocked: their answers stay stored and count no more"
    messages.success(request, f"{told}. The labels they touched are recomputed now.")
    return redirect("person", pk=pk)


@require_POST
def export(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out all that is stored of one person, a line of JSON a row."""
    found = _person(request, pk)
    return FileResponse(export_person(annotator=found), filename=f"{found.pseudonym}.jsonl", as_attachment=True)


def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what an erasure reaches; erase."""
    found = _person(request, pk)
    if request.method == "POST":
        try:
            erase_person(project_id=found.project_id, subject=None, pseudonym=found.pseudonym, now=timezone.now())
        except AnnotatorError as error:
            messages.error(request, str(error))
            return redirect("person", pk=pk)
        messages.success(request, "The person is being erased; it is done in a few seconds.")
        return redirect("people")
    reached = {
        "lists_count": Exposure.objects.of(found.project_id).filter(annotator=found).count(),
        "answers_count": Judgement.objects.of(found.project_id).filter(annotator=found).count(),
        "items_count": Item.objects.of(found.project_id).filter(author=found.subject).count(),
    }
    return _page(request, "admin/person_erase.html", {"title": f"Erase {found}?", "person": found} | reached)
