"""What `Earmark` offers, one module a noun."""

from earmark.resources.annotators import Annotators
from earmark.resources.datasets import Datasets
from earmark.resources.desk import Desk
from earmark.resources.exposures import Exposures
from earmark.resources.items import Items
from earmark.resources.judgements import Judgements
from earmark.resources.labels import Labels
from earmark.resources.questions import Questions
from earmark.resources.suggestions import Suggestions

__all__ = ["Annotators", "Datasets", "Desk", "Exposures", "Items", "Judgements", "Labels", "Questions", "Suggestions"]
