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
        for error in dict.fromkeys(ERROR.findall(f"{item.title}\n{item.body}")):
            word, _ = snapshot.words(error)[0]
            named = [Term(field, word, 1.0) for field in ("title", "body")]
            hits = snapshot.best(named, k, before=item.created_at, without=item.id)
            for hit in hits:
                guess = Suggestion(hit.id, 0.9 / len(hits) ** 0.5, [f"both name {error}"])
                best[hit.id] = max(guess, best.get(hit.id, guess), key=lambda each: each.score)
        return sorted(best.values(), key=lambda each: (-each.score, each.candidate_id))[:k]
