"""When a person may be asked again, from the prompts that they had. Pure.

A prompt is a question that nobody asked for. Three caps hold them back, each by itself, over all
questions of a project:

- A visit holds at most `visit_limit` prompts. A visit is calls no more than 30 minutes apart.
- Any seven days hold at most `week_limit` prompts.
- After `dismissals_limit` dismissals in a row nothing is asked for `rest_days`. Of the prompts that the
  person did something about, in the order of asking, the latest were all closed without an answer, the
  first and the last of these dismissals less than `rest_days` apart; the rest counts from the last.
  A prompt that was left alone neither counts nor breaks the row. One that was answered breaks it, closed
  afterwards or not. One prompt is one dismissal, however often it is closed.

A cap of none holds for one whole span from now: by then the policy may be another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

VISIT_GAP = timedelta(minutes=30)
WEEK = timedelta(days=7)
_JUST_PAST = timedelta(seconds=1)


@dataclass(frozen=True)
class Caps:
    """How often one person may be asked."""

    visit_limit: int = 1
    week_limit: int = 3
    dismissals_limit: int = 2
    rest_days: int = 30

    @property
    def rest(self) -> timedelta:
        """Return how long we rest."""
        return timedelta(days=self.rest_days)

    @property
    def memory(self) -> timedelta:
        """Return for how long a prompt may still matter after it was asked."""
        return 2 * self.rest + WEEK


@dataclass(frozen=True)
class Stay:
    """A visit: its first call and its latest."""

    started_at: datetime
    last_at: datetime

    def has_ended(self, now: datetime) -> bool:
        """Return whether a call at `now` begins another visit."""
        return now > self.last_at + VISIT_GAP


@dataclass(frozen=True)
class Asked:
    """A prompt that was shown, in which visit, and what the person did about it."""

    asked_at: datetime
    visit_started_at: datetime
    answered_at: datetime | None = None
    dismissed_at: datetime | None = None


def rests_until(asked: Sequence[Asked], caps: Caps, now: datetime) -> datetime | None:
    """Return the end of the rest that dismissals in a row have earned, or None outside one."""
    met = [prompt for prompt in asked if prompt.answered_at or prompt.dismissed_at]
    row = sorted(met, key=lambda prompt: prompt.asked_at)[-caps.dismissals_limit :]
    closed = sorted(prompt.dismissed_at for prompt in row if prompt.dismissed_at and not prompt.answered_at)
    if len(closed) < caps.dismissals_limit or closed[-1] - closed[0] >= caps.rest:
        return None
    return _if_ahead(closed[-1] + caps.rest, now)


def capped_until(asked: Sequence[Asked], caps: Caps, stay: Stay | None, now: datetime) -> datetime | None:
    """Return when the caps of the visit and of the week both let a prompt through again, or None if they do now."""
    ends = [_visit_full_until(asked, caps, stay, now), _week_full_until(asked, caps, now)]
    return max((end for end in ends if end), default=None)


def free_at(asked: Sequence[Asked], caps: Caps, stay: Stay | None, now: datetime) -> datetime | None:
    """Return the earliest time at which a prompt may come, or None if that is now."""
    ends = [rests_until(asked, caps, now), capped_until(asked, caps, stay, now)]
    return max((end for end in ends if end), default=None)


def _visit_full_until(asked: Sequence[Asked], caps: Caps, stay: Stay | None, now: datetime) -> datetime | None:
    """Return when the present visit ends at the earliest, should it be full."""
    if stay is None or stay.has_ended(now):
        return now + VISIT_GAP if caps.visit_limit == 0 else None
    count = sum(prompt.visit_started_at == stay.started_at for prompt in asked)
    return stay.last_at + VISIT_GAP + _JUST_PAST if count >= caps.visit_limit else None


def _week_full_until(asked: Sequence[Asked], caps: Caps, now: datetime) -> datetime | None:
    """Return when enough prompts of the last seven days are seven days old."""
    if caps.week_limit == 0:
        return now + WEEK
    week = sorted(prompt.asked_at for prompt in asked if prompt.asked_at > now - WEEK)
    return week[-caps.week_limit] + WEEK if len(week) >= caps.week_limit else None


def _if_ahead(moment: datetime, now: datetime) -> datetime | None:
    return moment if moment > now else None
