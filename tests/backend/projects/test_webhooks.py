import http.server
import json
import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from earmark import webhooks

from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.webhooks import _Message, add_webhook, announce, call_host, signature
from backend.projects.models import Job, Project, Webhook, WebhookDelivery
from backend.projects.secrets import seal
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


def test_while_the_secret_is_rotated_the_old_and_the_new_one_verify(project, host):
    new = "whsec_" + "n" * 30
    with tenancy(project):
        Webhook.objects.update(secret=seal(new.encode()), previous_secret=seal(SECRET.encode()))
    tell(project)
    drain_jobs()
    ((body, headers),) = host.taken
    for secret in (SECRET, new):
        assert webhooks.verify(body, headers, [secret]).type == "label.settled"


def test_a_webhook_that_was_switched_off_hears_nothing_not_even_what_waited(project, host):
    tell(project)
    with tenancy(project):
        Webhook.objects.update(is_active=False)
    tell(project)
    drain_jobs()
    assert host.taken == []
    with tenancy(project):
        assert WebhookDelivery.objects.filter(delivered_at=None).count() == 1


def test_a_message_is_written_with_the_fact_or_not_at_all(project):
    with pytest.raises(ZeroDivisionError), tenancy(project):
        announce(project_id=project.pk, kind="label.settled", data={}, now=timezone.now())
        raise ZeroDivisionError
    with tenancy(project):
        assert (WebhookDelivery.objects.count(), Job.objects.count()) == (0, 0)


def test_a_host_that_never_ends_its_answer_keeps_no_worker(settings):
    """The status is all we want of an answer; its body may be as long as the host likes."""
    is_over = threading.Event()

    class Endless(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(200)
            self.end_headers()
            while not is_over.wait(0.05):
                try:
                    self.wfile.write(b"x" * 1000)
                except OSError:
                    break

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endless) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EARMARK_WEBHOOK_ALLOW = [f"127.0.0.1:{server.server_port}"]
        settings.DEBUG = True
        told: list[int] = []
        message = _Message(f"http://127.0.0.1:{server.server_port}/hook", b"{}", {})
        caller = threading.Thread(target=lambda: told.append(call_host(message)), daemon=True)
        caller.start()
        caller.join(timeout=4)
        is_over.set()
        server.shutdown()
    assert told == [200]
