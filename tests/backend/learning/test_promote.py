"""Train, shadow, promote, suggest, step back: what the exposures say of it."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from backend.judgements.actions.show import show_suggestions
from backend.judgements.models import Slot
from backend.learning.actions.promote import promote, step_back, why_not
from backend.learning.errors import AnotherIsLive, NotBetter, NothingLive, NotPromotable
from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.keys import add_api_key
from backend.projects.ids import uuid7
from backend.projects.tenancy import tenancy
from backend.suggestions import artefacts, fusion
from backend.suggestions.artefacts import folder_of
from backend.suggestions.fusion import forget_engines, fused_suggester
from backend.suggestions.models import Promotion, Suggester, TrainedVersion

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(trained_forum):
    """A taught forum with one trained version, measured as better."""
    assert trained_forum.trained.is_better
    return trained_forum


def again(world):
    """A second version of the same, as if trained from other data."""
    call_command("train_suggester", question="duplicate")
    with tenancy(world.project):
        return TrainedVersion.objects.select_related("question", "suggester").latest("number")


def shown(world, item="l3", person=0):
    """Return the suggesters that an exposure names, and the candidate at its first place."""
    with tenancy(world.project):
        exposure = show_suggestions(
            annotator=world.people[person], question=world.question, item=world.items[item], channel="sdk",
            now=timezone.now(),
        )  # fmt: skip
        slots = list(exposure.slots.select_related("suggester", "candidate").order_by("rank"))
        return {str(slot.suggester) for slot in slots}, slots[0].candidate.key


def move(world, action, **more):
    with tenancy(world.project):
        return action(by="ann", now=world.now, **more)


def test_in_shadow_it_shows_nothing_and_the_hybrid_serves(made):
    named, first = shown(made)
    assert all(name.startswith("hybrid 3-earlier-") for name in named) and first == "d3"


def test_promoted_it_orders_and_exposures_name_it_and_back_again(made):
    before, _ = shown(made)
    step = move(made, promote, trained=made.trained)
    assert (step.move, step.by, step.before, step.is_override) == ("promoted", "ann", None, False)
    named, first = shown(made, person=1)
    assert named == {str(made.trained.suggester)} and first == "f3"
    back = move(made, step_back, question=made.question, reason="just to see")
    assert (back.move, back.before, back.after, back.reason) == ("stepped_back", made.trained, None, "just to see")
    named, first = shown(made, person=2)
    assert named == before and first == "d3"
    with tenancy(made.project):
        states = set(TrainedVersion.objects.values_list("state", "suggester__state"))
    assert states == {("retired", "retired")}


def test_step_by_step_back_through_the_versions_to_the_hybrid(made):
    move(made, promote, trained=made.trained)
    second = again(made)
    with tenancy(made.project):
        assert "not surely better than duplicate 1" in why_not(second, made.trained)
    move(made, promote, trained=second, reason="newer labels")
    assert shown(made)[0] == {str(second.suggester)}
    assert move(made, step_back, question=made.question, seen=second).after == made.trained
    with pytest.raises(AnotherIsLive, match="duplicate 2 is not live any more; duplicate 1 is"):
        move(made, step_back, question=made.question, seen=second)  # two clicked at once
    assert shown(made, person=1)[0] == {str(made.trained.suggester)}
    assert move(made, step_back, question=made.question).after is None
    assert all(name.startswith("hybrid") for name in shown(made, person=2)[0])
    with pytest.raises(NothingLive):
        move(made, step_back, question=made.question)


def test_a_version_that_serves_again_is_stepped_back_from_as_often_as_it_was_promoted(made):
    first, second = made.trained, again(made)
    for trained in (first, second, first):
        move(made, promote, trained=trained, reason="to and fro")
    steps = [move(made, step_back, question=made.question).after for _ in range(3)]
    assert steps == [second, first, None]


def test_what_an_earlier_promotion_took_the_place_of_is_never_what_is_stepped_back_from(made):
    first, second = made.trained, again(made)
    for trained in (first, second, first):
        move(made, promote, trained=trained, reason="to and fro")
    (folder_of(second) / "model.json").unlink()
    assert move(made, step_back, question=made.question).after is None


def test_who_compared_with_what_is_live_no_more_looks_again(made):
    first, second = made.trained, again(made)
    move(made, promote, trained=first, seen=0)
    with pytest.raises(AnotherIsLive, match="duplicate 1 is live by now. Look again before you promote duplicate 2"):
        move(made, promote, trained=second, seen=0, reason="it is newer")  # of two people at once, or a second click
    assert move(made, promote, trained=second, seen=first.pk, reason="it is newer").before == first
    move(made, step_back, question=made.question)
    move(made, step_back, question=made.question)
    with pytest.raises(AnotherIsLive, match="No trained version is live any more"):
        move(made, promote, trained=first, seen=second.pk)


def test_what_is_not_surely_better_needs_a_reason_which_is_kept(made):
    with tenancy(made.project):
        metrics = made.trained.metrics
        metrics["gains"]["hybrid"] |= {"low": -0.4, "difference": 1.2}
        TrainedVersion.objects.update(metrics=metrics)
    with pytest.raises(NotBetter, match=r"not surely better than the hybrid: MRR@10 \+1\.2"):
        move(made, promote, trained=made.trained, reason="  ")
    with tenancy(made.project):
        assert TrainedVersion.objects.get().state == "shadow" and not Promotion.objects.exists()
    step = move(made, promote, trained=made.trained, reason="we want its reasons")
    assert (step.is_override, step.reason) == (True, "we want its reasons")


def test_what_was_never_measured_is_not_better(made):
    with tenancy(made.project):
        TrainedVersion.objects.update(metrics={"queries": 0})
    with pytest.raises(NotBetter, match="was not measured"):
        move(made, promote, trained=made.trained)


def test_only_what_is_trained_and_whole_is_promoted(made):
    move(made, promote, trained=made.trained)
    with pytest.raises(NotPromotable, match="is live"):
        move(made, promote, trained=made.trained)
    move(made, step_back, question=made.question)
    (folder_of(made.trained) / "trees.txt").write_text("tree")
    with pytest.raises(NotPromotable, match="is not what was written"):
        move(made, promote, trained=made.trained)


def test_a_broken_artefact_abstains_is_logged_once_and_serves_again_when_whole(made, caplog, monkeypatch):
    move(made, promote, trained=made.trained)
    model = folder_of(made.trained) / "model.json"
    whole = model.read_text()
    model.write_text(whole + " ")
    forget_engines()
    with tenancy(made.project):
        assert [fused_suggester(made.question, is_learned=True) for _ in range(3)] == [None] * 3
    assert caplog.text.count("cannot be loaded and abstains") == 1
    model.write_text(whole)
    monkeypatch.setattr(artefacts, "TRY_AGAIN_S", 0)
    assert shown(made)[0] == {str(made.trained.suggester)}


def test_where_the_live_version_is_broken_another_is_trained_and_need_only_beat_the_hybrid(made, capsys):
    move(made, promote, trained=made.trained)
    (folder_of(made.trained) / "model.json").write_text("{}")
    second = again(made)
    assert second.state == "shadow" and set(second.metrics["gains"]) == {"hybrid"}
    assert "duplicate 1 cannot be loaded, so it is not compared with" in capsys.readouterr().out
    assert not move(made, promote, trained=second).is_override


def test_with_vectors_it_was_not_trained_with_it_goes_by_another_version_and_needs_a_reason(made):
    with tenancy(made.project):
        TrainedVersion.objects.update(embedder_version="older-model")
    with pytest.raises(NotBetter, match="trained with vectors of the model older-model and gets no vectors now"):
        move(made, promote, trained=made.trained)
    move(made, promote, trained=made.trained, reason="soon trained again")
    assert shown(made)[0] == {f"{made.trained.suggester}+no-vectors"}


def test_an_engine_is_loaded_once_and_anew_when_another_version_is_live(made, monkeypatch):
    loads = []
    load = fusion.load_trained
    monkeypatch.setattr(fusion, "load_trained", lambda *given: loads.append(given[0].number) or load(*given))
    move(made, promote, trained=made.trained)
    loads.clear()
    for person in range(3):
        shown(made, person=person)
    assert loads == [1]
    second = again(made)
    move(made, promote, trained=second, reason="newer")
    loads.clear()
    shown(made, person=4)
    shown(made, person=5)
    assert loads == [2]


def test_two_versions_are_never_live_at_once_and_steps_are_not_rewritten(made):
    move(made, promote, trained=made.trained)
    second = again(made)
    with tenancy(made.project):
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainedVersion.objects.filter(pk=second.pk).update(state="live")
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            Promotion.objects.update(by="nobody")


def test_the_hybrid_learns_from_a_job_what_sharing_a_field_speaks_for(forum):
    with tenancy(forum.project):
        first = fused_suggester(forum.question, is_learned=False)
        assert first.pool.facets.names == []
    drain_jobs(seconds=60)
    with tenancy(forum.project):
        second = fused_suggester(forum.question, is_learned=False)
        assert second.pool.facets.names == ["area"] and second.version != first.version
        assert Suggester.objects.filter(name="learned").count() == 0


def test_what_another_project_promoted_changes_nothing_here(made, make_world):
    move(made, promote, trained=made.trained)
    other = make_world("other", suggesters=["learned"])
    assert all(name.startswith("hybrid") for name in shown(other, item="5")[0])


def test_over_the_api_the_slots_name_the_version_that_serves(made):
    secret = add_api_key(project=made.project, kind="secret")

    def suggesters():
        body = {"annotator": {"id": str(uuid7())}, "question": "duplicate", "item": "l3"}
        answer = Client().post(
            "/v1/exposures", body, content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
        )
        return {(slot["suggester"]["name"], slot["suggester"]["version"]) for slot in answer.json()["slots"]}

    (before,) = suggesters()
    assert before[0] == "hybrid"
    move(made, promote, trained=made.trained)
    assert suggesters() == {("learned", made.trained.suggester.version)}
    move(made, step_back, question=made.question)
    assert suggesters() == {before}
    with tenancy(made.project):
        by_version = {str(slot.suggester) for slot in Slot.objects.select_related("suggester")}
    assert by_version == {" ".join(before), str(made.trained.suggester)}
