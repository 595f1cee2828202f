"""Admin pages of the ledger: what was shown and what was answered."""

from django.contrib import admin
from unfold.admin import TabularInline

from backend.judgements.models import Exposure, Judgement, LedgerEvent, RefusedEvent, Slot, Withdrawal
from backend.projects.pages import ProjectRows


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

    list_display = ["shown_at", "item", "annotator", "question", "channel", "policy", "was_asked"]
    list_filter = ["question", "channel", "policy", "was_asked"]
    search_fields = ["item__key", "item__title", "annotator__pseudonym"]
    list_select_related = ["item", "annotator", "question"]
    date_hierarchy = "shown_at"
    inlines = [SlotInline]


@admin.register(Slot)
class SlotAdmin(ProjectRows):
    """Every place of every list."""

    list_display = [
        "exposure",
        "rank",
        "candidate_or_label",
        "suggester",
        "rounded_score",
        "propensity",
        "seen_at_ms",
        "outcome",
    ]
    list_filter = ["outcome", "suggester", "rank", "exposure__policy"]
    search_fields = ["candidate__key", "candidate__title", "label", "exposure__item__key"]
    list_select_related = ["exposure__item", "exposure__annotator", "candidate", "suggester"]

    @admin.display(description="Candidate", ordering="candidate")
    def candidate_or_label(self, slot: Slot) -> str:
        """Return what stood there: another item, a label, or a spot."""
        return slot.said

    @admin.display(description="Score", ordering="score")
    def rounded_score(self, slot: Slot) -> str:
        """Return the score to two places."""
        return "–" if slot.score is None else f"{slot.score:.2f}"


@admin.register(Judgement)
class JudgementAdmin(ProjectRows):
    """Answers, as they were given."""

    list_display = ["judged_at", "annotator", "unit", "value", "origin", "via", "has_conflict_of_interest"]
    list_filter = ["question", "value", "origin", "via", "has_conflict_of_interest", "annotator__kind"]
    search_fields = ["annotator__pseudonym", "item__key", "item__title"]
    list_select_related = ["annotator", "unit__item", "unit__other"]
    date_hierarchy = "judged_at"


@admin.register(Withdrawal)
class WithdrawalAdmin(ProjectRows):
    """What was taken back."""

    list_display = ["withdrawn_at", "annotator", "judgement_key"]
    search_fields = ["annotator__pseudonym"]
    date_hierarchy = "withdrawn_at"


@admin.register(LedgerEvent)
class LedgerEventAdmin(ProjectRows):
    """All that pages and servers told of."""

    list_display = ["received_at", "kind", "annotator", "exposure", "candidate", "label", "at_ms"]
    list_filter = ["kind"]
    search_fields = ["annotator__pseudonym"]
    list_select_related = ["annotator", "exposure__item", "exposure__annotator", "candidate"]
    date_hierarchy = "received_at"


@admin.register(RefusedEvent)
class RefusedEventAdmin(ProjectRows):
    """What was not taken, and why."""

    list_display = ["refused_at", "code", "annotator", "events_count", "event_key"]
    list_filter = ["code"]
    date_hierarchy = "refused_at"
