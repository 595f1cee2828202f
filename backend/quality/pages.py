"""The admin page of rules: how each version does, drawn, and a button that analyses anew."""

from collections import defaultdict
from typing import Any

from django.contrib import admin, messages
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST
from earmark.intervals import wilson_interval
from earmark.rules.combining import Estimate

from backend.projects.figures import two_places
from backend.projects.pages import key_in
from backend.quality.actions.rules import analyse_later, waiting_analyses
from backend.quality.charts import whisker
from backend.quality.models import RuleRecord
from backend.questions.models import Question
from backend.suggestions.rule_sets import resting_rules, rule_sets, rule_sets_of


def rules(request: HttpRequest) -> HttpResponse:
    """Show for each question how its rules do."""
    project = getattr(request, "project", None)
    facts = {
        "title": "Rules",
        "questions": [_question(each) for each in Question.objects.filter(project=project).order_by("slug")],
        "installed": sorted(rule_sets()),
    }
    return render(request, "admin/rules.html", admin.site.each_context(request) | facts)


@require_POST
def analyse(request: HttpRequest) -> HttpResponse:
    """Ask for a question's rules to be analysed."""
    number = key_in(request.POST.get("question", "")) or 0
    question = get_object_or_404(Question, pk=number, project=getattr(request, "project", None))
    if analyse_later(question=question):
        messages.success(request, f"The rules of {question} are being analysed; reload in some seconds.")
    else:
        messages.error(request, f"No installed rules are among the suggesters of {question}.")
    return redirect("rules")


def _question(question: Question) -> dict[str, Any]:
    records = list(
        RuleRecord.objects.of(question.project_id).filter(question=question).order_by("rule", "-analysed_at")
    )
    latest: dict[str, Any] = defaultdict(lambda: None)
    for record in records:
        latest[record.rule_set] = max(filter(None, [latest[record.rule_set], record.analysed_at]))
    present = [record for record in records if record.analysed_at == latest[record.rule_set]]
    earlier = [record for record in records if record.analysed_at != latest[record.rule_set]]
    return {
        "question": question,
        "sets": [each.name for each in rule_sets_of(question)],
        "resting": [f"{rule} ({why})" for rule, why in resting_rules(question).items()],
        "is_waiting": waiting_analyses(question).filter(due_at__lte=Now()).exists(),
        "analysed_at": max(latest.values(), default=None),
        "asked_count": max((record.asked_count for record in records), default=0),
        "tables": [table for table in (_table("", present), _table("Earlier versions", earlier)) if table["rows"]],
    }


def _table(summary: str, records: list[RuleRecord]) -> dict[str, Any]:
    return {"summary": summary, "rows": [_row(record) for record in records]}


def _row(record: RuleRecord) -> dict[str, Any]:
    low, high = wilson_interval(record.right_count, record.judged_count)
    share = record.right_count / record.judged_count if record.judged_count else 0.0
    weighs = Estimate(record.right_count, record.judged_count).accuracy()
    return {
        "record": record,
        "coverage": _share(record.voted_count, record.asked_count),
        "overlap": _share(record.overlap_count, record.asked_count),
        "conflict": _share(record.conflict_count, record.asked_count),
        "whisker": mark_safe(whisker(share, low, high)) if record.judged_count else "",  # noqa: S308  our own numbers
        "weighs": two_places(weighs),
        "right": two_places(share) if record.judged_count else "–",
        "interval": f"{two_places(low)} to {two_places(high)}" if record.judged_count else "nothing was judged yet",
        "ms": "–" if record.median_ms is None else f"{record.median_ms:.3f}",
    }


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}\N{NO-BREAK SPACE}%" if whole else "–"
