import http.server
import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from earmark import webhooks

from backend.projects.actions.jobs import drain_jobs
from backend.projects.actions.webhooks import (
    _Message,
    add_webhook,
    announce,
    call_at_once,
    call_host,
    send_again,
    signature,
)
from backend.projects.models import Job, Project, RestingLane, Webhook, WebhookDelivery
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


def make_due():
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    RestingLane.objects.update(rests_until=timezone.now() - timedelta(seconds=1))


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
        make_due()
        drain_jobs()
    assert len(host.taken) == 3
    assert {headers["Webhook-Id"] for _, headers in host.taken}.__len__() == 1
    with tenancy(project):
        delivery = WebhookDelivery.objects.get()
    assert (delivery.attempts_count, delivery.response_status, delivery.delivered_at is not None) == (3, 200, True)


def delivery_of(project):
    with tenancy(project):
        return WebhookDelivery.objects.get()


def test_why_a_message_was_not_taken_is_told_in_words_until_it_is(project, host):
    host.answers[:] = [500]
    tell(project)
    drain_jobs()
    failed = delivery_of(project)
    assert (failed.failure, failed.response_status, failed.delivered_at) == ("the host answered 500", 500, None)
    make_due()
    drain_jobs()
    assert (delivery_of(project).failure, delivery_of(project).response_status) == ("", 200)


def test_an_address_that_is_not_called_says_why(project, host, settings):
    settings.EARMARK_WEBHOOK_ALLOW = []
    tell(project)
    drain_jobs()
    refused = delivery_of(project)
    assert refused.failure == "not called: it leads to an address that is not public"
    assert (refused.attempts_count, refused.response_status, host.taken) == (1, None, [])
    assert Job.objects.get().failure == "AddressRefused"


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
        caller.join(timeout=30)
        is_over.set()
        server.shutdown()
    assert told == [200]


def test_a_message_that_was_given_up_is_sent_again_when_asked(project, host):
    host.answers[:] = [500]
    tell(project)
    drain_jobs()
    Job.objects.update(died_at=timezone.now(), attempts_count=8)
    with tenancy(project):
        assert send_again(deliveries=WebhookDelivery.objects.all(), now=timezone.now()) == 1
    drain_jobs()
    with tenancy(project):
        assert WebhookDelivery.objects.get().delivered_at is not None
    assert len(host.taken) == 2 and Job.objects.count() == 1


def test_a_message_that_waits_is_sent_at_once_and_a_delivered_one_not_again(project, host):
    host.answers[:] = [500]
    tell(project)
    drain_jobs()
    for told in (1, 0):
        with tenancy(project):
            assert send_again(deliveries=WebhookDelivery.objects.all(), now=timezone.now()) == told
        drain_jobs()
    assert len(host.taken) == 2


def test_a_message_whose_job_is_gone_is_sent_again(project, host):
    tell(project)
    Job.objects.all().delete()
    with tenancy(project):
        assert send_again(deliveries=WebhookDelivery.objects.all(), now=timezone.now()) == 1
    drain_jobs()
    assert len(host.taken) == 1


def test_what_is_for_an_address_that_is_switched_off_is_not_said_to_be_sent(project, host):
    tell(project)
    with tenancy(project):
        Webhook.objects.update(is_active=False)
        assert send_again(deliveries=WebhookDelivery.objects.all(), now=timezone.now()) == 0


@pytest.mark.parametrize("left", ["waiting", "dead"])
def test_many_messages_are_sent_again_in_as_many_statements_as_few(project, host, left):
    counts = []
    for more in (2, 8):
        for _ in range(more):
            tell(project)
        if left == "dead":
            Job.objects.update(died_at=timezone.now(), attempts_count=8)
        with tenancy(project), CaptureQueriesContext(connection) as asked:
            sent = send_again(deliveries=WebhookDelivery.objects.select_related("webhook"), now=timezone.now())
        counts.append(len(asked))
        assert sent == Job.objects.filter(died_at=None, attempts_count=0, due_at__lte=timezone.now()).count()
    assert counts[0] == counts[1]


def test_a_message_to_an_address_that_failed_is_sent_at_once_when_asked_or_when_the_address_was_changed(project, host):
    host.answers[:] = [500, 500]
    for _ in range(3):
        tell(project)
    drain_jobs()
    assert (drain_jobs(), len(host.taken)) == (0, 1)
    with tenancy(project):
        call_at_once(webhooks=Webhook.objects.all(), now=timezone.now())
    assert (drain_jobs(), len(host.taken)) == (0, 2)
    with tenancy(project):
        send_again(deliveries=WebhookDelivery.objects.select_related("webhook"), now=timezone.now())
    assert (drain_jobs(), len(host.taken)) == (3, 5)
