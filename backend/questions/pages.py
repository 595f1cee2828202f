"""What the admin pages of rows that hold an answer have in common: it is told in words."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from backend.projects.pages import ProjectRows, told_by
from backend.questions.said import in_words, in_words_of_any

BY_ANSWER = ("value", told_by(in_words_of_any))
"""The filter of a list by what was answered."""


def told_answer(row: Any) -> str:
    """Return the answer that a row holds, in words; none where it holds none."""
    question = row.question if hasattr(row, "question") else row.unit.question
    return in_words(row.value, question.kind) or "–"


class AnswerRows(ProjectRows):
    """Rows of the chosen project that hold an answer as their `value`."""

    @admin.display(description="Value", ordering="value")
    def answer(self, row: Any) -> str:
        """Return the answer in words."""
        return told_answer(row)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let the words be shown."""
        return [*super().get_readonly_fields(request, obj), "answer"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Show the words in place of the value."""
        return ["answer" if name == "value" else name for name in super().get_fields(request, obj) if name != "answer"]
