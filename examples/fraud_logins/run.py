"""Rules flag logins, experts fix them at the desk, and the corrections train a model."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from desk import Expert
from earmark import Earmark, EarmarkError, Item, PushedSuggestion, Suggester
from earmark.rules import Answers, Cast, RuleSuggester, analyse_rules, apply_rules, load_rules
from earmark.rules.command import table
from earmark.suggesters import ItemIndex
from logins import GENUINE, STOLEN, Login, logins
from model import LogisticRegression, average_precision, caught_among, gain_interval

FOLDER = Path(__file__).parent
QUESTION = "login"
LOGINS, HELD_OUT = 1_000, 4_000
SEED, HELD_OUT_SEED = 1, 2
EXPERTS = ("expert-1", "expert-2", "expert-3")
ERROR_RATE = 0.04
NUMBERS = ("km_h", "failed_count", "hour", "typing_ms")
FLAGS = ("knows_device", "is_hosting", "second_factor")
FLAGGED_SHARE = 0.1
PATIENCE_S = 30.0


def main() -> None:
    """Run all of it, and print how the rules did and what the model gains over them."""
    given = _arguments()
    rules = load_rules(str(FOLDER / "rules.py"))
    known = logins(LOGINS, seed=SEED, name="login")
    suggester = RuleSuggester(rules, name="login-rules", one_of=True)
    say(f"{LOGINS} logins, {len(rules)} rules")
    answers = answered_offline(known, given.answers) if given.offline else _at_the_desk(known, suggester, given)
    say(f"{len(answers)} logins are fixed by experts, {sum(v == STOLEN for v in answers.values())} of them stolen")

    casts = list(apply_rules(rules, [login.item for login in known]))
    print("\nThe rules against what experts say\n")
    print("\n".join(table(analyse_rules(casts, Answers.of_choices(answers)))))
    if len(set(answers.values())) < 2:
        raise SystemExit("Experts saw no stolen and genuine logins yet; answer some more at the desk.")
    _compare(rules, casts, known, answers)


def answered_offline(known: Sequence[Login], count: int) -> dict[str, str]:
    """Return what the simulated experts say of the newest logins, in turn, as the desk would ask them."""
    experts = _experts(known)
    newest = [login.item.id for login in reversed(known)][:count]
    return {key: experts[at % len(experts)].opinion(key) for at, key in enumerate(newest)}


def _experts(known: Sequence[Login]) -> list[Expert]:
    truths = {login.item.id: login.truth for login in known}
    return [Expert(name, truths, error_rate=ERROR_RATE) for name in EXPERTS]


def _at_the_desk(known: Sequence[Login], suggester: RuleSuggester, given: argparse.Namespace) -> dict[str, str]:
    try:
        with Earmark(given.key, given.url) as client:
            _set_up(client, [login.item for login in known], suggester)
            links = [client.desk.link(QUESTION, kind="expert", annotator=name).url or "" for name in EXPERTS]
            told = _settled(client, 0)
            if given.by_hand:
                say(f"Answer at {links[0]} and press Enter here when that is enough.")
                input()
                return _settled(client, len(told) + 1)
            share = max(0, given.answers - len(told)) // len(EXPERTS)
            with ThreadPoolExecutor(len(EXPERTS)) as desk:
                done = sum(desk.map(lambda expert, link: expert.work(link, share, say), _experts(known), links))
            return _settled(client, len(told) + done)
    except EarmarkError as error:
        raise SystemExit(f"{error}\nIs the server there, and EARMARK_KEY the project's secret key?") from None


def _set_up(client: Earmark, items: Sequence[Item], suggester: RuleSuggester) -> None:
    """Register the logins, ask the question, and push what the rules of this process flag."""
    taken = client.items.upsert(items)
    say(f"registered: {taken.created_count} new, {taken.unchanged_count} known, {len(taken.rejected)} refused")
    client.questions.create(
        QUESTION,
        kind="choice",
        labels=[GENUINE, STOLEN],
        prompt="Was it the account's owner who signed in?",
        guideline="Genuine: the owner. Stolen: somebody else, with their password.",
        settling_policy="expert",
        overlap=1,
    )
    pushed = client.suggestions.push(_flags(items, suggester))
    say(f"the rules ({suggester.name} {suggester.version}) flag {pushed.accepted_count} logins")


def _flags(items: Sequence[Item], suggester: RuleSuggester) -> Iterator[PushedSuggestion]:
    nowhere, me = ItemIndex(), Suggester(suggester.name, suggester.version)
    for item in items:
        for guess in suggester.suggest(item, nowhere, 1):
            yield PushedSuggestion(QUESTION, item.id, guess.candidate_id, guess.score, me, list(guess.reasons))


def _settled(client: Earmark, enough: int) -> dict[str, str]:
    """Return what is believed by item, once the worker has settled enough."""
    until = time.monotonic() + PATIENCE_S
    while True:
        found = {
            label.unit.items[0]: label.value or ""
            for label in client.labels.list(question=QUESTION, state="settled", limit=1000)
        }
        if len(found) >= enough or time.monotonic() > until:
            return found
        time.sleep(0.5)


def _compare(rules: Sequence, casts: Sequence[Cast], known: Sequence[Login], answers: Mapping[str, str]) -> None:
    """Train on what experts fixed, and print how rules and model do on logins that neither has seen."""
    held_out = logins(HELD_OUT, seed=HELD_OUT_SEED, name="held-out")
    truths = [login.truth == STOLEN for login in held_out]
    told = Answers.of_choices(answers)
    learned = [login.item for login in known if login.item.id in answers]
    model = LogisticRegression().fit(
        list(_rows(learned, apply_rules(rules, learned))), [answers[item.id] == STOLEN for item in learned]
    )
    unseen = [login.item for login in held_out]
    unseen_casts = list(apply_rules(rules, unseen))
    scores = {
        "rules, from the prior": _believed(RuleSuggester(rules), unseen),
        "rules, weighed by the answers": _believed(RuleSuggester(rules).fit(casts, told), unseen),
        "model": [model.predict(row) for row in _rows(unseen, unseen_casts)],
    }
    most = round(FLAGGED_SHARE * HELD_OUT)
    print(f"\nOn {HELD_OUT:,} held-out logins against the hidden truth ({sum(truths)} stolen)\n")
    print(f"{'':<30}  average precision  caught among the {most} flagged first")
    for name, found in scores.items():
        caught = caught_among(found, truths, most)
        print(f"{name:<30}  {average_precision(found, truths):<17.3f}  {100 * caught:.1f} %")
    before, after = scores["rules, weighed by the answers"], scores["model"]
    gain = average_precision(after, truths) - average_precision(before, truths)
    low, high = gain_interval(average_precision, before, after, truths)
    print(f"\nThe model gains {gain:+.3f} over the weighed rules (95 %: {low:+.3f} to {high:+.3f}, paired bootstrap).")


def _believed(suggester: RuleSuggester, items: Sequence[Item]) -> list[float]:
    """Return how far each login is believed stolen rather than genuine; 0 where no rule says either."""
    found, nowhere = [], ItemIndex()
    for item in items:
        by_label = {each.candidate_id: each.score for each in suggester.suggest(item, nowhere, 2)}
        found.append(by_label.get(STOLEN, 0.0) - by_label.get(GENUINE, 0.0))
    return found


def _rows(items: Sequence[Item], casts: Iterator[Cast] | Sequence[Cast]) -> Iterator[list[float]]:
    """Yield the numbers of each login: its own facts, and what each rule votes."""
    votes: dict[str, list[float]] = {}
    for cast in casts:
        vote = cast.votes[0].value if cast.votes else ""
        votes.setdefault(cast.unit[0], []).append({STOLEN: 1.0, GENUINE: -1.0}.get(vote, 0.0))
    for item in items:
        facts = item.metadata
        yield [float(facts[name]) for name in (*NUMBERS, *FLAGS)] + votes[item.id]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offline", action="store_true", help="without a server: the same experts answer here")
    parser.add_argument("--by-hand", action="store_true", help="answer yourself at the desk")
    parser.add_argument("--answers", type=int, default=600, help="how many logins experts fix (600)")
    parser.add_argument("--url", default=os.environ.get("EARMARK_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--key", default=os.environ.get("EARMARK_KEY", ""), help="the project's secret key")
    return parser.parse_args()


def say(line: str) -> None:
    """Tell a person how far it is."""
    print(f"· {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
