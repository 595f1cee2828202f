"""How many labels it takes: MRR@10 of `learned` by number of examples, beside `hybrid`, five seeds each.

    EARMARK_MODELS=… .venv/bin/python benchmarks/suggest/curve.py DATA/dup_jira [--dev]

Without --dev the last third of the train queries is held back to measure on, so dev stays unseen. Writes curve.json.
"""

import json
import random
import sys
from pathlib import Path

from earmark.evaluation import measured, read_items, read_queries
from earmark.evaluation.assembly import Bench
from earmark.suggesters.clusters import KnownClusters, KnownPair
from earmark.suggesters.examples import examples_of
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.learned import LearnedReranker

SIZES = (30, 100, 300, 1_000, 3_000, None)
SEEDS = range(5)
HERE = Path(__file__).parent


def mrr(queries, pools, odds):
    """Return the mean of MRR@10 in percent of pools ordered by their log odds."""
    found = []
    for query in queries:
        pool = pools[query.id]
        told = dict(zip((each.id for each in pool), odds(pool), strict=True))
        ranked = sorted(told, key=lambda key: (-told[key], key))
        found.append(measured(query.id, query.positives, ranked)["MRR@10"])
    return 100 * sum(found) / len(found)


def curve(taught, asked, pools, hybrid):
    """Return the hybrid's figure and, by number of examples, the learned reranker's for each seed."""
    logs = {}
    for query in taught:
        ranked = sorted(pools[query.id], key=lambda each: (-hybrid.log_odds(each), each.id))
        logs[query.id] = examples_of(query.id, ranked, query.positives)
    usual = mrr(asked, pools, lambda pool: [hybrid.log_odds(each) for each in pool])
    found = {"hybrid": usual, "learned": {}}
    for size in SIZES:
        figures = []
        for seed in SEEDS if size else [0]:
            order = random.Random(seed).sample(sorted(logs), len(logs))
            examples = [example for query in order for example in logs[query]]
            learned = LearnedReranker(hybrid).fit(examples[:size])
            figures.append(mrr(asked, pools, learned.log_odds))
        found["learned"][str(size or len(examples))] = figures
        print(size or len(examples), [round(each, 1) for each in figures], "hybrid", round(usual, 1), flush=True)
    return found


def main() -> int:
    data = Path(sys.argv[1])
    bench = Bench(say=lambda line: print(line, file=sys.stderr))
    bench.take(read_items([data / "reports.jsonl.gz"]).values())
    taught = read_queries(data / "train.jsonl.gz")
    asked = read_queries(data / "dev.jsonl.gz") if "--dev" in sys.argv else taught[len(taught) * 2 // 3 :]
    taught = taught if "--dev" in sys.argv else taught[: len(taught) * 2 // 3]
    pairs = [KnownPair(query.id, key, bench.items[query.id].created_at) for query in taught for key in query.positives]
    hybrid = HybridSuggester(bench.pool(KnownClusters(pairs)))
    pools = {query.id: hybrid.pool.around(bench.items[query.id], bench.index) for query in [*taught, *asked]}
    (HERE / "curve.json").write_text(json.dumps(curve(taught, asked, pools, hybrid), indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
