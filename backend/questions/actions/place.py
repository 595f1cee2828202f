"""Place a question's element on the host's pages, and move it."""

from typing import Any

from backend.questions.models import PlacementRule, Question
from backend.questions.placement import check_rule

PARTS = ("path", "selector", "item_from", "item_key", "reserve_px")


def place_element(
    *,
    question: Question,
    selector: str,
    item_key: str,
    path: str = "/**",
    item_from: str = PlacementRule.ItemFrom.URL,
    where: str = PlacementRule.Where.AFTER,
    reserve_px: int = 0,
) -> PlacementRule:
    """Add a rule by which the question's element stands beside what the selector finds; raises RuleImpossible."""
    check_rule(path=path, selector=selector, item_from=item_from, item_key=item_key, reserve_px=reserve_px)
    return PlacementRule.objects.create(
        project_id=question.project_id,
        question=question,
        path=path,
        selector=selector,
        item_from=item_from,
        item_key=item_key,
        where=where,
        reserve_px=reserve_px,
    )


def update_rule(*, rule: PlacementRule, **changes: Any) -> PlacementRule:
    """Change a rule, or take it out of use; raises RuleImpossible."""
    for name, value in changes.items():
        setattr(rule, name, value)
    check_rule(**{part: getattr(rule, part) for part in PARTS})
    rule.save(update_fields=list(changes))
    return rule
