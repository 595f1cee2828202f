import http.server
import json
import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from earmark import webhooks

from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.webhooks import add_webhook, announce, signature
from backend.projects.models import Job, Project, WebhookDelivery
from backend.projects.tenancy import tenancy

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "whsec_" + "s" * 30


@pytest.fixture
def host(settings):
    """A host's server that first fails, then listens."""
    taken: list[tuple[bytes, dict[str, str]]] = []
    answers: list[int] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
            self.send_response(answers.pop(0) if answers else 200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EARMARK_WEBHOOK_ALLOW = [f"127.0.0.1:{server.server_port}"]
        settings.DEBUG = True
        server.taken, server.answers = taken, answers
        yield server
        server.shutdown()


@pytest.fixture
def project(host):
    made = Project.objects.create(slug="forum", name="Forum")
    with tenancy(made):
        add_webhook(project=made, url=f"http://127.0.0.1:{host.server_port}/hook", secret=SECRET)
    return made


def tell(project):
    with tenancy(project):
        announce(project_id=project.pk, kind="label.settled", data={"revision": 1}, now=timezone.now())


def test_the_sdk_verifies_what_we_sign(project, host):
    tell(project)
    drain_jobs()
    ((body, headers),) = host.taken
    event = webhooks.verify(body, headers, [SECRET])
    assert (event.type, event.project, event.revision) == ("label.settled", "forum", 1)
    assert json.loads(body)["id"] == headers["Webhook-Id"]


def test_a_host_that_fails_is_told_again_and_once_it_listens_no_more(project, host):
    host.answers[:] = [500, 503]
    tell(project)
    for _ in range(5):
        Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        drain_jobs()
    assert len(host.taken) == 3
    assert {headers["Webhook-Id"] for _, headers in host.taken}.__len__() == 1
    with tenancy(project):
        delivery = WebhookDelivery.objects.get()
    assert (delivery.attempts_count, delivery.response_status, delivery.delivered_at is not None) == (3, 200, True)


def test_the_signature_is_the_one_of_the_standard():
    """HMAC-SHA256 of `id.timestamp.body`, worked out with openssl: `printf 'a.1.{}' | openssl dgst -sha256 -hmac k`."""

    made = signature(secret=b"k", message_id="a", timestamp=1, body=b"{}")
    assert made == "v1,qOHU3ZNEI7JL1FZgWWn7yzERdFXcrDUOV4Nz0pT+puQ="
