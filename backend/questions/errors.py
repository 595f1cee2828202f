"""What can go wrong around questions.

QuestionError
├── ValueNotAllowed     the question's kind or labels do not allow the value
├── TooManyNewLabels    a person named as many new labels for a question as one may in a day
├── NotAPair            an item paired with itself
├── PolicyImpossible    a question whose numbers contradict one another
├── LabelsImpossible    labels that a question of its kind cannot have
├── WeightsImpossible   weights of evidence with an unknown name, or out of range
└── RuleImpossible      a placement rule with a part that is not what it must be
"""


class QuestionError(Exception):
    """Something about a question is not as it must be."""


class ValueNotAllowed(QuestionError):
    """The question's kind or labels do not allow the value."""

    def __init__(self, *, value: str, question: str) -> None:
        super().__init__(f"{value!r} is not an answer to the question {question!r}.")
        self.value = value
        self.question = question


class TooManyNewLabels(QuestionError):
    """A person named as many new labels for a question as one may in a day."""

    def __init__(self, *, most: int, question: str) -> None:
        super().__init__(f"Nobody names more than {most} new labels for {question!r} in a day; take a known one.")
        self.most = most
        self.question = question


class NotAPair(QuestionError):
    """An item paired with itself."""

    def __init__(self, *, item: str) -> None:
        super().__init__(f"Item {item!r} cannot be paired with itself.")
        self.item = item


class PolicyImpossible(QuestionError):
    """A question whose numbers contradict one another."""

    def __init__(self, *, constraint: str) -> None:
        super().__init__(f"These policies cannot be: {constraint.replace('_', ' ')}.")
        self.constraint = constraint


class LabelsImpossible(QuestionError):
    """Labels that a question of its kind cannot have."""


class WeightsImpossible(QuestionError):
    """Weights of evidence with an unknown name, or out of range; `str()` tells those there are."""


class RuleImpossible(QuestionError):
    """A placement rule with a part that is not what it must be; `field` names the part."""

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
