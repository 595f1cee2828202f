"""Secrets at rest: digests of keys, and encryption of what must be read again."""

import base64
import hashlib
import secrets
import string
from functools import lru_cache

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@lru_cache(maxsize=8)
def derived_key(secret: str, purpose: str) -> bytes:
    """Return 32 bytes derived from a secret for one purpose (HKDF-SHA256, RFC 5869)."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose.encode()).derive(secret.encode())


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key(settings.SECRET_KEY, "earmark at rest")))


def seal(plain: bytes) -> bytes:
    """Encrypt what must be read again, such as a signing key (Fernet)."""
    return _box().encrypt(plain)


def unseal(sealed: bytes | memoryview) -> bytes:
    """Decrypt what `seal` gave; raises cryptography's InvalidToken under another SECRET_KEY."""
    return _box().decrypt(bytes(sealed))


def digest_of(key: str) -> str:
    """Return the SHA-256 of a key, in hex: keys are random, so no slow hash is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def new_key(prefix: str) -> str:
    """Return a new random key of 192 bits behind a prefix such as `sk_`."""
    return prefix + secrets.token_urlsafe(24)


def new_message_secret() -> str:
    """Return a new random secret of 190 bits that signs messages, spelt as Standard Webhooks does.

    That is `whsec_` and base64 of 24 bytes; letters and digits alone, so that a double click takes all of it.
    """
    return "whsec_" + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(32))
