"""What the overview says: is it working, is it right, what needs me. All from real rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from earmark.intervals import wilson_interval

from backend.annotators.models import Annotator
from backend.judgements.actions.show import SEARCH_POLICY
from backend.judgements.models import Slot
from backend.projects.actions.webhooks import not_taken
from backend.projects.figures import two_places
from backend.projects.jobs import title_of
from backend.projects.models import Job, Project
from backend.quality.charts import stacked_bar, stacked_days, whisker
from backend.quality.models import ConsensusLabel
from backend.questions.models import Item, Question
from backend.questions.spots import words_in
from backend.suggestions.catalogue import NOT_INSTALLED, Known, catalogue_of
from backend.suggestions.models import RemoteSuggester, Suggester
from backend.suggestions.rule_sets import PREFIX
from backend.suggestions.serving import TAUGHT
from backend.suggestions.troubles import troubles_of

DAYS = 14
LONGEST_NAMED = 120
REST = timedelta(minutes=5)
"""How long work that is due may wait before it is told."""
PARTS = ("accepted", "rejected", "corrected", "unsure", "passed", "ignored", "unseen")
WORDS = {
    "accepted": "Accepted",
    "rejected": "Rejected",
    "corrected": "Another answer",
    "unsure": "Not sure",
    "passed": "Seen, passed by",
    "ignored": "Seen, no answer given",
    "unseen": "Never seen",
}
ANSWERED = ("accepted", "rejected", "corrected", "unsure")


@dataclass(frozen=True)
class Counted:
    """How many slots of a day that a suggester filled came to one outcome."""

    day: date
    suggester: int | None
    outcome: str
    count: int


@dataclass(frozen=True)
class Figure:
    """A number with what it is and how sure it is."""

    name: str
    value: str
    note: str
    url: str


def overview(*, project: Project, now: datetime, days: int = DAYS, sees_keys: bool = True) -> dict[str, Any]:
    """Return all that the overview page shows for the days that end now, the first of them whole."""
    since = _days_until(now, days)[0]
    counted = _counted_slots(project, since)
    known = catalogue_of(project.pk)
    totals = _outcomes_of(counted)
    labels = _counted_labels(project, since)
    by_day = _by_day(counted, now, days)
    return {
        "project": project,
        "days": days,
        "since": since,
        "until": now,
        "sentence": _sentence(project, totals, labels),
        "figures": _figures(project, totals, labels),
        "legend": _legend(totals, since),
        "chart": _chart(by_day),
        "table": _table(by_day),
        "suggesters": _suggesters(project, counted, known, since),
        "is_asked": Question.objects.of(project).exists(),
        "needs": _needs(project, now) + _missing(known) + _failing(project, now) + _to_begin(project, sees_keys),
    }


def _counted_slots(project: Project, since: datetime) -> list[Counted]:
    """Return how many slots of what was suggested since came to what, by day and suggester: all at one look."""
    slots = Slot.objects.of(project).filter(exposure__shown_at__gte=since).exclude(exposure__policy=SEARCH_POLICY)
    rows = slots.annotate(day=TruncDate("exposure__shown_at")).values_list("day", "suggester", "outcome")
    return [Counted(*row) for row in rows.annotate(Count("pk"))]


def _outcomes_of(counted: Iterable[Counted]) -> Counter[str]:
    totals = Counter[str]()
    for each in counted:
        totals[each.outcome] += each.count
    return totals


def _counted_labels(project: Project, since: datetime) -> dict[str, int]:
    """Return how many labels are settled, how many of these came to be so since, and how many are contested."""
    is_settled = Q(state=ConsensusLabel.State.SETTLED)
    return ConsensusLabel.objects.of(project).aggregate(
        settled=Count("pk", filter=is_settled),
        new=Count("pk", filter=is_settled & Q(settled_at__gte=since)),
        contested=Count("pk", filter=Q(state=ConsensusLabel.State.CONTESTED)),
    )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"


def _sentence(project: Project, totals: Counter[str], labels: Mapping[str, int]) -> dict[str, Any]:
    seen = totals.total() - totals["unseen"]
    gold = _gold(project)
    return {
        "answered": sum(totals[outcome] for outcome in ANSWERED),
        "seen": seen,
        "settled": labels["new"],
        "right": f"{100 * gold[0] / gold[1]:.0f}" if gold[1] else None,
    }


def _gold(project: Project) -> tuple[int, int]:
    sums = Annotator.objects.of(project).aggregate(right=Sum("gold_right_count"), of=Sum("gold_answers_count"))
    return sums["right"] or 0, sums["of"] or 0


def _figures(project: Project, totals: Counter[str], labels: Mapping[str, int]) -> list[Figure]:
    answered = sum(totals[outcome] for outcome in ANSWERED)
    seen = totals.total() - totals["unseen"]
    low, high = wilson_interval(answered, seen)
    right, of_gold = _gold(project)
    gold_low, gold_high = wilson_interval(right, of_gold)
    return [
        Figure(
            "Answered when seen",
            _share(answered, seen),
            f"{100 * low:.0f} to {100 * high:.0f}, of {seen} seen" if seen else "nothing was seen yet",
            _list("judgements_judgement"),
        ),
        Figure(
            "Right when checked",
            two_places(right / of_gold) if of_gold else "–",
            f"{two_places(gold_low)} to {two_places(gold_high)}, {of_gold} gold answers"
            if of_gold
            else "no gold answer was met yet",
            reverse("people"),
        ),
        Figure("Settled labels", str(labels["settled"]), f"{labels['new']} in these days", _labels("settled")),
        Figure(
            "Contested labels", str(labels["contested"]), "people disagree; an expert can decide", _labels("contested")
        ),
    ]


def _list(model: str, **asked: object) -> str:
    return reverse(f"admin:{model}_changelist") + (f"?{urlencode(asked)}" if asked else "")


def _slots(since: datetime, **asked: object) -> str:
    return _list("judgements_slot", exposure__shown_at__gte=since.isoformat(" ", "seconds"), searched="no", **asked)


def _labels(state: str) -> str:
    return _list("quality_consensuslabel", state__exact=state)


def _legend(totals: Counter[str], since: datetime) -> list[dict[str, Any]]:
    whole = totals.total()
    return [
        {
            "part": part,
            "word": WORDS[part],
            "count": totals[part],
            "share": _share(totals[part], whole),
            "url": _slots(since, outcome__exact=part),
        }
        for part in PARTS
        if totals[part] or part in ("accepted", "rejected", "passed", "ignored", "unseen")
    ]


def _by_day(counted: Iterable[Counted], now: datetime, days: int) -> list[tuple[str, Counter[str]]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in counted:
        counts[each.day.isoformat()][each.outcome] += each.count
    wanted = [day.date().isoformat() for day in _days_until(now, days)]
    return [(day, counts[day]) for day in wanted]


def _days_until(now: datetime, days: int) -> list[datetime]:
    """Return when each of the days began that end now, in the time zone that the days of rows are counted in."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return [today - timedelta(days=back) for back in range(days - 1, -1, -1)]


def _chart(by_day: list[tuple[str, Counter[str]]]) -> SafeString:
    drawn = stacked_days(by_day, PARTS, title="What became of each suggestion, by day")
    return mark_safe(drawn)  # noqa: S308  numbers and dates of our own


def _table(by_day: list[tuple[str, Counter[str]]]) -> list[dict[str, Any]]:
    return [
        {"day": day, "shown": counts.total(), "counts": [counts[part] for part in PARTS]}
        for day, counts in by_day
        if counts
    ]


def _suggesters(
    project: Project, counted: Sequence[Counted], known: Mapping[str, Known], since: datetime
) -> list[dict[str, Any]]:
    """Return a row for each version that was shown, and for each name that could be and was not."""
    there = Suggester.objects.of(project).in_bulk({each.suggester for each in counted if each.suggester})
    found: dict[tuple[str, str, str, int], Counter[str]] = defaultdict(Counter)
    for each in counted:
        if suggester := there.get(each.suggester or 0):
            found[suggester.name, suggester.version, suggester.state, suggester.pk][each.outcome] += each.count
    shown = {name for name, *_ in found}
    for name, named in known.items():
        if name not in shown and (named.asked_by or not named.is_ours):
            found[name, "", "missing" if named.is_missing else "not shown", 0] = Counter()
    return [_suggester(key, counts, known, since) for key, counts in sorted(found.items())]


def _suggester(
    key: tuple[str, str, str, int], counts: Counter[str], known: Mapping[str, Known], since: datetime
) -> dict[str, Any]:
    name, version, state, number = key
    decided = counts["accepted"] + counts["rejected"] + counts["corrected"] + counts["passed"]
    low, high = wilson_interval(counts["accepted"], decided)
    share = counts["accepted"] / decided if decided else 0.0
    told = ", ".join(f"{counts[part]} {part}" for part in PARTS if counts[part])
    return {
        "name": name,
        "version": version,
        "state": state,
        "url": _slots(since, suggester__id__exact=number) if number else "",
        "runs": known[name].where if name in known else NOT_INSTALLED,
        "shown": counts.total(),
        "accepted": counts["accepted"],
        "rejected": counts["rejected"],
        "bar": mark_safe(stacked_bar(counts, PARTS, title=told)) if counts else "",  # noqa: S308  numbers of our own
        "whisker": mark_safe(whisker(share, low, high)) if decided else "",  # noqa: S308  numbers of our own
        "share": two_places(share) if decided else "–",
        "interval": f"{two_places(low)} to {two_places(high)}" if decided else "nobody decided yet",
    }


def _missing(known: Mapping[str, Known]) -> list[dict[str, str]]:
    """Return what questions ask for in vain."""
    return [
        {
            "title": f"{question.slug} asks for the suggester {each.name} in vain",
            "text": f"It gives nothing: {each.where}.",
            "url": reverse("admin:questions_question_change", args=[question.pk]),
            "verb": "Look",
        }
        for each in known.values()
        if each.is_missing
        for question in each.asked_by
    ]


def _failing(project: Project, now: datetime) -> list[dict[str, str]]:
    """Return which suggesters failed in this process within the last hour, each with the page that tells more."""
    troubles = troubles_of(project.pk, now=now)
    remotes = dict(RemoteSuggester.objects.of(project).values_list("name", "pk")) if troubles else {}
    return [
        {
            "title": _failing_title(each.name),
            "text": f"{_counted(each.count, 'time')} since {each.began_at:%H:%M}: {each.how}. Meanwhile others show.",
            "url": _page_of(each.name, remotes),
            "verb": "Look",
        }
        for each in troubles
    ]


def _failing_title(name: str) -> str:
    """Return what fails: a suggester, or of one that is a module of rules some rule, while its others go on."""
    is_rules = name.startswith(PREFIX)
    return f"A rule of {name.removeprefix(PREFIX)} fails" if is_rules else f"The suggester {name} fails"


def _page_of(name: str, remotes: Mapping[str, int]) -> str:
    if name in remotes:
        return reverse("admin:suggestions_remotesuggester_change", args=[remotes[name]])
    if name in TAUGHT:
        return _list("suggestions_trainedversion")
    return reverse("rules") if name.startswith(PREFIX) else _list("suggestions_suggester")


def _needs(project: Project, now: datetime) -> list[dict[str, str]]:
    """Return what an analyst can do now, most pressing first."""
    labels = ConsensusLabel.objects.of(project).select_related("unit__item", "unit__other")
    contested = labels.filter(state=ConsensusLabel.State.CONTESTED).order_by("-computed_at")[:3]
    proposed = labels.filter(state=ConsensusLabel.State.PROPOSED).order_by("-computed_at")[:2]
    needs = [_need("People disagree", label, "Decide") for label in contested]
    needs += [_need("Proposed, and nobody was asked yet", label, "Answer") for label in proposed]
    return [*_at_rest(project, now), *needs, *_broken(project)]


def _need(title: str, label: ConsensusLabel, verb: str) -> dict[str, str]:
    second = label.unit.other or label.unit.label or words_in(label.unit.anchor)
    named = [Truncator(str(each)).chars(LONGEST_NAMED) for each in (label.unit.item, second) if each]
    text = format_html_join(" and ", "“<bdi>{}</bdi>”", ((each,) for each in named))
    return {"title": title, "text": text, "url": reverse("story", args=[label.unit.item_id]), "verb": verb}


def _to_begin(project: Project, sees_keys: bool) -> list[dict[str, str]]:
    """Return what a new project lacks: something to ask, and something to ask about."""
    steps = []
    if not Question.objects.of(project).exists():
        text = "A question says what people are asked about your items, and which suggesters guess."
        url = reverse("admin:questions_question_add")
        steps.append({"title": "Nothing is asked yet", "text": text, "url": url, "verb": "Add question"})
    if not Item.objects.of(project).exists():
        text = "Your product registers what is to be marked: client.items.upsert(…), or earmark items import."
        where, verb = ("projects_apikey", "See keys") if sees_keys else ("questions_item", "See items")
        text = text if sees_keys else f"{text} Its key comes from who runs Earmark."
        url = reverse(f"admin:{where}_changelist")
        steps.append({"title": "No items yet", "text": text, "url": url, "verb": verb})
    return steps


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _at_rest(project: Project, now: datetime) -> Iterable[dict[str, str]]:
    """Yield that nothing is done any more, where work that is due waits longer than a worker that runs lets it.

    What waits in a lane may do so for a host; that is told apart.
    """
    due = Job.objects.waiting().in_no_lane().filter(project=project, due_at__lt=now - REST)
    count = due.filter(Q(leased_until=None) | Q(leased_until__lt=now)).count()
    if count:
        yield {
            "title": f"{_counted(count, 'job')} due and not begun for {REST.seconds // 60} minutes",
            "text": "Nothing is settled, sent or frozen meanwhile. See that a worker runs, and what its log says.",
            "url": _list("projects_job", done_at__isempty=1),
            "verb": "Look",
        }


def _broken(project: Project) -> Iterable[dict[str, str]]:
    dead = Job.objects.filter(project=project).dead()
    last = dead.order_by("-died_at").first()
    if last:
        address = reverse("admin:projects_job_changelist") + "?died_at__isempty=0"
        yield {
            "title": f"{_counted(dead.count(), 'job')} given up",
            "text": "Tried eight times, or due for days to a host that took nothing. The last one: "
            f"{title_of(last.kind)} ({last.failure or 'killed'}). Try again there.",
            "url": address,
            "verb": "Look",
        }
    waiting = not_taken(project=project).count()
    if waiting:
        address = reverse("admin:projects_webhookdelivery_changelist") + "?delivered_at__isempty=1"
        text = "The host did not take what it was sent."
        title = f"{_counted(waiting, 'message')} not delivered"
        yield {"title": title, "text": text, "url": address, "verb": "Look"}
