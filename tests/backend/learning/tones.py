"""Threads that complain or ask, what is believed of them, and training from it."""

from django.core.management import call_command

from backend.annotators.actions.people import meet_staff
from backend.datasets.actions.freeze import ask_for_version, register_dataset
from backend.judgements.actions.tell import answer_as_expert
from backend.projects.actions.jobs import drain_jobs
from backend.projects.tenancy import tenancy
from backend.suggestions.models import TrainedVersion

# No word below is in the dictionary of tests/backend/conftest.py: it knows nothing of these items.
ANGRY, ASKING = ["awful", "useless", "hopeless", "ruined"], ["wonder", "whether", "possible", "explain"]
PLACES = ["kitchen", "garden", "cellar", "attic", "hall", "porch"]
COUNT = 90


def titles():
    for at in range(COUNT):
        words = ANGRY if at % 2 else ASKING
        told = f"{words[at % 4]} {words[(at // 4) % 4]} {PLACES[at % 6]} {PLACES[(at // 6) % 6]}"
        yield f"n{at}", told, "Complaint" if at % 2 else "Question"


def believed(world, question, answers):
    """Answer as an expert, and freeze what is believed."""
    with tenancy(world.project):
        expert = meet_staff(project_id=world.project.pk, user_id=1, now=world.now)
        for unit, item, value in answers:
            answer_as_expert(annotator=expert, unit=unit, item=item, value=value, now=world.now)
    while drain_jobs(seconds=60):
        pass
    with tenancy(world.project):
        dataset = register_dataset(project_id=world.project.pk, slug=question.slug, question=question)
        ask_for_version(dataset=dataset, asked_by="ann", now=world.now)
    drain_jobs(seconds=60)
    world.question = question
    return world


def train(world, name=""):
    """Train by the command, and return the version."""
    call_command("train_suggester", question=world.question.slug, suggester=name)
    with tenancy(world.project):
        return TrainedVersion.objects.select_related("question", "suggester").latest("pk")
