"""Let a trained version order what people see, and step back; each step is written down."""

from datetime import datetime

from django.utils.text import capfirst

from backend.learning.actions.forget import is_taught_by_erased
from backend.learning.compared import beside, unmeasured
from backend.learning.errors import AnotherIsLive, NotBetter, NothingLive, NotPromotable
from backend.learning.telling import counted
from backend.questions.models import Question
from backend.suggestions.artefacts import drift_of, fault_of, live_version
from backend.suggestions.models import Promotion, Suggester, TrainedVersion
from backend.suggestions.serving import Serving, serving_of

State, Move = TrainedVersion.State, Promotion.Move
LONGEST_REASON = 500


def promote(*, trained: TrainedVersion, by: str, now: datetime, reason: str = "", seen: int | None = None) -> Promotion:
    """Make a trained version live in place of what serves its question.

    Raises NotPromotable where it is not trained or cannot be loaded, and NotBetter where it is not surely better
    than what serves and no reason is given; a reason overrides that, and is kept. Raises AnotherIsLive where `seen`,
    the key of the live version that somebody compared it with, 0 for none, is not the one that is live by now.
    """
    live = _locked_live(trained.question)
    trained = TrainedVersion.objects.select_related("question", "suggester").get(pk=trained.pk)
    if trained.state not in (State.SHADOW, State.RETIRED):
        raise NotPromotable(f"{trained} is {trained.state}; only a version in shadow, or a retired one, is promoted.")
    if seen is not None and seen != (live.pk if live else 0):
        told = f"{live} is live by now" if live else "No trained version is live any more"
        raise AnotherIsLive(f"{told}. Look again before you promote {trained}.")
    if trained.erased_at is not None or is_taught_by_erased(trained):
        raise NotPromotable(
            f"{trained} was taught by somebody who is erased since, or what taught it cannot be read any more; promote "
            "one that was trained later."
        )
    if fault := fault_of(trained):
        raise NotPromotable(f"{trained} cannot be loaded here. {fault}")
    reason = reason.strip()[:LONGEST_REASON]
    doubt = why_not(trained, live)
    if doubt and not reason:
        raise NotBetter(f"{doubt} Give a reason to promote it all the same; it is kept.")
    _serve(live, trained)
    return _note(trained, Move.PROMOTED, live, trained, by=by, reason=reason, now=now, is_override=bool(doubt))


def step_back(
    *, question: Question, by: str, now: datetime, reason: str = "", seen: TrainedVersion | None = None
) -> Promotion:
    """Let serve again what the live version took the place of, be that an earlier version or nothing trained.

    An earlier version that cannot be loaded here any more, or that an erased person taught, is passed over.
    Raises NothingLive, and AnotherIsLive where `seen`, the version that somebody means to step back from, is not
    the one that is live by now.
    """
    live = _locked_live(question)
    if live is None:
        raise NothingLive(f"No trained version of {question.slug} is live; there is nothing to step back from.")
    if seen is not None and live.pk != seen.pk:
        raise AnotherIsLive(f"{seen} is not live any more; {live} is. Look again before you step back from that one.")
    earlier = served_before(live)
    _serve(live, earlier)
    reason = reason.strip()[:LONGEST_REASON]
    return _note(live, Move.STEPPED_BACK, live, earlier, by=by, reason=reason, now=now)


def why_not(trained: TrainedVersion, live: TrainedVersion | None) -> str:
    """Return why a version is not surely better than what serves, as a sentence; empty where it is."""
    if not trained.metrics.get("queries"):
        return f"{trained} was not measured: nothing that could tell is settled outside the train split."
    if drift := drift_of(trained):
        return drift
    serving = serving_to_beat(trained, live)
    if serving.unmeasured:
        return f"{capfirst(str(serving))} {serving.verb} {trained.question}, and {unmeasured(serving)} with {trained}."
    rival = beside(trained, serving)
    if rival is None:
        return f"{trained} was not compared with {serving}, which {serving.verb} now; train again to compare them."
    gain = rival.gain
    if gain["low"] > 0:
        return ""
    return (
        f"{trained} is not surely better than {serving}: {trained.measure} {gain['difference']:+.1f}, "
        f"95 % of resamples from {gain['low']:+.1f} to {gain['high']:+.1f}, "
        f"{counted(trained.metrics['queries'], 'item')}."
    )


def serving_to_beat(trained: TrainedVersion, live: TrainedVersion | None) -> Serving:
    """Return what a version has to be better than: what serves its question now.

    A live version that abstains, as it cannot be loaded, and was not compared with for that, is passed over.
    """
    serving = serving_of(trained.question, live)
    is_compared = not serving.live or beside(trained, serving) or not fault_of(serving.live)
    return serving if is_compared else serving_of(trained.question, None)


def _locked_live(question: Question) -> TrainedVersion | None:
    Question.objects.select_for_update().get(pk=question.pk)
    return live_version(question)


def served_before(live: TrainedVersion) -> TrainedVersion | None:
    """Return what serves after a step back: the version before, the nearest that can be loaded; None for none."""
    for earlier in reversed(_served_in_turn(live)):
        if earlier != live and earlier.erased_at is None and not is_taught_by_erased(earlier) and not fault_of(earlier):
            return earlier
    return None


def _served_in_turn(live: TrainedVersion) -> list[TrainedVersion]:
    """Return what a version took the place of, the last one last: what was stepped back from is no part of it."""
    served: list[TrainedVersion] = []
    steps = Promotion.objects.filter(project=live.project_id, question=live.question_id)
    for step in steps.select_related("after__question").order_by("pk"):
        if step.move == Move.STEPPED_BACK:
            while served and served[-1] != step.after:
                served.pop()
        elif step.after is not None:
            served.append(step.after)
    return served[:-1]


def _serve(before: TrainedVersion | None, after: TrainedVersion | None) -> None:
    """Retire one and let another be live, and their suggesters with them."""
    for trained, state in ((before, State.RETIRED), (after, State.LIVE)):
        if trained is not None:
            TrainedVersion.objects.filter(pk=trained.pk).update(state=state)
            Suggester.objects.filter(project=trained.project_id, trained_version=trained).update(state=state)


def _note(
    trained: TrainedVersion,
    move: str,
    before: TrainedVersion | None,
    after: TrainedVersion | None,
    *,
    by: str,
    reason: str,
    now: datetime,
    is_override: bool = False,
) -> Promotion:
    return Promotion.objects.create(
        project_id=trained.project_id,
        question=trained.question,
        move=move,
        before=before,
        after=after,
        is_override=is_override,
        reason=reason,
        by=by,
        moved_at=now,
    )
