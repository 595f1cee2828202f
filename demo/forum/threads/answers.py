"""Keep what Earmark tells: where a thread is answered, what it is about, what it names, what a picture shows."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from demo.forum.threads.models import AnsweredElsewhere, Marked, Thread, ThreadTopic


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


@transaction.atomic
def keep_mark(*, item: str, anchor: dict[str, Any], label: str, revision: int) -> None:
    """Keep the news of words or of a part of a picture unless something newer is known; no label: nothing stands."""
    known = Marked.objects.filter(item=item, where=_where(anchor)).first()
    if known is None:
        words = anchor["quote"]["exact"] if "quote" in anchor else ""
        Marked.objects.create(item=item, where=_where(anchor), words=words[:300], label=label, revision=revision)
    elif revision > known.revision:
        known.label, known.revision = label, revision
        known.save()


def _where(anchor: dict[str, Any]) -> str:
    if "region" in anchor:
        return str(anchor["region"])
    return f"{anchor['position']['start']}-{anchor['position']['end']}"


def named_in(key: str) -> dict[str, str]:
    """Return the words that people found to name something in a thread, with what they name, each once."""
    found = Marked.objects.filter(item=key).exclude(label="").exclude(words="")
    return dict(found.order_by("words").values_list("words", "label"))


def shown_in_pictures() -> dict[str, list[str]]:
    """Return what people found in each picture, by the pictures' keys."""
    shown: dict[str, list[str]] = {}
    for item, label in Marked.objects.filter(words="").exclude(label="").order_by("label").values_list("item", "label"):
        if label not in shown.setdefault(item, []):
            shown[item].append(label)
    return shown
