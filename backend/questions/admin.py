"""Admin pages of questions and items."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from backend.projects.pages import EditableProjectRows, ProjectRows
from backend.questions.models import GoldAnswer, Item, Question, Unit


@admin.register(Question)
class QuestionAdmin(EditableProjectRows):
    """Questions and their policies."""

    list_display = [
        "slug",
        "kind",
        "prompt",
        "settling_policy",
        "overlap",
        "epsilon",
        "ask_probability",
        "is_active",
    ]
    list_filter = ["kind", "settling_policy", "is_active"]
    search_fields = ["slug", "prompt"]
    readonly_fields = ["policy_version", "created_at"]


@admin.register(Item)
class ItemAdmin(ProjectRows):
    """The host's items; each leads to its story."""

    list_display = ["title_and_story", "key", "kind", "created_at", "updated_at", "is_removed"]
    list_filter = ["kind", ("removed_at", admin.EmptyFieldListFilter)]
    search_fields = ["key", "title"]
    ordering = ["-created_at"]
    list_display_links = None

    @admin.display(description="Story", ordering="title")
    def title_and_story(self, item: Item) -> str:
        """Return the title, which leads to the item's story."""
        return format_html('<a href="{}">{}</a>', reverse("story", args=[item.pk]), item.title or item.key)

    @admin.display(description="Removed", boolean=True)
    def is_removed(self, item: Item) -> bool:
        """Return whether the host took it away."""
        return item.removed_at is not None


@admin.register(Unit)
class UnitAdmin(ProjectRows):
    """The smallest things that have one answer."""

    list_display = ["__str__", "question", "settled_value", "answers_count", "priority"]
    list_filter = ["question", "settled_value"]
    search_fields = ["item__title", "item__key", "other__title", "other__key"]
    list_select_related = ["question", "item", "other"]


@admin.register(GoldAnswer)
class GoldAnswerAdmin(ProjectRows):
    """Answers we are sure of; they are set on an item's story page."""

    list_display = ["unit", "value", "set_by", "set_at"]
    list_filter = ["value"]
    search_fields = ["unit__item__title", "unit__item__key", "set_by"]
    list_select_related = ["unit__item", "unit__other"]
