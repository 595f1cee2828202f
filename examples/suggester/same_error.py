"""A suggester of one's own: what names the same error is likely the same."""

import re

from earmark.suggesters import Item, ItemIndex, Suggestion, Term

ERROR = re.compile(r"\b(?:[A-Z]\w+(?:Error|Exception)|0x[0-9A-Fa-f]{4,}|[A-Z]{1,8}[-_]?\d{3,})\b")


class SameError:
    """Finds items that name an error the item names; the fewer do, the likelier it is the same."""

    name = "same-error"
    version = "1"

    def suggest(self, item: Item, index: ItemIndex, k: int) -> list[Suggestion]:
        """Return at most k candidates, best first; an item that names no error abstains."""
        snapshot, best = index.snapshot(), {}
        rarest = snapshot.idf("body", "no item says this")
        for error in dict.fromkeys(ERROR.findall(f"{item.title}\n{item.body}")):
            words = snapshot.words(error)
            if not words or words[0][1] != error:
                continue  # longer than what the index keeps as one word
            named = [Term(field, words[0][0], 1.0) for field in ("title", "body")]
            rarity = min(snapshot.idf(term.field, term.word) for term in named)
            for hit in snapshot.best(named, k, before=item.created_at, without=item.id):
                guess = Suggestion(hit.id, 0.9 * rarity / rarest, [f"both name {error}"])
                best[hit.id] = max(guess, best.get(hit.id, guess), key=lambda each: each.score)
        return sorted(best.values(), key=lambda each: (-each.score, each.candidate_id))[:k]
