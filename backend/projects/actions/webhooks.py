"""Tell the host what changed: write deliveries with the fact, send them from the worker."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from backend.projects.actions.jobs import enqueue
from backend.projects.addresses import pinned_address
from backend.projects.models import Project, Webhook, WebhookDelivery
from backend.projects.secrets import seal, unseal

DELIVER = "projects.deliver_webhook"
TIMEOUT_S = 5.0


class DeliveryFailed(Exception):
    """The host did not take a message; the job tries again later."""


@dataclass(frozen=True)
class _Message:
    url: str
    body: bytes
    headers: dict[str, str]


def add_webhook(*, project: Project, url: str, secret: str) -> Webhook:
    """Add an address that is told when a label changes."""
    return Webhook.objects.create(project=project, url=url, secret=seal(secret.encode()))


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
        enqueue(project=project_id, kind=DELIVER, delivery_id=str(delivery.pk))


def signature(*, secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return `v1,` and the base64 HMAC-SHA256 of id.timestamp.body (Standard Webhooks)."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def read_delivery(*, project_id: int, now: datetime, delivery_id: str, **_: Any) -> _Message | None:
    """Return the message to send, or None where it was delivered or its webhook is off."""
    delivery = WebhookDelivery.objects.select_related("webhook").get(pk=UUID(delivery_id))
    webhook = delivery.webhook
    if delivery.delivered_at or not webhook.is_active:
        return None
    WebhookDelivery.objects.filter(pk=delivery.pk).update(attempts_count=F("attempts_count") + 1)
    body = json.dumps(delivery.body, separators=(",", ":"), sort_keys=True).encode()
    timestamp = int(now.timestamp())
    sealed = [webhook.secret] + ([webhook.previous_secret] if webhook.previous_secret else [])
    signatures = [
        signature(secret=unseal(one), message_id=delivery_id, timestamp=timestamp, body=body) for one in sealed
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
    elsewhere; redirects are not followed, and the body of the answer is not read. Raises
    DeliveryFailed, AddressRefused.
    """
    import httpx  # only the worker calls hosts

    address = pinned_address(message.url)
    extensions = {"sni_hostname": address.host} if address.is_tls else {}
    try:
        with (
            httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client,
            client.stream(
                "POST",
                address.url,
                content=message.body,
                headers=message.headers | {"Host": address.host_header},
                extensions=extensions,
            ) as response,
        ):
            status = response.status_code
    except httpx.HTTPError as error:
        raise DeliveryFailed(type(error).__name__) from error
    if status >= 300:
        raise DeliveryFailed(f"status {status}")
    return status


def write_delivered(*, project_id: int, now: datetime, answer: int, delivery_id: str, **_: Any) -> None:
    """Write down that the host took the message."""
    WebhookDelivery.objects.filter(pk=UUID(delivery_id)).update(delivered_at=now, response_status=answer)
