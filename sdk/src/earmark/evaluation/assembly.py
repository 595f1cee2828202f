"""Putting a suggester together from the items and answers of an evaluation."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from earmark.errors import EarmarkError, ModelMissing, SemanticMissing
from earmark.evaluation.files import Pair, Query, united
from earmark.evaluation.running import by_query, given_ranks, made_as
from earmark.suggesters.clusters import KnownClusters, KnownPair
from earmark.suggesters.embedding import MODELS_VARIABLE, models_in
from earmark.suggesters.examples import Example, examples_of
from earmark.suggesters.extras import check_learning
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.index import ItemIndex
from earmark.suggesters.learned import LearnedReranker
from earmark.suggesters.pool import CandidatePool
from earmark.suggesters.protocol import LABEL_SUGGESTERS, SPAN_SUGGESTERS, Suggester, discover, installed
from earmark.suggesters.semantic import SemanticSuggester
from earmark.types import Item

Say = Callable[[str], None]
EMBEDDED_A_LINE = 2_560
QUERIES_A_LINE = 50


class Bench:
    """What an evaluation works with: the items, their index, and a model where there is one."""

    def __init__(self, model: str | None = None, *, say: Say) -> None:
        """Take a folder of models. Raises EarmarkError where it is not there; of that of EARMARK_MODELS it is said."""
        named = model if model is not None else os.environ.get(MODELS_VARIABLE, "")
        if named and not Path(named).is_dir():
            told = f"{'--model' if model else MODELS_VARIABLE} names {named}, and no such folder is there"
            if model:
                raise EarmarkError(f"{told}; name one with model.onnx and tokenizer.json in it, or of such folders.")
            say(f"{told}: without embeddings")
        self.items: dict[str, Item] = {}
        self.model = model
        self.say = say
        self._index: ItemIndex | None = None
        self._pool: CandidatePool | None = None

    def take(self, items: Iterable[Item]) -> None:
        """Take items, before anything is asked."""
        self.items.update((item.id, item) for item in items)

    @property
    def index(self) -> ItemIndex:
        """Return the index of the items, built when it is first wanted."""
        if self._index is None:
            self.say(f"indexing {len(self.items):,} items")
            self._index = ItemIndex()
            self._index.apply(self.items.values())
        return self._index

    def suggester(
        self, name: str, labelled: Sequence[Sequence[Query]], labelled_pairs: Sequence[Sequence[Pair]]
    ) -> Suggester:
        """Return a suggester by name, trained on the answers where it learns. Raises EarmarkError."""
        if name in SPAN_SUGGESTERS:
            raise EarmarkError(f"The suggester {name} guesses spans: try `earmark evaluate spans`.")
        if name in LABEL_SUGGESTERS:
            raise EarmarkError(f"The suggester {name} guesses labels, not items: try `earmark evaluate labels`.")
        if name == HybridSuggester.name:
            return HybridSuggester(self.pool())
        if name == LearnedReranker.name:
            return self._learned(labelled, labelled_pairs)
        if name == "semantic":
            return self._semantic()
        known = discover()
        if name not in known:
            told = "".join(f" {each.name}: {each.fault}." for each in installed() if each.name == name)
            there = {*known, LearnedReranker.name}.difference(LABEL_SUGGESTERS, SPAN_SUGGESTERS)
            raise EarmarkError(f"There is no suggester {name} of items; there are {', '.join(sorted(there))}.{told}")
        return made_as(name, known[name])

    def pool(self, clusters: KnownClusters | None = None) -> CandidatePool:
        """Return the candidate pool of the items, with meaning where there is a model; says so where there is none."""
        if self._pool is None:
            dense, embedder = None, None
            try:
                semantic = self._semantic()
                dense, embedder = semantic.dense_, semantic.embedder
            except (ModelMissing, SemanticMissing) as error:
                self.say(f"without embeddings: {error}")
            self._pool = CandidatePool(self.items, dense=dense, embedder=embedder, clusters=clusters)
            self.say("looking at which fields tell something")
            self._pool.fit(list(self.items.values()), self.index)
        return self._pool

    def _learned(
        self, labelled: Sequence[Sequence[Query]], labelled_pairs: Sequence[Sequence[Pair]]
    ) -> LearnedReranker:
        """Return a reranker taught with what a log of the queries would hold, and with all labelled pairs."""
        queries = [query for query in united(query for some in labelled for query in some) if query.positives]
        if not labelled and not labelled_pairs:
            raise EarmarkError("The suggester learned needs --train, a file of known answers.")
        if not queries and not any(pair.is_positive for pairs in labelled_pairs for pair in pairs):
            self.say("--train names nothing that is right, so nothing can be learned: the order is the hybrid's")
        check_learning()
        learned = LearnedReranker(HybridSuggester(self.pool(self.known(queries))))
        examples = [example for pairs in labelled_pairs for example in self._of_pairs(learned, pairs)]
        for number, query in enumerate(queries, start=1):
            ranked = learned.around(self.items[query.id], self.index)
            examples += examples_of(query.id, ranked, query.positives or ())
            if number % QUERIES_A_LINE == 0 or number == len(queries):
                self.say(f"looked at {number:,} of {len(queries):,} known answers")
        self.say(f"learning from {len(examples):,} examples")
        learned.fit(examples)
        self.say(f"learned: {json.dumps(learned.report_)}")
        return learned

    def known(self, queries: Iterable[Query]) -> KnownClusters:
        """Return what is known to be the same, each pair from when its query was created."""
        return KnownClusters(
            KnownPair(query.id, positive, self.items[query.id].created_at)
            for query in queries
            for positive in sorted(query.positives or ())
        )

    def _of_pairs(self, learned: LearnedReranker, pairs: Sequence[Pair]) -> Iterator[Example]:
        for query, told in by_query(pairs).items():
            known = [pair for pair in told if pair.is_positive is not None]
            found = learned.given(told[0].query, [pair.candidate for pair in known], self.index, given_ranks(told))
            right = {pair.candidate.id for pair in known if pair.is_positive}
            yield from (Example(query, each.features, each.id in right) for each in found)

    def _semantic(self) -> SemanticSuggester:
        models = models_in(self.model)
        if not models:
            where = f"in {self.model}" if self.model else "named (--model, EARMARK_MODELS)"
            raise ModelMissing(f"no embedding model is {where}")
        if len(models) > 1:
            self.say(f"of {len(models)} models {models[0].name} is taken")
        suggester = SemanticSuggester(models[0])
        return suggester.fit(self.items.values(), self._progress)

    def _progress(self, done: int, whole: int) -> None:
        if done % EMBEDDED_A_LINE == 0 or done == whole:
            self.say(f"embedded {done:,} of {whole:,} titles")

    def pool_recall(self, queries: Sequence[Query]) -> dict[str, float]:
        """Return how often the pool that was chosen from holds something right, in percent, where there is a pool."""
        if self._pool is None:
            return {}
        told = [query for query in queries if query.positives is not None]
        found = [
            any(each.id in (query.positives or ()) for each in self._pool.around(self.items[query.id], self.index))
            for query in told
        ]
        return {"pool_recall": round(100 * sum(found) / max(1, len(found)), 2)}
