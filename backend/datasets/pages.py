"""Admin pages that touch every chapter: an item's story, the download of a version's file, the chosen project."""

from pathlib import Path
from typing import Any

from django.contrib import admin, messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from backend.annotators.actions.people import meet_staff
from backend.datasets.actions.freeze import path_of_file
from backend.datasets.errors import DatasetError
from backend.datasets.models import DatasetVersion
from backend.datasets.story import story_of
from backend.judgements.actions.tell import answer_as_expert
from backend.projects.chosen import SESSION_KEY, projects_of
from backend.projects.pages import key_in
from backend.quality.charts import belief_steps
from backend.questions.actions.labels import label_of
from backend.questions.actions.units import set_gold, unit_of_item, unit_of_pair, unit_of_tag, unset_gold
from backend.questions.errors import QuestionError
from backend.questions.models import Item, Question, Unit
from backend.questions.said import in_words
from backend.questions.units import PAIR_VALUES, SPOTS, UNSURE


def _item(request: HttpRequest, pk: int) -> Item:
    project = getattr(request, "project", None)
    return get_object_or_404(Item, pk=pk, project=project)


def story(request: HttpRequest, item: int) -> HttpResponse:
    """Show why we believe what we believe of one item."""
    found = _item(request, item)
    facts = story_of(found)
    drawn = belief_steps(facts["beliefs"], title="How far it was believed to be a duplicate, step by step")
    return render(
        request,
        "admin/story.html",
        admin.site.each_context(request)
        | facts
        | {
            "title": found.title or found.key,
            "belief_line": mark_safe(drawn),  # noqa: S308  numbers of our own
            "values": [(value, in_words(value, Question.Kind.PAIR)) for value in (*PAIR_VALUES, UNSURE)],
            "questions": Question.objects.of(found.project_id).filter(kind=Question.Kind.PAIR),
        },
    )


@require_POST
def answer(request: HttpRequest, item: int) -> HttpResponse:
    """Record what this member of the staff says of an item and another one, a tag, or the item as a whole."""
    found = _item(request, item)
    try:
        unit = _named_unit(request, found)
        annotator = meet_staff(project_id=found.project_id, user_id=int(request.user.pk or 0), now=timezone.now())
        value = request.POST.get("value", "")
        answer_as_expert(annotator=annotator, unit=unit, item=found, value=value, now=timezone.now())
        messages.success(request, "Your answer is recorded; what is believed is being settled anew.")
    except QuestionError as error:
        messages.error(request, str(error))
    return redirect("story", item=item)


def _named_unit(request: HttpRequest, item: Item) -> Unit:
    if request.POST.get("unit"):
        return get_object_or_404(Unit, pk=_number(request, "unit"), project=item.project_id)
    markable = Question.objects.exclude(kind__in=SPOTS)  # a spot is marked in the page or at the desk
    question = get_object_or_404(markable, pk=_number(request, "question"), project=item.project_id)
    if question.kind == Question.Kind.CHOICE:
        return unit_of_item(question=question, item=item)
    if question.kind == Question.Kind.TAGS:
        label = label_of(question=question, given=request.POST.get("label", "")[:200], now=timezone.now())
        return unit_of_tag(question=question, item=item, label=label)
    key = request.POST.get("other", "").strip()[:200]
    other = Item.objects.of(item.project_id).filter(key=key).first()
    if other is None:
        raise QuestionError(f"There is no item “{key}”. Its id stands in the list of items.")
    return unit_of_pair(question=question, first=item, second=other)


def _number(request: HttpRequest, name: str) -> int:
    found = key_in(request.POST.get(name, ""))
    if found is None:
        raise Http404
    return found


@require_POST
def gold(request: HttpRequest, item: int) -> HttpResponse:
    """Set, change or take away the answer we are sure of."""
    found = _item(request, item)
    unit = get_object_or_404(Unit, pk=_number(request, "unit"), project=found.project_id)
    value = request.POST.get("value", "")
    try:
        if value:
            set_gold(unit=unit, value=value, set_by=request.user.get_username(), now=timezone.now())
            messages.success(request, "Gold answer set; those who answered are being vetted.")
        else:
            unset_gold(unit=unit)
            messages.success(request, "Gold answer taken away.")
    except QuestionError as error:
        messages.error(request, str(error))
    return redirect("story", item=item)


def version_file(request: HttpRequest, version: int, name: str) -> Any:
    """Return one file of a frozen version."""
    found = get_object_or_404(DatasetVersion, pk=version, project=getattr(request, "project", None))
    try:
        path: Path = path_of_file(version=found, name=name)
    except KeyError:
        raise Http404 from None
    except DatasetError as error:
        messages.error(request, str(error))
        return redirect("admin:datasets_datasetversion_changelist")
    return FileResponse(path.open("rb"), filename=name, as_attachment=True)


@require_POST
def choose_project(request: HttpRequest) -> HttpResponse:
    """Work in another project from here on; one that may not be opened is not there."""
    project = get_object_or_404(projects_of(request), pk=_number(request, "project"))
    request.session[SESSION_KEY] = project.pk
    return redirect("admin:index")
