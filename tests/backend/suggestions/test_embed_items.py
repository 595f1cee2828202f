import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.suggestions.actions import embed
from backend.suggestions.actions.embed import begin_batch
from backend.suggestions.embedder import configured_embedder
from backend.suggestions.management.commands import embed_items
from backend.suggestions.models import EmbeddingVersion, ItemVector

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "admin:suggestions_embeddingversion_changelist"


def run(**options):
    said = io.StringIO()
    call_command("embed_items", stdout=said, **{"project": "forum"} | options)
    return said.getvalue().splitlines()


def test_all_items_are_embedded_and_progress_is_shown(make_world, models, monkeypatch):
    made = make_world()
    monkeypatch.setattr(embed, "BATCH", 2)
    monkeypatch.setattr(embed_items, "TELL_EVERY_S", 0)
    lines = run()
    version = configured_embedder().version
    assert lines[0] == f"Embedding with tiny, version {version}."
    assert [line.split(" left")[0] for line in lines[1:-1]] == [
        "2 embedded, 3",
        "4 embedded, 1",
        "5 embedded, 0",
        "5 embedded, 0",
    ]
    assert lines[-1] == f"All items of forum are embedded; version {version} serves."
    with tenancy(made.project):
        assert ItemVector.objects.count() == 5


def test_done_again_it_has_nothing_to_do(make_world, models):
    make_world()
    run()
    assert "5 embedded, 0 left, 0 a second" in run()


def test_it_waits_for_a_worker_that_is_at_it(make_world, models, monkeypatch):
    made = make_world()
    with tenancy(made.project):
        begin_batch(project_id=made.project.pk, embedder=configured_embedder(), now=timezone.now())
    waits = []

    def the_worker_gives_up(seconds):
        waits.append(seconds)
        with tenancy(made.project):
            EmbeddingVersion.objects.update(busy_until=None)

    monkeypatch.setattr(embed_items.time, "sleep", the_worker_gives_up)
    assert run()[-1].endswith("serves.")
    assert waits == [embed_items.LOOK_AGAIN_S]


def test_stopped_in_the_middle_it_gives_its_batch_back(make_world, models, monkeypatch):
    from earmark.suggesters.embedding import Embedder

    made = make_world()

    def stop(self, texts, progress=None):
        raise KeyboardInterrupt

    monkeypatch.setattr(Embedder, "encode", stop)
    with pytest.raises(KeyboardInterrupt):
        run()
    with tenancy(made.project):
        assert EmbeddingVersion.objects.get().busy_until is None


def test_without_a_model_or_a_project_it_says_what_to_do(make_world, models, settings):
    make_world()
    with pytest.raises(CommandError, match="no project 'nowhere'"):
        run(project="nowhere")
    settings.EARMARK_MODELS = ""
    with pytest.raises(CommandError, match="Set EARMARK_MODELS"):
        run()


def staff_of(project):
    user = get_user_model().objects.create(username="staff", is_staff=True)
    StaffMember.objects.create(user=user, project=project)
    client = Client()
    client.force_login(user)
    return client


def test_the_admin_shows_what_serves_and_how_far_the_new_one_is(make_world, models, change_model, monkeypatch):
    made = make_world()
    run()
    change_model(2.0)
    monkeypatch.setattr(embed, "BATCH", 2)
    with tenancy(made.project):
        batch = begin_batch(project_id=made.project.pk, embedder=configured_embedder(), now=timezone.now())
        embed.end_batch(
            project_id=made.project.pk,
            batch=batch,
            vectors=configured_embedder().encode(batch.texts).tolist(),
            now=timezone.now(),
        )
    page = staff_of(made.project).get(reverse(PAGE)).content.decode()
    assert "Serving: what is meant alike is found by it" in page
    assert "40 %, 3 items left" in page
    assert "Nothing is embedded" not in page


def test_the_admin_says_why_nothing_is_embedded(make_world):
    made = make_world()
    page = staff_of(made.project).get(reverse(PAGE)).content.decode()
    assert "Nothing is embedded, and nothing new is found by meaning. Set EARMARK_MODELS" in page


def test_one_projects_staff_sees_nothing_of_anothers(make_world, models):
    mine, other = make_world(), make_world("other")
    run(project="other")
    assert "tiny" not in staff_of(mine.project).get(reverse(PAGE)).content.decode()
    with tenancy(other.project):
        assert EmbeddingVersion.objects.count() == 1
