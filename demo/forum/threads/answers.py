"""Keep what Earmark tells of threads: where one is answered, and what it is about."""

from django.db import transaction
from django.db.models import Q

from demo.forum.threads.models import AnsweredElsewhere, Thread, ThreadTopic


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


@transaction.atomic
def keep_topic(*, thread: str, topic: str, fits: bool, revision: int) -> None:
    """Keep the news of a topic unless something newer is known."""
    known = ThreadTopic.objects.filter(thread=thread, topic=topic).first()
    if known is None:
        ThreadTopic.objects.create(thread=thread, topic=topic, fits=fits, revision=revision)
    elif revision > known.revision:
        known.fits, known.revision = fits, revision
        known.save()


def threads_about(topic: str) -> list[str]:
    """Return the keys of the threads that people found to be about a topic."""
    return list(ThreadTopic.objects.filter(topic=topic, fits=True).values_list("thread", flat=True))


def topics() -> list[str]:
    """Return the topics that any thread has, in their order."""
    return sorted(set(ThreadTopic.objects.filter(fits=True).values_list("topic", flat=True)))
