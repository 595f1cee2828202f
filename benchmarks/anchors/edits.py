"""Realistic edits of pages of posts, each character knowing where it came from.

A page is a list of sentences in posts. An edit works as a person does: mends or makes a typo, rewords, moves, deletes
or adds a sentence, quotes another one in a reply, changes markup. The page that comes out says for each character which
character of the old page it is or stands for, so the right answer is known without any matching.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

Signs = list[tuple[str, int]]
"""Characters of a page, each with the place of the old one it is or stands for; NEW, or `copy_of` the old one."""
NEW = -1

BETWEEN_SENTENCES = re.compile(r"(?<=[.!?:;])\s+")
WORD = re.compile(r"\w[\w'’.-]*\w|\w")
REWORDED = {
    "the": "this", "a": "one", "is": "was", "are": "were", "can": "could", "not": "never", "but": "however",
    "and": "as well as", "when": "whenever", "after": "once", "if": "in case", "use": "work with", "using": "with",
    "open": "launch", "close": "shut", "page": "site", "message": "mail", "messages": "mails", "window": "frame",
    "file": "document", "error": "failure", "problem": "issue", "issue": "problem", "bug": "defect",
    "works": "functions", "work": "function", "tried": "attempted", "see": "notice", "want": "would like",
    "need": "require", "also": "too", "very": "quite", "new": "fresh", "version": "release", "click": "press",
    "clicking": "pressing", "show": "display", "shows": "displays", "get": "receive", "should": "ought to",
    "expected": "wanted", "server": "host", "user": "person", "run": "start", "running": "active", "test": "check",
    "i": "we", "my": "our", "it": "that", "in": "inside", "to": "towards", "on": "upon", "for": "about",
    "with": "using",
}  # fmt: skip
ADDED = [
    "Thanks in advance!", "Any help would be appreciated.", "I can reproduce this every time.",
    "This used to work last year.", "I have restarted twice since.", "Nothing in the log.",
    "Happens on my other machine too.", "EDIT: still there after the update.", "Sorry for my English.",
    "A clean profile did not help.", "I am not sure whether that matters.", "See the attached picture.",
    "Update: it happens only sometimes.", "Has anybody else seen this?", "My colleague has the same.",
    "Please tell me what you need.",
]  # fmt: skip
ANSWERS = [
    "I agree with that.",
    "Same here.",
    "Could you say more about this?",
    "That is not what I see.",
    "Which release is it?",
    "+1",
]
KEYS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"]


@dataclass
class Page:
    """Posts, each a list of sentences; what is joined by one space is the text."""

    posts: list[list[Signs]]

    @classmethod
    def of(cls, posts: list[str]) -> Page:
        """Return a page as it was written; its characters are their own origins."""
        at, made = 0, []
        for post in posts:
            sentences = []
            for sentence in BETWEEN_SENTENCES.split(" ".join(post.split())):
                if sentence:
                    sentences.append([(sign, at + index) for index, sign in enumerate(sentence)])
                    at += len(sentence) + 1
            if sentences:
                made.append(sentences)
        return cls(made)

    @property
    def signs(self) -> Signs:
        sentences = [sentence for post in self.posts for sentence in post if sentence]
        joined: Signs = []
        for sentence in sentences:
            if joined:
                joined.append((" ", NEW))
            joined += sentence
        return joined

    @property
    def text(self) -> str:
        return "".join(sign for sign, _ in self.signs)

    def any(self, draw: random.Random) -> tuple[list[Signs], int]:
        """Return a post and the index of one of its sentences."""
        post = draw.choice([post for post in self.posts if post])
        return post, draw.randrange(len(post))


def text_of(signs: Signs) -> str:
    return "".join(sign for sign, _ in signs)


def copy_of(origin: int) -> int:
    """Return how a copy of an old character is told from itself; twice is once again."""
    return -2 - origin if origin >= 0 else origin


def standing_for(new: str, old: Signs) -> Signs:
    """Return new characters that stand for old ones: the first for the first, the last for the last."""
    if not old:
        return [(sign, NEW) for sign in new]
    step = (len(old) - 1) / max(1, len(new) - 1)
    return [(sign, old[round(index * step)][1]) for index, sign in enumerate(new)]


def typo(page: Page, draw: random.Random) -> None:
    """Swap, double, drop or mistype a character of a word."""
    post, at = page.any(draw)
    words = [word for word in WORD.finditer(text_of(post[at])) if len(word[0]) > 2]
    if not words:
        return
    word = draw.choice(words)
    here, signs = draw.randrange(word.start(), word.end() - 1), post[at]
    how = draw.randrange(4)
    if how == 0:
        signs[here : here + 2] = [signs[here + 1], signs[here]]
    elif how == 1:
        signs.insert(here, signs[here])
    elif how == 2:
        del signs[here]
    else:
        row = next((row for row in KEYS if signs[here][0].lower() in row), KEYS[1])
        signs[here] = (draw.choice(row), signs[here][1])


def reword(page: Page, draw: random.Random) -> None:
    """Say one to three words of a sentence otherwise; one that has no other word is left out or joined by another."""
    post, at = page.any(draw)
    words = list(WORD.finditer(text_of(post[at])))
    chosen = sorted(draw.sample(words, min(len(words), draw.randint(1, 3))), key=lambda word: -word.start())
    for word in chosen:
        old = post[at][word.start() : word.end()]
        other = REWORDED.get(word[0].lower())
        if other:
            post[at][word.start() : word.end()] = standing_for(other, old)
        elif draw.random() < 0.5:
            post[at][word.end() : word.end()] = [(sign, NEW) for sign in " " + draw.choice(list(REWORDED.values()))]
        elif len(words) > 3 and word.start():
            del post[at][word.start() - 1 : word.end()]


def add(page: Page, draw: random.Random) -> None:
    """Add a sentence."""
    post, at = page.any(draw)
    post.insert(at + draw.randint(0, 1), [(sign, NEW) for sign in draw.choice(ADDED)])


def delete(page: Page, draw: random.Random) -> None:
    """Delete a sentence."""
    post, at = page.any(draw)
    if len(post) > 1:
        del post[at]


def move(page: Page, draw: random.Random) -> None:
    """Move a sentence within its post, or to another one."""
    post, at = page.any(draw)
    sentence = post.pop(at)
    if draw.random() < 0.3:
        post = draw.choice(page.posts)
    post.insert(draw.randint(0, len(post)), sentence)


def quote(page: Page, draw: random.Random) -> None:
    """Answer below: one to three sentences of a post are quoted, then answered."""
    post, at = page.any(draw)
    quoted = [[(sign, copy_of(origin)) for sign, origin in one] for one in post[at : at + draw.randint(1, 3)]]
    quoted[0] = [(">", NEW), (" ", NEW), *quoted[0]]
    answer = [[(sign, NEW) for sign in draw.choice(ANSWERS)]]
    place = next(index for index, one in enumerate(page.posts) if one is post) + 1
    page.posts.insert(draw.randint(place, len(page.posts)), quoted + answer)


def change_markup(page: Page, draw: random.Random) -> None:
    """Make typographic quotes and dashes of plain ones, list marks, or a link's address after a word, in one post."""
    post, at = page.any(draw)
    how = draw.randrange(3)
    if how == 0:
        curly = {"'": "’", '"': "”", "-": "–"}
        post[:] = [[(curly.get(sign, sign), origin) for sign, origin in sentence] for sentence in post]
    elif how == 1:
        mark = draw.choice(["- ", "* ", "• ", "1. "])
        post[:] = [[*((sign, NEW) for sign in mark), *sentence] for sentence in post]
    else:
        words = list(WORD.finditer(text_of(post[at])))
        if words:
            end = draw.choice(words).end()
            post[at][end:end] = [(sign, NEW) for sign in f" (https://example.org/{draw.randrange(10**6)})"]


Edit = Callable[[Page, random.Random], None]
EDITS: list[tuple[Edit, int]] = [
    (typo, 30),
    (reword, 22),
    (add, 14),
    (delete, 8),
    (move, 8),
    (quote, 8),
    (change_markup, 10),
]


def revise(page: Page, draw: random.Random, count: int) -> None:
    """Edit a page as often as asked, in place."""
    edits, weights = zip(*EDITS, strict=True)
    for _ in range(count):
        draw.choices(edits, weights)[0](page, draw)
