"""Tests of earmark.webhooks. The known signature was made with openssl: see its test."""

import json

import pytest
from earmark import webhooks
from earmark.errors import WebhookNotGenuine

SECRET = "a secret of the host and of Earmark alone"
NOW = 1_790_000_000
STANDARD = "whsec_" + "YWFh" * 8  # 24 times the letter a
SIGNED_BY_STANDARD = "v1,SGzduPmqdkLJg6tDLh2s8ucv7+W75UMfpVms0BuU4is="
FACTS = {
    "id": "018f0000-0000-7000-8000-000000000001",
    "type": "label.settled",
    "created_at": "2026-09-21T14:13:20+00:00",
    "project": "tidepool",
    "data": {
        "question": "duplicate",
        "unit": {"kind": "pair", "items": ["1", "2"]},
        "value": "duplicate",
        "state": "settled",
        "probability": 0.75,
        "revision": 3,
    },
}
BODY = json.dumps(FACTS).encode()


def message(body=BODY, secrets=SECRET, timestamp=NOW):
    return webhooks.sign(body, message_id="m1", timestamp=timestamp, secrets=secrets)


def verified(body=BODY, headers=None, secrets=SECRET, now=NOW):
    return webhooks.verify(body, message() if headers is None else headers, secrets, now=now)


def test_a_genuine_message_tells_what_changed():
    event = verified()
    assert (event.type, event.project, event.revision) == ("label.settled", "tidepool", 3)
    assert event.created_at.isoformat() == "2026-09-21T14:13:20+00:00"
    assert event.data["unit"] == {"kind": "pair", "items": ["1", "2"]}


def test_the_signature_is_hmac_sha256_of_id_timestamp_and_body_in_base64():
    # printf 'm1.1790000000.{}' | openssl dgst -sha256 -hmac secret -binary | base64
    headers = webhooks.sign(b"{}", message_id="m1", timestamp=NOW, secrets="secret")
    assert headers == {
        "Webhook-Id": "m1",
        "Webhook-Timestamp": "1790000000",
        "Webhook-Signature": "v1,rg1Z+UxZo9y7HI1mkVXJDLiMtHu9lDI212se8zJS85s=",
    }


def test_a_secret_as_standard_webhooks_spells_it_signs_with_the_bytes_it_stands_for():
    # printf 'm1.1790000000.{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:6161…61, 24 times -binary | base64
    headers = webhooks.sign(b"{}", message_id="m1", timestamp=NOW, secrets=STANDARD)
    assert headers["Webhook-Signature"].split()[0] == SIGNED_BY_STANDARD


@pytest.mark.parametrize("which", [0, 1])
def test_either_signature_of_it_is_genuine(which):
    headers = message(secrets=STANDARD)
    one = headers | {"Webhook-Signature": headers["Webhook-Signature"].split()[which]}
    assert verified(headers=one, secrets=STANDARD).id == FACTS["id"]
    with pytest.raises(WebhookNotGenuine):
        verified(headers=one, secrets="whsec_" + "YmJi" * 8)


def test_a_secret_that_is_no_base64_signs_with_its_letters_alone():
    headers = webhooks.sign(b"{}", message_id="m1", timestamp=NOW, secrets="whsec_a-b_c")
    assert len(headers["Webhook-Signature"].split()) == 1


def test_headers_of_a_framework_need_be_no_dict():
    class Pairs:
        def items(self):
            return [*message().items()]

    assert verified(headers=Pairs()).id == FACTS["id"]


def test_while_secrets_rotate_either_side_may_know_both():
    assert verified(headers=message(secrets=["old", "new"]), secrets="new").id == FACTS["id"]
    assert verified(headers=message(secrets="old"), secrets=["new", "old"]).id == FACTS["id"]


def test_headers_are_found_in_any_spelling():
    lower = {name.lower(): value for name, value in message().items()}
    django = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in message().items()}
    assert verified(headers=lower) == verified(headers=django) == verified()


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_well(seconds):
    assert verified(now=NOW + seconds)


@pytest.mark.parametrize("seconds", [-301, 301, 10**6])
def test_more_is_not(seconds):
    with pytest.raises(WebhookNotGenuine, match="300 seconds"):
        verified(now=NOW + seconds)


def test_a_changed_body_is_not_genuine():
    with pytest.raises(WebhookNotGenuine):
        verified(body=BODY.replace(b"settled", b"changed"))


def test_an_id_or_time_that_was_changed_is_not_genuine():
    for change in ({"Webhook-Id": "m2"}, {"Webhook-Timestamp": str(NOW + 1)}):
        with pytest.raises(WebhookNotGenuine):
            verified(headers=message() | change)


def test_another_secret_is_not_ours():
    with pytest.raises(WebhookNotGenuine):
        verified(secrets=["another", "and another"])


def test_no_secret_at_all_verifies_nothing():
    with pytest.raises(WebhookNotGenuine):
        verified(secrets=[])


@pytest.mark.parametrize("timestamp", ["", "x", "1e9", "-5", "９", "9" * 30])
def test_a_time_that_is_none_is_refused(timestamp):
    with pytest.raises(WebhookNotGenuine):
        verified(headers=message() | {"Webhook-Timestamp": timestamp})


@pytest.mark.parametrize("signature", ["", "v1,", "v1,ä", "v2," + "A" * 44, "nonsense"])
def test_a_signature_that_is_none_is_refused(signature):
    with pytest.raises(WebhookNotGenuine):
        verified(headers=message() | {"Webhook-Signature": signature})


def test_headers_that_are_missing_are_named():
    with pytest.raises(WebhookNotGenuine, match="Webhook-Id"):
        verified(headers={})


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"id": 1}'])
def test_a_signed_message_that_is_no_event_is_refused(body):
    with pytest.raises(WebhookNotGenuine, match="not an event"):
        verified(body=body, headers=message(body))


def test_an_empty_secret_is_a_mistake_of_the_host():
    with pytest.raises(ValueError, match="not empty"):
        message(secrets="")
