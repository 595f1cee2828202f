"""Marked words of pages that were edited since, with the right answer: the realistic set and the stress set."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.anchors.edits import (
    BETWEEN_SENTENCES,
    REWORDED,
    WORD,
    Page,
    Signs,
    add,
    change_markup,
    copy_of,
    delete,
    move,
    quote,
    revise,
    reword,
    text_of,
    typo,
)

BASE = Path(__file__).resolve().parents[2]
SEED = 20261126
SIZE = {"realistic": 2000, "stress": 1200}
STRESS_DELETED = 300
KEPT = 0.5
"""Marked words survive where at least half of their characters stand where they stood, in their order."""


@dataclass(frozen=True)
class Case:
    """Marked words in code points of `before`; `right` is where they are in `after`.

    `fate`: survives, deleted (no character is left: only "stale" is right), or between (some are left, fewer than
    half, or torn apart, or in a quotation alone: the right place and "stale" are both right).
    """

    before: str
    start: int
    end: int
    after: str
    fate: str
    right: tuple[int, int] | None


def read_posts(source: str, data: Path | None) -> list[str]:
    """Return posts of one source in their order: `demo` is in the repository, `forum` and `jira` are in `data`."""
    if source == "demo":
        path = BASE / "demo" / "forum" / "data" / "threads.jsonl.gz"
        return [f"{row['title']}. {row['body']}" for row in _rows(path)]
    assert data, "EARMARK_DATA names the folder of dup_forum and dup_jira"
    if source == "jira":
        found = (f"{row['title']}. {row['body']}" for row in _rows(data / "dup_jira" / "reports.jsonl.gz"))
        return [post for _, post in zip(range(6000), found, strict=False)]
    rows = list(_rows(data / "dup_forum" / "train.jsonl.gz"))
    asked = {row["qid"]: f"{row['q_title']}. {row['q_body']}" for row in rows}
    return [*asked.values(), *(f"{row['c_title']}. {row['c_body']}" for row in rows)]


def _rows(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def cases(posts: list[str], kind: str, part: str, seed: int = SEED) -> list[Case]:
    """Draw the cases of a kind; `part` is tune or measure, which never share a post."""
    draw = random.Random(f"{seed} {kind} {part}")
    mine = [post for post in posts if (random.Random(f"{seed} {post}").random() < 0.5) == (part == "tune")]
    if kind == "realistic":
        return [_realistic(mine, draw) for _ in range(SIZE[kind])]
    kept = SIZE[kind] - STRESS_DELETED
    return [_stress(mine, draw, fate) for fate in ["survives"] * kept + ["deleted"] * STRESS_DELETED]


def _page(posts: list[str], draw: random.Random) -> Page:
    """Return a thread: a post, and up to eight answers made of one to four neighbouring sentences of other posts."""
    page = Page.of([draw.choice(posts)])
    answers = [draw.choice(posts) for _ in range(draw.randint(0, 8))]
    return Page.of([text_of(page.signs), *(_answer(post, draw) for post in answers)])


def _answer(post: str, draw: random.Random) -> str:
    sentences = BETWEEN_SENTENCES.split(" ".join(post.split()))
    at = draw.randrange(len(sentences))
    return " ".join(sentences[at : at + draw.randint(1, 4)])


def _marked(text: str, draw: random.Random) -> tuple[int, int]:
    """Draw what somebody marks: mostly one to three words, some phrases, some sentences; never a mere function word."""
    words = list(WORD.finditer(text))
    count = draw.choice([1, 1, 2, 2, 3, 3, draw.randint(4, 10), draw.randint(4, 10), draw.randint(11, 30)])
    while True:
        first = draw.randrange(max(1, len(words) - count + 1))
        last = min(first + count, len(words)) - 1
        if last > first or (len(words[first][0]) > 2 and words[first][0].lower() not in REWORDED):
            return words[first].start(), words[last].end()


def _realistic(posts: list[str], draw: random.Random) -> Case:
    """One revision of a page: as many edits as half of its sentences, at most eight, anywhere."""
    while True:
        page = _page(posts, draw)
        before = page.text
        if len(before) < 40:
            continue
        start, end = _marked(before, draw)
        sentence_count = sum(map(len, page.posts))
        revise(page, draw, draw.randint(1, max(1, min(8, sentence_count // 2))))
        return _case(before, start, end, page)


def _stress(posts: list[str], draw: random.Random, fate: str) -> Case:
    """Many revisions: as many edits as half of the sentences, and one to three in and around the marked words."""
    while True:
        page = _page(posts, draw)
        before = page.text
        if len(before) < 40:
            continue
        start, end = _marked(before, draw)
        revise(page, draw, max(3, sum(map(len, page.posts)) // 2))
        _trouble(page, start, end, draw)
        if fate == "deleted":
            _strike(page, start, end, draw)
        case = _case(before, start, end, page)
        if case.fate == fate:
            return case


def _home(page: Page, start: int, end: int) -> tuple[list[Signs], int] | None:
    """Return the post and sentence in which marked characters stand."""
    for post in page.posts:
        for at, sentence in enumerate(post):
            if any(start <= origin < end for _, origin in sentence):
                return post, at
    return None


def _trouble(page: Page, start: int, end: int, draw: random.Random) -> None:
    """Edit the sentence that holds the marked words, and its neighbours."""
    for _ in range(draw.randint(1, 3)):
        home = _home(page, start, end)
        if not home:
            return
        post, at = home
        edit = draw.choices([typo, reword, add, delete, move, quote, change_markup], [8, 6, 2, 0, 1, 1, 1])[0]
        if edit in (quote, change_markup):
            edit(page, draw)
            continue
        alone = Page([[post[at]]])
        edit(alone, draw)
        post[at : at + 1] = alone.posts[0]


def _strike(page: Page, start: int, end: int, draw: random.Random) -> None:
    """Delete the marked words alone, or every sentence that holds one of them; where they are quoted too."""
    is_alone = draw.random() < 0.5
    struck = {*range(start, end), *map(copy_of, range(start, end))}
    for post in page.posts:
        for at, sentence in reversed(list(enumerate(post))):
            if any(origin in struck for _, origin in sentence):
                if is_alone:
                    post[at] = [(sign, origin) for sign, origin in sentence if origin not in struck]
                else:
                    del post[at]


def _case(before: str, start: int, end: int, page: Page) -> Case:
    signs = page.signs
    after = " ".join("".join(sign for sign, _ in signs).split(" "))
    places = [at for at, (_, origin) in enumerate(signs) if start <= origin < end]
    if not places:
        copies = {*map(copy_of, range(start, end))}
        places = [at for at, (_, origin) in enumerate(signs) if origin in copies]
        if not places:
            return Case(before, start, end, after, "deleted", None)
        return Case(before, start, end, after, "between", (places[0], places[-1] + 1))
    right = places[0], places[-1] + 1
    kept, last = 0, -1
    for at in places:
        sign, origin = signs[at]
        if origin > last and sign == before[origin]:
            kept, last = kept + 1, origin
    is_whole = right[1] - right[0] <= 2 * (end - start) + 20
    return Case(
        before, start, end, after, "survives" if is_whole and kept >= KEPT * (end - start) else "between", right
    )


def big_page(posts: list[str], draw: random.Random) -> list[Case]:
    """Return 400 cases of one page of 100,000 characters that was edited 100 times, a fourth of them struck out."""
    taken: list[str] = []
    while sum(map(len, taken)) < 100_000:
        taken.append(draw.choice(posts))
    page = Page.of(taken)
    before = page.text
    spans = [_marked(before, draw) for _ in range(400)]
    revise(page, draw, 100)
    for start, end in spans[::4]:
        _strike(page, start, end, draw)
    return [_case(before, start, end, page) for start, end in spans]
