"""The page that says how a project's search index stands on the machine that shows it."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from earmark import suggesters as sdk

from backend.suggestions.followed import IndexHealth
from backend.suggestions.indexes import open_index


def search_index(request: HttpRequest) -> HttpResponse:
    """Show the chosen project's index: what it holds, how far it is behind, and what was wrong with it."""
    project = getattr(request, "project", None)
    if project is None:
        raise Http404
    context = admin.site.each_context(request) | {"title": "Search index", "project": project}
    try:
        health = open_index(project.pk).health(now=timezone.now())
    except (sdk.IndexFailed, OSError) as error:
        return render(request, "admin/search_index.html", context | {"sentence": f"It cannot be opened: {error}."})
    megabytes = f"{health.bytes_count / 1e6:.1f} MB"
    return render(
        request, "admin/search_index.html", context | {"h": health, "sentence": in_words(health), "size": megabytes}
    )


def in_words(health: IndexHealth) -> str:
    """Return how an index stands, the worst first."""
    if health.damaged:
        return (
            f"Damaged on disk: {len(health.damaged)} files. Run manage.py rebuild_index, or it starts over by itself."
        )
    if health.waiting_count:
        waiting = f"{health.waiting_count} changes wait, the oldest for {health.lag_s:.0f} s"
        return f"{waiting}; they are taken at the next visit."
    if health.items_count != health.present_count:
        return (
            f"It holds {health.items_count} items and should hold {health.present_count}. Run manage.py rebuild_index."
        )
    return "It holds all items, as they are now."
