"""Short reviews from a stated recipe, with the feeling that each was written to have.

A text is an opener (often none), one statement, sometimes a second one, sometimes a remark that says nothing,
in an order that is drawn. A statement is a thing and a phrase of the text's feeling. One text in eight says the
other feeling too, in passing ("although …"); one in ten denies ("not …"), so single words mislead. About a
third of the phrases hold a word of DICTIONARY; the others must be learned. Nothing is copied from anywhere.
"""

import random
from dataclasses import dataclass

NEGATIVE, NEUTRAL, POSITIVE = LABELS = ("negative", "neutral", "positive")
DICTIONARY = {
    NEGATIVE: ["bad", "terrible", "broken", "disappointed", "worst"],
    NEUTRAL: ["okay", "average"],
    POSITIVE: ["good", "great", "love", "perfect", "excellent"],
}
THINGS = ["the kettle", "the lamp", "delivery", "the app", "the manual", "the handle", "support", "the battery",
          "the screen", "the packaging", "the colour", "the hinge", "the price", "the cable", "the lid"]  # fmt: skip
PHRASES = {
    NEGATIVE: ["is bad", "was a terrible surprise", "came broken", "left me disappointed", "is the worst part",
               "stopped after a week", "leaks", "feels flimsy", "took three weeks", "never answered",
               "scratches at once", "smells of glue", "went back to the shop", "is a waste of money",
               "gets far too hot", "rattles all night"],
    NEUTRAL: ["is okay", "is average", "does what the box says", "is as described", "came on Tuesday",
              "has two settings", "is a bit larger than mine", "replaces an older one", "is grey in daylight",
              "needs four screws", "is much like the last one", "was on offer", "weighs a kilo"],
    POSITIVE: ["is good", "looks great", "is what I love most", "is a perfect fit", "was excellent",
               "outlasts its rivals", "makes mornings easier", "arrived a day early", "feels solid",
               "is a joy to hold", "was worth every cent", "surprised my whole family", "is quiet as a mouse",
               "solved it within minutes", "would be my choice again"],
}  # fmt: skip
DENIALS = {NEGATIVE: "not good, {} {}", NEUTRAL: "neither great nor terrible, {} {}", POSITIVE: "not bad at all, {} {}"}
OPENERS = ["", "", "", "Bought in May.", "Second order.", "For my mother.", "After a month:", "Honest opinion:"]
REMARKS = ["I live on the third floor.", "The shop is near the station.", "We are a family of four.",
           "Photos follow.", "Size M.", "It was a rainy week."]  # fmt: skip
OPPOSITE = {NEGATIVE: POSITIVE, POSITIVE: NEGATIVE}


@dataclass(frozen=True)
class Review:
    """A text and what its writer meant."""

    id: str
    text: str
    feeling: str


def reviews(count: int, seed: int = 7) -> list[Review]:
    """Return texts, no two alike: two fifths negative, a fifth neutral, two fifths positive, as drawn."""
    draws = random.Random(seed)
    found: dict[str, Review] = {}
    while len(found) < count:
        feeling = draws.choices(LABELS, (2, 1, 2))[0]
        text = written(draws, feeling)
        found.setdefault(text, Review(f"review-{len(found) + 1}", text, feeling))
    return list(found.values())


def written(draws: random.Random, feeling: str) -> str:
    """Return one text of a feeling."""
    pattern = DENIALS[feeling] if draws.random() < 0.1 else "{} {}"
    parts = [stated(draws, feeling, pattern)]
    if draws.random() < 0.3:
        parts.append(stated(draws, feeling))
    if feeling in OPPOSITE and draws.random() < 0.125:
        parts[0] = f"{parts[0][:-1]}, although {stated(draws, OPPOSITE[feeling])[:-1].lower()}."
    if draws.random() < 0.4:
        parts.insert(draws.randrange(len(parts) + 1), draws.choice(REMARKS))
    return " ".join(part for part in (draws.choice(OPENERS), *parts) if part)


def stated(draws: random.Random, feeling: str, pattern: str = "{} {}") -> str:
    """Return one statement."""
    said = pattern.format(draws.choice(THINGS), draws.choice(PHRASES[feeling]))
    return f"{said[0].upper()}{said[1:]}."
