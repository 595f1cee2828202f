"""Make marked texts with a hidden truth, for `earmark evaluate spans`.

    python benchmarks/spans/generate.py OUT [--seed 0]

Notes of a workshop, in which people, products and places are marked. What makes it hard is stated: four in ten names of
the held-out texts are in no text to learn from, a fifth of them are written in forms that are not either, words mean
two things (Falcon is a product and a bird, May a person and a month, Berlin a place and a colour), three in ten texts
mark nothing. People are not perfect: of the marks to learn from 5 % are missing and 3 % are a word too long; the
held-out ones are the truth. `han-` is the like without spaces between words. `words.json` has what is marked to learn
from at least twice, as somebody would write it into a question's dictionary.
"""

import argparse
import json
import random
from collections import Counter
from pathlib import Path


def words_of(text):
    return text.split()


FIRST = words_of(
    """
    Anna Bela Carl Dora Emil Fritz Greta Hans Ida Jakob Klara Lars Mona Nils Olga Paul Rosa Sven Tina Uwe May
    June
    """
)
LAST = words_of(
    """
    Bauer Lind Berg Holm Voss Kern Falk Roth Wolf Stein Brandt Kraus Moser Thal Winter Sommer Busch Vogel Hase
    """
)
SERIES = words_of(
    """
    Vector Zephyr Nimbus Orion Atlas Falcon Comet Vega Sirius Pollux Titan Rhea Juno Pallas Ceres Hebe
    """
)
CITIES = words_of(
    """
    Berlin Vienna Graz Linz Bern Basel Ulm Kiel Jena Trier Turin Lyon Ghent Delft Malmö Turku
    """
)
KINDS = ["jacket", "tent", "stove", "lamp", "rope"]
FORMS = [
    "We met {person} at the office.", "{person} called about the {product}.", "The {product} leaks again.",
    "A {kind} came back from {place}.", "Please send the {product} to {person}.", "{person} and {person} are away.",
    "In {place} the {product} sells well.", "{person}, who lives in {place}, wants a refund.",
    "Is the {product} the same as the {product}?", "They moved from {place} to {place} in May.",
    "I asked {person} for the zip of a {product}.", "Delivery to {place} takes two days.",
    "“It froze,” said {person}.", "{product}: the lining tears.", "Ask {person} (or me) before June.",
    "The {kind} was sewn in {place} by {person}.", "Our shop in {place} is out of the {product}.",
    "Compared with the {product}, ours is heavy.",
]  # fmt: skip
LATE_FORMS = [
    "Nobody but {person} can mend a {product}.", "Bought near {place}, the {product} never dried.",
    "According to {person} it rained in {place} all week.", "My {product} and I went up to {place}.",
]  # fmt: skip
NOTHING = [
    "A falcon sat on the roof.", "The lining is Berlin blue.", "It may rain in June.", "The order is late, as ever.",
    "Nobody answered the phone on Monday.", "The atlas on the shelf is old.", "A comet was seen over the hills.",
    "Winter is long here, and summer short.", "The vector of the error points up.", "Please close the window.",
]  # fmt: skip
HAN = {
    "forms": ["昨天在{place}见到了{person}。", "{product}又漏水了。", "请把{product}寄给{person}。",
              "{person}住在{place}。", "{place}的店里没有{product}了。", "{person}说{product}很重。"],
    "late": ["除了{person}没人会修{product}。", "在{place}买的{product}一直没干。"],
    "nothing": ["今天没有下雨。", "电话没有人接。", "窗户请关上。", "订单又晚了。", "山上很冷。"],
    "person": [a + b for a in "王李张刘陈杨赵黄" for b in ["伟", "芳", "娜", "秀英", "敏", "静"]],
    "product": [a + b for a in ["向量", "西风", "雨云", "猎户", "天狼", "泰坦"]
                for b in ["一号", "九号", "二型", "轻型"]],
    "place": ["北京", "上海", "广州", "成都", "武汉", "南京", "杭州", "西安", "大连", "青岛"],
}  # fmt: skip


def names():
    people = [f"{first} {last}" for first in FIRST for last in LAST] + FIRST
    products = [f"{series} {number}" for series in SERIES for number in range(1, 30)] + SERIES
    products += [f"{series} {kind}" for series in SERIES for kind in KINDS]
    return {"person": people, "product": products, "place": CITIES, "kind": KINDS}


def parted(pool, draws):
    """Return what is known to learn from, and what only held-out texts say: four in ten."""
    known, late = {}, {}
    for label, all_of in pool.items():
        some = all_of[:]
        draws.shuffle(some)
        cut = round(0.6 * len(some)) if label != "kind" else len(some)
        known[label], late[label] = some[:cut], some[cut:] or some
    return known, late


def sentence(form, pick):
    text, spans = "", []
    for piece in form.replace("{", "\0{").replace("}", "}\0").split("\0"):
        label = piece[1:-1] if piece.startswith("{") else None
        said = pick(label) if label else piece
        if label and label != "kind":
            spans.append([len(text), len(text) + len(said), label.title()])
        text += said
    return text, spans


def note(draws, forms, nothing, pick, gap):
    text, spans = "", []
    is_empty = draws.random() < 0.3
    for _ in range(draws.randint(2, 7)):
        form = draws.choice(nothing if is_empty or draws.random() < 0.35 else forms)
        said, found = sentence(form, pick)
        spans += [[start + len(text), end + len(text), label] for start, end, label in found]
        text += said + gap
    return text.rstrip(), spans


def as_people_mark(draws, text, spans):
    """Return spans as people mark them: some missing, some a word too long."""
    marked = []
    for start, end, label in spans:
        chance = draws.random()
        after = text.find(" ", end + 1)
        if chance >= 0.05:
            marked.append([start, after if chance > 0.97 and text[end : end + 1] == " " and after > 0 else end, label])
    return marked


def made(draws, pool, forms, late, nothing, gap, taught, asked):
    known, unknown = parted(pool, draws)
    notes = []
    for at in range(taught + asked):
        is_asked = at >= taught
        pick = lambda label, new=is_asked: draws.choice((unknown if new and draws.random() < 0.4 else known)[label])  # noqa: E731
        mixed = late if is_asked and draws.random() < 0.2 else forms
        text, spans = note(draws, mixed, nothing, pick, gap)
        notes.append((f"n{at}", text, spans if is_asked else as_people_mark(draws, text, spans)))
    return notes[:taught], notes[taught:]


def as_facts(span):
    return dict(zip(("start", "end", "label"), span, strict=True))


def written(out, prefix, taught, asked):
    def put(name, rows):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (out / f"{prefix}{name}.jsonl").write_text("".join(lines), encoding="utf-8")

    for name, notes in (("train", taught), ("test", asked)):
        put(name, ({"id": key, "text": text, "spans": list(map(as_facts, spans))} for key, text, spans in notes))
    said = Counter((label, text[start:end]) for _, text, spans in taught for start, end, label in spans)
    words = {label: sorted({each for (of, each), n in said.items() if of == label and n > 1}) for label, _ in said}
    (out / f"{prefix}words.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    draws = random.Random(given.seed)
    written(given.out, "", *made(draws, names(), FORMS, LATE_FORMS, NOTHING, " ", 2_000, 500))
    han = {label: HAN[label] for label in ("person", "product", "place")}
    written(given.out, "han-", *made(draws, han, HAN["forms"], HAN["late"], HAN["nothing"], "", 1_000, 300))
