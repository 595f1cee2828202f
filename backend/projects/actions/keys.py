"""Open a project and give it keys."""

import secrets

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from backend.projects.errors import KeyTooShort, KeyUnusable
from backend.projects.models import ApiKey, Project, SigningKey, WebOrigin
from backend.projects.secrets import digest_of, new_key, seal
from backend.projects.tenancy import tenancy
from backend.projects.web_origins import web_origin

LEAST_BYTES = 32


def register_project(*, slug: str, name: str, web_origins: list[str], host_url: str = "") -> Project:
    """Register a host product, or return the one with this slug; lists the web origins that are new.

    Raises WebOriginUnusable.
    """
    listed = [web_origin(each) for each in web_origins]
    project, _ = Project.objects.get_or_create(slug=slug, defaults={"name": name, "host_url": host_url})
    for origin in listed:
        WebOrigin.objects.get_or_create(project=project, origin=origin)
    return project


def add_api_key(*, project: Project, kind: str, label: str = "", key: str | None = None) -> str:
    """Make a key and return it; of a secret one only the digest is kept, so this is the one time it is seen."""
    key = key or new_key("sk_" if kind == ApiKey.Kind.SECRET else "pk_")
    hint = key if kind == ApiKey.Kind.PUBLISHABLE else f"{key[:6]}…{key[-4:]}"
    ApiKey.objects.create(project=project, kind=kind, digest=digest_of(key), hint=hint, label=label)
    return key


def add_signing_key(*, project: Project, kid: str, material: bytes, algorithm: str = "HS256") -> SigningKey:
    """Keep, encrypted, a key with which the host signs identities; raises KeyTooShort under 32 bytes."""
    if algorithm == SigningKey.Algorithm.HS256 and len(material) < LEAST_BYTES:
        raise KeyTooShort(length=len(material), least=LEAST_BYTES)
    with tenancy(project):
        return SigningKey.objects.create(project=project, kid=kid, algorithm=algorithm, material=seal(material))


def new_signing_key() -> str:
    """Return a new random secret of 256 bits that host and Earmark share (HS256)."""
    return secrets.token_urlsafe(LEAST_BYTES)


def public_key_of(pem: str) -> bytes:
    """Return the PEM of an Ed25519 public key, nothing for nothing; raises KeyUnusable for anything else."""
    text = pem.strip()
    if not text:
        return b""
    if "PRIVATE KEY" in text:
        raise KeyUnusable(
            "This is a private key: make another pair, keep that one to the host, and give its public key."
        )
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyUnusable("This is no public key in PEM, which begins with -----BEGIN PUBLIC KEY-----.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable("Of public keys, only those of Ed25519 verify identities.")
    return text.encode()
