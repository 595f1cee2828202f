"""Which address of the wire leads where."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from backend.api.assets import asset


def healthz(request: HttpRequest) -> JsonResponse:
    """Say whether this process answers and the store with it; 503 where the store does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return JsonResponse({"status": "unavailable"}, status=503, headers={"Retry-After": "2"})
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("healthz", healthz),
    path("", include("backend.api.v1.urls")),
    path("w/<str:name>", asset),
]
