"""The wire, defined once: what each endpoint takes and gives. Never a ModelSerializer."""

from backend.api.v1.serializers.datasets import DatasetBody, DatasetRow, VersionRow
from backend.api.v1.serializers.desk import (
    DeskLeaveRequest,
    DeskLinkBody,
    DeskLinkRow,
    DeskNextAnswer,
    DeskNextRequest,
    DeskSessionAnswer,
    DeskSessionRequest,
)
from backend.api.v1.serializers.exposures import ExposureBody, ExposureEvents, ExposureRow, ResultsOnly
from backend.api.v1.serializers.fields import Empty
from backend.api.v1.serializers.items import BulkItems, ItemBody, ItemRow, ItemsResult
from backend.api.v1.serializers.judgements import BulkJudgements, JudgementBody, JudgementRow, JudgementsResult
from backend.api.v1.serializers.labels import LabelRow
from backend.api.v1.serializers.people import (
    EraseAnswer,
    EraseRequest,
    ErasureRow,
    OptOutAnswer,
    OptOutRequest,
    OwnExportAnswer,
    OwnExportRequest,
    OwnJudgementsAnswer,
    OwnJudgementsRequest,
    PersonNamed,
)
from backend.api.v1.serializers.problems import ProblemBody
from backend.api.v1.serializers.questions import QuestionBody, QuestionRow
from backend.api.v1.serializers.suggestions import BulkSuggestions, SuggestionBody, SuggestionRow, SuggestionsResult
from backend.api.v1.serializers.widget import (
    EventsAnswer,
    EventsRequest,
    ReadAnswer,
    ReadRequest,
    SearchAnswer,
    SearchRequest,
    SessionAnswer,
    SessionRequest,
    SuggestAnswer,
    SuggestRequest,
)

__all__ = [
    "BulkItems",
    "BulkJudgements",
    "BulkSuggestions",
    "DatasetBody",
    "DatasetRow",
    "DeskLeaveRequest",
    "DeskLinkBody",
    "DeskLinkRow",
    "DeskNextAnswer",
    "DeskNextRequest",
    "DeskSessionAnswer",
    "DeskSessionRequest",
    "Empty",
    "EraseAnswer",
    "EraseRequest",
    "ErasureRow",
    "EventsAnswer",
    "EventsRequest",
    "ExposureBody",
    "ExposureEvents",
    "ExposureRow",
    "ItemBody",
    "ItemRow",
    "ItemsResult",
    "JudgementBody",
    "JudgementRow",
    "JudgementsResult",
    "LabelRow",
    "OptOutAnswer",
    "OptOutRequest",
    "OwnExportAnswer",
    "OwnExportRequest",
    "OwnJudgementsAnswer",
    "OwnJudgementsRequest",
    "PersonNamed",
    "ProblemBody",
    "QuestionBody",
    "QuestionRow",
    "ReadAnswer",
    "ReadRequest",
    "ResultsOnly",
    "SearchAnswer",
    "SearchRequest",
    "SessionAnswer",
    "SessionRequest",
    "SuggestAnswer",
    "SuggestRequest",
    "SuggestionBody",
    "SuggestionRow",
    "SuggestionsResult",
    "VersionRow",
]
