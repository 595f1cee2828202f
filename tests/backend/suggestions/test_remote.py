"""Suggesters that run at the host: the host's end is the SDK's own, over a real socket."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.urls import reverse
from django.utils import timezone
from earmark.suggesters import LexicalSuggester, Suggestion
from earmark.suggesters.serving import Served

from backend.projects.tenancy import tenancy
from backend.quality.overview import overview
from backend.suggestions import breaker, remote
from backend.suggestions.actions.remotes import door_of, end_rotation, register_remote, rotate_secret
from backend.suggestions.engines import asked_of
from backend.suggestions.errors import RemoteFailed, RemoteLeftAlone
from backend.suggestions.models import Suggester
from backend.suggestions.remote import ask_remote, begin_request, end_request, health_of
from backend.suggestions.retrieval import guesses_for
from backend.suggestions.troubles import troubles_of

SECRET = "whsec_" + "s" * 30


@pytest.fixture
def serve(settings):
    """Run a WSGI application or a handler of the host's; return its address, which may be called."""
    running = []

    def run(app):
        if isinstance(app, type):
            server = ThreadingHTTPServer(("127.0.0.1", 0), app)
        else:
            quiet = type("Quiet", (WSGIRequestHandler,), {"log_message": lambda *_: None})
            server = make_server("127.0.0.1", 0, app, handler_class=quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        settings.DEBUG = True
        settings.EARMARK_WEBHOOK_ALLOW = [f"127.0.0.1:{each.server_port}" for each in running]
        return f"http://127.0.0.1:{server.server_port}/suggest"

    over.clear()
    yield run
    over.set()
    for server in running:
        server.shutdown()
        server.server_close()


#: Set when a test is over, so that hosts that keep somebody waiting give up.
over = threading.Event()
LONG_S = 60


def answers(status=200, body=b"", wait_s=0.0, dribble=False, headers=()):
    """Return a handler of a host that answers so, whatever it is asked; `dribble`: a byte at a time, for LONG_S."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            over.wait(wait_s)
            try:
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                for _ in range(50 * LONG_S if dribble else 1):
                    self.wfile.write(body)
                    over.wait(0.02 if dribble else 0)
            except OSError:
                pass

        def log_message(self, *_):
            pass

    return Handler


def told(suggestions=(), **more):
    facts = {"name": "own", "version": "1", "suggestions": list(suggestions)}
    return json.dumps(facts | more).encode()


@pytest.fixture
def registered(world, serve):
    """Register what runs at the host under the name own, and let the world's question ask it too.

    It may take as long as anybody's may, unless a test says otherwise: on a busy machine nobody is quick.
    """

    def register(app, timeout_ms=2000, **how):
        world.question.suggesters = ["own", "lexical"]
        how |= {"url": serve(app), "secret": SECRET, "timeout_ms": timeout_ms}
        return register_remote(project=world.project, name="own", **how)

    return register


def names(world, item="5"):
    return {guess.suggester.name for guess in guesses_for(question=world.question, item=world.items[item])}


def printing(asked):
    return [Suggestion("4", 0.97, [f"“{asked.item.title}” is about printing"])]


def own(function=printing, **more):
    return Served(function, name="own", version="2026-11", secrets=more.pop("secrets", SECRET), **more)


def test_what_the_host_guesses_is_shown_among_the_others_with_its_version_and_reasons(world, registered):
    registered(own().wsgi)
    best, *rest = guesses_for(question=world.question, item=world.items["5"])
    assert (best.candidate_key, best.score, str(best.suggester)) == ("4", 0.97, "own 2026-11")
    assert best.reasons == ["“Archive messages stay in inbox” is about printing"]
    assert {guess.suggester.name for guess in rest} == {"lexical"}
    assert Suggester.objects.get(name="own").version == "2026-11"


def test_a_host_that_has_no_index_orders_what_is_sent_along(world, registered):
    seen = []
    served = Served(LexicalSuggester(), name="own", secrets=SECRET)
    made = registered(lambda environ, start: seen.append(environ) or served.wsgi(environ, start), candidates_count=3)
    world.question.suggesters = ["own"]
    found = [guess.candidate_key for guess in guesses_for(question=world.question, item=world.items["5"])]
    assert set(found) == {"1", "2", "3"}
    asked = asked_of(made, world.question, world.items["5"])
    assert [each["title"] for each in asked["candidates"] if each["id"] == "1"] == ["Archive function does not work"]


def test_to_a_question_of_labels_the_labels_are_sent_along(world, ask_labels, registered):
    topics = ask_labels(world, suggesters=["own"])
    registered(own(lambda asked: [Suggestion(asked.candidates[1].id, 0.6), Suggestion("Nonsense", 0.9)]).wsgi)
    found = guesses_for(question=topics, item=world.items["1"])
    assert [(guess.label, guess.suggester.name) for guess in found] == [("Printing", "own")]


@pytest.mark.parametrize(
    ("candidates", "how"),
    [
        (["4", "x-1", "x-2"], "2 of 3 candidates that it named are not known here"),
        (["4", "5"], None),  # itself is left out as ever, which is no trouble
    ],
)
def test_candidates_that_nobody_knows_are_told_as_its_trouble_once_an_answer(
    world, registered, caplog, candidates, how
):
    registered(own(lambda asked: [Suggestion(key, 0.9) for key in candidates]).wsgi)
    world.question.suggesters = ["own"]
    found = guesses_for(question=world.question, item=world.items["5"])
    assert [guess.candidate_key for guess in found] == ["4"]
    told = [(each.name, each.count, each.how) for each in troubles_of(world.project.pk, now=timezone.now())]
    assert told == ([("own", 1, how)] if how else [])
    assert "x-1" not in caplog.text


def test_the_overview_tells_that_a_host_fails_and_leads_to_its_page(world, registered):
    made = registered(answers(status=500))
    assert names(world) == names(world) == {"lexical"}
    [need] = [each for each in overview(project=world.project, now=timezone.now())["needs"] if "fails" in each["title"]]
    assert need["title"] == "The suggester own fails"
    assert "2 times since" in need["text"] and ": it answered with status 500." in need["text"]
    assert need["url"] == reverse("admin:suggestions_remotesuggester_change", args=[made.pk])


def test_labels_that_a_question_has_not_are_told_as_its_trouble(world, ask_labels, registered):
    topics = ask_labels(world, suggesters=["own"])
    registered(own(lambda asked: [Suggestion("printing", 0.9), Suggestion("Nonsense", 0.8)]).wsgi)
    found = guesses_for(question=topics, item=world.items["1"])
    assert [guess.label for guess in found] == ["Printing"]
    [trouble] = troubles_of(world.project.pk, now=timezone.now())
    assert trouble.how == "1 of 2 candidates that it named are not known here"


def test_an_abstaining_host_is_well(world, registered):
    made = registered(own(lambda asked: []).wsgi)
    assert names(world) == {"lexical"}
    assert health_of(made.pk).succeeded_at is not None


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (answers(500), "it answered with status 500"),
        (answers(302, headers=[("Location", "http://169.254.169.254/")]), "it answered with status 302"),
        (answers(200, b"<html>"), "its answer is not JSON"),
        (answers(200, b"[" * 100_000), "its answer is not JSON"),
        (answers(200, b"x" * 300_000), "its answer is longer than 256,000 bytes"),
        (answers(200, b"", headers=[("Content-Encoding", "gzip")]), "its answer is compressed"),
        (answers(200, told(name="another")), "its answer does not give the name own"),
        (answers(200, told([{"candidate": "1", "score": 7}])), "suggestions[0].score is no number from 0 to 1"),
    ],
)
def test_a_host_that_fails_abstains_and_the_reason_is_said(world, registered, handler, said):
    made = registered(handler)
    assert names(world) == {"lexical"}
    health = health_of(made.pk)
    assert said in health.failure
    assert health.failures_count == 1


@pytest.mark.parametrize(
    "handler", [answers(200, told(), wait_s=LONG_S), answers(200, b" ", dribble=True)], ids=["silent", "dribbling"]
)
def test_a_host_that_takes_long_abstains_before_it_has_answered(world, registered, handler):
    made = registered(handler, timeout_ms=100)
    began = time.monotonic()
    assert names(world) == {"lexical"}
    assert time.monotonic() - began < LONG_S / 4
    health = health_of(made.pk)
    assert (health.failure, health.failures_count) == ("it took longer than 100 ms", 1)


def test_a_host_that_is_not_there_abstains(world, registered, serve):
    made = registered(own().wsgi)
    made.url = "http://127.0.0.1:9/"
    made.save()
    assert names(world) == {"lexical"}
    assert "not public" in health_of(made.pk).failure


def test_a_host_with_another_secret_refuses_and_while_one_rotates_both_are_signed_with(world, registered):
    made = registered(own(secrets="another").wsgi)
    assert "status 401" in fails(made, world)
    rotate_secret(remote=made, secret="another")
    assert ask_remote(door_of(made), asked_of(made, world.question, world.items["5"])).version == "2026-11"
    made.url = made.url + "?old"
    rotate_secret(remote=made, secret="newest")
    assert ask_remote(door_of(made), asked_of(made, world.question, world.items["5"])).version == "2026-11"
    end_rotation(remote=made)
    assert "status 401" in fails(made, world)


def fails(made, world):
    with pytest.raises(RemoteFailed) as failure:
        ask_remote(door_of(made), asked_of(made, world.question, world.items["5"]))
    return str(failure.value)


class Clock:
    """A clock that goes on only as a test says."""

    def __init__(self):
        self.now_s = time.monotonic()

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(remote.time, "monotonic", made)
    return made


def test_after_failures_in_a_row_it_is_left_alone_and_then_probed(world, registered, clock):
    calls = []
    wants_to_fail = [True]

    def guess(asked):
        calls.append(asked)
        if wants_to_fail[0]:
            raise RuntimeError
        return printing(asked)

    made = registered(own(guess).wsgi)
    for _ in range(8):
        assert names(world) == {"lexical"}
    assert len(calls) == breaker.FAILURES_TO_OPEN
    assert health_of(made.pk).open_for_s == 30
    assert "asked again in 30 s" in fails(made, world)
    wants_to_fail[0] = False
    clock.now_s += 31
    assert names(world) == {"own", "lexical"}
    assert names(world) == {"own", "lexical"}
    assert health_of(made.pk).open_for_s == 0


def test_a_trial_asks_even_what_is_left_alone_and_is_no_news_to_the_breaker(world, registered):
    made = registered(answers(500))
    for _ in range(7):
        names(world)
    asked = asked_of(made, world.question, world.items["5"])
    with pytest.raises(RemoteFailed, match="status 500"):
        ask_remote(door_of(made), asked, is_trial=True)
    assert health_of(made.pk).calls_count == 5


def test_all_remote_suggesters_together_keep_a_request_two_seconds_at_most(world, registered, clock):
    def take_a_while(asked):
        clock.now_s += 0.3
        return []

    made = registered(own(take_a_while).wsgi, timeout_ms=900)
    asked = asked_of(made, world.question, world.items["5"])
    begin_request()
    try:
        done_count = 0
        with pytest.raises(RemoteLeftAlone, match="too little is left of the 2 s"):
            for _ in range(20):
                ask_remote(door_of(made), asked)
                done_count += 1
        assert done_count == 4, "a fifth could have taken 0.9 s of the 0.8 s that are left"
        assert health_of(made.pk).failures_count == 0
    finally:
        end_request()
    assert ask_remote(door_of(made), asked).suggestions == []


@pytest.fixture
def dripping():
    """A host whose headers never end, a byte at a time; the event is set once it finds the connection cut."""
    cut = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
                for _ in range(1500):
                    self.wfile.write(b"x")
                    time.sleep(0.02)
            except OSError:
                cut.set()

        def log_message(self, *_):
            pass

    return Handler, cut


def test_a_host_that_drips_headers_is_cut_off_at_the_deadline_and_holds_no_thread(world, registered, dripping):
    handler, cut = dripping
    made = registered(handler, timeout_ms=60)
    asked = asked_of(made, world.question, world.items["5"])
    for _ in range(20):
        with pytest.raises(RemoteFailed, match="it took longer than 60 ms"):
            ask_remote(door_of(made), asked, is_trial=True)
    assert cut.wait(60)


def test_a_connection_that_was_cut_is_not_used_again(world, registered):
    goes_on = threading.Event()

    def guess(asked):
        goes_on.wait(LONG_S)
        return printing(asked)

    made = registered(own(guess).wsgi, timeout_ms=100)
    assert "took longer" in fails(made, world)
    goes_on.set()
    made.timeout_ms = 2000
    for _ in range(3):
        assert ask_remote(door_of(made), asked_of(made, world.question, world.items["5"])).suggestions


@pytest.fixture
def slow_names(monkeypatch):
    """A name server that says nothing of hosts called slow until the test is over."""
    over, pinned = threading.Event(), remote.pinned_address
    monkeypatch.setattr(remote, "pinned_address", lambda url: over.wait(30) if "slow" in url else pinned(url))
    yield
    over.set()


def test_names_that_are_looked_up_without_end_take_no_other_projects_threads(world, registered, slow_names, make_world):
    made = registered(own().wsgi)
    other = make_world("other")
    with tenancy(other.project):
        slow = [
            register_remote(project=other.project, name=f"r{n}", url=f"https://slow-{n}.example/", secret=SECRET)
            for n in range(20)
        ]
        asked = asked_of(slow[0], other.question, other.items["5"])
        told = []
        for each in slow:
            each.timeout_ms = 50
            with pytest.raises(RemoteFailed) as failure:
                ask_remote(door_of(each), asked, is_trial=True)
            told.append(str(failure.value))
    assert told[:16] == ["it took longer than 50 ms"] * 16
    assert told[16:] == ["16 calls to suggesters of its project are under way in this process"] * 4
    assert ask_remote(door_of(made), asked_of(made, world.question, world.items["5"])).version == "2026-11"


def test_only_one_thread_waits_for_a_name_past_the_deadline(world, registered, slow_names):
    made = registered(own().wsgi, timeout_ms=50)
    made.url = "https://slow.example/"
    for _ in range(20):
        with pytest.raises(RemoteFailed, match="took longer|still being looked up"):
            ask_remote(door_of(made), asked_of(made, world.question, world.items["5"]), is_trial=True)


def test_a_secret_that_cannot_be_read_any_more_fails_no_list_and_a_new_one_mends_it(world, registered, settings):
    made = registered(own(secrets="another").wsgi)
    settings.SECRET_KEY = "another key of this installation, 32 signs"
    assert names(world) == {"lexical"}
    assert "give it a new secret" in fails(made, world)
    rotate_secret(remote=made, secret="another")
    assert names(world) == {"own", "lexical"}


def test_one_that_is_switched_off_or_retired_is_not_shown(world, registered):
    made = registered(own().wsgi)
    assert names(world) == {"own", "lexical"}
    Suggester.objects.filter(name="own").update(state=Suggester.State.RETIRED)
    assert names(world) == {"lexical"}
    Suggester.objects.filter(name="own").update(state=Suggester.State.LIVE)
    made.is_enabled = False
    made.save()
    assert names(world) == {"lexical"}


def test_one_projects_remote_suggester_is_none_of_anothers(world, registered, make_world):
    from backend.projects.tenancy import tenancy

    registered(own().wsgi)
    other = make_world("other")
    with tenancy(other.project):
        other.question.suggesters = ["own"]
        assert guesses_for(question=other.question, item=other.items["5"]) == []


def test_times_are_told_from_the_calls_that_were_answered(world, registered):
    made = registered(own().wsgi)
    assert health_of(made.pk).p50_ms is None
    for _ in range(5):
        names(world)
    health = health_of(made.pk)
    assert 0 < health.p50_ms <= health.p99_ms <= made.timeout_ms
    assert (health.calls_count, health.failures_count, health.failed_at) == (5, 0, None)
