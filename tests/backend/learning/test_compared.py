"""A trained version is compared with what serves its question, whatever that is."""

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from backend.learning.actions.promote import promote, why_not
from backend.learning.errors import NotBetter
from backend.projects.models import StaffMember
from backend.projects.tenancy import tenancy
from backend.suggestions.actions.retire import retire, show_again
from backend.suggestions.artefacts import live_version
from backend.suggestions.models import TrainedVersion
from backend.suggestions.retrieval import guesses_for

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/suggestions/trainedversion/"


def asks(world, *names):
    with tenancy(world.project):
        world.question.suggesters = list(names)
        world.question.save()


def trained_of(world, question="duplicate"):
    call_command("train_suggester", question=question)
    return newest(world)


def newest(world):
    with tenancy(world.project):
        return TrainedVersion.objects.select_related("question", "suggester").latest("number")


def doubt_of(world):
    with tenancy(world.project):
        return why_not(newest(world), live_version(world.question))


def page(world, at=""):
    user, _ = get_user_model().objects.get_or_create(username="ann", is_staff=True)
    StaffMember.objects.get_or_create(project=world.project, user=user)
    client = Client()
    client.force_login(user)
    return client.get(f"{LIST}{at}").content.decode()


def test_where_lexical_serves_it_is_compared_with_that_and_the_hybrid_is_told_too(taught, capsys):
    asks(taught, "lexical")
    trained = trained_of(taught)
    figures = {name: trained.metrics[name]["MRR@10"] for name in ("learned", "lexical", "hybrid")}
    assert trained.gain == trained.metrics["gains"]["lexical"] and trained.metrics["served"] == "lexical"
    assert trained.gain["difference"] == pytest.approx(figures["learned"] - figures["lexical"], abs=0.02)
    said = capsys.readouterr().out
    assert f"beside the {figures['lexical']:.1f} of lexical on" in said
    assert f"beside the {figures['hybrid']:.1f} of the hybrid on" in said
    assert f"lexical {figures['lexical']:.1f}; the hybrid {figures['hybrid']:.1f}" in page(taught)
    asked = page(taught, f"{trained.pk}/promote/")
    assert "Lexical serves duplicate now." in asked
    assert (
        f"Beside lexical, {figures['lexical']:.1f}:" in asked
        and f"Beside the hybrid, {figures['hybrid']:.1f}:" in asked
    )


def test_better_than_the_hybrid_is_not_enough_where_lexical_serves(taught):
    asks(taught, "lexical")
    trained = trained_of(taught)
    with tenancy(taught.project):
        gains = trained.metrics["gains"]
        gains["hybrid"] |= {"low": 3.0, "difference": 5.0, "high": 7.0}
        gains["lexical"] |= {"low": -2.0, "difference": -0.5, "high": 1.0}
        TrainedVersion.objects.update(metrics=trained.metrics | {"gain": gains["lexical"]})
    assert doubt_of(taught).startswith("duplicate 1 is not surely better than lexical: MRR@10 -0.5")
    with tenancy(taught.project), pytest.raises(NotBetter, match="not surely better than lexical"):
        promote(trained=newest(taught), by="ann", now=taught.now)
    assert "-0.5 (-2.0 to +1.0), not surely better" in page(taught)


def test_what_serves_since_it_was_trained_asks_for_training_again(trained_forum):
    asks(trained_forum, "lexical")
    told = "duplicate 1 was not compared with lexical, which serves now; train again to compare them."
    assert doubt_of(trained_forum) == told
    asked = page(trained_forum, f"{trained_forum.trained.pk}/promote/")
    assert told in asked and "Beside the hybrid, " in asked and "Beside lexical" not in asked
    asks(trained_forum, "learned")
    assert doubt_of(trained_forum) == ""


def test_lexical_beside_the_hybrid_is_compared_as_lists_show_the_two(taught):
    asks(taught, "lexical", "hybrid")
    trained = trained_of(taught)
    assert trained.metrics["served"] == "hybrid+lexical"
    assert trained.metrics["names"]["hybrid+lexical"] == "the hybrid and lexical"
    assert 0 < trained.metrics["hybrid+lexical"]["MRR@10"] < trained.metrics["learned"]["MRR@10"]


def test_where_no_comparison_is_possible_it_says_so_and_wants_a_reason(taught, capsys):
    asks(taught, "lexical", "house-rules")
    trained = trained_of(taught)
    assert trained.gain == {} and set(trained.metrics["gains"]) == {"hybrid"} and not trained.is_better
    why = "house-rules is asked at the request alone, so no comparison is possible"
    assert f"house-rules and lexical serve, and {why}" in capsys.readouterr().out
    assert doubt_of(taught) == f"House-rules and lexical serve duplicate, and {why} with duplicate 1."
    listed, asked = page(taught), page(taught, f"{trained.pk}/promote/")
    assert "not known: what served could not be measured" in listed and "the hybrid " in listed
    assert why in asked and "required" in asked and "Beside the hybrid, " in asked


def test_what_staff_retired_is_not_what_is_to_be_beaten(taught):
    asks(taught, "lexical")
    with tenancy(taught.project):
        item = taught.items["l0"]
        row = guesses_for(question=taught.question, item=item)[0].suggester
        retire(suggesters=[row])
    trained = trained_of(taught)
    assert trained.metrics["served"] == "nothing" and trained.metrics["nothing"]["MRR@10"] == 0
    assert "Nothing serves duplicate now." in page(taught, f"{trained.pk}/promote/")
    assert doubt_of(taught) == ""
    with tenancy(taught.project):
        show_again(suggesters=[row])
    assert doubt_of(taught).endswith("not compared with lexical, which serves now; train again to compare them.")


def test_a_live_version_that_is_not_asked_is_not_what_is_to_be_beaten(trained_forum):
    with tenancy(trained_forum.project):
        promote(trained=trained_forum.trained, by="ann", now=trained_forum.now)
    asks(trained_forum, "hybrid")
    second = trained_of(trained_forum)
    assert second.metrics["served"] == "hybrid"
    assert set(second.metrics["gains"]) == {"hybrid", str(trained_forum.trained.pk)}
    assert doubt_of(trained_forum) == ""
    asks(trained_forum, "learned")
    assert "not surely better than duplicate 1: MRR@10" in doubt_of(trained_forum)


def test_versions_that_were_trained_before_are_read_as_compared_with_the_hybrid(trained_forum):
    with tenancy(trained_forum.project):
        kept = {key: told for key, told in trained_forum.trained.metrics.items() if key not in ("names", "served")}
        TrainedVersion.objects.update(metrics=kept)
    assert doubt_of(trained_forum) == ""
    assert f"the hybrid {kept['hybrid']['MRR@10']:.1f}" in page(trained_forum)
    assert "(the hybrid " in page(trained_forum, f"{trained_forum.trained.pk}/change/")
    asks(trained_forum, "lexical")
    assert "was not compared with lexical" in doubt_of(trained_forum)
