"""Tests of earmark.tokens."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from earmark import sign_identity
from earmark.errors import InvalidIdentity, InvalidSigningKey

SECRET = "0123456789abcdef0123456789abcdef"
NOW = 1_790_000_000


def signed(subject="u-17", **changes):
    return sign_identity(subject, **({"project": "tidepool", "key": SECRET, "kid": "k1", "now": NOW} | changes))


def opened(token, key=SECRET, algorithm="HS256"):
    options = {"verify_exp": False, "verify_iat": False}
    return jwt.decode(token, key, algorithms=[algorithm], audience="earmark", options=options)


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_an_identity_says_who_for_which_project_until_when():
    token = signed(expires_in=60)
    claims = {"iss": "tidepool", "aud": "earmark", "sub": "u-17", "iat": NOW, "exp": NOW + 60}
    assert opened(token) == claims
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "kid": "k1", "typ": "JWT"}


def test_it_lives_ten_minutes_unless_told_otherwise():
    assert opened(signed())["exp"] == NOW + 600


@pytest.mark.parametrize("as_given", [lambda key: key, pem, lambda key: pem(key).decode()])
def test_an_ed25519_key_signs_eddsa_as_object_or_as_pem(as_given):
    key = ed25519.Ed25519PrivateKey.generate()
    token = signed(key=as_given(key))
    assert jwt.get_unverified_header(token)["alg"] == "EdDSA"
    assert opened(token, key.public_key(), "EdDSA")["sub"] == "u-17"


@pytest.mark.parametrize("key", ["", "x" * 31, b"\0" * 31, "ä" * 15])
def test_a_secret_under_32_bytes_is_refused(key):
    with pytest.raises(InvalidSigningKey, match="at least 32"):
        signed(key=key)


def test_bytes_count_not_letters():
    assert opened(signed(key="ä" * 16), "ä" * 16)["sub"] == "u-17"


def test_a_private_key_of_another_kind_is_refused():
    with pytest.raises(InvalidSigningKey, match="Ed25519"):
        signed(key=pem(ec.generate_private_key(ec.SECP256R1())))


def test_a_public_key_signs_nothing():
    with pytest.raises(InvalidSigningKey):
        signed(key="-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----")


@pytest.mark.parametrize("seconds", [0, -5, 901, 10**9])
def test_a_life_over_fifteen_minutes_or_none_at_all_is_refused(seconds):
    with pytest.raises(InvalidIdentity, match="900"):
        signed(expires_in=seconds)


@pytest.mark.parametrize("subject", ["", " ", "x" * 201, "a\0b", "a\nb", "\ud800", None, 17])
def test_a_subject_that_is_none_is_refused(subject):
    with pytest.raises(InvalidIdentity, match="subject"):
        signed(subject)


def test_project_and_key_name_are_needed():
    with pytest.raises(InvalidIdentity):
        signed(project="")
    with pytest.raises(InvalidIdentity):
        signed(kid="")
