"""Texts that say who did what with which product, with all of it marked; drawn anew from the same words."""

import random

from earmark.suggesters import Item, MarkedSpan, MarkedText

FIRST = ["Anna", "Bela", "Carl", "Dora", "Emil", "Fritz", "Greta", "Hans", "Ida", "Jakob", "Klara", "Lars"]
LAST = ["Bauer", "Lind", "Berg", "Holm", "Voss", "Kern", "Falk", "Roth", "Wolf", "Stein"]
PRODUCTS = ["Vector", "Zephyr", "Nimbus", "Orion", "Atlas", "Falcon"]
HAN_PRODUCTS = ["向量", "西风", "雨云", "猎户"]
NOTHING = "Nothing to report from Vienna, the weather is fine and the roof holds. "


class Writer:
    """Writes one text, and remembers where it marked."""

    def __init__(self):
        self.text, self.spans = "", []

    def add(self, words, label=None):
        if label:
            self.spans.append(MarkedSpan(len(self.text), len(self.text) + len(words), label))
        self.text += words
        return self


def written(draws, writer):
    kind = draws.random()
    if kind < 0.35:
        writer.add("We met ").add(f"{draws.choice(FIRST)} {draws.choice(LAST)}", "Person").add(" at the office. ")
    elif kind < 0.7:
        writer.add("The ").add(f"{draws.choice(PRODUCTS)} {draws.randint(1, 99)}", "Product").add(" leaks again. ")
    else:
        writer.add(NOTHING)


def drawn(count, seed=0, sentences=(1, 4)):
    """Texts of a few sentences each, of which some mark nothing."""
    draws = random.Random(seed)
    made = []
    for at in range(count):
        writer = Writer()
        for _ in range(draws.randint(*sentences)):
            written(draws, writer)
        made.append(MarkedText(Item(f"{seed}-{at}", "A note", writer.text), writer.spans))
    return made


def in_han(count, seed=0):
    """Texts without spaces between words: what leaks is a product, what is bought is none."""
    draws = random.Random(seed)
    made = []
    for at in range(count):
        writer = Writer().add("昨天")
        writer.add(f"{draws.choice(HAN_PRODUCTS)}", "Product").add("漏水了。我们买了")
        writer.add(draws.choice(["面包", "牛奶", "茶叶"])).add("。")
        made.append(MarkedText(Item(f"{seed}-{at}", "", writer.text), writer.spans))
    return made
