"""Tests of examples/flask and examples/fastapi: what a host does, each driven by its framework's own test client."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest
from earmark import Earmark, webhooks
from earmark.transports import MockTransport
from fastapi.testclient import TestClient

EXAMPLES = Path(__file__).parents[2] / "examples"
HOSTS = ("flask", "fastapi")
SIGNING_KEY = "a shared secret of 32 bytes or more"
SECRET = "whsec_c2VjcmV0IG9mIHRoZSBob3N0cycgdGVzdHM="
ENVIRON = {
    "EARMARK_URL": "http://earmark.example/",
    "EARMARK_KEY": "sk_test",
    "EARMARK_PUBLISHABLE_KEY": "pk_test",
    "EARMARK_PROJECT": "board",
    "EARMARK_SIGNING_KEY": SIGNING_KEY,
    "EARMARK_SIGNING_KID": "board-1",
    "EARMARK_WEBHOOK_SECRET": SECRET,
}


@pytest.fixture(autouse=True)
def apart():
    """Take the place of the backend's fixture of this name: the hosts know no Django."""


@dataclass
class Answer:
    """What a host answered, whatever its framework."""

    status: int
    text: str
    headers: Any


class Host:
    """A host in one of the frameworks, and the Earmark that is not there."""

    def __init__(self, framework: str, module: Any, network: MockTransport) -> None:
        self.framework, self.module, self.network = framework, module, network
        is_flask = framework == "flask"
        self.browser = module.board.test_client() if is_flask else TestClient(module.board, follow_redirects=False)

    def get(self, path: str) -> Answer:
        return self._told(self.browser.get(path))

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form: FastAPI's page sends it as JSON."""
        sent: dict[str, Any] = {"data": fields} if self.framework == "flask" else {"json": fields}
        return self._told(self.browser.post(path, **sent))

    def sign_in(self, reader: str) -> "Host":
        assert self.post("/sign-in", reader=reader).status in (200, 303)
        return self

    def hear(self, event: dict[str, Any], *, secret: str = SECRET) -> Answer:
        """Send what Earmark would, signed."""
        body = json.dumps(event).encode()
        headers = webhooks.sign(body, message_id=event["id"], timestamp=int(time.time()), secrets=secret)
        content = {"data": body} if self.framework == "flask" else {"content": body}
        return self._told(self.browser.post("/earmark/webhook", headers=headers, **content))

    def registered(self) -> list[dict[str, Any]]:
        return [row for asked in self.network.requests_to("POST", "/v1/items") for row in asked.json["items"]]

    def _told(self, answer: Any) -> Answer:
        return Answer(answer.status_code, answer.text, answer.headers)


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    name = f"board_in_{request.param}"
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / request.param / "board.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    network = MockTransport()
    network.on("POST", "/v1/items", json={"created_count": 1, "rejected": []})
    network.on("DELETE", "/v1/items/{id}", status=204)
    module.client.close()
    module.client = Earmark("sk_test", base_url=ENVIRON["EARMARK_URL"], retries=0, transport=network)
    yield Host(request.param, module, network)
    module.client.close()


def event(
    *, state: str = "settled", value: str | None = "duplicate", revision: int = 1, **others: Any
) -> dict[str, Any]:
    unit = {"kind": "pair", "items": ["1", "2"], "label": None, "anchor": None}
    data = {"question": "duplicate", "unit": unit, "state": state, "value": value, "revision": revision} | others
    told = {"id": f"m-{revision}", "created_at": "2026-03-04T00:00:00+00:00", "project": "board", "data": data}
    return told | {"type": "label.settled" if state == "settled" else "label.unsettled"}


def written(host: Host) -> str:
    """Return the id of a post that was just saved."""
    [*_, saved] = host.registered()
    return str(saved["id"])


def whom(token: str) -> str:
    told = jwt.decode(token, SIGNING_KEY, algorithms=["HS256"], audience="earmark", issuer="board")
    assert jwt.get_unverified_header(token)["kid"] == "board-1"
    return str(told["sub"])


def test_a_saved_post_is_registered_as_an_item(host):
    host.sign_in("reader-1").post("/posts", title="Archive by key", body="It <b>fails</b>.")
    [item] = host.registered()
    assert (item["title"], item["body"], item["author"]) == ("Archive by key", "It <b>fails</b>.", "reader-1")
    assert item["url"] == f"/posts/{item['id']}"
    shown = host.get(item["url"])
    assert shown.status == 200 and f'<earmark-duplicates item="{item["id"]}" question="duplicate">' in shown.text
    assert "<b>fails</b>" not in shown.text


def test_no_two_posts_share_an_id(host):
    host.sign_in("reader-1")
    for _ in range(2):
        host.post("/posts", title="The same", body="")
    first, second = host.registered()
    assert first["id"] != second["id"] and not {first["id"], second["id"]} & {"1", "2", "3"}


def test_a_post_without_a_title_is_neither_saved_nor_registered(host):
    assert 400 <= host.sign_in("reader-1").post("/posts", title="  ", body="x").status < 500
    assert host.registered() == [] and len(host.module.posts) == 3


def test_who_is_not_signed_in_saves_and_deletes_nothing(host):
    assert host.post("/posts", title="One", body="").status == 403
    assert host.post("/posts/1/delete").status == 403
    assert host.network.requests == [] and len(host.module.posts) == 3


def test_a_post_is_saved_though_earmark_does_not_answer(host):
    host.network.lose("POST", "/v1/items")
    assert host.sign_in("reader-1").post("/posts", title="Saved", body="").status in (200, 303)
    assert "Saved" in host.get("/").text


def test_a_deleted_post_is_removed_from_earmark_by_its_author_alone(host):
    host.sign_in("reader-1").post("/posts", title="Soon gone", body="")
    id = written(host)
    assert host.sign_in("reader-2").post(f"/posts/{id}/delete").status == 403
    assert host.network.requests_to("DELETE", "/v1/items/{id}") == []
    host.sign_in("reader-1").post(f"/posts/{id}/delete")
    assert [each.path for each in host.network.requests_to("DELETE", "/v1/items/{id}")] == [f"/v1/items/{id}"]
    assert host.get(f"/posts/{id}").status == 404


def test_a_post_is_deleted_though_earmark_knows_it_no_more(host):
    host.network.fail("DELETE", "/v1/items/{id}", status=404, code="not_found")
    assert host.sign_in("reader-1").post("/posts/1/delete").status in (200, 303)
    assert host.get("/posts/1").status == 404


def test_the_page_carries_the_identity_of_who_is_signed_in(host):
    for reader in ("reader-1", "reader-2"):
        page = host.sign_in(reader).get("/posts/2").text
        [(key, token)] = re.findall(
            r'src="http://earmark.example/w/earmark.js" .*data-key="(.*)" data-identity="(.*)"', page
        )
        assert key == "pk_test" and whom(token) == reader


def test_a_page_for_nobody_holds_neither_script_nor_element(host):
    page = host.get("/posts/2").text
    assert "earmark.js" not in page and "<earmark-" not in page


def test_nobody_is_signed_in_as_somebody_unknown(host):
    assert "earmark.js" not in host.sign_in("someone-else").get("/posts/2").text


def test_the_identity_is_signed_anew_for_who_is_signed_in_alone(host):
    assert host.post("/identity").status == 403
    host.sign_in("reader-2")
    assert whom(json.loads(host.post("/identity").text)["identity"]) == "reader-2"
    host.sign_in("")
    assert host.post("/identity").status == 403


def test_what_settled_stands_in_both_pages_until_it_holds_no_more(host):
    assert "Answered over there" not in host.get("/posts/2").text
    assert host.hear(event()).status == 200
    assert 'Answered over there: <a href="/posts/1">The archive key is gone</a>' in host.get("/posts/2").text
    assert 'Answered over there: <a href="/posts/2">' in host.get("/posts/1").text
    assert json.loads(host.get("/posts/2/same").text) == [{"url": "/posts/1", "title": "The archive key is gone"}]
    assert host.hear(event(state="contested", value=None, revision=2)).status == 200
    assert "Answered over there" not in host.get("/posts/2").text


def test_a_message_that_comes_late_changes_nothing(host):
    host.hear(event(state="contested", value=None, revision=2))
    assert host.hear(event(revision=1)).status == 200
    assert json.loads(host.get("/posts/2/same").text) == []


@pytest.mark.parametrize("told", [{"value": "related"}, {"question": "another"}])
def test_what_says_nothing_of_sameness_shows_nothing(host, told):
    assert host.hear(event(**told)).status == 200
    assert "Answered over there" not in host.get("/posts/2").text


def test_of_what_the_host_does_not_know_it_says_that_it_came(host):
    assert host.hear(event() | {"type": "annotator.erased", "data": {"erasure": "1", "versions": []}}).status == 200


def test_a_message_with_a_wrong_signature_is_refused_and_changes_nothing(host):
    refused = host.hear(event(), secret="whsec_b25lIHRoYXQgc29tZWJvZHkgbWFkZSB1cA==")
    assert refused.status == 400
    assert "Answered over there" not in host.get("/posts/2").text


def test_a_page_runs_its_own_script_and_earmarks_alone(host):
    host.sign_in("reader-1")
    pages = [host.get("/posts/2") for _ in range(2)]
    nonces = []
    for page in pages:
        policy = dict(each.strip().partition(" ")[::2] for each in page.headers["Content-Security-Policy"].split(";"))
        [nonce] = re.findall(r"'nonce-([\w-]{16,})'", policy["script-src"])
        assert policy["default-src"] == "'none'" and "unsafe" not in page.headers["Content-Security-Policy"]
        assert policy["script-src"] == f"'nonce-{nonce}' http://earmark.example"
        assert policy["connect-src"] == "'self' http://earmark.example"
        tags = re.findall(r"<(?:script|style)\b[^>]*>", page.text)
        assert tags and all(f'nonce="{nonce}"' in tag for tag in tags)
        assert not re.search(r"\son\w+=|\sstyle=", page.text)
        assert page.headers["Cache-Control"] == "no-store"
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize("framework", HOSTS)
@pytest.mark.parametrize("missing", sorted(ENVIRON))
def test_a_missing_key_is_told_by_its_name(framework, missing):
    given = {name: value for name, value in os.environ.items() if not name.startswith("EARMARK_")}
    environ = given | {name: value for name, value in ENVIRON.items() if name != missing}
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / framework / "board.py")],
        capture_output=True,
        text=True,
        env=environ,
        timeout=240,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert re.findall(r"EARMARK_\w+", done.stderr) == [missing]
