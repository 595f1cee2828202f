"""The two orders that dup_forum's figures are beside, as runs for `earmark evaluate compare`.

    EARMARK_MODELS=… EARMARK_DATA=… .venv/bin/python benchmarks/suggest/forum.py FOLDER

FOLDER/engine.jsonl is the search engine's own order. FOLDER/z_scores.jsonl is the sum of three z-scores within a
question's ten: cosine of TF-IDF (words of both splits, 1 + log of the count), of the embeddings of title and body, and
of titles alone. The published sum's recipe is not known to the last detail; this one comes to 77.30 of its 77.31.
"""

import argparse
import json
import math
import os
import sys
from collections import Counter
from pathlib import Path

import numpy as np
from earmark.evaluation import read_pairs
from earmark.evaluation.running import by_query, given_ranks
from earmark.suggesters.embedding import Embedder, models_in
from earmark.suggesters.words import words_of


def text_of(item):
    return f"{item.title}. {item.body}"


def counted(item):
    return Counter(word for word, _ in words_of(text_of(item)))


def rarities(pairs):
    """Return the smoothed inverse document frequency of each word."""
    items = {item.id: item for pair in pairs for item in (pair.query, pair.candidate)}
    used = Counter(word for item in items.values() for word in counted(item))
    return {word: math.log((1 + len(items)) / (1 + count)) + 1 for word, count in used.items()}


def cosine(one, other, rarity):
    """Return the cosine of two items' TF-IDF."""
    here, there = ({w: (1 + math.log(n)) * rarity[w] for w, n in counted(item).items()} for item in (one, other))
    norms = math.prod(math.sqrt(sum(each * each for each in told.values())) for told in (here, there))
    return sum(weight * there.get(word, 0.0) for word, weight in here.items()) / (norms or 1.0)


def z_scores(values):
    return (values - values.mean()) / (values.std() or 1.0)


def z_sum(pairs, rarity, embedder):
    """Return the sum of z-scores of a question's candidates."""
    query, candidates = pairs[0].query, [pair.candidate for pair in pairs]
    told = [np.array([cosine(query, each, rarity) for each in candidates])]
    for of in (text_of, lambda item: item.title):
        vectors = embedder.encode([of(each) for each in (query, *candidates)])
        told.append(vectors[1:] @ vectors[0])
    return sum(z_scores(each) for each in told)


def arguments() -> tuple[Path, Path]:
    """Return the folder to write to and that of the data, or end with what is amiss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where engine.jsonl and z_scores.jsonl are written")
    parser.add_argument("--data", type=Path, help="the folder that holds dup_forum; else EARMARK_DATA")
    given = parser.parse_args()
    source = given.data or (Path(os.environ["EARMARK_DATA"]) if os.environ.get("EARMARK_DATA") else None)
    if source is None:
        parser.error("say where the data lie: --data or EARMARK_DATA")
    if not (source / "dup_forum").is_dir():
        parser.error(f"there is no folder dup_forum in {source}")
    if not models_in(None):
        parser.error("EARMARK_MODELS names no folder with an embedding model")
    given.folder.mkdir(parents=True, exist_ok=True)
    return given.folder, source / "dup_forum"


def main() -> int:
    into, data = arguments()
    train, dev = (read_pairs(data / f"{split}.jsonl.gz") for split in ("train", "dev"))
    rarity, embedder = rarities([*train, *dev]), Embedder(models_in(None)[0])
    with (into / "engine.jsonl").open("w") as engine, (into / "z_scores.jsonl").open("w") as summed:
        for query, pairs in by_query(dev).items():
            ids = [pair.candidate.id for pair in pairs]
            places, scores = given_ranks(pairs), dict(zip(ids, z_sum(pairs, rarity, embedder), strict=True))
            engine.write(json.dumps({"query": query, "ranked": sorted(ids, key=places.__getitem__)}) + "\n")
            summed.write(json.dumps({"query": query, "ranked": sorted(ids, key=lambda key: -scores[key])}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
