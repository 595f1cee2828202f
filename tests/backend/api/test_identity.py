import base64
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from backend.annotators.models import Annotator
from backend.projects.actions.keys import add_signing_key, register_project
from backend.projects.errors import KeyTooShort
from backend.projects.models import ApiKey, SigningKey
from backend.projects.tenancy import tenancy


def session(site, identity, **headers):
    return site.browser("/w/v1/session", {"key": site.publishable, "identity": identity}, **headers)


def b64(value) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(header, claims) -> str:
    """Return a token with the test key's signature, of JSON as it is given or of what becomes JSON."""
    said = [b64(part.encode() if isinstance(part, str) else part) for part in (header, claims)]
    mark = hmac.digest(b"k" * 40, ".".join(said).encode(), "sha256")
    return ".".join([*said, b64(mark)])


def people(site) -> int:
    with tenancy(site.project):
        return Annotator.objects.exclude(subject__startswith="person-").count()


def test_a_signed_identity_becomes_a_session(site, identity):
    answer = session(site, identity())
    assert answer.status_code == 200
    told = answer.json()
    assert told["expires_in"] == 1800 and told["questions"][0]["id"] == "duplicate"
    assert "customer-1" not in answer.content.decode()


def hostile(identity):
    now = int(time.time())
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = {"iss": "forum", "aud": "earmark", "sub": "x", "iat": now, "exp": now + 600}
    unsigned = f"{b64({'alg': 'none', 'kid': 'k1'})}.{b64(claims)}."
    good = identity()
    head, _, mark = good.split(".")
    return {
        "alg none": unsigned,
        "another algorithm": jwt.encode(claims, private, algorithm="RS256", headers={"kid": "k1"}),
        "another HMAC": jwt.encode(claims, "k" * 40, algorithm="HS384", headers={"kid": "k1"}),
        "unknown kid": identity(kid="k2"),
        "no kid": jwt.encode(claims, "k" * 40, algorithm="HS256"),
        "attacker's jku": jwt.encode(claims, "z" * 40, algorithm="HS256", headers={"kid": "k1", "jku": "https://x"}),
        "wrong key": identity(key="z" * 40),
        "expired": identity(exp=now - 60, iat=now - 120),
        "not yet valid": identity(nbf=now + 300),
        "no exp": identity(exp=None),
        "no iat": identity(iat=None),
        "no sub": identity(sub=None),
        "exp in ten years": identity(exp=now + 315_360_000),
        "exp in 16 minutes": identity(exp=now + 960),
        "wrong aud": identity(aud="else"),
        "wrong iss": identity(iss="other"),
        "tampered": f"{head}.{b64(claims | {'sub': 'admin'})}.{mark}",
        "cut": good[:-4],
        "too long": good + "a" * 8_000,
        "as long as a body may be": good + "a" * 60_000,
        "long sub": identity("x" * 201),
        "empty sub": identity(""),
        "NUL in sub": identity("a\0b"),
        "sub is no text": jwt.encode(claims | {"sub": 7}, "k" * 40, algorithm="HS256", headers={"kid": "k1"}),
        "a claim twice": signed({"kid": "k1", "alg": "HS256"}, json.dumps(claims)[:-1] + ', "sub": "y"}'),
        "kid twice": signed('{"alg": "HS256", "kid": "k1", "kid": "k1"}', claims),
        "NUL in kid": signed({"kid": "k1\0", "alg": "HS256"}, claims),
        "half a surrogate pair in sub": signed({"kid": "k1", "alg": "HS256"}, claims | {"sub": "x\ud800"}),
        "half a surrogate pair in kid": signed({"kid": "k1\ud800", "alg": "HS256"}, claims),
        "not a token": "hello",
        "empty": "",
        "nested junk": ".".join(["e30"] * 9),
    }


NAMES = list(hostile(lambda *a, **k: "x.y.z"))


@pytest.mark.parametrize("name", NAMES)
def test_no_other_identity_is_taken_and_nothing_is_stored(site, identity, name):
    answer = session(site, hostile(identity)[name])
    assert answer.status_code == 401, answer.content
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert people(site) == 0


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("empty", "there is none; sign one for whoever is looking"),
        ("a claim twice", "a key stands twice in one object"),
        ("NUL in kid", "a text holds NUL"),
        ("not a token", "it is no JWT as we take it"),
        ("no exp", "it has no `exp`"),
    ],
)
def test_who_signs_is_told_what_is_wrong(site, identity, name, why):
    assert why in session(site, hostile(identity)[name]).json()["detail"]


def test_an_identity_of_a_megabyte_is_a_body_that_is_too_large(site, identity):
    answer = session(site, identity() + "a" * 1_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert people(site) == 0


def test_a_subject_of_our_staff_is_refused(site, identity):
    assert session(site, identity("earmark-staff:1")).json()["code"] == "subject_reserved"


def test_an_ed25519_identity_is_taken(site, identity):
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    add_signing_key(project=site.project, kid="ed", material=public, algorithm="EdDSA")
    assert session(site, identity(key=private, kid="ed", algorithm="EdDSA")).status_code == 200
    forged = identity(key=public.decode()[:40], kid="ed")
    assert session(site, forged).status_code == 401


def test_a_retired_signing_key_opens_nothing(site, identity, now):
    with tenancy(site.project):
        SigningKey.objects.update(retired_at=now.replace(year=2020))
    assert session(site, identity()).status_code == 401


def test_another_projects_key_signs_nothing_here(site, identity):
    other = register_project(slug="other", name="Other", web_origins=[])
    add_signing_key(project=other, kid="theirs", material=b"t" * 40)
    assert session(site, identity(key="t" * 40, kid="theirs")).status_code == 401


def test_a_short_signing_key_is_refused_when_it_is_set(site):
    with pytest.raises(KeyTooShort):
        add_signing_key(project=site.project, kid="short", material=b"abc")


def test_the_signing_key_is_encrypted_and_secret_keys_are_hashed(site):
    with tenancy(site.project):
        assert b"k" * 40 not in bytes(SigningKey.objects.get().material)
    kept = ApiKey.objects.get(kind="secret")
    assert site.secret not in f"{kept.digest} {kept.hint}"


def test_each_kind_of_key_opens_only_its_own_door(site, identity):
    with_secret = site.browser("/w/v1/session", {"key": site.secret, "identity": identity()})
    assert (with_secret.status_code, with_secret.json()["code"]) == (403, "wrong_kind_of_key")
    answer = Client().get("/v1/items", headers={"Authorization": f"Bearer {site.publishable}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_kind_of_key")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://forum.example.evil.example", "http://forum.example", ""]
)
def test_a_page_that_is_not_listed_gets_no_cors_header(site, identity, origin):
    answer = session(site, identity(), Origin=origin)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_listed_page_may_read_answers_and_errors_but_never_with_cookies(site, identity):
    for answer in (session(site, identity()), session(site, "junk")):
        assert answer.headers["Access-Control-Allow-Origin"] == site.origin
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
        assert not answer.cookies


def test_a_session_belongs_to_one_origin_and_ends_when_it_is_revoked(site, token):
    from backend.annotators.actions.people import end_sessions
    from backend.projects.models import WebOrigin

    body = {"token": token, "places": [{"place": "p", "question": "duplicate", "item": "5"}]}
    assert site.browser("/w/v1/suggest", body).status_code == 200
    WebOrigin.objects.create(project=site.project, origin="https://second.example")
    assert site.browser("/w/v1/suggest", body, Origin="https://second.example").status_code == 403
    with tenancy(site.project):
        end_sessions(annotator=Annotator.objects.get(subject="customer-1"))
    answer = site.browser("/w/v1/suggest", body)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")


def test_a_revoked_or_expired_key_opens_nothing(site):
    assert site.server.get("/v1/items").status_code == 200
    ApiKey.objects.filter(kind="secret").update(revoked_at=site.now)
    assert site.server.get("/v1/items").json()["code"] == "key_invalid"


FAULTS = {
    "unknown kid": "names no signing key",
    "wrong key": "another key",
    "expired": "clocks",
    "no exp": "`exp`",
    "no iat": "`iat`",
    "exp in 16 minutes": "15 minutes",
    "wrong aud": "`aud`",
    "wrong iss": "slug",
    "another HMAC": "`alg`",
    "not a token": "no JWT",
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_with_an_identity_is_said_in_words(site, identity, name):
    told = session(site, hostile(identity)[name]).json()
    assert (told["code"], told["status"]) == ("identity_invalid", 401)
    assert FAULTS[name] in told["detail"] and "Error" not in told["detail"]


@pytest.mark.parametrize(("ahead_s", "status"), [(25, 200), (-25, 200), (90, 401)])
def test_a_clock_may_be_off_as_far_as_the_doctor_lets_pass(site, identity, ahead_s, status):
    signed_at = int(time.time()) + ahead_s
    life = 600 if ahead_s > 0 else 1
    answer = session(site, identity(iat=signed_at, exp=signed_at + life))
    assert answer.status_code == status
    assert status == 200 or "clock" in answer.json()["detail"]
