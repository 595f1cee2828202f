"""What rules are asked about when they are analysed: a question's items, or pairs of likely candidates."""

from collections.abc import Collection, Iterator, Sequence

from earmark import suggesters as sdk
from earmark.rules.running import Asked, later_first

from backend.questions.models import Item, Question, Unit
from backend.suggestions.indexes import open_index
from backend.suggestions.items import StoredItems, as_sdk_item

MOST_ITEMS = 2_000
MOST_PAIRED_ITEMS = 100
CANDIDATES = 20


def newest_asked(question: Question) -> list[Asked]:
    """Return the newest items, at most MOST_ITEMS; of a pair MOST_PAIRED_ITEMS, each with its CANDIDATES by words."""
    items = Item.objects.of(question.project_id).present().newest_first()
    if question.kind != Question.Kind.PAIR:
        return [as_sdk_item(item) for item in items[:MOST_ITEMS]]
    return list(_with_candidates(question, [as_sdk_item(item) for item in items[:MOST_PAIRED_ITEMS]]))


def asked_of(units: Collection[Unit]) -> list[Asked]:
    """Return what units are about, the newer item of a pair first; several tags of one item are one."""
    found: dict[tuple[str, ...], Asked] = {}
    for unit in units:
        one = as_sdk_item(unit.item)
        if unit.other is None:
            found[one.id,] = one
            continue
        newer, older = later_first(one, as_sdk_item(unit.other))
        found[newer.id, older.id] = (newer, older)
    return list(found.values())


def _with_candidates(question: Question, items: Sequence[sdk.Item]) -> Iterator[Asked]:
    only_earlier = question.candidates_from == Question.CandidatesFrom.EARLIER
    finder = sdk.LexicalSuggester(only_earlier=only_earlier, where=question.narrowed_to)
    stored, followed = StoredItems(question.project_id), open_index(question.project_id)
    followed.catch_up()
    for item in items:
        keys = [guess.candidate_id for guess in finder.suggest(item, followed.index, CANDIDATES)]
        yield from ((item, candidate) for candidate in stored.get_many(keys).values())
