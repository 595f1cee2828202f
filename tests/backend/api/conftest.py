"""Callers of the wire: a browser on a listed page, a host's server, and the SDK."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import jwt
import pytest
from django.test import Client
from earmark import Earmark

from backend.projects.actions.keys import add_api_key, add_signing_key

SIGNING_KEY = "k" * 40


@pytest.fixture
def site(make_world: Callable[..., Any], transactional_db: None) -> SimpleNamespace:
    """A world with keys, and callers of both kinds. The clock is the real one."""
    world = make_world()
    project = world.project
    world.publishable = add_api_key(project=project, kind="publishable")
    world.secret = add_api_key(project=project, kind="secret")
    add_signing_key(project=project, kid="k1", material=SIGNING_KEY.encode())
    world.origin = "https://forum.example"
    world.browser = lambda path, body, **headers: _post(
        path, body, "text/plain;charset=UTF-8", **{"Origin": world.origin} | headers
    )
    world.server = Server(world.secret)
    return world


def _post(path: str, body: Any, content_type: str, **headers: str) -> Any:
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    return Client().post(path, raw, content_type=content_type, headers=headers)


class Server:
    """A host's server that calls /v1 with its secret key."""

    def __init__(self, secret: str) -> None:
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str) -> Any:
        return Client().get(path, headers=self.headers)

    def post(self, path: str, body: Any) -> Any:
        return _post(path, body, "application/json", **self.headers)

    def patch(self, path: str, body: Any) -> Any:
        return Client().patch(path, json.dumps(body), content_type="application/json", headers=self.headers)

    def delete(self, path: str) -> Any:
        return Client().delete(path, headers=self.headers)


@pytest.fixture
def identity() -> Callable[..., str]:
    """Return a signer of identities; claims may be changed, or taken away by None."""

    def sign(
        subject: Any = "customer-1", *, key: Any = SIGNING_KEY, kid: str = "k1", algorithm: str = "HS256", **claims: Any
    ) -> str:
        import time

        now = int(time.time())
        usual = {"iss": "forum", "aud": "earmark", "sub": subject, "iat": now, "exp": now + 600}
        wanted = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(wanted, key, algorithm=algorithm, headers={"kid": kid})

    return sign


@pytest.fixture
def token(site: SimpleNamespace, identity: Callable[..., str]) -> str:
    """A session of customer-1."""
    answer = site.browser("/w/v1/session", {"key": site.publishable, "identity": identity()})
    assert answer.status_code == 200, answer.content
    return str(answer.json()["token"])


@pytest.fixture
def by_sdk() -> Callable[[str], Earmark]:
    """Return what gives the SDK's client with a secret key, whose network is the server in this process."""

    def ask(request: httpx.Request) -> httpx.Response:
        told = Client().generic(
            request.method,
            request.url.raw_path.decode(),
            request.content,
            content_type=request.headers.get("Content-Type", "application/json"),
            headers={"Authorization": request.headers["Authorization"]},
        )
        body = b"".join(told.streaming_content) if told.streaming else told.content
        return httpx.Response(told.status_code, headers=dict(told.headers), content=body)

    return lambda secret: Earmark(secret, base_url="http://testserver", transport=httpx.MockTransport(ask))
