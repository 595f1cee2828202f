"""The Python SDK of Earmark: register items, sign identities, suggest and log, load datasets."""

from earmark import datasets, errors, transports, types, webhooks
from earmark.aclient import AsyncEarmark, AsyncShown
from earmark.client import Earmark
from earmark.errors import EarmarkError
from earmark.ids import uuid7
from earmark.shown import Shown
from earmark.tokens import sign_identity
from earmark.types import (
    Annotator,
    Candidate,
    ChoiceAnswer,
    Item,
    NewJudgement,
    PairAnswer,
    PushedSuggestion,
    Question,
    RegionAnswer,
    ShownCandidate,
    SpanAnswer,
    Suggester,
    TagsAnswer,
)
from earmark.version import __version__

__all__ = [
    "Annotator",
    "AsyncEarmark",
    "AsyncShown",
    "Candidate",
    "ChoiceAnswer",
    "Earmark",
    "EarmarkError",
    "Item",
    "NewJudgement",
    "PairAnswer",
    "PushedSuggestion",
    "Question",
    "RegionAnswer",
    "Shown",
    "ShownCandidate",
    "SpanAnswer",
    "Suggester",
    "TagsAnswer",
    "__version__",
    "datasets",
    "errors",
    "sign_identity",
    "transports",
    "types",
    "uuid7",
    "webhooks",
]
