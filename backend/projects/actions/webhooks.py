"""Tell the host what changed: write deliveries with the fact, send them from the worker."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet
from earmark.webhooks import keys_of

from backend.projects.actions.jobs import enqueue, try_again
from backend.projects.actions.lanes import cut_rest_short
from backend.projects.addresses import pinned_address
from backend.projects.connection import Connection
from backend.projects.errors import AddressRefused
from backend.projects.models import Job, Project, RestingLane, Webhook, WebhookDelivery
from backend.projects.secrets import seal, unseal

DELIVER = "projects.deliver_webhook"
TIMEOUT_S = 5.0
"""How long a host may take to be reached, and to say its next bytes."""
DEADLINE_S = 8.0
"""How long it may take in all, once its name was looked up."""
LONGEST_FAILURE = 120

_FORGET = """
delete from projects_webhookdelivery d
using jsonb_to_recordset(%(given)s::jsonb) as g(question text, items jsonb, label text, anchor jsonb, is_gone boolean)
where d.project_id = %(project)s and d.body->'data'->>'question' = g.question
  and d.body->'data'->'unit'->'items' = g.items
  and case when g.anchor is null then d.body->'data'->'unit'->>'label' = g.label
      else d.delivered_at is not null or g.is_gone and d.body->'data'->'unit'->'anchor' = g.anchor end
"""


class DeliveryFailed(Exception):
    """The host did not take a message; the job tries again later."""

    def __init__(self, reason: str, *, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class _Message:
    url: str
    body: bytes
    headers: dict[str, str]


def add_webhook(*, project: Project, url: str, secret: str) -> Webhook:
    """Add an address that is told when a label changes."""
    return Webhook.objects.create(project=project, url=url, secret=seal(secret.encode()))


def rotate_secret(*, webhook: Webhook, secret: str) -> None:
    """Sign with a new secret from now on, and with the one before it too until `end_rotation`."""
    webhook.previous_secret, webhook.secret = webhook.secret or None, seal(secret.encode())
    if webhook.pk:
        webhook.save(update_fields=["secret", "previous_secret"])


def end_rotation(*, webhook: Webhook) -> None:
    """Sign with the newest secret alone."""
    webhook.previous_secret = None
    webhook.save(update_fields=["previous_secret"])


def announce(*, project_id: int, kind: str, data: dict[str, Any], now: datetime) -> None:
    """Write one delivery for each active webhook of the project, and a job to send it."""
    project = Project.objects.get(pk=project_id)
    for webhook in Webhook.objects.of(project).filter(is_active=True):
        delivery = WebhookDelivery(project=project, webhook=webhook, kind=kind)
        delivery.body = {
            "id": str(delivery.pk),
            "type": kind,
            "created_at": now.isoformat(),
            "project": project.slug,
            "data": data,
        }
        delivery.save(force_insert=True)
        enqueue(project=project_id, kind=DELIVER, lane=_lane_of(webhook.pk), delivery_id=str(delivery.pk))


def send_again(*, deliveries: Iterable[WebhookDelivery], now: datetime) -> int:
    """Send what the host did not take yet at once, given up or not; returns how many messages that are.

    What is for an address that is switched off stays as it is.
    """
    unsent = {str(each.pk): each for each in deliveries if each.delivered_at is None and each.webhook.is_active}
    projects = {each.project_id for each in unsent.values()}
    jobs = Job.objects.filter(project__in=projects, kind=DELIVER, done_at=None)
    of_each = {job.arguments["delivery_id"]: job for job in jobs.filter(arguments__delivery_id__in=list(unsent))}
    jobs.waiting().filter(pk__in=[job.pk for job in of_each.values()]).update(due_at=now)
    try_again(jobs=of_each.values(), now=now)
    for key in unsent.keys() - of_each.keys():
        enqueue(project=unsent[key].project_id, kind=DELIVER, lane=_lane_of(unsent[key].webhook_id), delivery_id=key)
    call_at_once(webhooks=[each.webhook for each in unsent.values()], now=now)
    return len(unsent)


def not_taken(*, project: Project) -> QuerySet[WebhookDelivery]:
    """Return the messages that a host did not take: tried twice, or behind others at an address that failed twice.

    Each has its turn there, so where many wait none may be tried twice for days.
    """
    failing = RestingLane.objects.filter(project=project, kind=DELIVER, failures_count__gt=1)
    webhooks = [int(lane) for lane in failing.values_list("lane", flat=True)]
    behind = Q(webhook__in=webhooks, webhook__is_active=True)
    return WebhookDelivery.objects.of(project).filter(Q(attempts_count__gt=1) | behind, delivered_at=None)


def call_at_once(*, webhooks: Iterable[Webhook], now: datetime) -> None:
    """Let addresses that failed be called at once, for somebody who mended something."""
    by_project: dict[int, set[str]] = {}
    for webhook in webhooks:
        by_project.setdefault(webhook.project_id, set()).add(_lane_of(webhook.pk))
    for project_id, lanes in by_project.items():
        cut_rest_short(project_id=project_id, kind=DELIVER, lanes=lanes, now=now)


def _lane_of(webhook_id: int) -> str:
    """Return the lane of an address: its messages are sent one by one, and wait while it does not answer."""
    return str(webhook_id)


def forget_deliveries(*, project_id: int, gone: list[dict[str, Any]], moved: list[dict[str, Any]]) -> None:
    """Forget messages about units that are gone, and those delivered about spots whose boundary is another now.

    Each unit is told as it was announced. Of an item's spots all that was delivered goes: where they lay was told.
    """
    given = [_told(each, is_gone=True) for each in gone] + [_told(each, is_gone=False) for each in moved]
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, {"project": project_id, "given": json.dumps(given)})


def _told(facts: dict[str, Any], *, is_gone: bool) -> dict[str, Any]:
    unit = facts["unit"]
    return {"question": facts["question"], "is_gone": is_gone} | {
        name: unit[name] for name in ("items", "label", "anchor")
    }


def signature(*, secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return `v1,` and the base64 HMAC-SHA256 of id.timestamp.body (Standard Webhooks)."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def read_delivery(*, project_id: int, now: datetime, delivery_id: str, **_: Any) -> _Message | None:
    """Return the message to send, or None where it was delivered or forgotten, or its webhook is off."""
    delivery = WebhookDelivery.objects.select_related("webhook").filter(pk=UUID(delivery_id)).first()
    if delivery is None or delivery.delivered_at or not delivery.webhook.is_active:
        return None
    webhook = delivery.webhook
    WebhookDelivery.objects.filter(pk=delivery.pk).update(attempts_count=F("attempts_count") + 1)
    body = json.dumps(delivery.body, separators=(",", ":"), sort_keys=True).encode()
    timestamp = int(now.timestamp())
    sealed = [webhook.secret] + ([webhook.previous_secret] if webhook.previous_secret else [])
    signatures = [
        signature(secret=key, message_id=delivery_id, timestamp=timestamp, body=body)
        for one in sealed
        for key in keys_of(unseal(one))
    ]
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": delivery_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": " ".join(signatures),
        "User-Agent": "Earmark-Webhooks/1",
    }
    return _Message(webhook.url, body, headers)


def call_host(message: _Message) -> int:
    """Send a message to the address its host name stands for now, and return the status.

    The connection goes to the checked address itself, so that a second look-up cannot lead
    elsewhere; redirects are not followed, and the body of the answer is not read. A host that
    drips is cut off after DEADLINE_S. Raises DeliveryFailed, AddressRefused.
    """
    import httpx  # only the worker calls hosts

    address = pinned_address(message.url)
    connection = Connection.new(is_tls=address.is_tls)
    extensions: dict[str, Any] = {"trace": connection.trace}
    if address.is_tls:
        extensions["sni_hostname"] = address.host
    deadline = threading.Timer(DEADLINE_S, connection.cut)
    deadline.daemon = True
    deadline.start()
    try:
        with connection.client.stream(
            "POST",
            address.url,
            content=message.body,
            headers=message.headers | {"Host": address.host_header},
            extensions=extensions,
            timeout=TIMEOUT_S,
        ) as response:
            status = response.status_code
    except httpx.HTTPError as error:
        why = f"it took longer than {DEADLINE_S:g} s" if connection.is_cut else type(error).__name__
        raise DeliveryFailed(f"the host was not reached: {why}") from error
    finally:
        deadline.cancel()
        connection.close()
    if status >= 300:
        raise DeliveryFailed(f"the host answered {status}", status=status)
    return status


def write_delivered(*, project_id: int, now: datetime, answer: int, delivery_id: str, **_: Any) -> None:
    """Write down that the host took the message."""
    taken = {"delivered_at": now, "response_status": answer, "failure": ""}
    WebhookDelivery.objects.filter(pk=UUID(delivery_id)).update(**taken)


def write_failed(*, project_id: int, now: datetime, error: Exception, delivery_id: str, **_: Any) -> None:
    """Write down in words why the host did not take the message, and the status that it answered, if any."""
    status = error.status if isinstance(error, DeliveryFailed) else None
    words = f"not called: {error.reason}" if isinstance(error, AddressRefused) else _in_words(error)
    failed = {"failure": words[:LONGEST_FAILURE], "response_status": status}
    WebhookDelivery.objects.filter(pk=UUID(delivery_id), delivered_at=None).update(**failed)


def _in_words(error: Exception) -> str:
    """Return what a failed delivery says of itself; of any other error its kind alone, as it may hold what was sent."""
    return str(error) if isinstance(error, DeliveryFailed) else type(error).__name__
