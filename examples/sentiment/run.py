"""How people feel: rules first, then customers answer, then suggesters learn from what settled.

python run.py --offline     all within this process
python run.py               beside `make demo`: question, items, answers and guesses go through Earmark
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from customers import answers, settled_here
from earmark import ChoiceAnswer, Earmark, EarmarkError, Item, NewJudgement, PushedSuggestion, Suggester
from earmark.evaluation.labels import made, measured
from earmark.suggesters import ItemIndex, LabelledItem
from texts import DICTIONARY, LABELS, reviews

TAUGHT, ASKED = 1_200, 400
SIZES = (30, 100, 300, 1_000)
NAMES = ("dictionary", "neighbours", "linear", "stacked")
DEMO = Path(os.environ.get("EARMARK_DEMO", Path(__file__).parents[2] / ".earmark" / "demo.json"))
QUESTION = "sentiment"
WAIT_S = 300


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offline", action="store_true", help="without Earmark's server")
    given = parser.parse_args()
    texts = reviews(TAUGHT + ASKED)
    shown, held_out = texts[:TAUGHT], texts[TAUGHT:]
    said = list(answers(shown))
    client = None if given.offline else connected()
    settled = settled_here(said) if client is None else settled_there(client, texts, said)
    right = sum(settled[each.id] == each.feeling for each in shown if each.id in settled) / len(settled)
    print(f"{len(said):,} answers settled {len(settled):,} of {len(shown):,} texts, {right:.1%} of them right\n")
    taught = [LabelledItem.chosen(item(each), settled[each.id]) for each in shown if each.id in settled]
    asked = [LabelledItem.chosen(item(each), each.feeling) for each in held_out]
    curve(taught, asked)
    suggester = made("stacked", one_of=True, dictionary=DICTIONARY).fit(taught)
    calibration(suggester, asked)
    if client is not None:
        push(client, suggester, held_out)
    return 0


def item(review):
    """Return a review as an item."""
    return Item(review.id, body=review.text, kind="review")


def curve(taught, asked):
    """Print how well each suggester guesses what it was not taught, by how many settled labels taught it."""
    print("suggester    labels  accuracy  log loss  calibration error  coverage")
    for name in NAMES:
        for size in (0,) if name == "dictionary" else SIZES:
            told = measured(name, taught[:size] or taught, asked, ItemIndex(), one_of=True, dictionary=DICTIONARY)
            figures = (told["accuracy"], told["log_loss"], told["calibration_error"], told["coverage"])
            print("{:<12} {:>6} {:>9.3f} {:>9.3f} {:>18.3f} {:>9.2f}".format(name, size or "–", *figures), flush=True)
    print(f"always the commonest label: {told['majority_accuracy']:.3f}, log loss {told['prior_log_loss']:.3f}\n")


def calibration(suggester, asked):
    """Print how often a guess is right, by the chance that it was given."""
    print("chance given  guesses  right   (stacked, all labels)")
    found = [(each, suggester.suggest(each.item, ItemIndex(), 1)) for each in asked]
    for tenth in range(10):
        here = [
            (guess.score, each.fits.get(guess.candidate_id, False))
            for each, guesses in found
            for guess in guesses
            if min(9, int(guess.score * 10)) == tenth
        ]
        if here:
            mean, right = (sum(column) / len(here) for column in zip(*here, strict=True))
            print(f"{mean:>12.2f} {len(here):>8} {right:>6.2f}")
    each, [guess] = next((each, guesses) for each, guesses in found if guesses)
    print(f"\n“{each.item.body}”\n→ {guess.candidate_id}, {guess.score:.2f}: {'; '.join(guess.reasons)}\n")


def connected():
    """Return a client of the sample product; says what to do where it is not running."""
    if not DEMO.exists():
        sys.exit(f"{DEMO} is not there: run `make demo` in another terminal first, or this with --offline.")
    told = json.loads(DEMO.read_text())
    return Earmark(told["secret_key"], told["base_url"], timeout=60.0)  # the demo may be busy with other things


def settled_there(client, texts, said):
    """Ask the question, register texts, record answers, and return by text what Earmark settled."""
    client.questions.create(
        QUESTION, kind="choice", prompt="How does the writer feel?", labels=LABELS, dictionary=DICTIONARY,
        suggesters=["dictionary", "neighbours"], settling_policy="trusting", overlap=2,
    )  # fmt: skip
    client.items.upsert(item(each) for each in texts)
    given = [NewJudgement(person, QUESTION, text.id, ChoiceAnswer(label)) for text, person, label in said]
    results = client.judgements.record(given)
    bad = [each for each in results if each.status == "bad"]
    if bad:
        sys.exit(f"{len(bad)} answers were refused; the first: {bad[0].code} {bad[0].detail}")
    print(f"{len(results):,} answers are recorded; waiting until they are settled")
    settled, until = {}, time.monotonic() + WAIT_S
    while time.monotonic() < until:
        labels = client.labels.list(question=QUESTION, state="settled", limit=1_000)
        before, settled = len(settled), {label.unit.items[0]: label.value for label in labels}
        if settled and len(settled) == before:
            return settled
        time.sleep(5)
    sys.exit("Nothing settled: is the worker running?")


def push(client, suggester, held_out):
    """Push what is guessed of the other texts, so that the page shows it; say how many."""
    source = Suggester(f"{QUESTION}-{suggester.name}", suggester.version)  # its own name is one of Earmark's
    report = client.suggestions.push(
        PushedSuggestion(QUESTION, each.id, guess.candidate_id, guess.score, source, guess.reasons)
        for each in held_out
        for guess in suggester.suggest(item(each), ItemIndex(), 1)
    )
    print(f"{report.accepted_count} guesses are pushed, {len(report.rejected)} were not taken")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EarmarkError as error:
        sys.exit(f"{error}\nIs the sample product running? Run again, every answer counts once.")
