"""What servers register: the host's items."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.v1 import lists
from backend.api.v1 import serializers as wire
from backend.api.v1.doors import ServerDoor
from backend.api.v1.lists import listing, page_schema
from backend.api.v1.problems import rejection
from backend.api.v1.shapes import item_row
from backend.questions.actions.items import NewItem, register_items, remove_item
from backend.questions.models import Item


class ItemsView(ServerDoor):
    """The host's items."""

    @listing(lists.ItemFilters, operation_id="items_list", responses=page_schema("Item", wire.ItemRow))
    def get(self, request: Request) -> Response:
        """List items that are there."""
        return lists.page_of(request, Item.objects.of(self.project).present(), lists.ItemFilters, item_row)

    @extend_schema(request=wire.BulkItems, responses=wire.ItemsResult, operation_id="items_upsert")
    def post(self, request: Request) -> Response:
        """Register up to 1,000 items by their ids; a bad one is rejected alone."""
        good: list[NewItem] = []
        rejected = []
        for index, row in enumerate(self.body(wire.BulkItems, request)["items"]):
            serializer = wire.ItemBody(data=row)
            try:
                serializer.is_valid(raise_exception=True)
            except ValidationError as error:
                rejected.append(rejection(index, row.get("id"), error))
                continue
            facts = dict(serializer.validated_data)
            good.append(NewItem(key=facts.pop("id"), **facts))
        done = register_items(project_id=self.project.pk, items=good, now=self.now)
        return Response(
            {
                "created_count": done.created_count,
                "updated_count": done.updated_count,
                "unchanged_count": done.unchanged_count,
                "rejected": rejected,
            }
        )


class ItemView(ServerDoor):
    """One item."""

    @extend_schema(responses=wire.ItemRow, operation_id="items_get")
    def get(self, request: Request, item: str) -> Response:
        """Return an item."""
        return Response(item_row(self.item(item)))

    @extend_schema(responses={204: None}, operation_id="items_remove")
    def delete(self, request: Request, item: str) -> Response:
        """Take an item out of all that is suggested."""
        remove_item(item=self.item(item), now=self.now)
        return Response(status=204)
