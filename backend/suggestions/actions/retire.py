"""Stop a version of a suggester, and let it show again."""

from collections.abc import Iterable

from backend.suggestions.models import Suggester


def retire(*, suggesters: Iterable[Suggester]) -> list[Suggester]:
    """Show nothing more of some versions, computed or pushed, and return those that stopped.

    With each stop those that differ only in what was computed, and such as are still to come. Left as they are: what
    was trained, which is promoted and stepped back instead.
    """
    return _moved(suggesters, Suggester.State.RETIRED)


def show_again(*, suggesters: Iterable[Suggester]) -> list[Suggester]:
    """Show some versions that were stopped, and return those; what was trained is left as it is."""
    return _moved(suggesters, Suggester.State.LIVE)


def _moved(suggesters: Iterable[Suggester], state: Suggester.State) -> list[Suggester]:
    moved = []
    for each in suggesters:
        alike = Suggester.objects.of(each.project_id).computed_anew_of(each.name, each.version)
        rows = alike if alike.filter(pk=each.pk).exists() else alike.none()
        if rows.exclude(state=state).update(state=state):
            moved.append(each)
    return moved
