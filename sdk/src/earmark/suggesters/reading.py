"""Which terms of a long query are searched: those that tell most for what reading their lists costs.

A word that every second of a million items says costs more than all rare ones together, and tells next to nothing. So
only so many entries of lists are read, and what was found is scored by all terms afterwards, from sketches (see
`bm25`): the bound on what a query reads of Turtle and Flood ("Query Evaluation: Strategies and Optimizations", 1995).
"""

from __future__ import annotations

from collections.abc import Sequence

from earmark.suggesters.snapshot import Snapshot, Term

LEAST_READ = 200_000
"""So many entries may always be read, in a millisecond or two: of some ten thousand items, mostly all there are."""
READ_SHARE = 1 / 2
"""Of a larger index, so many entries for each item."""


def worth_reading(terms: Sequence[Term], snapshot: Snapshot) -> Sequence[Term]:
    """Return the terms to be searched: all, or those with the highest weight times rarity for what they cost.

    Costs an entry for each item that says the word; nothing else is left out while there is room. Of terms that are
    used at all the first is always kept. All come back as they were given where all may be read.
    """
    costs = [snapshot.used(term.field, term.word) for term in terms]
    left = max(LEAST_READ, int(READ_SHARE * snapshot.count))
    if sum(costs) <= left:
        return terms
    worth = [
        term.weight * snapshot.idf(term.field, term.word) / max(1, cost)
        for term, cost in zip(terms, costs, strict=True)
    ]
    kept: list[int] = []
    for at in sorted(range(len(terms)), key=lambda at: (-worth[at], at)):
        if costs[at] > left and any(costs[there] for there in kept):
            break
        kept.append(at)
        left -= costs[at]
    return [terms[at] for at in sorted(kept)]
