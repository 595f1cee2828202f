"""The forum's pages."""

import json

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from earmark import webhooks
from earmark.errors import WebhookNotGenuine

from demo.forum.threads.answers import (
    answered_in,
    keep_mark,
    keep_told,
    keep_topic,
    named_in,
    shown_in_pictures,
    threads_about,
    topics,
)
from demo.forum.threads.earmark_door import desks_of, script_facts
from demo.forum.threads.models import Left, Thread
from demo.forum.threads.people import PEOPLE, colleague_of, customer_of
from demo.forum.threads.pictures import pictures

PAGE = 20


def thread_list(request: HttpRequest) -> HttpResponse:
    """Show the newest threads, or those that hold every word searched for, or those about a topic."""
    query = request.GET.get("q", "").strip()[:200]
    topic = request.GET.get("topic", "")[:60]
    threads = Thread.objects.filter(key__in=threads_about(topic)) if topic else Thread.objects.all()
    for word in query.replace("\0", "").split()[:10]:
        threads = threads.filter(Q(title__icontains=word) | Q(body__icontains=word))
    page = Paginator(threads, PAGE).get_page(request.GET.get("page"))
    facts = {"page": page, "query": query, "topic": topic, "topics": topics(), "total": Thread.objects.count()}
    return render(request, "list.html", facts)


def thread_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show one thread, with the widget for whoever is signed in."""
    thread = get_object_or_404(Thread, key=key)
    facts = {
        "thread": thread,
        "answered": answered_in(thread),
        "named": named_in(key),
        "earmark": script_facts(customer_of(request)),
        "total": Thread.objects.count(),
    }
    return render(request, "thread.html", facts)


def answered(request: HttpRequest, key: str) -> HttpResponse:
    """Return the banner and what the thread names alone, for the page to put in place when something settled."""
    thread = get_object_or_404(Thread, key=key)
    return render(request, "answered.html", {"answered": answered_in(thread), "named": named_in(key)})


def gallery(request: HttpRequest) -> HttpResponse:
    """Show all pictures with what people found in them, or those in which they found one thing."""
    shown, wanted = shown_in_pictures(), request.GET.get("shows", "")[:60]
    found = [(each, shown.get(each.item, [])) for each in pictures().values()]
    facts = {
        "pictures": [(each, labels) for each, labels in found if not wanted or wanted in labels],
        "labels": sorted({label for _, labels in found for label in labels}),
        "wanted": wanted,
        "total": Thread.objects.count(),
    }
    return render(request, "gallery.html", facts)


def picture_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show one picture, with the widget for whoever is signed in."""
    if key not in pictures():
        raise Http404
    facts = {
        "picture": pictures()[key],
        "earmark": script_facts(customer_of(request)),
        "total": Thread.objects.count(),
    }
    return render(request, "picture.html", facts)


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the customers, or out."""
    chosen = request.POST.get("customer", "")
    if chosen in PEOPLE:
        request.session["customer"] = chosen
    else:
        request.session.flush()
    back = request.POST.get("back", "")
    return HttpResponseRedirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/")


@require_POST
def left(request: HttpRequest) -> HttpResponse:
    """Keep that a customer left altogether, or came back: the page heard it from the widget."""
    customer = customer_of(request)
    if customer and request.POST.get("out"):
        Left.objects.get_or_create(customer=customer)
    elif customer:
        Left.objects.filter(customer=customer).delete()
    return HttpResponse(status=204)


@require_POST
def identity(request: HttpRequest) -> HttpResponse:
    """Sign anew for the customer whose page outlived what was signed for them; 403 where nobody is signed in."""
    facts = script_facts(customer_of(request))
    return HttpResponse(facts.get("identity", ""), content_type="text/plain", status=200 if facts else 403)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Take a signed message of Earmark's: a pair of threads settled, or did no longer."""
    try:
        event = webhooks.verify(request.body, dict(request.headers), [settings.EARMARK["webhook_secret"]])
    except WebhookNotGenuine:
        return JsonResponse({"detail": "the signature does not hold"}, status=400)
    data = event.data
    if event.type.startswith("label."):
        is_settled, items = data["state"] == "settled", data["unit"]["items"]
        if data["question"] == settings.QUESTION:
            keep_told(items=items, is_same=is_settled and data["value"] == "duplicate", revision=data["revision"])
        elif data["question"] == settings.TOPICS:
            fits = is_settled and data["value"] == "fits"
            keep_topic(thread=items[0], topic=data["unit"]["label"], fits=fits, revision=data["revision"])
        elif data["question"] in (settings.PRODUCTS, settings.CONTROLS):
            label = data["value"] if is_settled and data["value"] != "none" else ""
            keep_mark(item=items[0], anchor=data["unit"]["anchor"], label=label, revision=data["revision"])
    return JsonResponse({"taken": event.id})


def desks(request: HttpRequest) -> HttpResponse:
    """Lead a colleague to the desks; others are asked to sign in as one."""
    colleague = colleague_of(request)
    found = desks_of(colleague) if colleague else []
    return render(request, "desks.html", {"desks": found, "total": Thread.objects.count()})


def about(request: HttpRequest) -> HttpResponse:
    """Say where the threads come from."""
    return render(request, "about.html", {"total": Thread.objects.count()})


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the forum answers."""
    return HttpResponse(json.dumps({"status": "ok"}), content_type="application/json")
