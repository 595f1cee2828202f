"""The forum's pages."""

import json

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from earmark import webhooks
from earmark.errors import WebhookNotGenuine

from demo.forum.threads.answers import answered_in, keep_told
from demo.forum.threads.earmark_door import script_facts
from demo.forum.threads.models import Thread
from demo.forum.threads.people import CUSTOMERS, customer_of

PAGE = 20


def thread_list(request: HttpRequest) -> HttpResponse:
    """Show the newest threads, or those that hold every word searched for."""
    query = request.GET.get("q", "").strip()[:200]
    threads = Thread.objects.all()
    for word in query.replace("\0", "").split()[:10]:
        threads = threads.filter(Q(title__icontains=word) | Q(body__icontains=word))
    page = Paginator(threads, PAGE).get_page(request.GET.get("page"))
    return render(request, "list.html", {"page": page, "query": query, "total": Thread.objects.count()})


def thread_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show one thread, with the widget for whoever is signed in."""
    thread = get_object_or_404(Thread, key=key)
    facts = {
        "thread": thread,
        "answered": answered_in(thread),
        "earmark": script_facts(customer_of(request)),
        "total": Thread.objects.count(),
    }
    return render(request, "thread.html", facts)


def answered(request: HttpRequest, key: str) -> HttpResponse:
    """Return the banner alone, for the page to put in place when something settled."""
    thread = get_object_or_404(Thread, key=key)
    return render(request, "answered.html", {"answered": answered_in(thread)})


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the customers, or out."""
    chosen = request.POST.get("customer", "")
    if chosen in CUSTOMERS:
        request.session["customer"] = chosen
    else:
        request.session.flush()
    back = request.POST.get("back", "/")
    return redirect(back if back.startswith("/") and not back.startswith("//") else "/")


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Take a signed message of Earmark's: a pair of threads settled, or did no longer."""
    try:
        event = webhooks.verify(request.body, dict(request.headers), [settings.EARMARK["webhook_secret"]])
    except WebhookNotGenuine:
        return JsonResponse({"detail": "the signature does not hold"}, status=400)
    data = event.data
    if event.type.startswith("label.") and data.get("question") == settings.QUESTION:
        is_same = data["state"] == "settled" and data["value"] == "duplicate"
        keep_told(items=data["unit"]["items"], is_same=is_same, revision=data["revision"])
    return JsonResponse({"taken": event.id})


def about(request: HttpRequest) -> HttpResponse:
    """Say where the threads come from."""
    return render(request, "about.html", {"total": Thread.objects.count()})


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the forum answers."""
    return HttpResponse(json.dumps({"status": "ok"}), content_type="application/json")
