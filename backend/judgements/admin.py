"""Admin pages of the ledger: what was shown and what was answered."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import TabularInline

from backend.judgements.actions.show import SEARCH_POLICY
from backend.judgements.events import why_refused
from backend.judgements.models import Exposure, Judgement, LedgerEvent, RefusedEvent, Slot, Withdrawal
from backend.projects.figures import two_places
from backend.projects.pages import ProjectRows, told_by
from backend.questions.pages import BY_ANSWER, AnswerRows


class SlotInline(TabularInline):
    """The places of a list."""

    model = Slot
    fields = ["rank", "candidate", "label", "suggester", "score", "propensity", "seen_at_ms", "outcome"]
    readonly_fields = fields
    ordering = ["rank"]
    extra = 0
    can_delete = False


@admin.register(Exposure)
class ExposureAdmin(ProjectRows):
    """Shown lists."""

    when_empty = "A list stands here once it was shown to somebody."
    list_display = ["shown_at", "item", "annotator", "question", "channel", "policy", "was_asked"]
    list_filter = ["shown_at", "question", "channel", "policy", "was_asked"]
    search_fields = ["item__key", "item__title", "annotator__pseudonym"]
    list_select_related = ["item", "annotator", "question"]
    date_hierarchy = "shown_at"
    inlines = [SlotInline]


class Searched(admin.SimpleListFilter):
    """Whether somebody searched for what was shown: the overview counts suggestions alone."""

    title = "search"
    parameter_name = "searched"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return both ways a list comes about."""
        return [("no", "Suggested"), ("yes", "Searched for")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Slot]) -> QuerySet[Slot]:
        """Keep the slots of one way."""
        if self.value() not in ("no", "yes"):
            return queryset
        searched = Q(exposure__policy=SEARCH_POLICY)
        return queryset.filter(searched if self.value() == "yes" else ~searched)


@admin.register(Slot)
class SlotAdmin(ProjectRows):
    """Every place of every list."""

    when_empty = "What was shown stands here, place by place."
    list_display = [
        "shown_at",
        "item",
        "annotator",
        "rank",
        "candidate_or_label",
        "suggester",
        "rounded_score",
        "chance",
        "seen_after",
        "outcome",
    ]
    list_filter = [
        "exposure__shown_at",
        "outcome",
        "exposure__question",
        "suggester",
        "rank",
        Searched,
        "exposure__policy",
    ]
    ordering = ["-exposure", "rank"]
    search_fields = ["candidate__key", "candidate__title", "label", "exposure__item__key"]
    list_select_related = ["exposure__item", "exposure__annotator", "candidate", "suggester"]

    @admin.display(description="Shown at", ordering="exposure__shown_at")
    def shown_at(self, slot: Slot) -> datetime:
        """Return when the list was shown."""
        return slot.exposure.shown_at

    @admin.display(description="Below")
    def item(self, slot: Slot) -> str:
        """Return the item that the list stood below, which leads to its story."""
        return format_html('<a href="{}">{}</a>', reverse("story", args=[slot.exposure.item_id]), slot.exposure.item)

    @admin.display(description="To", ordering="exposure__annotator")
    def annotator(self, slot: Slot) -> str:
        """Return whom the list was shown to, which leads to what is known of them."""
        whom = slot.exposure.annotator
        return format_html('<a href="{}">{}</a>', reverse("person", args=[whom.pk]), whom.pseudonym)

    @admin.display(description="Chance of this place", ordering="propensity")
    def chance(self, slot: Slot) -> str:
        """Return the propensity to two places."""
        return two_places(slot.propensity)

    @admin.display(description="First seen", ordering="seen_at_ms")
    def seen_after(self, slot: Slot) -> str:
        """Return how long after the list was shown, or that it never was."""
        return "never" if slot.seen_at_ms is None else f"{slot.seen_at_ms / 1000:.1f} s"

    @admin.display(description="Candidate", ordering="candidate")
    def candidate_or_label(self, slot: Slot) -> str:
        """Return what stood there: another item, a label, or a spot."""
        return slot.said

    @admin.display(description="Score", ordering="score")
    def rounded_score(self, slot: Slot) -> str:
        """Return the score to two places."""
        return two_places(slot.score)


@admin.register(Judgement)
class JudgementAdmin(AnswerRows):
    """Answers, as they were given."""

    when_empty = "Answers stand here once people gave them."
    exclude = ["payload_digest"]
    list_display = ["judged_at", "annotator", "unit", "answer", "origin", "chance", "via", "conflict"]
    list_filter = ["judged_at", "question", BY_ANSWER, "origin", "via", "has_conflict_of_interest", "annotator__kind"]
    search_fields = ["annotator__pseudonym", "item__key", "item__title"]
    list_select_related = ["annotator", "question", "unit__item", "unit__other", "slot"]
    date_hierarchy = "judged_at"

    @admin.display(description="Chance of its place", ordering="slot__propensity")
    def chance(self, judgement: Judgement) -> str:
        """Return how likely what was answered was shown at its place; none where it was not in a list."""
        return two_places(judgement.slot.propensity if judgement.slot else None)

    @admin.display(description="Conflict of interest", ordering="has_conflict_of_interest")
    def conflict(self, judgement: Judgement) -> str:
        """Return that it was said of one's own item or a rival's, and so does not count."""
        return "does not count" if judgement.has_conflict_of_interest else ""


@admin.register(Withdrawal)
class WithdrawalAdmin(ProjectRows):
    """What was taken back."""

    list_display = ["withdrawn_at", "annotator", "judgement_key"]
    search_fields = ["annotator__pseudonym"]
    date_hierarchy = "withdrawn_at"


@admin.register(LedgerEvent)
class LedgerEventAdmin(ProjectRows):
    """All that pages and servers told of."""

    exclude = ["payload_digest"]
    list_display = ["received_at", "kind", "annotator", "exposure", "candidate", "label", "at_ms"]
    list_filter = ["kind"]
    search_fields = ["annotator__pseudonym"]
    list_select_related = ["annotator", "exposure__item", "exposure__annotator", "candidate"]
    date_hierarchy = "received_at"


@admin.register(RefusedEvent)
class RefusedEventAdmin(ProjectRows):
    """What was not taken, and why."""

    when_empty = "What pages send and cannot be taken is told here."
    list_display = ["refused_at", "why", "annotator", "events_count", "event_key"]
    list_filter = [("code", told_by(why_refused))]
    list_select_related = ["annotator"]
    date_hierarchy = "refused_at"

    @admin.display(description="Why", ordering="code")
    def why(self, refused: RefusedEvent) -> str:
        """Return why it was not taken, in words."""
        return why_refused(refused.code)
