"""Keep what Earmark tells of two threads, and say where a thread is answered."""

from django.db import transaction
from django.db.models import Q

from demo.forum.threads.models import AnsweredElsewhere, Thread


@transaction.atomic
def keep_told(*, items: list[str], is_same: bool, revision: int, agreeing_count: int = 0) -> None:
    """Keep the news of a pair unless something newer is known; news may come late or twice."""
    first, second = sorted(items)
    known = AnsweredElsewhere.objects.filter(first=first, second=second).first()
    if known is None:
        known = AnsweredElsewhere(first=first, second=second, revision=-1)
    if revision > known.revision:
        known.is_same, known.revision, known.agreeing_count = is_same, revision, agreeing_count
        known.save()


def answered_in(thread: Thread) -> Thread | None:
    """Return the oldest thread that this one repeats, or None."""
    pairs = AnsweredElsewhere.objects.filter(Q(first=thread.key) | Q(second=thread.key), is_same=True)
    others = [pair.second if pair.first == thread.key else pair.first for pair in pairs]
    return Thread.objects.filter(key__in=others, created_at__lt=thread.created_at).order_by("created_at").first()
