"""Is what a ledger teaches worth its exploration? Simulated visits on real duplicates, by a stated click model.

    EARMARK_DATA=… PYTHONPATH=.:sdk/src .venv/bin/python benchmarks/suggest/exploration.py [--one-right] [--seeds 4]

Two settings. By default every report of the train clusters with three or more members, and of as many pairs as make
QUERIES in all, asks for the others of its cluster, at any time: often several candidates are right. It is visited
once, and what is learned is measured on clusters that were not visited, in three rounds. With --one-right two thirds
of the train queries ask for earlier reports, are visited four times, and the last third is measured on: mostly one
is right.

A visit draws its list by the backend's showing policy from the hybrid's ranking (three shown, the first five shuffled
with probability epsilon). The click model is a cascade with examination by place (Craswell and others 2008):

- from the top down a place is examined with probability EXAMINED by its rank;
- an examined candidate is accepted with probability .85 where it is right, else .02; a wrong one is rejected with .05,
  all else is left alone; who accepted one looks no further with probability STOPS;
- who accepted nothing searches with probability .3, and then finds a right one that the pool holds outside the list.

What became of each slot is derived by the backend's own ledger, rows have the form of a frozen version's, and chances
come from them alone: the learner knows neither EXAMINED nor the truth. Compared on MRR@10 are rerankers taught (a) by
the ledger's weights, (b) by the truth of every slot shown, weighed by its exact chance of being shown, (c) by "not
accepted = negative", all counting alike, with the same presumed negatives as (a), and, with --one-right, (c') by the
slots and finds as they stand in the log, without any presumed negatives.
Fails where (a) is more than 1 point behind (b) or (c), or not ahead of (c), with --one-right of (c'), over all epsilons
and seeds, or where the places do not follow their propensities (chi-square, the least p times the number of tests
below .01).
"""

import argparse
import json
import math
import os
import random
import statistics
import sys
import time
from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from earmark.evaluation import measured, read_items, read_queries
from earmark.evaluation.assembly import Bench
from earmark.suggesters.clusters import KnownClusters, KnownPair
from earmark.suggesters.examples import Example, Told, examples_told
from earmark.suggesters.hybrid import HybridSuggester
from earmark.suggesters.learned import LearnedReranker
from scipy.stats import chi2

from backend.judgements.ledger import ACCEPTED, Answer, SlotSeen, outcomes
from backend.judgements.showing import Draw, propensity, show
from backend.learning.ledger import told_of

EPSILONS = (0.1, 0.3, 0.6)
SHOWN, SHUFFLED = 3, 5
QUERIES = 700
ROUNDS = 3
EXAMINED = {1: 0.9, 2: 0.6, 3: 0.4}
ACCEPTS, ACCEPTS_WRONGLY, REJECTS, STOPS, SEARCHES = 0.85, 0.02, 0.05, 0.9, 0.3
VALUES = {"accepted": "duplicate", "rejected": "different"}


def mrr(queries, pools, odds):
    """Return the mean of MRR@10 in percent of pools ordered by their log odds."""
    found = []
    for query in queries:
        told = dict(zip((each.id for each in pools[query.id]), odds(pools[query.id]), strict=True))
        ranked = sorted(told, key=lambda key: (-told[key], key))
        found.append(measured(query.id, query.positives, ranked)["MRR@10"])
    return 100 * sum(found) / len(found)


def visited(query, ranked, positives, epsilon, draws, number):
    """Return the frozen rows of one visit, and the (rank in the pool, rank shown) of its places."""
    draw = Draw(coin=draws.random(), order=draws.random())
    pool = [each.id for each in ranked]
    policy, places = show(pool, shown=SHOWN, shuffled=SHUFFLED, epsilon=epsilon, draw=draw)
    seen, answers, is_done = {}, [], False
    for place in places:
        seen[place.rank] = not is_done and draws.random() < EXAMINED[place.rank]
        told = draws.random()
        if seen[place.rank]:
            accepts = ACCEPTS if place.candidate in positives else ACCEPTS_WRONGLY
            rejects = 0.0 if place.candidate in positives else REJECTS
            if told < accepts + rejects:
                answers.append(Answer(place.rank, "duplicate" if told < accepts else "different", 2000))
            is_done = told < accepts and draws.random() < STOPS
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


def by_the_truth(rows, pools, positives, visits):
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
        told[query][key] = Told(is_right, 1 - (1 - min(1.0, sum(at))) ** visits)
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


@dataclass(frozen=True)
class Asker:
    """A report that asks for others, and the round in which it is not visited."""

    id: str
    positives: frozenset[str]
    held_out_in: int


def of_clusters(queries):
    """Return who asks for the others of its cluster, the largest clusters first, each wholly in one round."""
    clusters = KnownClusters(KnownPair(query.id, key) for query in queries for key in query.positives)
    members = {query.id: frozenset({query.id, *clusters.mates(query.id, before=None)}) for query in queries}
    ordered = sorted(set(members.values()), key=lambda each: (-len(each), min(each)))
    askers = []
    for number, cluster in enumerate(ordered):
        if len(askers) < QUERIES:
            askers += [Asker(key, cluster - {key}, number % ROUNDS) for key in sorted(cluster)]
    return askers


def in_time(queries):
    """Return the queries, the last third of which is not visited."""
    cut = len(queries) * 2 // 3
    return [Asker(query.id, query.positives, int(at < cut)) for at, query in enumerate(queries)]


def prepared(data, *, is_one_right):
    """Return who asks, the reranker before it learns, and each one's ranked pool."""
    bench = Bench(say=lambda line: print(line, file=sys.stderr, flush=True))
    bench.take(read_items([data / "reports.jsonl.gz"]).values())
    queries = read_queries(data / "train.jsonl.gz")
    askers = in_time(queries) if is_one_right else of_clusters(queries)
    pool = bench.pool()
    pool.only_earlier = is_one_right
    learned = LearnedReranker(HybridSuggester(pool))
    pools = {}
    for number, asker in enumerate(askers, start=1):
        ranked = learned.around(bench.items[asker.id], bench.index)
        pools[asker.id] = [replace(each, item=None, features=array("f", each.features)) for each in ranked]
        if number % 100 == 0:
            print(f"looked at {number} of {len(askers)} queries", file=sys.stderr, flush=True)
    return askers, learned.hybrid, pools


def simulated(askers, pools, epsilon, visits, draws):
    """Return the frozen rows of all visits, and the (rank in the pool, rank shown) of places."""
    rows, places = [], []
    for asker in askers:
        for number in range(visits):
            told, stood = visited(asker.id, pools[asker.id], asker.positives, epsilon, draws, number)
            rows += told
            places += stood if len(pools[asker.id]) >= SHUFFLED else []
    return rows, places


def taught(rows, askers, pools, visits, *, is_one_right):
    """Return the examples of each way to read a log."""
    positives = {asker.id: asker.positives for asker in askers}
    return {
        "a": by_the_ledger(rows, pools),
        "b": by_the_truth(rows, pools, positives, visits),
        "c": by_acceptance(rows, pools),
        **({"c'": by_acceptance_alone(rows, pools)} if is_one_right else {}),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--one-right", action="store_true")
    parser.add_argument("--seeds", type=int, default=4)
    given = parser.parse_args()
    began = time.monotonic()
    data = Path(os.environ["EARMARK_DATA"]) / "dup_jira"
    askers, hybrid, pools = prepared(data, is_one_right=given.one_right)
    visits, rounds = (4, 1) if given.one_right else (1, ROUNDS)
    asked = [asker for asker in askers if asker.held_out_in < rounds]
    several = sum(len(asker.positives & {each.id for each in pools[asker.id]}) > 1 for asker in askers)
    usual = mrr(asked, pools, lambda pool: [hybrid.log_odds(each) for each in pool])
    print(f"{len(askers)} ask, of {several} several are found; {len(asked)} held out; hybrid {usual:.2f}", flush=True)
    figures, surest, tests = defaultdict(list), 1.0, 0
    for epsilon in EPSILONS:
        for seed in range(given.seeds):
            draws = random.Random(f"{epsilon} {seed}")
            line = defaultdict(float)
            for held_out in range(rounds):
                visited_ones = [asker for asker in askers if asker.held_out_in != held_out]
                measured_on = [asker for asker in askers if asker.held_out_in == held_out]
                rows, places = simulated(visited_ones, pools, epsilon, visits, draws)
                surest, tests = min(surest, follows(places, epsilon)), tests + SHOWN
                logs = taught(rows, visited_ones, pools, visits, is_one_right=given.one_right)
                for name, examples in logs.items():
                    reached = mrr(measured_on, pools, LearnedReranker(hybrid).fit(examples).log_odds)
                    line[name] += reached * len(measured_on) / len(asked)
            for name, reached in line.items():
                figures[name].append(reached)
            told = {name: round(reached, 2) for name, reached in line.items()}
            print(json.dumps({"epsilon": epsilon, "seed": seed, "least_p": round(surest, 4), **told}), flush=True)
    means = {name: math.fsum(each) / len(each) for name, each in figures.items()}
    for name in ("b", "c"):
        ahead = [one - other for one, other in zip(figures["a"], figures[name], strict=True)]
        error = statistics.stdev(ahead) / math.sqrt(len(ahead)) if len(ahead) > 1 else float("nan")
        print(f"a ahead of {name}: {statistics.fmean(ahead):+.2f} ± {error:.2f} over {len(ahead)} draws")
    told = ", ".join(f"{name} {mean:.2f}" for name, mean in means.items())
    print(f"means: {told}; least p of {tests} tests {surest:.4f}; {time.monotonic() - began:.0f} s")
    is_near, is_ahead = (
        means["a"] >= max(means["b"], means["c"]) - 1,
        means["a"] > means["c'" if given.one_right else "c"],
    )
    return 0 if is_near and is_ahead and surest * tests >= 0.01 else 1


if __name__ == "__main__":
    sys.exit(main())
