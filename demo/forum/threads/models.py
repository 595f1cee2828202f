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
