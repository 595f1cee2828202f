"""What is removed leaves what was learned: values of fields, and artefacts that were taught with it."""

import json

import pytest
from django.core.management import call_command

from backend.projects.actions.jobs import drain_jobs
from backend.projects.tenancy import tenancy
from backend.questions.actions.items import remove_item
from backend.suggestions.artefacts import fault_of, folder_of, live_version
from backend.suggestions.fusion import fused_suggester
from backend.suggestions.items import as_sdk_item
from backend.suggestions.models import TrainedVersion, WeighedFields

pytestmark = pytest.mark.django_db(transaction=True)


def remove(world, keys):
    with tenancy(world.project):
        for key in keys:
            remove_item(item=world.items[key], now=world.now)
    while drain_jobs(seconds=60):
        pass


def all_kept(world):
    """Return all that is kept of fields, as text: what was weighed, and the artefacts of trained versions."""
    with tenancy(world.project):
        folders = [folder_of(each) for each in TrainedVersion.objects.exclude(checksum="")]
        weighed = json.dumps(WeighedFields.objects.get().facts)
    return weighed + "".join(path.read_text() for folder in folders for path in folder.iterdir())


@pytest.fixture
def trained(taught):
    call_command("train_suggester", question="duplicate")
    with tenancy(taught.project):
        TrainedVersion.objects.update(state="live")
    return taught


def having(world, area):
    return [key for key, item in world.items.items() if item.metadata.get("area") == area]


def test_a_value_leaves_what_was_learned_with_the_last_item_that_has_it(trained):
    last, *others = having(trained, "area3")
    assert '"area3"' in all_kept(trained)
    remove(trained, others)
    assert '"area3"' in all_kept(trained), "one item has it still"
    remove(trained, [last])
    assert '"area3"' not in all_kept(trained) and '"area4"' in all_kept(trained)


def test_what_is_left_is_whole_and_weighs_as_before(trained):
    here, there = as_sdk_item(trained.items["l5"]), as_sdk_item(trained.items["f5"])

    def weighed():
        with tenancy(trained.project):
            engine = fused_suggester(trained.question, is_learned=True)
            return engine.version, engine.pool.facets.weigh(here, there)

    before = weighed()
    remove(trained, having(trained, "area3"))
    with tenancy(trained.project):
        assert fault_of(live_version(trained.question)) == ""
    assert weighed() == before


def test_an_artefact_that_is_damaged_is_left_and_the_rest_is_forgotten(trained):
    with tenancy(trained.project):
        model = folder_of(live_version(trained.question)) / "model.json"
    model.write_text(model.read_text() + " ")
    remove(trained, having(trained, "area3"))
    with tenancy(trained.project):
        assert '"area3"' not in json.dumps(WeighedFields.objects.get().facts)
        assert "is not what was written" in fault_of(live_version(trained.question))
