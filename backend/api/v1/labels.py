"""What servers read of what is believed."""

from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.v1 import lists
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import ServerDoor
from backend.api.v1.lists import listing, page_schema
from backend.api.v1.shapes import label_row
from backend.quality.models import ConsensusLabel


class LabelsView(ServerDoor):
    """What is believed."""

    @listing(lists.LabelFilters, operation_id="labels_list", responses=page_schema("Label", wire.LabelRow))
    def get(self, request: Request) -> Response:
        """List consensus labels."""
        rows = ConsensusLabel.objects.of(self.project).select_related("question", "unit__item", "unit__other")
        rows = rows.defer(*lists.texts_of("unit__item", "unit__other"))
        return lists.page_of(request, rows, lists.LabelFilters, label_row)
