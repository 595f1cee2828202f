"""An embedder of a few words, and threads that say the same in other words."""

from datetime import timedelta

import pytest

TITLES = {"a": "archive fails", "b": "printer colour", "c": "mail key", "d": "store broken"}


@pytest.fixture
def models(tiny_model, settings):
    """The folder of models, named by the settings; it holds one."""
    from backend.suggestions.embedder import forget_embedders

    settings.EARMARK_MODELS, settings.EARMARK_EMBEDDER = str(tiny_model.parent), ""
    forget_embedders()
    yield tiny_model.parent
    forget_embedders()


@pytest.fixture
def change_model(models):
    """Put a model with other files in place of the one there."""
    from backend.suggestions.embedder import forget_embedders
    from tests.tiny_model import make_tiny_model

    def change(salt):
        make_tiny_model(models / "tiny", salt=salt)
        forget_embedders()

    return change


@pytest.fixture
def register(now):
    """Register items of a project by their titles, a day apart, the first one oldest."""
    from backend.questions.actions.items import NewItem, register_items

    def put(project, titles, **more):
        items = [
            NewItem(key, title, created_at=now + timedelta(days=day), **more)
            for day, (key, title) in enumerate(titles.items())
        ]
        register_items(project_id=project.pk, items=items, now=now)

    return put


@pytest.fixture
def titles():
    return dict(TITLES)
