"""What signs is set up in the admin: addresses that are told, and the keys of identities."""

import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from earmark import webhooks

from backend.projects.actions.keys import add_signing_key, register_project
from backend.projects.actions.webhooks import add_webhook, announce, read_delivery
from backend.projects.models import SigningKey, StaffMember, Webhook, WebhookDelivery
from backend.projects.secrets import unseal
from backend.projects.tenancy import tenancy

pytestmark = pytest.mark.django_db(transaction=True)

HOOK = "http://127.0.0.1:9/hook"
SHOWN = r"shown this once: ([\w-]+)"


@pytest.fixture
def world(make_world, settings):
    settings.EARMARK_WEBHOOK_ALLOW, settings.DEBUG = ["127.0.0.1:9"], True
    return make_world()


@pytest.fixture
def staff(world):
    user = get_user_model().objects.create(username="analyst", is_staff=True)
    StaffMember.objects.create(user=user, project=world.project)
    client = Client()
    client.force_login(user)
    return client


def add(staff, kind, **fields):
    return staff.post(reverse(f"admin:projects_{kind}_add"), fields, follow=True).content.decode()


def act(staff, kind, action, *chosen):
    rows = {"action": action, "_selected_action": [row.pk for row in chosen]}
    return staff.post(reverse(f"admin:projects_{kind}_changelist"), rows, follow=True).content.decode()


def only(world, model):
    with tenancy(world.project):
        return model.objects.of(world.project).get()


def sent(world):
    """Return the newest message as it would be posted."""
    with tenancy(world.project):
        announce(project_id=world.project.pk, kind="label.settled", data={"revision": 1}, now=timezone.now())
        key = str(WebhookDelivery.objects.order_by("-created_at")[0].pk)
        return read_delivery(project_id=world.project.pk, now=timezone.now(), delivery_id=key)


def test_a_new_address_has_a_secret_that_is_shown_once_and_verifies_what_it_is_told(world, staff):
    secret = re.search(SHOWN, add(staff, "webhook", url=HOOK, is_active="on"))[1]
    message = sent(world)
    assert webhooks.verify(message.body, message.headers, secret).type == "label.settled"
    listed = staff.get(reverse("admin:projects_webhook_changelist")).content.decode()
    assert HOOK in listed and secret not in listed


@pytest.mark.parametrize("kind", ["webhook", "signingkey"])
def test_a_secret_that_is_shown_once_goes_into_no_cookie(world, staff, kind):
    fields = {"webhook": {"url": HOOK, "is_active": "on"}, "signingkey": {"kid": "k1", "public_key": ""}}[kind]
    answer = staff.post(reverse(f"admin:projects_{kind}_add"), fields)
    assert answer.status_code == 302
    assert set(answer.cookies) <= {"earmark_session", "earmark_csrf"}
    assert re.search(SHOWN, staff.get(answer["Location"]).content.decode())
    assert "shown this once" not in staff.get(answer["Location"]).content.decode()


def test_its_secret_verifies_with_what_other_libraries_make_of_it(world, staff):
    secret = re.search(SHOWN, add(staff, "webhook", url=HOOK, is_active="on"))[1]
    assert re.fullmatch(r"whsec_[A-Za-z0-9]{32}", secret)
    message = sent(world)
    [standard, _] = message.headers["Webhook-Signature"].split()
    bytes_it_stands_for, _ = webhooks.keys_of(secret)
    signed = webhooks.sign(
        message.body,
        message_id=message.headers["Webhook-Id"],
        timestamp=int(message.headers["Webhook-Timestamp"]),
        secrets=bytes_it_stands_for,
    )
    assert len(bytes_it_stands_for) == 24 and signed["Webhook-Signature"] == standard


def test_both_secrets_sign_until_the_rotation_ends(world, staff):
    old = re.search(SHOWN, add(staff, "webhook", url=HOOK, is_active="on"))[1]
    new = re.search(SHOWN, act(staff, "webhook", "make_new_secret", only(world, Webhook)))[1]
    message = sent(world)
    for secret in (old, new):
        assert webhooks.verify(message.body, message.headers, secret)
    act(staff, "webhook", "end_with_old_secret", only(world, Webhook))
    message = sent(world)
    assert webhooks.verify(message.body, message.headers, new)
    with pytest.raises(webhooks.WebhookNotGenuine):
        webhooks.verify(message.body, message.headers, old)


@pytest.mark.parametrize("url", ["http://10.0.0.1/hook", "ftp://host.example/", "nonsense"])
def test_an_address_that_is_never_called_is_not_taken(world, staff, url):
    add(staff, "webhook", url=url, is_active="on")
    with tenancy(world.project):
        assert not Webhook.objects.exists()


def test_an_address_is_told_once(world, staff):
    add(staff, "webhook", url=HOOK, is_active="on")
    assert "told already" in add(staff, "webhook", url=HOOK, is_active="on")
    only(world, Webhook)


def test_an_address_may_rest_and_keeps_its_secret(world, staff):
    add(staff, "webhook", url=HOOK, is_active="on")
    before = only(world, Webhook)
    page = reverse("admin:projects_webhook_change", args=[before.pk])
    assert "shown this once" not in staff.post(page, {"url": HOOK}, follow=True).content.decode()
    after = only(world, Webhook)
    assert (after.is_active, bytes(after.secret)) == (False, bytes(before.secret))


def test_another_project_s_address_is_not_there(world, staff):
    other = register_project(slug="other", name="Other", web_origins=[])
    with tenancy(other):
        theirs = add_webhook(project=other, url="https://other.example/hook", secret="s" * 32)
    assert "other.example" not in act(staff, "webhook", "make_new_secret", theirs)
    with tenancy(other):
        assert Webhook.objects.get().previous_secret is None


def test_a_shared_signing_key_is_made_and_shown_once(world, staff):
    shown = re.search(SHOWN, add(staff, "signingkey", kid="next"))[1]
    made = only(world, SigningKey)
    assert (made.kid, made.algorithm, unseal(made.material).decode()) == ("next", "HS256", shown)
    assert shown not in staff.get(reverse("admin:projects_signingkey_changelist")).content.decode()


def test_a_public_key_is_kept_and_nothing_is_shown(world, staff):
    public = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert "shown this once" not in add(staff, "signingkey", kid="ed", public_key=public.decode())
    made = only(world, SigningKey)
    assert (made.algorithm, unseal(made.material).strip()) == ("EdDSA", public.strip())


def keys_that_verify_nothing():
    pair, curve = Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    return {
        "keep that one": pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "Ed25519": curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "no public key in PEM": "ssh-ed25519 AAAA",
    }


@pytest.mark.parametrize("told", keys_that_verify_nothing())
def test_what_verifies_no_identity_is_refused_in_words(world, staff, told):
    given = keys_that_verify_nothing()[told]
    page = add(staff, "signingkey", kid="ed", public_key=given)
    assert told in page
    with tenancy(world.project):
        assert not SigningKey.objects.exists()


def test_a_name_stands_for_one_key_also_after_it_was_retired(world, staff):
    add_signing_key(project=world.project, kid="k1", material=b"k" * 32)
    act(staff, "signingkey", "retire", only(world, SigningKey))
    retired = only(world, SigningKey).retired_at
    assert retired is not None
    assert "there already" in add(staff, "signingkey", kid="k1")
    act(staff, "signingkey", "retire", only(world, SigningKey))
    assert only(world, SigningKey).retired_at == retired


def test_of_a_key_that_is_there_its_page_tells_no_secret(world, staff):
    add_signing_key(project=world.project, kid="k1", material=b"k" * 32)
    page = staff.get(reverse("admin:projects_signingkey_change", args=[only(world, SigningKey).pk]))
    assert page.status_code == 200
    assert b"k1" in page.content and b"k" * 32 not in page.content


def test_while_developing_a_private_address_is_told_how_it_may_be_called(world, staff, settings):
    assert "EARMARK_WEBHOOK_ALLOW=127.0.0.1:5000" in add(
        staff, "webhook", url="http://127.0.0.1:5000/h", is_active="on"
    )
    settings.DEBUG = False
    page = add(staff, "webhook", url="https://127.0.0.1:5000/h", is_active="on")
    assert "not public" in page and "EARMARK_WEBHOOK_ALLOW" not in page


def test_an_address_whose_host_is_gone_can_be_switched_off(world, staff, settings):
    add(staff, "webhook", url=HOOK, is_active="on")
    settings.EARMARK_WEBHOOK_ALLOW = []
    staff.post(reverse("admin:projects_webhook_change", args=[only(world, Webhook).pk]), {"url": HOOK})
    assert only(world, Webhook).is_active is False


def test_an_address_that_was_told_something_can_be_deleted_with_what_it_was_told(world, staff):
    add(staff, "webhook", url=HOOK, is_active="on")
    sent(world)
    page = reverse("admin:projects_webhook_delete", args=[only(world, Webhook).pk])
    staff.post(page, {"post": "yes"}, follow=True)
    with tenancy(world.project):
        assert not Webhook.objects.exists() and not WebhookDelivery.objects.exists()
