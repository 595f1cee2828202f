"""Identities: short-lived tokens by which the host's server says who is looking at a page."""

from __future__ import annotations

import time
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from earmark.errors import InvalidIdentity, InvalidSigningKey

AUDIENCE = "earmark"
LONGEST_LIFE_S = 900
SHORTEST_KEY_BYTES = 32
LONGEST_SUBJECT = 200


def sign_identity(
    subject: str,
    *,
    project: str,
    key: str | bytes | Ed25519PrivateKey,
    kid: str,
    expires_in: int = 600,
    now: float | None = None,
) -> str:
    """Return a JWT that says the person before the page is `subject` (RFC 7519; HS256, or EdDSA for Ed25519).

    `subject` is the host's own opaque id, 1 to 200 characters, never an e-mail address. `key` is the
    shared secret (at least 32 bytes), or an Ed25519 private key as an object or PEM; `kid` names it.
    `expires_in` is in seconds, at most 900. `now` is Unix time, default the clock.

    Raises InvalidSigningKey, InvalidIdentity.
    """
    _check_subject(subject)
    if not project or not kid:
        raise InvalidIdentity("Both `project` (the slug) and `kid` (the name of the key) are needed.")
    if not 0 < expires_in <= LONGEST_LIFE_S:
        raise InvalidIdentity(f"An identity lives 1 to {LONGEST_LIFE_S} seconds, not {expires_in}.")
    signing_key, algorithm = _usable(key)
    issued_at = int(time.time() if now is None else now)
    claims = {
        "iss": project,
        "aud": AUDIENCE,
        "sub": subject,
        "iat": issued_at,
        "exp": issued_at + expires_in,
    }
    return jwt.encode(claims, signing_key, algorithm=algorithm, headers={"kid": kid})


def _check_subject(subject: object) -> None:
    if not isinstance(subject, str) or not 1 <= len(subject) <= LONGEST_SUBJECT:
        raise InvalidIdentity(f"A subject is a string of 1 to {LONGEST_SUBJECT} characters.")
    if not subject.strip() or any(ord(sign) < 32 or 0xD800 <= ord(sign) <= 0xDFFF for sign in subject):
        raise InvalidIdentity("A subject is not blank and holds no control characters.")


def _usable(key: str | bytes | Ed25519PrivateKey) -> tuple[Any, str]:
    if isinstance(key, Ed25519PrivateKey):
        return key, "EdDSA"
    secret = key.encode() if isinstance(key, str) else key
    if b"-----BEGIN" in secret:
        return _private_key(secret), "EdDSA"
    if len(secret) < SHORTEST_KEY_BYTES:
        raise InvalidSigningKey(f"The key has {len(secret)} bytes; at least {SHORTEST_KEY_BYTES} are needed.")
    return secret, "HS256"


def _private_key(pem: bytes) -> Ed25519PrivateKey:
    try:
        loaded = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidSigningKey("The PEM text is not a private key without a password.") from error
    if not isinstance(loaded, Ed25519PrivateKey):
        raise InvalidSigningKey("Of private keys, only Ed25519 signs identities.")
    return loaded
