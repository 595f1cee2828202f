"""The forum's own small store."""

from django.db import models


class Thread(models.Model):
    """What somebody asked."""

    key = models.CharField(max_length=20, primary_key=True)
    title = models.CharField(max_length=500)
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title


class AnsweredElsewhere(models.Model):
    """What Earmark last told us of two threads; the highest revision stands."""

    first = models.CharField(max_length=20)
    second = models.CharField(max_length=20)
    is_same = models.BooleanField()
    revision = models.PositiveIntegerField()
    agreeing_count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="a_pair_is_told_once")]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"


class Marked(models.Model):
    """What Earmark last told us of words in a thread or of a part of a picture; the highest revision stands.

    `where` says which: of words their first and last place, of a picture its part in percent.
    """

    item = models.CharField(max_length=40)
    where = models.CharField(max_length=80)
    words = models.CharField(max_length=300, blank=True)
    label = models.CharField(max_length=60, blank=True)
    revision = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "where"], name="a_mark_is_told_once")]

    def __str__(self) -> str:
        return f"{self.words or self.where}: {self.label}"


class Left(models.Model):
    """A customer who wants none of it, as the widget told the page."""

    customer = models.CharField(max_length=40, primary_key=True)

    def __str__(self) -> str:
        return self.customer


class ThreadTopic(models.Model):
    """What Earmark last told us of a topic of a thread; the highest revision stands."""

    thread = models.CharField(max_length=20)
    topic = models.CharField(max_length=60)
    fits = models.BooleanField()
    revision = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "topic"], name="a_topic_is_told_once")]

    def __str__(self) -> str:
        return f"{self.topic} of {self.thread}"
