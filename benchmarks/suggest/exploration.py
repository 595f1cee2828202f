"""Is what a ledger teaches worth its exploration? Simulated visits on real duplicates, by a stated click model.

    EARMARK_DATA=… PYTHONPATH=.:sdk/src .venv/bin/python benchmarks/suggest/exploration.py [--seeds 2] [--queries N]

Two thirds of the train queries are visited; what is learned is measured on the last third. A visit draws its list by
the backend's showing policy from the hybrid's ranking (three shown, the first five shuffled with probability
epsilon). The click model, position-based (Craswell and others 2008) with noise:

- a place is examined with probability EXAMINED by its rank, independently;
- an examined duplicate is accepted with probability .85; anything else examined is accepted with .02, else rejected
  with .05, else left alone;
- who accepted nothing searches with probability .3, and then finds a duplicate that the pool holds outside the list.

What became of each slot is derived by the backend's own ledger, rows have the form of a frozen version's, and chances
come from them alone: the learner knows neither EXAMINED nor the truth. Compared on MRR@10 of the held-out queries are
rerankers taught (a) by the ledger's weights, (b) by the truth of every slot shown, weighed by its exact chance of
being shown, (c) by "not accepted = negative", all counting alike, with the same presumed negatives as (a), and (c')
by the slots and finds as they stand in the log, without any presumed negatives.
Fails where (a) is more than 1 point behind (b) or (c), or not ahead of (c'), over all epsilons and seeds, or where the
places do not follow their propensities (chi-square, p < .001).
"""

import argparse
import json
import math
import os
import random
import sys
import time
from array import array
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

from curve import mrr
from earmark.evaluation import read_items, read_queries
from earmark.evaluation.assembly import Bench
from earmark.suggesters.examples import Example, Told, examples_told
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.learned import LearnedReranker
from scipy.stats import chi2

from backend.judgements.ledger import ACCEPTED, Answer, SlotSeen, outcomes
from backend.judgements.showing import Draw, propensity, show
from backend.learning.ledger import told_of

EPSILONS = (0.1, 0.3, 0.6)
SHOWN, SHUFFLED = 3, 5
VISITS = 4
EXAMINED = {1: 0.95, 2: 0.7, 3: 0.45}
ACCEPTS, ACCEPTS_WRONGLY, REJECTS, SEARCHES = 0.85, 0.02, 0.05, 0.3
VALUES = {"accepted": "duplicate", "rejected": "different"}


def visited(query, ranked, positives, epsilon, draws, number):
    """Return the frozen rows of one visit, and the (rank in the pool, rank shown) of its places."""
    draw = Draw(coin=draws.random(), order=draws.random())
    pool = [each.id for each in ranked]
    policy, places = show(pool, shown=SHOWN, shuffled=SHUFFLED, epsilon=epsilon, draw=draw)
    seen = {place.rank: draws.random() < EXAMINED[place.rank] for place in places}
    answers = []
    for place in places:
        told = draws.random()
        if seen[place.rank]:
            accepts = ACCEPTS if place.candidate in positives else ACCEPTS_WRONGLY
            rejects = 0.0 if place.candidate in positives else REJECTS
            if told < accepts + rejects:
                answers.append(Answer(place.rank, "duplicate" if told < accepts else "different", 2000))
    found = None
    if not any(answer.value == "duplicate" for answer in answers) and draws.random() < SEARCHES:
        shown = {place.candidate for place in places}
        found = next((key for key in pool if key in positives and key not in shown), None)
        answers += [Answer(None, "duplicate", 3000)] if found else []
    became = outcomes([SlotSeen(rank, 1000 if is_seen else None) for rank, is_seen in seen.items()], answers)
    list_facts = {
        "item": query, "exposure": f"{query}/{number}", "policy": policy, "policy_version": 1, "epsilon": epsilon,
        "candidates_hash": query, "counts": None, "is_live": None, "was_withdrawn": None, "value": None,
    }  # fmt: skip
    rows = []
    for place in places:
        outcome = became[place.rank]
        said = {"record": "judgement", "value": VALUES[outcome], "is_live": True} if outcome in VALUES else {}
        rows.append(
            list_facts
            | {"record": "slot", "candidate": place.candidate, "rank": place.rank, "outcome": outcome}
            | {"pool_rank": pool.index(place.candidate) + 1, "propensity": place.propensity}
            | said
        )
    if found:
        searched = {"policy": "search", "rank": None, "pool_rank": None, "propensity": None, "outcome": None}
        said = {"record": "judgement", "candidate": found, "value": "duplicate", "is_live": True}
        rows.append(list_facts | searched | said)
    return rows, [(pool.index(place.candidate) + 1, place.rank) for place in places]


def settled(rows):
    """Return the label rows that the answers settle by majority; a tie settles nothing."""
    votes = defaultdict(Counter)
    for row in rows:
        if row["record"] == "judgement":
            votes[row["item"], row["candidate"]][row["value"]] += 1
    labels = []
    for (item, other), said in votes.items():
        if said["duplicate"] != said["different"]:
            value = "duplicate" if said["duplicate"] > said["different"] else "different"
            labels.append({"item": item, "other": other, "value": value, "split": "train"})
    return labels


def by_the_ledger(rows, pools):
    """Return the examples that the backend makes of a frozen version's rows."""
    queries = {row["item"] for row in rows}
    told = told_of(settled(rows), rows, query_of=lambda one, other: one if one in queries else other)
    return [example for query in sorted(told) for example in examples_told(query, pools[query], told[query])]


def by_the_truth(rows, pools, positives):
    """Return examples of each slot that was shown, with its truth and its exact chance of being shown in any visit."""
    told = defaultdict(dict)
    for row in rows:
        query, key = row["item"], row["candidate"]
        is_right = key in positives[query]
        if row["rank"] is None:
            told[query].setdefault(key, Told(is_right))
            continue
        first = min(SHUFFLED, len(pools[query]))
        at = [
            propensity(base=row["pool_rank"], rank=rank, pool=len(pools[query]), shuffled=first, epsilon=row["epsilon"])
            for rank in range(1, min(SHOWN, len(pools[query])) + 1)
        ]
        told[query][key] = Told(is_right, 1 - (1 - min(1.0, sum(at))) ** VISITS)
    return [example for query in sorted(told) for example in examples_told(query, pools[query], told[query])]


def by_acceptance(rows, pools):
    """Return examples of each slot that was shown: what nobody accepted is negative; all count alike."""
    told = defaultdict(dict)
    for row in rows:
        is_right = row["outcome"] == ACCEPTED or row["rank"] is None
        was = told[row["item"]].get(row["candidate"])
        chance = 1.0 if row["rank"] is not None else None
        told[row["item"]][row["candidate"]] = Told(is_right or bool(was and was.is_right), chance)
    return [example for query in sorted(told) for example in examples_told(query, pools[query], told[query])]


def by_acceptance_alone(rows, pools):
    """Return an example for each slot and each find as they stand in the log, and presume nothing."""
    features = {query: {each.id: each.features for each in pool} for query, pool in pools.items()}
    return [
        Example(row["item"], features[row["item"]][row["candidate"]], row["outcome"] == ACCEPTED or row["rank"] is None)
        for row in rows
    ]


def follows(places, epsilon):
    """Return the least p of a chi-square test a rank: do places come as often as their propensities say?"""
    least = 1.0
    for rank in range(1, SHOWN + 1):
        counts = Counter(base for base, at in places if at == rank)
        whole = sum(counts.values())
        chances = {
            base: propensity(base=base, rank=rank, pool=100, shuffled=SHUFFLED, epsilon=epsilon)
            for base in range(1, SHUFFLED + 1)
        }
        off = sum((counts[base] - whole * chance) ** 2 / (whole * chance) for base, chance in chances.items())
        least = min(least, float(chi2.sf(off, SHUFFLED - 1)))
    return least


def prepared(data, most):
    """Return the visited and the held-out queries, the hybrid, and each query's ranked pool."""
    bench = Bench(say=lambda line: print(line, file=sys.stderr, flush=True))
    bench.take(read_items([data / "reports.jsonl.gz"]).values())
    queries = read_queries(data / "train.jsonl.gz")[:most]
    hybrid = HybridSuggester(bench.pool())
    pools = {}
    for number, query in enumerate(queries, start=1):
        found = hybrid.pool.around(bench.items[query.id], bench.index)
        ranked = sorted(found, key=lambda each: (-hybrid.log_odds(each), each.id))
        pools[query.id] = [replace(each, item=None, features=array("f", each.features)) for each in ranked]
        if number % 100 == 0:
            print(f"looked at {number} of {len(queries)} queries", file=sys.stderr, flush=True)
    cut = len(queries) * 2 // 3
    return queries[:cut], queries[cut:], hybrid, pools


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--queries", type=int, default=None)
    given = parser.parse_args()
    began = time.monotonic()
    data = Path(os.environ["EARMARK_DATA"]) / "dup_jira"
    visits, asked, hybrid, pools = prepared(data, given.queries)
    positives = {query.id: query.positives for query in visits}
    usual = mrr(asked, pools, lambda pool: [hybrid.log_odds(each) for each in pool])
    print(f"{len(visits)} queries visited {VISITS} times, {len(asked)} held out; hybrid {usual:.1f}", flush=True)
    figures, surest = defaultdict(list), 1.0
    for epsilon in EPSILONS:
        for seed in range(given.seeds):
            draws = random.Random(f"{epsilon} {seed}")
            rows, places = [], []
            for query in visits:
                for number in range(VISITS):
                    told, stood = visited(query.id, pools[query.id], positives[query.id], epsilon, draws, number)
                    rows += told
                    places += stood if len(pools[query.id]) >= SHUFFLED else []
            chance = follows(places, epsilon)
            surest = min(surest, chance)
            taught = {
                "a": by_the_ledger(rows, pools),
                "b": by_the_truth(rows, pools, positives),
                "c": by_acceptance(rows, pools),
                "c'": by_acceptance_alone(rows, pools),
            }
            line = {"epsilon": epsilon, "seed": seed, "p": round(chance, 3)}
            for name, examples in taught.items():
                figures[name].append(mrr(asked, pools, LearnedReranker(hybrid).fit(examples).log_odds))
                line[name] = round(figures[name][-1], 2)
            line["right"] = {name: sum(each.is_positive for each in examples) for name, examples in taught.items()}
            print(json.dumps(line), flush=True)
    means = {name: math.fsum(each) / len(each) for name, each in figures.items()}
    told = ", ".join(f"{name} {mean:.2f}" for name, mean in means.items())
    print(f"means: {told}; least p {surest:.3f}; {time.monotonic() - began:.0f} s")
    is_near, is_ahead = means["a"] >= max(means["b"], means["c"]) - 1, means["a"] > means["c'"]
    return 0 if is_near and is_ahead and surest >= 0.001 else 1


if __name__ == "__main__":
    sys.exit(main())
