"""Where a suggester guesses a spot, as it is kept of the item."""

from typing import Any

from earmark import suggesters as sdk
from earmark.anchors import TextAnchor
from earmark.errors import AnchorUnusable

from backend.questions.models import Item, Question
from backend.questions.relocated import Anchor
from backend.questions.spots import label_in, picture_of, resolve, text_of


def guessed_anchor(guess: sdk.Suggestion, question: Question, item: Item) -> tuple[dict[str, Any], str]:
    """Return where a guess lies and its label; raises AnchorUnusable where it lies nowhere in the item.

    Of a box the picture's size is what the host registered with the item.
    """
    anchor = guess.anchor
    if anchor is None:
        raise AnchorUnusable("not_an_anchor", f"A guess of a {question.kind} names an anchor; this has none.")
    wire: Anchor = anchor.wire if isinstance(anchor, TextAnchor) else {"region": str(anchor)}
    return resolved_guess(wire, guess.candidate_id, question, item)


def resolved_guess(anchor: Anchor, candidate: str, question: Question, item: Item) -> tuple[dict[str, Any], str]:
    """Return where a guess lies as it is kept, and its label: the candidate itself, or what its id names.

    The text is not looked through for what else stands in it: of twenty guesses a page would wait for that.
    Raises AnchorUnusable; `no_label` where the question has no such label.
    """
    text, picture = text_of(item.body, item.metadata), picture_of(item.metadata)
    kept = resolve(anchor, kind=question.kind, text=text, picture=picture, is_looked_through=False)
    kept.pop("told", None)
    label = candidate if candidate in question.labels else label_in(candidate)
    if label not in question.labels:
        raise AnchorUnusable(
            "no_label", f"{candidate!r} is no label of {question.slug!r}; a spot's candidate is one of its labels."
        )
    return kept, label
