"""How many labels it takes: MRR@10 of `learned` by number of examples, beside `hybrid`, five seeds each.

    EARMARK_MODELS=… .venv/bin/python benchmarks/suggest/curve.py DATA/dup_jira [--dev]

Without --dev the last third of the train queries is held back to measure on, so dev stays unseen. Writes curve.json
here and the drawing docs/learning-curve.svg.
"""

import json
import math
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
DRAWING = HERE.parents[1] / "docs/learning-curve.svg"
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 320, 48, 40, 44


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


def drawn(found):
    """Return the figures as an SVG: each seed a dot, their mean a line, the hybrid a dashed one."""
    sizes = [int(size) for size in found["learned"]]
    figures = [each for seeds in found["learned"].values() for each in seeds] + [found["hybrid"]]
    low, high = math.floor(min(figures)) - 1, math.ceil(max(figures)) + 1
    right = WIDTH - 24

    def x(size):
        return LEFT + (right - LEFT) * math.log(size / sizes[0]) / math.log(sizes[-1] / sizes[0])

    def y(figure):
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (figure - low) / (high - low)

    means = {int(size): sum(seeds) / len(seeds) for size, seeds in found["learned"].items()}
    usual = y(found["hybrid"])
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<style>text{font:12px system-ui,sans-serif;fill:#5b5d57}</style>",
        "<title>MRR@10 by number of examples: learned beside hybrid</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="20" >MRR@10 by number of examples, five seeds each</text>',
    ]
    for tick in range(low, high + 1):
        lines.append(f'<path d="M{LEFT} {y(tick):.1f}H{right}" stroke="#e3e3dd"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
    for size in sizes:
        lines.append(f'<text x="{x(size):.1f}" y="{HEIGHT - 22}" text-anchor="middle">{size:,}</text>')
    lines.append(f'<path d="M{LEFT} {usual:.1f}H{right}" stroke="#91938b" stroke-width="2" stroke-dasharray="6 4"/>')
    lines.append(f'<text x="{LEFT + 4}" y="{usual + 16:.1f}">hybrid, no labels: {found["hybrid"]:.1f}</text>')
    path = " ".join(f"{'ML'[at > 0]}{x(size):.1f} {y(mean):.1f}" for at, (size, mean) in enumerate(means.items()))
    lines.append(f'<path d="{path}" fill="none" stroke="#0b665a" stroke-width="2"/>')
    for size, seeds in found["learned"].items():
        lines += [
            f'<circle cx="{x(int(size)):.1f}" cy="{y(each):.1f}" r="3" fill="#0b665a" opacity=".6"/>' for each in seeds
        ]
    last = means[sizes[-1]]
    lines.append(
        f'<text x="{right}" y="{y(last) - 10:.1f}" text-anchor="end" fill="#0b665a">learned: {last:.1f}</text>'
    )
    return "\n".join([*lines, "</svg>"]) + "\n"


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
    found = curve(taught, asked, pools, hybrid)
    (HERE / "curve.json").write_text(json.dumps(found, indent=1) + "\n")
    DRAWING.write_text(drawn(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
