"""What the store knows that suggesting for an item begins with, read in one statement."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from django.db.models import Q

from backend.projects.composed import Composed, Given, GivenAll, SideBySide
from backend.questions.actions.labels import own_labels
from backend.questions.models import Item, ItemQuerySet, Question, Unit
from backend.questions.spots import label_in
from backend.questions.units import DIFFERENT, fold_label
from backend.suggestions.artefacts import live_versions
from backend.suggestions.models import Suggester, Suggestion, TrainedVersion, WeighedFields
from backend.suggestions.nearest import StoredVectors, serving_versions, vectors_that_serve

MEANT = {"semantic", "hybrid", "learned"}
"""The suggesters that look at vectors."""

_named = Composed(lambda: Suggester.objects.of(Given("project")).filter(name__in=GivenAll("names", "text")))
_version = Composed(lambda: Suggester.objects.of(Given("project")).filter(name=Given("name"), version=Given("version")))
_pushed = Composed(
    lambda: (
        Suggestion.objects.of(Given("project"))
        .filter(question=Given("question"), item=Given("item"), suggester__state=Suggester.State.LIVE)
        .values_list("pk")
    )
)
_different = Composed(
    lambda: (
        Unit.objects.of(Given("project"))
        .filter(Q(item=Given("item")) | Q(other=Given("item")), question=Given("question"), settled_value=DIFFERENT)
        .values_list("item", "other")
    )
)
_weighed = Composed(lambda: WeighedFields.objects.of(Given("project")).defer("facts"))
_BY_WORDS: Mapping[str, Composed[Any]] = {"suggesters": _named, "pushed": _pushed, "different": _different}
_BY_MEANING: Mapping[str, Composed[Any]] = {
    **_BY_WORDS,
    "serving": serving_versions,
    "vectors": vectors_that_serve,
    "weighed": _weighed,
    "live": live_versions,
}
_there = Composed(lambda: _candidates().values_list("key", "pk", "kind"))
_there_before = Composed(lambda: _candidates().filter(created_at__lt=Given("before")).values_list("key", "pk", "kind"))


def _candidates() -> ItemQuerySet:
    there = Item.objects.of(Given("project")).present()
    return there.filter(key__in=GivenAll("keys", "text")).exclude(pk=Given("item"))


@dataclass(frozen=True)
class Known:
    """What is known before suggesters are asked about an item.

    Versions of the suggesters by name and version, keys of what was pushed and of what is settled as different, the
    vectors that serve, what fields weigh, and the trained version that is live; the last three where asked for.
    """

    suggesters: Mapping[tuple[str, str], Suggester] = field(default_factory=dict)
    pushed: Collection[int] = ()
    different: Collection[int] = ()
    vectors: StoredVectors | None = None
    weighed: WeighedFields | None = None
    live: TrainedVersion | None = None

    @classmethod
    def of(cls, question: Question, item: Item, names: Collection[str]) -> "Known":
        """Return what is known before these suggesters are asked about an item."""
        return _alone.found(question, item, names)[0]

    @classmethod
    def read(cls, found: Mapping[str, list[Any]], item: Item) -> Self:
        """Return what look-ups found, by their names."""
        serving, vector = (next(iter(found.get(name, ())), None) for name in ("serving", "vectors"))
        return cls(
            {(each.name, each.version): each for each in found["suggesters"]},
            [key for (key,) in found["pushed"]],
            {key for pair in found["different"] for key in pair} - {item.pk, None},
            StoredVectors.read(serving, own=(item.key, vector and vector[0])) if serving else None,
            next(iter(found.get("weighed", ())), None),
            next(iter(found.get("live", ())), None),
        )

    @classmethod
    def of_question(cls, question: Question) -> Self:
        """Return what is known of a question where no item is asked about yet."""
        live = live_versions.first(project=question.project_id, question=question.pk)
        weighed = _weighed.first(project=question.project_id)
        return cls(vectors=StoredVectors.of(question.project_id), weighed=weighed, live=live)

    def suggester(self, project_id: int, name: str, version: str) -> Suggester:
        """Return the row of a suggester's version, made on first sight."""
        return self.suggesters.get((name, version)) or suggester_row(project_id, name, version)


class Beginning:
    """What suggesting begins with, and look-ups of a later chapter's own beside it, all in one statement."""

    def __init__(self, **beside: Composed[Any]) -> None:
        self._by_words, self._by_meaning = SideBySide(**_BY_WORDS, **beside), SideBySide(**_BY_MEANING, **beside)

    def found(
        self, question: Question, item: Item, names: Collection[str], **told: Any
    ) -> tuple[Known, Mapping[str, list[Any]]]:
        """Return what is known before these suggesters are asked about an item, and by name all that was found.

        What is looked up beside is told the project, the question and the item, too.
        """
        asked = self._by_meaning if MEANT & set(names) else self._by_words
        about: dict[str, Any] = {"project": question.project_id, "question": question.pk, "item": item.pk}
        found = asked.found(names=list(names), **about, **told)
        return Known.read(found, item), found


_alone = Beginning()


def suggester_row(project_id: int, name: str, version: str, *, is_pushed: bool = False) -> Suggester:
    """Return the row of a suggester's version, made on first sight.

    A version that differs from one before only in what was computed is in the state that the newest of those is in.
    """
    known = _version.first(project=project_id, name=name, version=version)
    if known:
        return known
    before = Suggester.objects.of(project_id).computed_anew_of(name, version).order_by("first_seen_at", "pk").last()
    made, _ = Suggester.objects.get_or_create(
        project_id=project_id,
        name=name,
        version=version,
        defaults={"is_pushed": is_pushed, "state": before.state if before else Suggester.State.LIVE},
    )
    return made


def present(question: Question, item: Item, keys: Iterable[str], known: Known) -> dict[str, int]:
    """Return by key the candidates that may be shown: there, of a kind and age allowed, not settled as different."""
    is_earlier = question.candidates_from == Question.CandidatesFrom.EARLIER and item.created_at
    there = _there_before if is_earlier else _there
    found = there.columns(keys=[*keys], before=item.created_at, project=question.project_id, item=item.pk)
    return {key: pk for key, pk, kind in found if pk not in known.different and question.item_kind in ("", kind)}


def strangers(question: Question, keys: Collection[str]) -> set[str]:
    """Return those of some candidates that there never were: no item of the project, or no label of the question."""
    if question.kind == Question.Kind.PAIR:
        return {*keys}.difference(
            Item.objects.of(question.project_id).filter(key__in=keys).values_list("key", flat=True)
        )
    if question.allows_new_labels:
        return set()
    labels = own_labels(question)
    return {key for key in keys if not {fold_label(key), fold_label(label_in(key))} & labels.keys()}
